"""Entities: when they are added and write a state, their devices, and their removal."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any
from unittest.mock import Mock

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED, STATE_UNAVAILABLE, Platform
from homeassistant.core import Event, EventStateReportedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.enphase_iq_gateway import async_remove_config_entry_device
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import CONF_UPDATE_INTERVAL, DOMAIN
from custom_components.enphase_iq_gateway.coordinator.inverter_owners import async_inverter_owners
from custom_components.enphase_iq_gateway.entity import Candidate, SeenEntities
from custom_components.enphase_iq_gateway.sensor import GatewaySensor
from custom_components.enphase_iq_gateway.sensor.gateway import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from tests.conftest import StartHome, StartSimulator, set_up
from tests.support.home import Home
from tests.support.virtual_time import settle

DEVICE_DATA = "/ivp/pdm/device_data"
MIDSUMMER = datetime(2026, 6, 21, 10, tzinfo=UTC)


def device(home: Home, serial: str) -> dr.DeviceEntry:
    """Return a device by its serial."""
    found = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, serial), home.entry.entry_id)
    assert found is not None
    return found


def count_writes(home: Home) -> Counter[str]:
    """Count how often each entity writes a state from now on, changed or not."""
    counts: Counter[str] = Counter()

    @callback
    def count(event: Event[Any]) -> None:
        counts[event.data["entity_id"]] += 1

    @callback
    def accept(_: EventStateReportedData) -> bool:
        return True

    home.hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    home.hass.bus.async_listen(EVENT_STATE_REPORTED, count, event_filter=accept)
    return counts


def writes(home: Home) -> Callable[[], set[str]]:
    """Record which entities of the gateway write a state from now on, changed or not, by unique id."""
    written = count_writes(home)
    return lambda: {
        registered.unique_id
        for registered in er.async_entries_for_config_entry(er.async_get(home.hass), home.entry.entry_id)
        if registered.entity_id in written
    }


@pytest.mark.usefixtures("all_entities_enabled")
async def test_an_entity_is_added_with_its_first_value(start_home: StartHome) -> None:
    home = await start_home(spoil=lambda faults: faults.add("status", path=DEVICE_DATA, code=503))
    runtime = home.entry.runtime_data
    (serial, *_) = home.simulator.world.inverters
    assert home.state("power", serial)
    assert f"{serial}_temperature" not in home.states()
    home.simulator.faults.clear()

    await home.advance(700, step=30)

    assert float(home.state("temperature", serial)) > 0
    assert home.entry.runtime_data is runtime


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_counter_at_zero_is_added_once_zero_is_confirmed(start_home: StartHome) -> None:
    home = await start_home(inverters=1)
    assert home.state("production_energy_lifetime_l1")
    assert f"{home.entry.unique_id}_production_energy_lifetime_l2" not in home.states()

    await home.advance(1000, step=30)

    assert float(home.state("production_energy_lifetime_l2")) == 0


def broken(*_: object) -> float:
    """Raise as a value that cannot be computed."""
    raise OverflowError("cannot convert float infinity to integer")


def values_that_are_broken(home: Home) -> list[str]:
    """Return the names in the log of values that cannot be computed."""
    lines = [record.getMessage() for record in home.caplog.records if record.levelname == "ERROR"]
    return [line.removeprefix("The value of ").removesuffix(" cannot be computed") for line in lines]


def added(add: Mock) -> list[str]:
    """Return the unique ids of the entities that were added."""
    return [entity.unique_id for call in add.call_args_list for entity in call.args[0]]


async def test_a_value_that_raises_does_not_affect_other_entities(home: Home) -> None:
    """The error is logged once, without the serial, and the entity is added once its value can be computed."""
    add = Mock()
    values: dict[str, Callable[[], object]] = {"broken": broken, "fine": lambda: 1}
    coordinator = home.entry.runtime_data.coordinators[PollGroup.LIVE]

    def value(name: str) -> object:
        return values[name]()

    def create(name: str) -> Entity:
        return GatewaySensor(coordinator, replace(GATEWAY_SENSORS[0], key=name))

    seen = SeenEntities(home.hass, home.entry, Platform.SENSOR, add)
    seen.add(
        coordinator,
        [
            Candidate(
                unique_id=f"{home.entry.unique_id}_{name}",
                value_fn=partial(value, name),
                create=partial(create, name),
            )
            for name in values
        ],
    )
    coordinator.async_update_listeners()
    assert added(add) == [f"{home.entry.unique_id}_fine"]
    assert values_that_are_broken(home) == ["broken"]

    values["broken"] = lambda: 2
    coordinator.async_update_listeners()

    assert added(add)[1:] == [f"{home.entry.unique_id}_broken"]


@pytest.mark.slow
async def test_an_inverter_value_that_raises_does_not_affect_other_entities(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(home.states())
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    er.async_get(home.hass).async_clear_config_entry(home.entry.entry_id)
    first, *others = INVERTER_SENSORS
    rows = (replace(first, value_fn=broken), *others)
    monkeypatch.setattr("custom_components.enphase_iq_gateway.sensor.INVERTER_SENSORS", rows)
    home.caplog.clear()

    await home.hass.config_entries.async_setup(home.entry.entry_id)
    await settle(home.hass)

    serials = set(home.simulator.world.inverters)
    assert before - set(home.states()) == {f"{serial}_{first.key}" for serial in serials}
    assert values_that_are_broken(home) == [first.key] * len(serials)


async def test_inverters_are_not_added_for_ever(start_home: StartHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway may list others in every answer."""
    monkeypatch.setattr("custom_components.enphase_iq_gateway.entity.MOST_DEVICES", 4)
    home = await start_home()

    first, second = home.simulator.world.add_inverter(), home.simulator.world.add_inverter()
    await home.advance(2400, step=60)

    assert {f"{first}_power", f"{second}_power"} & home.states().keys() == {f"{first}_power"}
    home.simulator.world.retire_inverter(first)
    await home.advance(600, step=60)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.advance(600, step=60)
    assert f"{second}_power" not in home.states()

    owners = async_inverter_owners(home.hass)
    assert owners.has(home.entry, second)
    home.simulator.world.retire_inverter(second)
    await home.advance(600, step=60)
    assert not owners.has(home.entry, second)


async def test_a_registered_entity_is_added_at_start_without_a_value(home: Home) -> None:
    (serial, *_) = home.simulator.world.inverters
    home.simulator.faults.add("missing_device", serial=serial)

    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)

    assert home.state("temperature", serial) == "unknown"


async def test_every_inverter_is_a_device_behind_the_gateway(home: Home) -> None:
    assert home.entry.unique_id is not None
    gateway = device(home, home.entry.unique_id)

    assert (gateway.name, gateway.manufacturer, gateway.model_id) == ("IQ Gateway", "Enphase", "800-00649-r01")
    assert gateway.sw_version == "8.2.4345"
    assert gateway.model == "IQ System Controller INT"
    assert gateway.configuration_url == f"https://{home.simulator.address}"
    for serial in home.simulator.world.inverters:
        inverter = device(home, serial)
        assert (inverter.via_device_id, inverter.name) == (gateway.id, f"Inverter {serial}")


async def test_every_entity_belongs_to_the_device_with_the_serial_of_its_unique_id(home: Home) -> None:
    registered = er.async_entries_for_config_entry(er.async_get(home.hass), home.entry.entry_id)

    serials = {home.simulator.serial, *home.simulator.world.inverters}
    assert {each.unique_id.partition("_")[0] for each in registered} == serials
    for each in registered:
        assert each.device_id == device(home, each.unique_id.partition("_")[0]).id


async def test_an_inverter_with_the_serial_of_the_gateway_does_not_affect_the_others(
    hass: HomeAssistant, start_simulator: StartSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    same, *others = (await start_simulator()).world.inverters
    caplog.set_level("INFO")

    entry = await set_up(hass, await start_simulator(serial=same))

    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    powers = {each.unique_id for each in registered if each.unique_id.rpartition("_")[2] == "power"}
    assert {f"{serial}_power" for serial in others} <= powers
    assert f"{same}_power" not in powers
    assert caplog.text.count("the gateway's own serial") == 1
    assert "via device" not in caplog.text


async def test_a_device_that_is_listed_cannot_be_deleted(home: Home) -> None:
    assert home.entry.unique_id is not None
    for serial in (home.entry.unique_id, *home.simulator.world.inverters):
        assert not await async_remove_config_entry_device(home.hass, home.entry, device(home, serial))


async def test_a_vanished_inverter_can_be_deleted_while_the_entry_is_not_loaded(home: Home) -> None:
    (serial, *_) = home.simulator.world.inverters
    await home.simulator.stop()
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_RETRY

    assert await async_remove_config_entry_device(home.hass, home.entry, device(home, serial))
    assert home.entry.unique_id is not None
    assert not await async_remove_config_entry_device(home.hass, home.entry, device(home, home.entry.unique_id))


@pytest.mark.slow
async def test_a_second_gateway_is_numbered(home: Home, start_simulator: StartSimulator) -> None:
    second = await set_up(home.hass, await start_simulator(serial="122300000222", clock=home.clock.now))

    assert second.unique_id is not None
    found = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, second.unique_id), second.entry_id)
    assert found is not None
    assert found.name == "IQ Gateway 2"


async def test_a_state_is_written_only_when_it_shows_something_else(home: Home) -> None:
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


async def test_an_entity_of_one_coordinator_does_not_write_for_another(home: Home) -> None:
    written = writes(home)

    await home.advance(35)

    coordinators = home.states()
    assert written()
    assert {coordinators[key][0] for key in written()} == {PollGroup.LIVE}


async def live_mode(home: Home) -> None:
    """Poll every five seconds from now on."""
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_UPDATE_INTERVAL: 5})
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)


@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
@pytest.mark.parametrize("profile", ["metered_net_three_phase", "metered_total_split_phase"])
async def test_in_live_mode_power_is_shown_each_time_and_counters_each_half_minute(
    start_home: StartHome, profile: str
) -> None:
    home = await start_home(profile)
    await live_mode(home)
    counts = count_writes(home)

    # Home Assistant adds a part of a second to each interval.
    await home.advance(300, step=6)

    shown = ("production_power", "grid_power", "lifetime_production", "production_today")
    assert [counts[f"sensor.iq_gateway_{name}"] for name in shown] == [50, 50, 10, 10]
    assert 5 < counts["sensor.iq_gateway_grid_export_balanced"] <= 10


@pytest.mark.slow
@pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True)
async def test_no_state_is_written_for_a_change_below_one_watt(home: Home) -> None:
    await live_mode(home)
    counts = count_writes(home)
    coordinator = home.coordinator(PollGroup.LIVE)

    def power_w() -> float:
        return coordinator.data.measurement(Flow.TOTAL_CONSUMPTION, 3).power_w or 0.0

    powers_w = [power_w()]
    coordinator.async_add_listener(lambda: powers_w.append(power_w()))

    await home.advance(300, step=6)

    assert len(set(powers_w)) == 51
    shown = sum(round(before) != round(after) for before, after in pairwise(powers_w))
    assert counts["sensor.iq_gateway_consumption_power_l3"] == shown < 50


async def test_an_unloaded_gateway_leaves_nothing_behind(home: Home) -> None:
    coordinators = home.entry.runtime_data.coordinators
    before = len(home.simulator.requests)

    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.advance(900, step=30)

    assert home.entry.state is ConfigEntryState.NOT_LOADED
    assert {state.state for state in home.hass.states.async_all(["sensor", "binary_sensor"])} == {STATE_UNAVAILABLE}
    assert len(home.simulator.requests) == before
    assert home.tasks() == set()
    assert [coordinator for coordinator in coordinators.values() if coordinator._listeners] == []  # noqa: SLF001 - no public attribute shows it


async def test_a_reload_restores_the_same_entities_and_polls(home: Home) -> None:
    entities = set(home.states())
    assert await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)
    assert set(home.states()) == entities
    before = len(home.simulator.requests)

    await home.advance(35)

    assert [request.path for request in home.simulator.requests[before:]] == ["/ivp/meters/readings"]


async def test_a_removed_gateway_has_no_entities_and_devices(home: Home) -> None:
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    await settle(home.hass)

    assert home.hass.states.async_all(["sensor", "binary_sensor"]) == []
    assert dr.async_entries_for_config_entry(dr.async_get(home.hass), home.entry.entry_id) == []
