"""The ready-made dashboard on sites with several gateways, with few entities and without any."""

from collections.abc import AsyncGenerator
from typing import Any

from playwright.async_api import Browser, Page, Route
import pytest

from scripts.demo_home.gateway_setup import DOMAIN
from scripts.demo_home.home_assistant import ROOT

ADDRESS = "http://dashboard.invalid"
MODULES = ROOT / "custom_components" / DOMAIN / "frontend"
# Generates the dashboard from the part of the `hass` object that it reads; a text is the end of its key.
GENERATE = """async ({ entities, devices, preferences }) => {
  const { generate } = await import("/strategy.js");
  return generate({
    entities, devices,
    states: Object.fromEntries(Object.keys(entities).map((id) => [id, { attributes: {} }])),
    callWS: async () => { if (!preferences) throw { code: "not_found" }; return preferences; },
    loadBackendTranslation: async () => (key) => key.split(".").at(-1),
  });
}"""


@pytest.fixture
async def page(browser: Browser) -> AsyncGenerator[Page]:
    """Open an empty page that can import the modules."""

    async def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name:
            await route.fulfill(path=MODULES / name)
        else:
            await route.fulfill(body="", content_type="text/html")

    page = await browser.new_page()
    await page.route(f"{ADDRESS}/**", answer)
    await page.goto(f"{ADDRESS}/")
    yield page
    await page.close()


def gateway(number: int, *keys: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the entities and devices of a gateway with one inverter."""
    own, inverter = f"gateway{number}", f"inverter{number}"
    entities = {
        f"sensor.{own}_{key}": {"device_id": own, "translation_key": key, "name": key, "platform": DOMAIN}
        for key in keys
    } | {f"sensor.{inverter}": {"device_id": inverter, "translation_key": "power", "platform": DOMAIN}}
    devices = {
        own: {"name": f"IQ Gateway {number}", "name_by_user": None, "config_entry_id": own, "via_device_id": None},
        inverter: {"name": "Inverter", "name_by_user": None, "config_entry_id": own, "via_device_id": own},
    }
    return (
        {id_: {"entity_id": id_, **entity} for id_, entity in entities.items()},
        {id_: {"id": id_, **device} for id_, device in devices.items()},
    )


def headings(view: dict[str, Any]) -> list[str]:
    """Return the headings of a view."""
    return [card["heading"] for section in view["sections"] for card in section["cards"] if card["type"] == "heading"]


async def test_every_gateway_has_the_sections_of_its_entities(page: Page) -> None:
    first, second = gateway(1, "production_power", "net_consumption_ct_status"), gateway(2, "battery_state_of_charge")
    site = {"entities": first[0] | second[0], "devices": first[1] | second[1], "preferences": None}

    roof, house = (await page.evaluate(GENERATE, site))["views"]

    cards = [section["cards"][0] for section in roof["sections"]]
    assert [(card["entry_id"], card["title"]) for card in cards] == [
        ("gateway1", "IQ Gateway 1"),
        ("gateway2", "IQ Gateway 2"),
    ]
    assert headings(house) == [
        "IQ Gateway 1: dashboard_power",
        "IQ Gateway 1: dashboard_cts",
        "IQ Gateway 2: dashboard_storage",
    ]


async def test_energy_cards_are_shown_for_the_sources_of_the_energy_dashboard(page: Page) -> None:
    entities, devices = gateway(1, "production_power")
    preferences = {
        "energy_sources": [{"type": "solar", "stat_rate": "sensor.power"}],
        "device_consumption": [{"stat_consumption": "sensor.washer"}],
    }

    _, house = (await page.evaluate(GENERATE, {"entities": entities, "devices": devices, "preferences": preferences}))[
        "views"
    ]

    assert headings(house) == ["dashboard_energy", "dashboard_power"]
    energy = [card["type"] for card in house["sections"][0]["cards"]]
    assert energy == ["heading", "energy-distribution", "power-sources-graph"]


async def test_without_a_gateway_the_dashboard_explains_itself(page: Page) -> None:
    dashboard = await page.evaluate(GENERATE, {"entities": {}, "devices": {}, "preferences": None})

    assert [view["cards"] for view in dashboard["views"]] == [[{"type": "markdown", "content": "dashboard_empty"}]]
