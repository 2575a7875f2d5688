"""Measure what a user notices: the cost compared with Home Assistant's own integration, days of faults, the parsers."""
