"""Messages about panels that make less than their array."""

from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import entity_sources
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.enphase_iq_gateway.const import DOMAIN

from .conftest import Automation, StartAutomation

WEAK: dict[str, object] = {
    "serials": ["482300000001"],
    "level": {"482300000001": 86},
    "since": {"482300000001": "2026-11-03"},
}
NO_POWER: dict[str, object] = {
    "serials": ["482300000001", "482300000002"],
    "level": {"482300000001": 86, "482300000002": 0},
    "since": {},
}
NONE: dict[str, object] = {"serials": [], "level": {}, "since": {}}


async def report(automation: Automation, attributes: dict[str, object], state: object = None) -> None:
    """Set the sensor as it is after a report."""
    serials = attributes.get("serials")
    count = len(serials) if isinstance(serials, list) else "unavailable"
    automation.hass.states.async_set("sensor.panels", str(state or count), attributes)
    await automation.wait(0)


async def test_a_new_panel_is_reported_once(start_automation: StartAutomation) -> None:
    automation = await start_automation("panel_needs_a_look", panels_below_array="sensor.panels")
    await report(automation, NONE)
    await report(automation, WEAK)
    await report(automation, {**WEAK, "level": {"482300000001": 85}})
    await report(automation, WEAK, "unknown")  # a day without a judgement
    await report(automation, WEAK)
    assert automation.messages == [
        "A panel needs a look: 482300000001 makes 86 % of the power of its array, since 2026-11-03."
    ]

    await report(automation, NO_POWER)
    assert automation.messages[1:] == ["A panel needs a look: 482300000002 makes no power."]


async def test_a_restart_reports_nothing_again(start_automation: StartAutomation) -> None:
    automation = await start_automation("panel_needs_a_look", panels_below_array="sensor.panels")
    await report(automation, {}, "unavailable")
    await report(automation, WEAK)

    assert automation.messages == []


async def test_panels_have_the_names_of_their_devices(start_automation: StartAutomation) -> None:
    automation = await start_automation("panel_needs_a_look", panels_below_array="sensor.panels")
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(automation.hass)
    device = dr.async_get(automation.hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "1")}, name="South 1", serial_number="482300000001"
    )
    power = er.async_get(automation.hass).async_get_or_create(
        "sensor", DOMAIN, "482300000001_power", config_entry=entry, device_id=device.id
    )
    entity_sources(automation.hass)[power.entity_id] = {"domain": DOMAIN}
    await report(automation, NO_POWER)

    assert automation.messages == [
        "Panels need a look: South 1 makes 86 % of the power of its array.\n482300000002 makes no power."
    ]
