"""The integration as a person sees it: a real Home Assistant, its page, a browser. Run by scripts/test --browser."""
