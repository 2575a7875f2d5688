"""The panels of a gateway are the inverters that have entities in its entry."""

from homeassistant.core import HomeAssistant

from custom_components.enphase_iq_gateway.array.feed import Message, async_roof_feed
from custom_components.enphase_iq_gateway.array.panels import async_panels
from simulator import Faults
from tests.conftest import StartHome, StartSimulator, set_up


async def test_an_inverter_that_two_gateways_list_is_a_panel_of_one(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    first = await start_simulator(inverters=3)
    second = await start_simulator(inverters=3, serial="122300000222", neighbor=first, shared=1)

    entries = [await set_up(hass, simulator) for simulator in (first, second)]

    serials = [[panel.serial for panel in async_panels(hass, entry)] for entry in entries]
    assert [len(each) for each in serials] == [3, 2]
    assert {
        serial for each in serials for serial in each
    } == first.world.inverters.keys() | second.world.inverters.keys()


async def test_a_gateway_that_lists_no_inverters_has_an_empty_roof(start_home: StartHome) -> None:
    def spoil(faults: Faults) -> None:
        for path in ("/ivp/pdm/device_data", "/api/v1/production/inverters"):
            faults.add("status", path=path, code=404)

    home = await start_home(spoil=spoil)
    messages: list[Message] = []

    await async_roof_feed(home.hass, home.entry.entry_id).async_subscribe(messages.append)

    (roof,) = messages
    assert (roof["kind"], roof["panels"], roof["layout"]["panels"]) == ("roof", [], {})
