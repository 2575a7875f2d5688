"""Fixtures: a simulated gateway at noon, a Home Assistant with the released integration, and a signed-in browser."""

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
import os
from pathlib import Path
import time
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, async_playwright
import pytest

from scripts.demo_home import home_assistant
from scripts.demo_home.gateway_setup import DOMAIN
from scripts.demo_home.home_assistant import ROOT, HomeAssistant
from scripts.demo_home.processes import LOOPBACK, child, free_port
from scripts.release_zip import build
from simulator import PROFILES, Simulator
from simulator.local_days import TIME_ZONE

from .frontend import Frontend, open_page

SCREENSHOTS = ROOT / ".demo" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")  # Debian's; scripts/test --browser sets another one
FIRST_PORT = 8400  # away from the port of the demo, which may be running
# The background flags keep the browser from calling hosts of its maker; root cannot start it with a sandbox.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def noon() -> Callable[[], float]:
    """Return a clock that starts at noon of today, when the sun is up, whenever the test runs."""
    zone = ZoneInfo(TIME_ZONE)
    start = time.time()
    middle = datetime.fromtimestamp(start, zone).replace(hour=12, minute=30).timestamp()
    return lambda: time.time() - start + middle


@pytest.fixture
async def simulator(profile: str, inverters: int) -> AsyncGenerator[Simulator]:
    """Run a gateway."""
    async with Simulator(profile=PROFILES[profile], inverters=inverters, clock=noon()) as running:
        yield running


@pytest.fixture
def profile() -> str:
    """Return the site that is simulated; modules and parameters override it, as the two below."""
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
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


@pytest.fixture
async def frontend(
    simulator: Simulator, released: Path, tmp_path: Path, browser: Browser, time_zone: str
) -> AsyncGenerator[Frontend]:
    """Run Home Assistant with the released integration, not set up yet, and open its frontend."""
    port = free_port(FIRST_PORT, or_next=True)
    home_assistant.prepare(tmp_path, DOMAIN, port, time_zone, released)
    with (tmp_path / "configuration.yaml").open("a") as configuration:
        configuration.write("zeroconf:\n")  # discovers announced gateways
    command = home_assistant.command(tmp_path)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    async with (
        child("Home Assistant", command, tmp_path / "home-assistant.log", home_assistant.ENVIRONMENT) as process,
        HomeAssistant(f"http://{LOOPBACK}:{port}", process) as running,
    ):
        await running.wait_until_up()
        await running.create_owner()
        await running.wait_until_running()
        page = await open_page(running, browser, time_zone)
        yield Frontend(home_assistant=running, simulator=simulator, page=page, screenshots=SCREENSHOTS)
        await page.context.close()
