"""Move the entities of another integration that reads the same gateway, with their history, to this one, and back."""
