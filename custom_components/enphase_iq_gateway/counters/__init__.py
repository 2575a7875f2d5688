"""The counters: how their samples are checked, and how their state is kept across restarts."""
