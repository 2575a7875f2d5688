"""The guard of one gateway: jumps, rejected readings, its stored state, and counters that may fall."""

from datetime import UTC
import json
from math import inf

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source, Sources
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.counter import Event, EventKind
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import parse_counter_key
from custom_components.enphase_iq_gateway.counters.limits import may_fall
from custom_components.enphase_iq_gateway.counters.lines import CounterEvent
from custom_components.enphase_iq_gateway.counters.state import GuardState
from tests.support.guard import (
    INVERTERS,
    LIFETIME,
    NET,
    NET_CT,
    NOON,
    PRODUCTION,
    T0,
    TOTAL,
    TOTAL_CT,
    check_inverters,
    check_production,
    guard_site,
    restart_guard,
)


def test_a_jump_is_an_event_and_can_be_accepted() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000_000)
    for number in range(1, 33):
        published = check_production(guard, 30 * number, 13_691_000)
    assert published == 12_000_000
    (event,) = guard.events
    assert event == CounterEvent(counter=LIFETIME, event=Event(kind=EventKind.JUMP, amount_wh=1_691_000, at=T0 + 30))
    guard.accept_jump(event.counter, 1_691_000)
    assert check_production(guard, 1_000, 13_691_040) == 13_691_040


def test_rejected_samples_are_counted_by_reason() -> None:
    guard = Guard(site=guard_site(NET_CT))
    for number, value in enumerate((12_000_000, inf, -5, None, 0, 17_000_000)):
        check_production(guard, 30 * number, value)
    assert guard.state.rejected == {"not_a_number": 1, "negative": 1, "inactive": 1, "fall": 1, "jump": 1}


def test_powers_that_the_site_cannot_have_are_counted_as_rejected() -> None:
    guard = Guard(site=guard_site(NET_CT))
    for group, rejected in ((PollGroup.LIVE, 2), (PollGroup.REPORT, 1), (PollGroup.LIVE, 0)):
        guard.check(group, Snapshot(at=T0, rejected_powers=rejected), UTC)
    assert restart_guard(guard).state.rejected == {"power": 3}


@pytest.mark.parametrize(
    "damage",
    [
        {"counters": []},
        {"counters": {"production.energy_lifetime_wh.0": {"published": "x"}}},
        {"days": {"production": {}}},
        {"balanced": {"0": {}}},
        {"origins": {"a": 5.0}},
        {"restart": {"net_consumption.energy_delivered_wh.0": True}},
        {"offsets": {"total_consumption.energy_lifetime_wh.0": {"report": "far"}}},
        {"rejected": {"fall": "many"}},
        {"rejected": {"fall": -1}},
        {"sources": None},
        {"sources": {"production.energy_lifetime_wh.0": "the moon"}},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_damaged_data_is_refused_as_a_whole(damage: dict[str, object]) -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000_000)
    with pytest.raises(ValueError, match=r"."):
        GuardState.from_json({**guard.state.as_json(), **damage})


@pytest.mark.parametrize(
    ("counter", "refused"),
    [
        ("production.energy_lifetime_wh.0", True),
        ("net_consumption.energy_delivered_wh.1", True),
        ("inverter.999911111111", True),
        ("net_consumption.energy_lifetime_wh.0", False),
        ("total_consumption.energy_lifetime_wh.2", False),
    ],
)
def test_a_stored_counter_that_only_rises_is_not_negative(counter: str, *, refused: bool) -> None:
    state = CounterState(published=-1.0, floor=-1.0, next_floor=-1.0).as_json()
    data = {**GuardState().as_json(), "counters": {counter: state}}

    if refused:
        with pytest.raises(ValueError, match="negative"):
            GuardState.from_json(data)
    else:
        assert GuardState.from_json(data).counters[parse_counter_key(counter)].published == -1


def test_diagnostics_name_no_inverter() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"999911111111": 1_000, "999922222222": 2_000}, 3_000)
    assert "9999" not in json.dumps(guard.state.as_diagnostics())
    assert guard.state.as_diagnostics()["origins"] == {"1": 0.0, "2": 0.0}


# Counters that may fall


@pytest.mark.parametrize(
    ("sources", "flow", "falls"),
    [
        pytest.param(NET_CT, TOTAL, True, id="computed total"),
        pytest.param(TOTAL_CT, TOTAL, False, id="measured total"),
        pytest.param(NET_CT, NET, True, id="net"),
        pytest.param(NET_CT, PRODUCTION, False, id="production"),
    ],
)
def test_a_counter_may_fall_where_it_is_a_difference(sources: Sources, flow: Flow, *, falls: bool) -> None:
    assert may_fall(guard_site(sources), flow, Quantity.LIFETIME) is falls


def test_a_measured_total_of_a_report_may_not_fall() -> None:
    measured = {**NET_CT, (TOTAL, Quantity.ELECTRICAL): Source.READINGS}
    del measured[NET, Quantity.IMPORT_EXPORT]
    assert not may_fall(guard_site(measured), TOTAL, Quantity.LIFETIME)


def test_total_consumption_that_falls_is_followed_in_each_phase() -> None:
    """A battery of another make feeds in, or the clamps of the two CTs are on different phases."""
    guard = Guard(site=guard_site(NET_CT, phases=2))
    for quarter in range(10):
        lifetimes = (9_000 - 50 * quarter, 10_260 + 50 * quarter, -1_260 - 100 * quarter)
        flows = {TOTAL: tuple(Measurement(energy_lifetime_wh=lifetime) for lifetime in lifetimes)}
        snapshot = guard.check(PollGroup.REPORT, Snapshot(at=NOON + 900 * quarter, flows=flows), UTC)
        assert tuple(each.energy_lifetime_wh for each in snapshot.counted[TOTAL]) == lifetimes
    assert snapshot.counters(TOTAL).energy_today_wh == -450
