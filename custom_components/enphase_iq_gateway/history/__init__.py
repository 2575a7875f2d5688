"""Repairs of the recorder's long-term statistics."""
