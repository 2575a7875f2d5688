"""The ready-made dashboard: offered in the dialog, complete, on phones, in the dark, and over a slow line."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from playwright.async_api import Browser, ViewportSize, expect
import pytest

from scripts.demo_home.dashboard import URL_PATH, open_ready_made_dashboard
from scripts.demo_home.gateway_setup import DOMAIN, show_every_phase
from simulator import PROFILES, Simulator
from simulator.layout import layout_document
from simulator.panels import Condition

from .frontend import TIMEOUT_MS, Frontend
from .ready_made import accessibility_findings, first_load_shows_the_card, tiles
from .roof_history import hours, import_hours, import_roof_history, wait_until_recorded
from .running import noon

AFTERNOON = 13
INVERTERS = 20
HALF_A_YEAR_S = 200 * 86_400
DAYS_JUDGED = 17
CONDITIONS = {3: Condition(output=0.8), 7: Condition(shaded=True), 14: Condition(output=0.0)}
LOADS = 2
PHONE: ViewportSize = {"width": 390, "height": 844}
LONG_PHONE: ViewportSize = {"width": 390, "height": 2900}
LONG: ViewportSize = {"width": 1200, "height": 1500}
WHOLE_ROOF: ViewportSize = {"width": 1200, "height": 1040}


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    """Run a gateway with batteries in summer."""
    async with Simulator(
        profile=PROFILES["storage"],
        inverters=INVERTERS,
        clock=noon(),
        sun_ahead_s=HALF_A_YEAR_S,
        conditions=CONDITIONS,
    ) as running:
        yield running


@pytest.fixture
def time_zone() -> str:
    """Return a time zone in which it is shortly after noon, as at the simulated gateway."""
    return f"Etc/GMT{datetime.now(UTC).hour - AFTERNOON:+d}"


async def arrange_panels(frontend: Frontend, entry_id: str) -> None:
    """Store the layout that the simulated account has."""
    home = frontend.home_assistant
    document = layout_document(frontend.simulator)
    read = await home.websocket_command(f"{DOMAIN}/array/layout/read", entry_id=entry_id, document=document)
    await home.websocket_command(f"{DOMAIN}/array/layout/save", entry_id=entry_id, version=0, layout=read["layout"])


async def judge_panels(frontend: Frontend) -> None:
    """Read the inverters again: the panels are judged with the first reading after a day is over."""
    inverters = (await frontend.state("inverters_reporting"))["entity_id"]
    await frontend.home_assistant.websocket_command(
        "call_service", domain="homeassistant", service="update_entity", service_data={"entity_id": [inverters]}
    )


async def test_the_dashboard_is_created_in_the_dialog_with_all_its_views(frontend: Frontend) -> None:
    """It has the picture of the roof with a weak panel and one without power, and the values of the house."""
    past = list(hours(frontend.simulator, DAYS_JUDGED, CONDITIONS, HALF_A_YEAR_S))
    for serial in frontend.simulator.world.inverters:
        await import_hours(frontend, past, f"{serial}_power", f"sensor.inverter_{serial}")
    await wait_until_recorded(frontend)
    entry_id = await frontend.set_up(energy_dashboard=True)
    await show_every_phase(frontend.home_assistant, entry_id)
    await frontend.wait_for_value("production_power_l1")
    await arrange_panels(frontend, entry_id)
    await import_roof_history(frontend, CONDITIONS, HALF_A_YEAR_S)
    await judge_panels(frontend)
    await frontend.open("/config/lovelace/dashboards")
    await frontend.press("Add dashboard")
    await frontend.expect_text("Roof, house, battery, grid and phases")
    await frontend.screenshot("new-dashboard")
    await frontend.choose("Roof, house, battery, grid and phases")
    await frontend.press("Create")
    await frontend.expect_text("IQ Gateway")

    await frontend.page.set_viewport_size(WHOLE_ROOF)
    await frontend.open(f"/{URL_PATH}/roof")
    await frontend.expect_text("Solar panels", "Production today", "Panels below array")
    await frontend.expect_text("1 weak", "1 without power")
    assert await tiles(frontend.page).count() == INVERTERS
    await frontend.screenshot("dashboard-roof")
    assert await accessibility_findings(frontend.page) == []
    await frontend.press("Compare")
    await frontend.screenshot("dashboard-compare")
    assert await accessibility_findings(frontend.page) == []

    await frontend.page.set_viewport_size(LONG)
    await frontend.choose("House")
    await frontend.expect_text("Energy flows", "Battery and grid", "Grid state", "Power of each phase")
    await frontend.expect_text("L3", "Go to the energy dashboard")
    for waiting in ("Loading", "There is no data to show"):
        await expect(frontend.page.get_by_text(waiting).filter(visible=True)).to_have_count(0, timeout=TIMEOUT_MS)
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
    await frontend.page.set_viewport_size(WHOLE_ROOF)
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
