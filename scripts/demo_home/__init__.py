"""The demo: a simulated (or real) gateway in a real Home Assistant process. Started by scripts/demo."""
