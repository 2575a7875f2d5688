"""Counters of devices that vanished: the stored state does not grow, and a device that comes back costs no energy."""

from dataclasses import replace

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.client.storage_models import AcBattery
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.counters import state as state_module
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import (
    AcBatteryCounter,
    CounterKey,
    InverterCounter,
)
from custom_components.enphase_iq_gateway.counters.vanished import drop_vanished
from tests.support.guard import INVERTERS, T0, check_inverters, guard_site, restart_guard
from tests.support.home import Home

DAY_S = 86_400
NOW_S = 400 * DAY_S
GONE, PRESENT = "999900000901", "999900000902"
GONE_BATTERY, PRESENT_BATTERY = "999900000911", "999900000912"


def guard_after(days: float) -> Guard:
    """Return a guard of two inverters and two AC Batteries, of which one each vanished that many days ago."""
    guard = Guard(site=guard_site(INVERTERS))
    for ago, inverters, batteries in (
        (days, (GONE, PRESENT), (GONE_BATTERY, PRESENT_BATTERY)),
        (0, (PRESENT,), (PRESENT_BATTERY,)),
    ):
        seconds = NOW_S - ago * DAY_S
        lifetimes = dict.fromkeys(inverters, 1_000_000.0)
        check_inverters(guard, seconds, lifetimes, reported=sum(lifetimes.values()))
        guard.check_ac_batteries({serial: battery(serial, T0 + seconds) for serial in batteries}, T0 + seconds)
    return guard


def battery(serial: str, at: float) -> AcBattery:
    """Return the report of an AC Battery."""
    return AcBattery(
        serial=serial, last_reported=int(at), energy_discharged_wh=1_000, energy_charged_wh=2_000, counted_since=1
    )


def serials(guard: Guard) -> set[str]:
    """Return the serials of which the state has anything, without that of the gateway."""
    state = guard.state
    devices = (InverterCounter, AcBatteryCounter)
    keys = {key.serial for key in (*state.counters, *state.days, *state.restart) if isinstance(key, devices)}
    return keys | state.shares_from.keys() | state.counted_since.keys()


def test_a_device_without_entities_is_dropped_after_30_days() -> None:
    guard = guard_after(30.1)
    guard.state.restart.add(InverterCounter(GONE))

    assert drop_vanished(guard.state, lambda _: False) == 3

    assert serials(guard) == {PRESENT, PRESENT_BATTERY}
    assert serials(restart_guard(guard)) == serials(guard)


def test_a_device_that_is_away_for_less_is_kept() -> None:
    guard = guard_after(29.9)

    assert drop_vanished(guard.state, lambda _: False) == 0


def test_a_device_with_an_entity_continues_without_energy_after_a_year() -> None:
    guard = guard_after(365)
    key = InverterCounter(GONE)
    guard.state.counters[key] = replace(guard.state.counters[key], published=1_500_000.0, offset=500_000.0)

    def has_entity(each: CounterKey) -> bool:
        return str(each).split(".")[1] in {GONE, GONE_BATTERY}

    assert drop_vanished(guard.state, has_entity) == 0

    for number in range(5):
        check_inverters(guard, NOW_S + 300 * number, {GONE: 1_000_010.0, PRESENT: 1_000_000.0})
    state = guard.state.counters[key]
    assert state.published == 1_500_010


def test_production_keeps_what_a_dropped_inverter_has_counted() -> None:
    guard = guard_after(30.1)
    seconds = NOW_S
    before = check_inverters(guard, seconds + 300, {PRESENT: 1_000_000.0})

    drop_vanished(guard.state, lambda _: False)
    after = [
        check_inverters(guard, seconds + 600, {PRESENT: 1_000_010.0}),
        check_inverters(guard, seconds + 900, {PRESENT: 1_000_010.0, GONE: 1_700_000.0}),
        check_inverters(guard, seconds + 1200, {PRESENT: 1_000_020.0, GONE: 1_700_005.0}),
    ]

    assert (before, after) == (2_000_000, [2_000_010, 2_000_010, 2_000_025])


def test_the_last_inverters_of_the_sum_are_kept() -> None:
    guard = guard_after(30.1)
    guard.state.shares_from.pop(PRESENT)

    assert drop_vanished(guard.state, lambda _: False) == 2

    assert GONE in serials(guard)


def test_a_gateway_that_lists_others_in_every_answer_does_not_fill_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "MOST_COUNTERS", 12)
    guard = guard_after(0)
    for number in range(50):
        at = NOW_S + 300 * number
        check_inverters(guard, at, {PRESENT: 1_000_000.0, f"{number:04}": 5_000.0})
        others = [battery(f"2{number:03}", T0 + at), replace(battery(f"3{number:03}", T0 + at), energy_charged_wh=None)]
        shown = guard.check_ac_batteries({each.serial: each for each in others}, T0 + at)

    assert len(guard.state.counters) <= 13
    assert len(serials(guard)) <= 12
    assert shown["2049"].energy_discharged_wh is shown["2049"].energy_charged_wh is None
    assert check_inverters(guard, at + 300, {PRESENT: 1_000_010.0, GONE: 1_000_000.0, "x": 9.0}) == 2_000_010


async def test_at_set_up_the_counters_of_devices_without_entities_are_dropped(home: Home) -> None:
    state = home.entry.runtime_data.guard.state
    (listed, *_) = (key for key in state.counters if isinstance(key, InverterCounter))
    for serial in (GONE, PRESENT):
        state.counters[InverterCounter(serial)] = replace(
            state.counters[listed], at=state.counters[listed].at - 31 * DAY_S
        )
    er.async_get(home.hass).async_get_or_create("sensor", DOMAIN, f"{PRESENT}_energy_lifetime", config_entry=home.entry)

    await home.hass.config_entries.async_reload(home.entry.entry_id)

    kept = home.entry.runtime_data.guard.state.counters
    assert {InverterCounter(GONE), InverterCounter(PRESENT), listed} & kept.keys() == {InverterCounter(PRESENT), listed}
