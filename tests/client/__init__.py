"""Tests of the client: no Home Assistant in them."""
