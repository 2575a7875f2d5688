"""When entities come, what they belong to, when they write a state, and what is left when they go."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, EventStateReportedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_platform import async_get_platforms
import pytest

from custom_components.enphase_iq_gateway import async_remove_config_entry_device
from custom_components.enphase_iq_gateway.client import Flow, PollGroup
from custom_components.enphase_iq_gateway.const import CONF_UPDATE_INTERVAL, DOMAIN
from tests.conftest import StartHome
from tests.support.home import Home
from tests.support.virtual_time import settle

DEVICE_DATA = "/ivp/pdm/device_data"
MIDSUMMER = datetime(2026, 6, 21, 10, tzinfo=UTC)


def device(home: Home, serial: str) -> dr.DeviceEntry:
    """Find a device by its serial."""
    found = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, serial), home.entry.entry_id)
    assert found is not None
    return found


def writes(home: Home) -> Callable[[], set[str]]:
    """Note which entities write a state from now on, be it a new one or the same again."""
    written = set()

    @callback
    def note(event: Event[Any]) -> None:
        written.add(event.data["entity_id"])

    @callback
    def all_of_them(_: EventStateReportedData) -> bool:
        return True

    home.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    home.hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=all_of_them)
    return lambda: {
        registered.unique_id
        for registered in er.async_entries_for_config_entry(er.async_get(home.hass), home.entry.entry_id)
        if registered.entity_id in written
    }


@pytest.mark.usefixtures("all_entities_enabled")
async def test_an_entity_comes_when_its_value_is_first_seen(start_home: StartHome) -> None:
    """Without a reload; until then it is not there, as it is not on gateways that never have it."""
    home = await start_home(spoil=lambda faults: faults.add("status", path=DEVICE_DATA, code=503))
    runtime = home.entry.runtime_data
    (serial, *_) = home.simulator.world.inverters
    assert home.state("power", serial)
    assert f"{serial}_temperature" not in home.states()
    home.simulator.faults.clear()

    await home.advance(700, step=30)

    assert float(home.state("temperature", serial)) > 0
    assert home.entry.runtime_data is runtime


async def test_a_counter_that_stands_at_zero_comes_once_that_is_sure(start_home: StartHome) -> None:
    """A first zero may be that of a gateway that is not ready: it waits a quarter of an hour (DESIGN §5)."""
    home = await start_home(inverters=1)
    assert home.state("production_energy_lifetime_l1")
    assert f"{home.entry.unique_id}_production_energy_lifetime_l2" not in home.states()

    await home.advance(1000, step=30)

    assert float(home.state("production_energy_lifetime_l2")) == 0


async def test_an_entity_that_was_there_comes_back_with_a_restart_whatever_the_first_reading_says(home: Home) -> None:
    """Its history goes on, unknown until it has a value."""
    (serial, *_) = home.simulator.world.inverters
    home.simulator.faults.add("missing_device", serial=serial)

    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)

    assert home.state("temperature", serial) == "unknown"


async def test_the_registry_hears_of_each_entity_once(hass: HomeAssistant, start_home: StartHome) -> None:
    """With all that it keeps: what is added later costs a second write of the registry and of the state."""
    actions: Counter[str] = Counter()

    @callback
    def count(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        actions[event.data["action"]] += 1

    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, count)
    home = await start_home()

    registered = er.async_entries_for_config_entry(er.async_get(hass), home.entry.entry_id)
    assert actions == {"create": len(registered)}


async def test_every_inverter_is_a_device_behind_the_gateway(home: Home) -> None:
    """DESIGN §2; the gateway is named by its part number."""
    assert home.entry.unique_id is not None
    gateway = device(home, home.entry.unique_id)

    assert (gateway.manufacturer, gateway.model_id, gateway.sw_version) == ("Enphase", "800-00649-r01", "8.2.4345")
    assert gateway.model == "IQ System Controller INT"
    assert gateway.configuration_url == f"https://{home.simulator.address}"
    for serial in home.simulator.world.inverters:
        inverter = device(home, serial)
        assert (inverter.via_device_id, inverter.name) == (gateway.id, f"Inverter {serial}")


async def test_what_is_there_cannot_be_deleted(home: Home) -> None:
    """Neither the gateway nor an inverter that it lists."""
    assert home.entry.unique_id is not None
    for serial in (home.entry.unique_id, *home.simulator.world.inverters):
        assert not await async_remove_config_entry_device(home.hass, home.entry, device(home, serial))


async def test_a_state_is_written_only_when_it_shows_something_else(home: Home) -> None:
    """Two readings of the same make no write, two of the inverters' one for what has changed."""
    coordinator = home.coordinator(PollGroup.INVERTERS)
    written = writes(home)

    await coordinator.async_refresh()
    assert written() == set()

    (first, *_) = home.simulator.world.inverters
    home.simulator.faults.add("missing_device", serial=first)
    await coordinator.async_refresh()
    await coordinator.async_refresh()
    assert written() <= {key for key in home.states() if key.startswith(first)} | {
        f"{home.entry.unique_id}_inverters_reporting"
    }
    assert f"{first}_power" in written()


async def test_an_entity_of_one_lane_does_not_write_for_another(home: Home) -> None:
    """A reading of the live coordinator touches its own alone."""
    written = writes(home)

    await home.advance(35)

    coordinators = home.states()
    assert written()
    assert {coordinators[key][0] for key in written()} == {PollGroup.LIVE}


async def test_an_entity_that_cannot_take_its_values_leaves_the_others(home: Home) -> None:
    """It is said in the log, and everybody else is told."""
    coordinator = home.coordinator(PollGroup.LIVE)

    def fail() -> None:
        raise ValueError("odd value")

    coordinator.async_add_listener(fail)
    # The first to be told.
    coordinator._listeners = dict(reversed(coordinator._listeners.items()))  # noqa: SLF001 - nothing public orders them
    written = writes(home)

    await home.advance(35)

    assert f"{home.entry.unique_id}_production_power" in written()
    assert home.log() == [("ERROR", "live: an entity could not take its values")]


@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
async def test_an_inverters_entity_that_cannot_take_its_value_leaves_its_others(home: Home) -> None:
    """They are told together, and by one after the other."""
    (serial, *_) = home.simulator.world.inverters
    entity_id = er.async_get(home.hass).async_get_entity_id("sensor", DOMAIN, f"{serial}_power")
    assert entity_id is not None
    (power,) = (
        platform.entities[entity_id]
        for platform in async_get_platforms(home.hass, DOMAIN)
        if entity_id in platform.entities
    )
    written = writes(home)

    with patch.object(power, "show", side_effect=ValueError("odd value")):
        await home.advance(1260, step=30)

    assert f"{serial}_energy_lifetime" in written()
    assert f"{serial}_power" not in written()
    assert set(home.log()) == {("ERROR", "inverters: an entity could not take its values")}


async def live_mode(home: Home) -> None:
    """Read each five seconds from now on."""
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_UPDATE_INTERVAL: 5})
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)


def changes(home: Home) -> Counter[str]:
    """Count the changes of each of the gateway's states from now on, by the end of its id."""
    counts: Counter[str] = Counter()

    @callback
    def count(event: Event[EventStateChangedData]) -> None:
        counts[event.data["entity_id"].partition(f"{home.entry.unique_id}_")[2]] += 1

    home.hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    return counts


@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
async def test_in_live_mode_power_is_shown_each_time_and_counters_each_half_minute(home: Home) -> None:
    """Their last digits are nothing that a person waits for, and would be a third of what goes to the database."""
    await live_mode(home)
    counts = changes(home)

    # Home Assistant adds a part of a second to each interval.
    await home.advance(300, step=6)

    shown = ("production_power", "grid_power", "lifetime_production", "production_today")
    assert [counts[name] for name in shown] == [50, 50, 10, 10]


@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
async def test_in_live_mode_what_is_added_up_here_takes_each_power(start_home: StartHome) -> None:
    """Import and export with a total-consumption CT: what is left out would be lost."""
    home = await start_home("metered_total_split_phase")
    await live_mode(home)
    coordinator = home.coordinator(PollGroup.LIVE)
    exported = set()
    coordinator.async_add_listener(
        lambda: exported.add(coordinator.data.counters(Flow.NET_CONSUMPTION).energy_received_wh)
    )

    await home.advance(300, step=6)

    assert len(exported) == 50


@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
async def test_what_is_too_small_to_be_shown_is_no_news(home: Home) -> None:
    """A CT's noise of a part of a watt would be a third of what goes to the database."""
    await live_mode(home)
    counts = changes(home)
    flow = Flow.TOTAL_CONSUMPTION
    coordinator = home.coordinator(PollGroup.LIVE)
    measured = set()
    coordinator.async_add_listener(lambda: measured.add(coordinator.data.measurement(flow, 3).power_w))

    await home.advance(300, step=6)

    assert len(measured) == 50
    assert counts["consumption_power_l3"] == len({round(power) for power in measured if power is not None}) - 1


def contexts(home: Home, *unique_ids: str) -> list[str]:
    """Give the contexts that states were written in."""
    registry = er.async_get(home.hass)
    found = [registry.async_get_entity_id("sensor", DOMAIN, unique_id) for unique_id in unique_ids]
    return [state.context.id for name in found if name and (state := home.hass.states.get(name))]


@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
async def test_the_numbers_of_one_reading_share_a_context(home: Home) -> None:
    """They have one cause, and the next reading is another."""
    keys = ("production_power", "production_power_l1", "net_consumption_power")
    flows = [f"{home.entry.unique_id}_{key}" for key in keys]
    await home.advance(35)
    first = contexts(home, *flows)
    await home.advance(35)
    second = contexts(home, *flows)

    assert (len(first), len(set(first)), len(set(second)), len({*first, *second})) == (3, 1, 1, 2)


@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
async def test_what_the_logbook_shows_has_a_context_of_its_own(home: Home) -> None:
    """It would name another inverter of the same reading as the cause."""
    reported = [f"{serial}_last_reported" for serial in home.simulator.world.inverters]
    await home.advance(960, step=30)
    found = contexts(home, *reported)

    assert len(set(found)) == len(reported) > 1


async def test_an_unloaded_gateway_leaves_nothing_behind(home: Home) -> None:
    """No task, no connection, no listener; what was shown is unavailable."""
    coordinators = home.entry.runtime_data.coordinators
    before = len(home.simulator.requests)

    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.advance(900, step=30)

    assert home.entry.state is ConfigEntryState.NOT_LOADED
    assert {state.state for state in home.hass.states.async_all(["sensor", "binary_sensor"])} == {STATE_UNAVAILABLE}
    assert len(home.simulator.requests) == before
    assert home.tasks() == set()
    assert [coordinator for coordinator in coordinators.values() if coordinator._listeners] == []  # noqa: SLF001 - nothing public tells


async def test_a_reload_brings_the_same_entities(home: Home) -> None:
    """And no second set of listeners: each reading is asked for once."""
    entities = set(home.states())
    assert await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)
    assert set(home.states()) == entities
    before = len(home.simulator.requests)

    await home.advance(35)

    assert [request.path for request in home.simulator.requests[before:]] == ["/ivp/meters/readings"]


async def test_a_removed_gateway_takes_its_entities_and_devices_with_it(home: Home) -> None:
    """Nothing to tidy up for a person."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    await settle(home.hass)

    assert home.hass.states.async_all(["sensor", "binary_sensor"]) == []
    assert dr.async_entries_for_config_entry(dr.async_get(home.hass), home.entry.entry_id) == []
