"""The documents of storage, of the system controller and of the generator."""
