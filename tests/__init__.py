"""The tests: they mirror the tree they test."""
