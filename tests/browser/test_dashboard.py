"""The ready-made dashboard: offered in the dialog, complete, on phones, in the dark, and over a slow line."""

from datetime import UTC, datetime

from playwright.async_api import Browser, ViewportSize
import pytest

from scripts.demo_home.dashboard import URL_PATH, open_ready_made_dashboard
from scripts.demo_home.gateway_setup import show_every_phase

from .frontend import SIZE, Frontend
from .ready_made import accessibility_findings, first_load_shows_the_card, tiles
from .roof_history import import_roof_history

AFTERNOON = 13
INVERTERS = 20
LOADS = 2
PHONE: ViewportSize = {"width": 390, "height": 844}
LONG_PHONE: ViewportSize = {"width": 390, "height": 2900}
LONG: ViewportSize = {"width": 1200, "height": 1500}


@pytest.fixture
def profile() -> str:
    return "storage"


@pytest.fixture
def inverters() -> int:
    return INVERTERS


@pytest.fixture
def time_zone() -> str:
    """Return a time zone in which it is shortly after noon, as at the simulated gateway."""
    return f"Etc/GMT{datetime.now(UTC).hour - AFTERNOON:+d}"


async def test_the_dashboard_is_made_in_the_dialog(frontend: Frontend) -> None:
    entry_id = await frontend.set_up(energy_dashboard=True)
    await show_every_phase(frontend.home_assistant, entry_id)
    await frontend.wait_for_value("production_power_l1")
    await import_roof_history(frontend)
    await frontend.open("/config/lovelace/dashboards")
    await frontend.press("Add dashboard")
    await frontend.expect_text("Roof, house, battery, grid and phases")
    await frontend.screenshot("new-dashboard")
    await frontend.choose("Roof, house, battery, grid and phases")
    await frontend.press("Create")
    await frontend.expect_text("IQ Gateway")

    await frontend.open(f"/{URL_PATH}/roof")
    await frontend.expect_text("Solar panels", "Production today", "Inverters reporting")
    assert await tiles(frontend.page).count() == INVERTERS
    await frontend.screenshot("dashboard-roof")
    assert await accessibility_findings(frontend.page) == []

    await frontend.page.set_viewport_size(LONG)
    await frontend.choose("House")
    await frontend.expect_text("Energy flows", "Battery and grid", "Grid state", "Power of each phase")
    await frontend.expect_text("L3")
    await frontend.screenshot("dashboard-house", allowed="sensor.iq_gateway")
    assert await accessibility_findings(frontend.page) == []

    await frontend.page.emulate_media(color_scheme="dark")
    await frontend.page.set_viewport_size(LONG_PHONE)
    await frontend.screenshot("dashboard-house-phone", allowed="sensor.iq_gateway")
    assert await accessibility_findings(frontend.page) == []
    await frontend.page.set_viewport_size(PHONE)
    await frontend.choose("Roof")
    await frontend.expect_text("Solar panels")
    await frontend.screenshot("dashboard-roof-phone")
    assert await accessibility_findings(frontend.page) == []
    await frontend.page.set_viewport_size(SIZE)
    await frontend.screenshot("dashboard-roof-dark")
    assert await accessibility_findings(frontend.page) == []


async def test_the_first_load_over_a_slow_line_shows_the_card(
    frontend: Frontend, browser: Browser, time_zone: str
) -> None:
    """Home Assistant 2026.10 replaces the registry of elements while it loads; `benchmarks/page.py` has more loads."""
    await frontend.set_up()
    await open_ready_made_dashboard(frontend.home_assistant)
    await frontend.wait_for_value("inverters_reporting")

    shown = [await first_load_shows_the_card(frontend, browser, time_zone, panels=INVERTERS) for _ in range(LOADS)]

    assert all(shown)
