"""Fixtures: a simulated gateway at noon, a Home Assistant with the released integration, and a signed-in browser."""

from collections.abc import AsyncGenerator
from pathlib import Path

from playwright.async_api import Browser
import pytest

from scripts.release_zip import build
from simulator import PROFILES, Simulator
from simulator.local_days import TIME_ZONE

from .frontend import Frontend
from .running import noon, running_browser, running_frontend


@pytest.fixture
async def simulator(profile: str, inverters: int) -> AsyncGenerator[Simulator]:
    """Run a gateway."""
    async with Simulator(profile=PROFILES[profile], inverters=inverters, clock=noon()) as running:
        yield running


@pytest.fixture
def profile() -> str:
    """Return the profile of the simulated gateway; modules and parameters override this fixture and the two below."""
    return "metered_net_three_phase"


@pytest.fixture
def inverters() -> int:
    """Return the number of inverters."""
    return 5


@pytest.fixture
def time_zone() -> str:
    """Return the time zone of Home Assistant and of the browser."""
    return TIME_ZONE


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the release to test."""
    return build(tmp_path_factory.mktemp("release") / "enphase_iq_gateway.zip", "1.0.0")


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Start the browser of this machine."""
    async with running_browser() as running:
        yield running


@pytest.fixture
async def frontend(
    simulator: Simulator, released: Path, tmp_path: Path, browser: Browser, time_zone: str
) -> AsyncGenerator[Frontend]:
    """Run Home Assistant with the released integration, not set up yet, and open its frontend."""
    async with running_frontend(simulator, browser, tmp_path, time_zone=time_zone, released=released) as frontend:
        yield frontend
