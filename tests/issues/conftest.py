"""Gateways with few entities."""

import pytest

from tests.conftest import StartSimulator
from tests.support.small_site import with_small_sites


@pytest.fixture
def start_simulator(start_simulator: StartSimulator) -> StartSimulator:
    """Return a function that starts a simulator of a small site, which stops with the test."""
    return with_small_sites(start_simulator)
