"""Continuing and repairing what is recorded: spikes, a replaced gateway, the entities of another integration."""
