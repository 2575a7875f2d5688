"""Home Assistant is killed: what is on its disk is up to a quarter of an hour old, what the recorder has is not."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
import logging
import random

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.store import CounterStore
from simulator import PROFILES, Simulator
from simulator.panels import HEALTHY, Condition
from tests.conftest import set_up
from tests.support.entries import sensor_id
from tests.support.gauntlet import HOUR, Truth, advance_at_once, crash, flow_truths, sums
from tests.support.gauntlet_rows import MINUTE
from tests.support.virtual_time import VirtualTime, disable_loop_debug, virtual_time

NOON = datetime(2026, 6, 10, 11, tzinfo=UTC)
MINUTES = 50
SUN_CHANGES = 5
CRASHES = (10, 39)
"""Before the state is stored for the first time, and a quarter of an hour after it was stored last."""
MOST_KWH = 0.01
MOST_AFTER_FAULTS_KWH = 0.1
FAULTS = ("zeros", "spike", "wrap", "nulls", "negative", "no_readings", "today_is_lifetime", "total_is_net", "status")


@pytest.fixture
async def clock(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[VirtualTime]:
    """Freeze the time at noon in June, and start the recorder."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    disable_loop_debug()
    monkeypatch.setattr(logging.getLogger("homeassistant"), "level", logging.ERROR)
    with virtual_time(NOON) as clock:
        await async_setup_recorder_instance(hass)
        yield clock


async def error_kwh(
    hass: HomeAssistant, clock: VirtualTime, truths: dict[str, Truth], start: datetime, began: dict[str, float]
) -> dict[str, float]:
    """Return the false energy of each counter in the statistics since the start, negative where it is missing."""
    await async_setup_component(hass, "homeassistant", {})
    await hass.services.async_call("homeassistant", "update_entity", {"entity_id": sorted(truths)})
    await advance_at_once(hass, clock, 1)  # Home Assistant updates a moment after the action
    counted = await sums(hass, start, set(truths))
    return {key: counted[key] - (truth(clock.now()) - began[key]) / 1000 for key, truth in truths.items()}


@pytest.mark.parametrize("profile", ["metered_total_three_phase", "metered_net_three_phase"])
async def test_a_crash_neither_loses_energy_nor_counts_it_twice(
    hass: HomeAssistant, clock: VirtualTime, profile: str
) -> None:
    """The sun comes and goes every five minutes, so that the site imports and exports in turns."""
    simulator = Simulator(PROFILES[profile], inverters=6, clock=clock.now)
    falls: list[tuple[int, str]] = []
    async with simulator:
        entry = await set_up(hass, simulator)
        truths = shown_truths(hass, simulator)
        start, highest = dt_util.utcnow(), dict.fromkeys(truths, 0.0)
        began = {entity_id: truth(clock.now()) for entity_id, truth in truths.items()}
        for minute in range(MINUTES):
            if minute in CRASHES:
                await crash(hass, clock, entry)
            if minute % SUN_CHANGES == 0:
                change_sun(simulator, shines=minute % (2 * SUN_CHANGES) == 0)
            await advance_at_once(hass, clock, 60)
            values = rising(hass, truths)
            falls += [(minute, entity_id) for entity_id, value in values.items() if value < highest[entity_id] - 0.001]
            highest |= values
        errors = await error_kwh(hass, clock, truths, start, began)
        await hass.config_entries.async_unload(entry.entry_id)
    assert falls == []
    assert len(errors) >= 6
    assert {entity_id: error for entity_id, error in errors.items() if abs(error) > MOST_KWH} == {}


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["metered_net_only_three_phase", "metered_total_split_phase", "non_metered"])
async def test_crashes_between_faults_cost_no_energy(hass: HomeAssistant, clock: VirtualTime, profile: str) -> None:
    """Faults remain in the first answers after a crash, as those of a gateway that boots itself."""
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    simulator = Simulator(PROFILES[profile], inverters=6, clock=clock.now)
    async with simulator:
        entry = await set_up(hass, simulator)
        truths = shown_truths(hass, simulator)
        start, began = dt_util.utcnow(), {entity_id: truth(clock.now()) for entity_id, truth in truths.items()}
        for _ in range(10):
            for _ in range(chance.randint(1, 6)):
                simulator.faults.add(chance.choice(FAULTS), count=chance.randint(1, 4))
                await advance_at_once(hass, clock, chance.choice((30, 60, 300)))
            await crash(hass, clock, entry, pause_s=chance.choice((5, 60, 600)))
        simulator.faults.clear()
        for _ in range(HOUR):
            await advance_at_once(hass, clock, MINUTE)
        errors = await error_kwh(hass, clock, truths, start, began)
        await hass.config_entries.async_unload(entry.entry_id)
    assert {
        entity_id: round(error, 3) for entity_id, error in errors.items() if abs(error) > MOST_AFTER_FAULTS_KWH
    } == {}


async def test_a_jump_that_was_accepted_stays_over_a_restart_before_the_next_reading(
    hass: HomeAssistant, clock: VirtualTime
) -> None:
    """What was shown last is newer than the last reading, as states are written some milliseconds after it."""
    simulator = Simulator(PROFILES["metered_net_single_phase"], inverters=3, clock=clock.now)
    async with simulator:
        entry = await set_up(hass, simulator)
        simulator.faults.add("spike", wh=100_000.0)
        for _ in range(20):
            await advance_at_once(hass, clock, MINUTE)
        entity_id = sensor_id(hass, f"{simulator.serial}_production_energy_lifetime")
        before = hass.states.get(entity_id)
        clock.tick(1)
        er.async_get(hass).async_update_entity(entity_id, name="Another name")
        await hass.async_block_till_done()
        entry.runtime_data.guard.accept_jump(FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME), 100_000.0)
        clock.tick(1)
        await hass.config_entries.async_reload(entry.entry_id)
        await advance_at_once(hass, clock, MINUTE)
        after = hass.states.get(entity_id)
        await hass.config_entries.async_unload(entry.entry_id)
    assert before is not None
    assert after is not None
    assert float(after.state) - float(before.state) == pytest.approx(100, abs=0.2)


async def test_counters_that_were_disabled_long_ago_add_no_energy_after_their_state_is_lost(
    hass: HomeAssistant, clock: VirtualTime
) -> None:
    """Energy of today, and import and export of a total CT, are the rise of lifetime counters."""
    simulator = Simulator(PROFILES["metered_total_split_phase"], inverters=6, clock=clock.now)
    registry = er.async_get(hass)
    async with simulator:
        entry = await set_up(hass, simulator)
        await advance_at_once(hass, clock, MINUTE)
        for flow in ("production", "total_consumption"):
            lifetime = sensor_id(hass, f"{simulator.serial}_{flow}_energy_lifetime")
            registry.async_update_entity(lifetime, disabled_by=er.RegistryEntryDisabler.USER)
        await hass.config_entries.async_unload(entry.entry_id)
        clock.tick(60 * 86_400)
        await hass.config_entries.async_setup(entry.entry_id)
        await advance_at_once(hass, clock, MINUTE)
        truths = shown_truths(hass, simulator)
        start, began = dt_util.utcnow(), {entity_id: truth(clock.now()) for entity_id, truth in truths.items()}
        await async_wait_recording_done(hass)
        await hass.config_entries.async_unload(entry.entry_id)
        await CounterStore(hass, entry.entry_id).async_remove()
        await hass.config_entries.async_setup(entry.entry_id)
        for _ in range(20):
            await advance_at_once(hass, clock, MINUTE)
        errors = await error_kwh(hass, clock, truths, start, began)
        await hass.config_entries.async_unload(entry.entry_id)
    assert len(errors) >= 3
    assert {entity_id: error for entity_id, error in errors.items() if abs(error) > MOST_KWH} == {}


@pytest.mark.parametrize("fault", ["spike", "wrap"])
async def test_an_entry_that_is_deleted_and_added_again_counts_no_offset(
    hass: HomeAssistant, clock: VirtualTime, fault: str
) -> None:
    """Home Assistant gives the sensors their former entity IDs, also renamed ones, and so their statistics."""
    simulator = Simulator(PROFILES["metered_net_three_phase"], inverters=6, clock=clock.now)
    async with simulator:
        entry = await set_up(hass, simulator)
        lifetime = sensor_id(hass, f"{simulator.serial}_production_energy_lifetime")
        er.async_get(hass).async_update_entity(lifetime, new_entity_id="sensor.solar")
        await advance_at_once(hass, clock, MINUTE)
        simulator.faults.add(fault)
        for _ in range(19):
            await advance_at_once(hass, clock, MINUTE)
        truths = shown_truths(hass, simulator)
        assert "sensor.solar" in truths
        start, began = dt_util.utcnow(), {entity_id: truth(clock.now()) for entity_id, truth in truths.items()}
        await async_wait_recording_done(hass)
        await hass.config_entries.async_remove(entry.entry_id)
        clock.tick(MINUTE)
        entry = await set_up(hass, simulator)
        for _ in range(20):
            await advance_at_once(hass, clock, MINUTE)
        errors = await error_kwh(hass, clock, truths, start, began)
        await hass.config_entries.async_unload(entry.entry_id)
    assert {entity_id: error for entity_id, error in errors.items() if abs(error) > MOST_AFTER_FAULTS_KWH} == {}


def shown_truths(hass: HomeAssistant, simulator: Simulator) -> dict[str, Truth]:
    """Return the true energy of the enabled counters of all phases together, by entity ID."""
    registry, total_ct = er.async_get(hass), "total-consumption" in simulator.world.enabled_cts
    return {
        entity_id: truth
        for key, truth in flow_truths(simulator, ct=True, total_ct=total_ct).items()
        if (entity_id := registry.async_get_entity_id("sensor", DOMAIN, f"{simulator.serial}_{key}"))
        and hass.states.get(entity_id)
    }


def change_sun(simulator: Simulator, *, shines: bool) -> None:
    """Turn the power of all panels on or off."""
    for serial in simulator.world.inverters:
        simulator.world.set_condition(serial, HEALTHY if shines else Condition(output=0.0))


def rising(hass: HomeAssistant, entity_ids: Iterable[str]) -> dict[str, float]:
    """Return the values of the counters that must not fall; energy of today may begin again without its state."""
    states = [state for entity_id in entity_ids if (state := hass.states.get(entity_id)) is not None]
    return {
        each.entity_id: float(each.state)
        for each in states
        if each.attributes["state_class"] == "total_increasing" and not each.entity_id.endswith("_today")
    }
