"""A gateway that requires a token, and the cloud that issues tokens for it."""

import pytest

from simulator import Simulator
from simulator.cloud import Cloud
from tests.conftest import StartCloud, StartSimulator
from tests.support.aged_tokens import Clock


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
