"""Makes the integration importable by the tests."""
