"""The demo of scripts/demo: a simulated or real gateway in a real Home Assistant."""
