"""Check the entity ids, the automations and the sources of the pages in Home Assistant with a simulated gateway."""

import re

from homeassistant.components.automation import entities_in_automation
from homeassistant.components.persistent_notification import async_register_callback
from homeassistant.const import STATE_ON
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import Quantity
from tests.conftest import StartHome
from tests.support.pages import DOCS, PAGES, README, blocks, section, table, text

pytestmark = pytest.mark.slow

AUTOMATIONS = DOCS / "automations.md"
OURS = re.compile(r"\b(?:binary_)?sensor\.(?:iq_gateway|inverter)_\w+")


async def test_every_entity_id_on_the_pages_exists(start_home: StartHome) -> None:
    home = await start_home("storage")
    named = {entity_id for page in PAGES for entity_id in OURS.findall(text(page))}
    assert named

    assert named <= set(home.hass.states.async_entity_ids())


def test_the_automation_in_the_readme_is_one_of_the_examples() -> None:
    (automation,) = [block for block in blocks(README, "yaml") if "triggers:" in block]

    assert automation in blocks(AUTOMATIONS, "yaml")


async def test_the_automations_work(start_home: StartHome) -> None:
    home = await start_home()
    hass = home.hass
    automations = [parse_yaml(block) for block in blocks(AUTOMATIONS, "yaml")]
    messages: list[str] = []
    async_register_callback(hass, lambda _, new: messages.extend(each["message"] for each in new.values()))

    assert await async_setup_component(hass, "persistent_notification", {})
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await hass.async_block_till_done()

    ids = hass.states.async_entity_ids("automation")
    assert len(ids) == len(automations)
    for automation in ids:
        assert hass.states.is_state(automation, STATE_ON), automation
    assert any(OURS.match(entity) for automation in ids for entity in entities_in_automation(hass, automation))
    await hass.services.async_call(
        "automation",
        "trigger",
        {"entity_id": ["automation.inverter_does_not_report", "automation.summary_of_the_day"]},
    )
    await hass.async_block_till_done()
    inverters, day = sorted(set(messages))
    assert inverters == "Only 3 inverters report."
    assert re.fullmatch(r"Produced [\d.]+ kWh, used [\d.]+ kWh\.", day)
    await hass.services.async_call("automation", "turn_off", {"entity_id": ids}, blocking=True)


SOURCES = [row for row in table(section(DOCS / "sources.md", "By kind of gateway")) if len(row) > 2]
HEADING = re.findall(r"^\| quantity \|(.*)\|$", text(DOCS / "sources.md"), re.MULTILINE)[0]
COLUMNS = [column.strip(" `") for column in HEADING.split("|")]
SAME = [
    (profile, column)
    for cell, _ in (row for row in table(section(DOCS / "sources.md", "By kind of gateway")) if len(row) == 2)
    for profile in re.findall(r"`(\w+)`", cell)
    for column in COLUMNS
    if f"`{column}`" in cell
]


@pytest.mark.parametrize(("profile", "column"), SAME)
async def test_the_table_of_sources_agrees_with_the_code(start_home: StartHome, profile: str, column: str) -> None:
    home = await start_home(profile)
    index = 1 + COLUMNS.index(column)
    sources = home.entry.runtime_data.site.sources
    flows = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION, Flow.STORAGE)

    of_code = {
        f"{flow} {quantity.name.lower()}".replace("_", " "): sources.get((flow, quantity), "none").replace("_", " ")
        for flow in flows
        for quantity in Quantity
    }

    listed = {row[0]: row[index] for row in SOURCES}
    assert listed == {key: source for key, source in of_code.items() if key in listed}
    assert {source for key, source in of_code.items() if key not in listed} == {"none"}
