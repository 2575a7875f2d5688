"""The simulator behaves like a gateway."""
