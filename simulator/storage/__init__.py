"""Batteries, the grid relay and the generator of a site, and the settings that a gateway keeps for them."""
