"""Control of a gateway: what the user has turned on, and changes that are read back until they are in effect."""
