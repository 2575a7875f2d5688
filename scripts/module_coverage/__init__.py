"""The coverage gate for each module of the integration by itself, as Home Assistant's rule test-coverage wants it."""
