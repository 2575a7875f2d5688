"""Start what the tests and benchmarks of the frontend need: a browser, and a Home Assistant with the integration."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
import os
from pathlib import Path
import time
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, async_playwright

from scripts.demo_home import home_assistant
from scripts.demo_home.gateway_setup import DOMAIN
from scripts.demo_home.home_assistant import ROOT, HomeAssistant
from scripts.demo_home.processes import LOOPBACK, child, free_port
from simulator import Simulator
from simulator.local_days import TIME_ZONE

from .frontend import Frontend, open_page

SCREENSHOTS = ROOT / ".demo" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")  # Debian's; scripts/test --browser sets another one
# Away from the port of the demo, which may be running, and from that of another run: Home Assistant listens late.
FIRST_PORT = 8400 + os.getpid() % 1000
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


@asynccontextmanager
async def running_browser() -> AsyncGenerator[Browser]:
    """Run the browser of this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def running_frontend(
    simulator: Simulator, browser: Browser, folder: Path, *, time_zone: str = TIME_ZONE, released: Path | None = None
) -> AsyncGenerator[Frontend]:
    """Run Home Assistant with the integration, not set up yet, and open its frontend.

    The integration is that of a release, or that of the repository.
    """
    port = free_port(FIRST_PORT, or_next=True)
    home_assistant.prepare(folder, DOMAIN, port, time_zone, released)
    with (folder / "configuration.yaml").open("a") as configuration:
        configuration.write("zeroconf:\n")  # discovers announced gateways
    command = home_assistant.command(folder)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    async with (
        child("Home Assistant", command, folder / "home-assistant.log", home_assistant.ENVIRONMENT) as process,
        HomeAssistant(f"http://{LOOPBACK}:{port}", process) as running,
    ):
        await running.wait_until_up()
        await running.create_owner()
        await running.wait_until_running()
        page = await open_page(running, browser, time_zone)
        yield Frontend(home_assistant=running, simulator=simulator, page=page, screenshots=SCREENSHOTS)
        await page.context.close()
