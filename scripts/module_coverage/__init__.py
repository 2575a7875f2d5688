"""Check of the coverage of each module, as Home Assistant's quality scale rule test-coverage requires."""
