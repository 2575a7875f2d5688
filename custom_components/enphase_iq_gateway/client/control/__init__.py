"""Changes of settings: what is written, and what proves that it is in effect. All pure."""
