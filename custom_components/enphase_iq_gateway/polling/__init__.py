"""When to poll, and which inverters are silent: pure functions and values."""
