"""Repair issues, each beside its fix flow."""
