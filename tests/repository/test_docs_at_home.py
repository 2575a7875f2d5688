"""What the pages say of ids, automations and sources, tried in a home with the demo's gateway."""

import re

from homeassistant.components.automation import entities_in_automation
from homeassistant.components.persistent_notification import async_register_callback
from homeassistant.const import STATE_ON
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.enphase_iq_gateway.client import Flow, Quantity
from tests.conftest import StartHome
from tests.support.pages import README, ROOT, blocks, section, table, text

OURS = re.compile(r"\b(?:binary_)?sensor\.(?:iq_gateway|inverter)_\w+")


async def test_every_id_in_the_readme_is_one_of_the_demo(start_home: StartHome) -> None:
    """As they come out there."""
    home = await start_home()
    named = set(OURS.findall(text(README)))
    assert named

    assert named <= set(home.hass.states.async_entity_ids())


async def test_the_automations_of_the_readme_work(start_home: StartHome) -> None:
    """Home Assistant takes them, and what they say holds values."""
    home = await start_home()
    hass = home.hass
    automations = [parse_yaml(block) for block in blocks(README, "yaml") if "triggers:" in block]
    assert len(automations) == section(README, "Automations").count("```yaml")
    said: list[str] = []
    async_register_callback(hass, lambda _, told: said.extend(each["message"] for each in told.values()))

    assert await async_setup_component(hass, "persistent_notification", {})
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await hass.async_block_till_done()

    ids = hass.states.async_entity_ids("automation")
    assert len(ids) == len(automations)
    for automation in ids:
        assert hass.states.is_state(automation, STATE_ON), automation
    assert any(OURS.match(entity) for automation in ids for entity in entities_in_automation(hass, automation))
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": ["automation.an_inverter_keeps_silent", "automation.the_day_in_the_sun"]}
    )
    await hass.async_block_till_done()
    day, inverters = sorted(set(said))
    assert re.fullmatch(r"Made [\d.]+ kWh, used [\d.]+ kWh\.", day)
    assert inverters == "Only 3 inverters report."
    await hass.services.async_call("automation", "turn_off", {"entity_id": ids}, blocking=True)


SOURCES = [row for row in table(section(ROOT / "docs/sources.md", "By kind of gateway")) if len(row) > 2]
HEADING = re.findall(r"^\| quantity \|(.*)\|$", text(ROOT / "docs/sources.md"), re.MULTILINE)[0]
COLUMNS = [column.strip(" `") for column in HEADING.split("|")]
SAME = [
    (profile, column)
    for cell, _ in (row for row in table(section(ROOT / "docs/sources.md", "By kind of gateway")) if len(row) == 2)
    for profile in re.findall(r"`(\w+)`", cell)
    for column in COLUMNS
    if f"`{column}`" in cell
]


@pytest.mark.parametrize(("profile", "column"), SAME)
async def test_the_table_of_sources_is_that_of_the_code(start_home: StartHome, profile: str, column: str) -> None:
    """Flow by flow, for every profile of the kind that the column stands for."""
    home = await start_home(profile)
    index = 1 + COLUMNS.index(column)
    house = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION)

    of_code = {
        f"{flow} {quantity}".replace("_", " "): home.entry.runtime_data.site.sources.get(
            (flow, quantity), "none"
        ).replace("_", " ")
        for flow in house
        for quantity in Quantity
    }

    told = {row[0]: row[index] for row in SOURCES}
    assert told == {key: source for key, source in of_code.items() if key in told}
    assert {source for key, source in of_code.items() if key not in told} == {"none"}
