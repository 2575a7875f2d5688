"""The array card in Home Assistant: offered for the gateway's entities, live, and with the days that are recorded."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, expect
import pytest

from simulator import PROFILES, Simulator
from simulator.panels import Condition

from .card_page import CARD
from .frontend import TIMEOUT_MS, Frontend
from .roof_history import hours, import_hours, import_roof_history, wait_until_recorded
from .running import noon

DASHBOARD = "test-roof"
NAME = "Enphase solar panels"
AFTERNOON = 13
FORTNIGHT = 18
"""More days than the verdicts depend on."""
WEAK, DEAD = 1, 4
"""Panels by their place."""
CONDITIONS = {WEAK: Condition(output=0.8), DEAD: Condition(output=0.0)}


@pytest.fixture
def time_zone() -> str:
    """Return a time zone in which it is shortly after noon, as at the simulated gateway."""
    return f"Etc/GMT{datetime.now(UTC).hour - AFTERNOON:+d}"


@pytest.fixture
def passed() -> list[float]:
    """Return the seconds that the simulated gateway's clock is put forward by."""
    return [0.0]


@pytest.fixture
async def simulator(inverters: int, passed: list[float]) -> AsyncGenerator[Simulator]:
    """Run a gateway whose clock the test can put forward, with panels that are not healthy where there are many."""
    clock = noon()
    async with Simulator(
        profile=PROFILES["metered_net_three_phase"],
        inverters=inverters,
        clock=lambda: clock() + passed[0],
        conditions=CONDITIONS if inverters > DEAD else {},
    ) as running:
        yield running


async def create_dashboard(frontend: Frontend, *cards: object) -> None:
    """Create a dashboard with a section."""
    home = frontend.home_assistant
    await home.websocket_command("lovelace/dashboards/create", url_path=DASHBOARD, title="Roof", mode="storage")
    section = {"type": "grid", "column_span": 2, "cards": list(cards)}
    view = {"title": "Roof", "type": "sections", "max_columns": 2, "sections": [section]}
    await home.websocket_command("lovelace/config/save", url_path=DASHBOARD, config={"views": [view]})


def card_of(frontend: Frontend) -> Locator:
    """Return the card on the dashboard, not one in a dialog."""
    return frontend.page.locator("hui-view").locator(CARD)


async def numbers(card: Locator) -> list[str]:
    """Return the numbers on the panels, once they are shown."""
    await expect(card.locator(".tile").first).to_be_visible(timeout=TIMEOUT_MS)
    return await card.locator(".tile .number").all_text_contents()


async def powers(frontend: Frontend) -> list[str]:
    """Return the states of the power sensors in the order of the serials."""
    states = {
        state["entity_id"]: state["state"] for state in await frontend.home_assistant.websocket_command("get_states")
    }
    return [states[f"sensor.inverter_{serial}"] for serial in sorted(frontend.simulator.world.inverters)]


def brightest_hour_of_yesterday(frontend: Frontend, time_zone: str) -> tuple[datetime, dict[str, float]]:
    """Return the start, in local time, and the recorded powers of the hour with the most production."""
    zone = ZoneInfo(time_zone)
    yesterday = (datetime.now(zone) - timedelta(days=1)).date()
    local = [(start.astimezone(zone), means) for start, means in hours(frontend.simulator)]
    of_day = [hour for hour in local if hour[0].date() == yesterday]
    return max(of_day, key=lambda hour: hour[1][f"{frontend.simulator.serial}_production_power"])


async def test_the_card_is_picked_and_shows_every_inverter(frontend: Frontend, passed: list[float]) -> None:
    """It is suggested for an entity, needs no settings, and shows that an inverter stops reporting."""
    world = frontend.simulator.world
    entry = await frontend.set_up()
    await create_dashboard(frontend)
    await frontend.open(f"/{DASHBOARD}/0?edit=1")
    await frontend.press("Add card")
    serial = min(world.inverters)
    await frontend.page.get_by_placeholder("Search entities").fill(serial)
    await frontend.choose(f"Inverter {serial}")
    await frontend.expect_text(NAME)
    await frontend.choose("By card")
    await frontend.page.get_by_placeholder("Search cards").fill("Enphase")
    await (
        frontend.page.locator(".card").filter(has_text=NAME).filter(visible=True).first.click(position={"x": 8, "y": 8})
    )
    await frontend.expect_text("Numbers on the panels")
    await frontend.screenshot("array-card-form")
    await frontend.press("Save")
    await frontend.open(f"/{DASHBOARD}/0")
    card = card_of(frontend)

    assert await numbers(card) == await powers(frontend)
    assert len(world.inverters) == await card.locator(".tile").count()
    await frontend.screenshot("array-card")
    world.set_communicating(serial, communicating=False)
    passed[0] = 3600.0
    await frontend.reload(entry)
    await expect(card.locator(".tile").first).to_have_class("tile unknown ", timeout=TIMEOUT_MS)
    await expect(card.get_by_text("4 of 5 panels report")).to_be_visible()


async def test_a_past_day_shows_what_was_recorded(frontend: Frontend, time_zone: str) -> None:
    """In German, on a phone in the dark."""
    entry = await frontend.set_up()
    await import_roof_history(frontend)
    await wait_until_recorded(frontend)
    await create_dashboard(frontend, {"type": f"custom:{CARD}", "entry_id": entry})
    page = frontend.page
    await page.set_viewport_size({"width": 390, "height": 760})
    await page.emulate_media(color_scheme="dark")
    await page.add_init_script("localStorage.setItem('selectedLanguage', '\"de\"')")
    await frontend.open(f"/{DASHBOARD}/0")
    card = card_of(frontend)
    await numbers(card)
    await card.get_by_role("button", name="Vorheriger Tag").click()
    await expect(card.get_by_text("stündlich")).to_be_visible()
    start, means = brightest_hour_of_yesterday(frontend, time_zone)
    await card.get_by_role("slider").fill(str(start.hour))

    expected = [str(round(means[f"{serial}_power"])) for serial in sorted(frontend.simulator.world.inverters)]
    assert await numbers(card) == expected
    await frontend.screenshot("array-card-phone")


@pytest.mark.parametrize("inverters", [12])
async def test_a_weak_panel_and_one_without_power_are_marked(frontend: Frontend) -> None:
    """By the statistics of the last fortnight, and in the comparison by how much."""
    serials = sorted(frontend.simulator.world.inverters)
    past = list(hours(frontend.simulator, FORTNIGHT, CONDITIONS))
    for serial in serials:
        await import_hours(frontend, past, f"{serial}_power", f"sensor.inverter_{serial}")
    await wait_until_recorded(frontend)
    entry = await frontend.set_up()
    # The panels are judged with the next reading.
    reading = {"entity_id": f"sensor.inverter_{serials[0]}"}
    await frontend.home_assistant.post("/api/services/homeassistant/update_entity", reading)
    await create_dashboard(
        frontend, {"type": f"custom:{CARD}", "entry_id": entry, "view": "compare", "grid_options": {"columns": "full"}}
    )
    await frontend.open(f"/{DASHBOARD}/0")
    card = card_of(frontend)
    await expect(card.get_by_role("button", name="1 weak")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(card.get_by_role("button", name="1 without power")).to_be_visible()
    await frontend.screenshot("array-card-compare")

    shown = await numbers(card)
    await expect(card.locator(".tile").nth(WEAK)).to_have_class("tile value weak")
    await expect(card.locator(".tile").nth(DEAD)).to_have_class("tile value no_power")
    assert int(shown[WEAK].replace("\u2212", "-")) == pytest.approx(-20, abs=3)
