"""The connection to one gateway and its upkeep."""
