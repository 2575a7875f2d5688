"""A gateway that requires a token, with few entities, and the cloud that issues tokens for it."""

import pytest

from simulator import Simulator
from simulator.cloud import Cloud
from tests.conftest import StartCloud, StartSimulator
from tests.support.aged_tokens import Clock
from tests.support.small_site import with_small_sites


@pytest.fixture
def start_simulator(start_simulator: StartSimulator) -> StartSimulator:
    """Return a function that starts a simulator of a small site, which stops with the test."""
    return with_small_sites(start_simulator)


@pytest.fixture
def clock() -> Clock:
    """Return the simulator's clock."""
    return Clock()


@pytest.fixture
async def simulator(start_simulator: StartSimulator, clock: Clock) -> Simulator:
    """Start a gateway that requires a token."""
    return await start_simulator(clock=clock)


@pytest.fixture
async def cloud(start_cloud: StartCloud, simulator: Simulator) -> Cloud:
    """Start the cloud that issues tokens for it."""
    return await start_cloud(simulator)
