"""Statistics continue over a takeover and its undo, also where the counters of the integrations differ."""

from itertools import pairwise

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter, InverterCounter
from custom_components.enphase_iq_gateway.history.takeover.starts import UnsteadyCountersError, async_find_shifts
from tests.conftest import set_up

from .two_integrations import TwoIntegrations

pytestmark = pytest.mark.slow

PRODUCED = FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME)
COUNTERS = ("lifetime_production", "lifetime_net_consumption", "lifetime_net_production", "daily_production")
TOLERANCE_KWH = 0.01
LARGEST_KWH = 0.2
"""More than the site can count in five minutes."""


def show(home: TwoIntegrations, entity_id: str, more: float) -> None:
    """Make core show more than the gateway has counted, in its own unit."""
    state = home.hass.states.get(entity_id)
    assert state is not None
    home.hass.states.async_set(entity_id, str(float(state.state) + more), state.attributes)


def steps(sums: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(sums)]


async def test_sums_continue_over_a_takeover_and_its_undo(home: TwoIntegrations) -> None:
    """The energy of every five minutes is that of the gateway, over the takeover and back."""
    ids = {key: home.entity_id(key) for key in COUNTERS}
    await home.live(20)
    await home.take_over()
    await home.live(20)
    await home.undo()
    await home.live(20)

    sums = await home.sums(ids.values())

    for key, entity_id in ids.items():
        counted = steps(sums[entity_id])
        assert len(counted) >= 10, key
        assert max(counted) - min(counted) < 0.03, (key, counted)
        assert 0 < sum(counted) < LARGEST_KWH * len(counted), key
    assert home.warnings() == []


async def test_the_energy_dashboard_stays_valid(home: TwoIntegrations) -> None:
    manager = await async_get_manager(home.hass)
    produced = home.entity_id("lifetime_production")
    imported, exported = home.entity_id("lifetime_net_consumption"), home.entity_id("lifetime_net_production")
    preferences = manager.default_preferences()
    preferences["energy_sources"] = [
        {"type": "solar", "stat_energy_from": produced, "config_entry_solar_forecast": None},
        {
            "type": "grid",
            "stat_energy_from": imported,
            "stat_energy_to": exported,
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "cost_adjustment_day": 0.0,
        },
    ]
    await manager.async_update(preferences)
    await home.live(10)
    before = manager.data
    await home.take_over()
    await home.live(10)

    issues = (await async_validate(home.hass)).as_dict()

    assert manager.data == before
    assert not any(issue for sources in issues["energy_sources"] for issue in sources)


async def test_the_same_counters_are_not_shifted(home: TwoIntegrations) -> None:
    await home.live(3)

    shifts = await async_find_shifts(home.hass, home.entry, home.plan().moves)

    assert (shifts.counters, shifts.days.keys() - {Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION}) == ({}, set())


@pytest.mark.parametrize("more_kwh", [123.456, -55.5])
async def test_a_counter_at_another_value_continues_without_a_jump(home: TwoIntegrations, more_kwh: float) -> None:
    await home.live(10)
    entity_id = home.entity_id("lifetime_production")
    show(home, entity_id, more_kwh / 1000)  # core shows MWh
    plan = home.plan()
    shifts = await async_find_shifts(home.hass, home.entry, plan.moves)
    assert shifts.counters.keys() == {PRODUCED}
    assert shifts.counters[PRODUCED] == pytest.approx(more_kwh * 1000, abs=150)
    shown = home.hass.states.get(entity_id)
    await home.take_over(plan, shifts)
    await home.live(10)

    after = home.hass.states.get(entity_id)

    assert shown is not None
    assert after is not None
    # MWh: half an hour of a small site is far below 0.2 kWh per five minutes.
    assert 0 <= float(after.state) - float(shown.state) < 2 * LARGEST_KWH / 1000
    await home.undo()
    state = home.entry.runtime_data.guard.state
    assert state.shifted_by == ""
    assert abs(state.counters[PRODUCED].offset) < 1


async def test_today_and_inverters_are_shifted_too(home: TwoIntegrations) -> None:
    await home.live(3)
    inverter = home.entity_id("lifetime_energy", home.inverter)
    today = home.entity_id("daily_production")
    show(home, today, 5)
    attributes = {"unit_of_measurement": "kWh", "device_class": "energy"}
    counted = home.entry.runtime_data.guard.state.counters[InverterCounter(home.inverter)].published
    assert counted is not None
    home.hass.states.async_set(inverter, str(counted / 1000 + 7), attributes)
    row = home.row(home.rows_by_id(inverter).id)
    plan = home.plan(enabled=(row,))

    shifts = await async_find_shifts(home.hass, home.entry, plan.moves)

    assert shifts.days[Flow.PRODUCTION] == pytest.approx(5000, abs=300)
    assert shifts.counters[InverterCounter(home.inverter)] == pytest.approx(7000, abs=10)


async def test_energy_while_the_other_integration_was_off_is_counted(home: TwoIntegrations) -> None:
    """It was disabled half an hour ago, with the same counter: nothing is shifted away."""
    entity_id = home.entity_id("lifetime_production")
    await home.live(15)
    await home.hass.config_entries.async_unload(home.core.entry_id)
    await home.live(40)

    shifts = await async_find_shifts(home.hass, home.entry, home.plan().moves)
    assert shifts.counters == {}
    await home.take_over()
    await home.live(10)

    sums = (await home.sums([entity_id]))[entity_id]
    world = home.entry.runtime_data.guard.state.counters[PRODUCED].published
    assert world is not None
    assert sums[-1] - sums[0] > 0.3


async def test_a_counter_that_stopped_at_another_value_continues_from_it(home: TwoIntegrations) -> None:
    """What this integration has counted since then is added, and only that."""
    entity_id = home.entity_id("lifetime_production")
    await home.live(15)
    shown = home.hass.states.get(entity_id)
    assert shown is not None
    await home.hass.config_entries.async_unload(home.core.entry_id)
    home.hass.states.async_set(entity_id, str(float(shown.state) + 400), shown.attributes)
    await home.live(5)
    counted = home.entry.runtime_data.guard.state.counters[PRODUCED].published
    assert counted is not None
    home.hass.states.async_set(entity_id, "unavailable")
    await home.live(30)

    shifts = await async_find_shifts(home.hass, home.entry, home.plan().moves)

    expected = (float(shown.state) + 400) * 1_000_000 - counted
    assert shifts.counters[PRODUCED] == pytest.approx(expected, abs=100)
    since = home.entry.runtime_data.guard.state.counters[PRODUCED].published
    assert since is not None
    assert since - counted > 200


async def test_an_entity_without_any_value_is_not_shifted(home: TwoIntegrations) -> None:
    entity_id = home.entity_id("lifetime_production")
    home.hass.states.async_remove(entity_id)

    shifts = await async_find_shifts(home.hass, home.entry, home.plan().moves)

    assert PRODUCED not in shifts.counters


@pytest.mark.parametrize("is_new", [False, True])
async def test_counters_that_are_zero_for_a_moment_are_not_continued(home: TwoIntegrations, *, is_new: bool) -> None:
    """Both integrations have run before, or this one is set up in that moment and has no value yet."""
    await home.live(10)
    if is_new:
        await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.simulator.faults.add("zeros")
    await home.live(3)
    if is_new:
        home.entry = await set_up(home.hass, home.simulator)
        await home.turn()
    with pytest.raises(UnsteadyCountersError):
        await async_find_shifts(home.hass, home.entry, home.plan().moves)

    home.simulator.faults.clear()
    await home.live(15)

    assert (await async_find_shifts(home.hass, home.entry, home.plan().moves)).counters == {}
