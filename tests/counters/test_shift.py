"""Counters that continue from the values of another integration, or of the gateway that has been replaced."""

from dataclasses import replace
from datetime import UTC

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Inverter
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Source
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.balanced import BalancedState
from custom_components.enphase_iq_gateway.counters.counter import EventKind, Step
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter, InverterCounter
from custom_components.enphase_iq_gateway.counters.origin import Origin
from custom_components.enphase_iq_gateway.counters.shift import Shifts, continue_from_another_gateway, shift
from custom_components.enphase_iq_gateway.counters.state import GuardState
from tests.support.counters import events, published, run
from tests.support.guard import (
    INVERTERS,
    LIFETIME,
    NET,
    NET_CT,
    PRODUCTION,
    T0,
    TOTAL,
    TOTAL_CT,
    balanced,
    check_inverters,
    check_net,
    check_production,
    check_totals,
    guard_site,
    import_export,
    restart_guard,
)

IMPORT = FlowCounter(NET, CounterField.DELIVERED)
CONSUMED = FlowCounter(TOTAL, CounterField.LIFETIME)


def by(**amounts: float) -> Shifts:
    keys = {"production": LIFETIME, "imported": IMPORT, "consumed": CONSUMED}
    return Shifts(counters={keys[name]: amount for name, amount in amounts.items()}, days={})


def today(guard: Guard) -> float:
    state = guard.state.days[PRODUCTION]
    return state.lifetime - state.baseline


def test_a_counter_goes_on_from_the_shifted_value() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    shift(guard.state, by(production=3_000))

    assert check_production(guard, 30, 12_040) == 15_040
    assert check_production(guard, 60, 12_080) == 15_080


def test_a_shift_survives_a_restart_and_can_be_undone() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    shift(guard.state, by(production=-3_000))
    guard = restart_guard(guard)
    assert check_production(guard, 30, 12_040) == 9_040

    shift(guard.state, by(production=-3_000).reversed())

    assert check_production(guard, 60, 12_080) == 12_080


def test_the_undo_leaves_a_counter_alone_that_has_begun_again_at_zero() -> None:
    """It no longer contains the shift; a stored state with a negative counter would be refused as a whole."""
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 2_000)
    check_production(guard, 30, 2_040)
    guard.state.offsets[LIFETIME] = {Origin(Source.REPORT): 50.0}
    shift(guard.state, Shifts(counters={LIFETIME: 600_000}, days={PRODUCTION: 700}).reversed())
    guard = restart_guard(guard)

    assert check_production(guard, 60, 2_080) == 2_080
    assert today(guard) == 80
    assert guard.state.offsets[LIFETIME] == {Origin(Source.REPORT): 50.0}


def test_a_counter_that_may_be_negative_is_shifted_below_zero() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    check_totals(guard, 0, (5_000, 1_000))
    shift(guard.state, by(consumed=-6_000))

    assert guard.state.counters[CONSUMED].published == -1_000


def test_today_does_not_move_with_its_lifetime() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    check_production(guard, 30, 12_040)
    shift(guard.state, by(production=3_000))
    check_production(guard, 60, 12_080)

    assert today(guard) == 80


def test_today_is_shifted_by_itself() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    shift(guard.state, Shifts(counters={}, days={PRODUCTION: 700}))
    check_production(guard, 30, 12_040)

    assert today(guard) == 740


def test_today_is_not_shifted_by_a_shift_while_the_clock_is_wrong() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    check_production(guard, 30, 12_040)
    check_production(guard, 86_460, 12_050)
    shift(guard.state, by(production=3_000))
    check_production(guard, 90, 12_060)

    assert today(guard) == 60


def continued(before: list[float | None], amount: float, after: list[float | None]) -> list[Step]:
    """Return the steps of a counter after it was shifted between two series of samples."""
    state = GuardState(counters={LIFETIME: run(before)[-1].state})
    shift(state, by(production=amount))
    return run(after, state=state.counters[LIFETIME], start=T0 + 30 * len(before))


def test_a_fall_that_comes_back_after_a_shift_is_undone() -> None:
    steps = continued([12e6, *[9e6] * 60], 3_000, [12e6] * 60)

    assert [event.kind for event in events(steps)] == [EventKind.UNDONE]
    assert steps[-1].publish == 12e6 + 3_000
    assert steps[-1].state.offset == 3_000


def test_a_spike_that_ends_after_a_shift_is_taken_back() -> None:
    steps = continued([*[50_000.0] * 40, 50_200, *[50_000.0] * 20], -3_000, [50_000.0] * 12)

    assert published(steps) == [*[47_200] * 10, *[47_000] * 2]


def test_a_counter_without_a_value_is_not_shifted() -> None:
    state = GuardState()
    shift(state, Shifts(counters={LIFETIME: 5}, days={Flow.PRODUCTION: 5}))

    assert state == GuardState()


def test_balanced_counters_do_not_count_the_shift_of_a_net_ct() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_net(guard, 0, 5_000, 7_000)
    shift(guard.state, by(imported=900))

    assert balanced(check_net(guard, 30, 5_050, 7_000)) == (50, 0)


@pytest.mark.parametrize("amounts", [{"consumed": 900}, {"production": 900}], ids=str)
def test_balanced_counters_do_not_count_the_shift_of_a_total_ct(amounts: dict[str, float]) -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    check_totals(guard, 0, (5_000, 1_000))
    shift(guard.state, by(**amounts))

    assert balanced(check_totals(guard, 30, (5_050, 1_000))[0]) == (50, 0)


def test_the_first_phase_counts_no_shift_of_a_production_ct_on_one_phase() -> None:
    site = replace(guard_site(TOTAL_CT, phases=3), phase_counts={PRODUCTION: 1, TOTAL: 3, NET: 3})
    guard = Guard(site=site)
    check_totals(guard, 0, (9_000, 1_000), (3_000, None), (3_000, None), (3_000, None))
    shift(guard.state, by(production=900))

    phases = check_totals(guard, 30, (9_060, 1_000), (3_020, None), (3_020, None), (3_020, None))
    assert [import_export(phase) for phase in phases] == [(60, 0), (20, 0), (20, 0), (20, 0)]


def test_net_does_not_move_with_the_counters_that_it_is_computed_from() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    before = check_totals(guard, 0, (5_000, 1_000))[0].energy_delivered_wh
    shift(guard.state, by(consumed=900))

    assert (check_totals(guard, 30, (5_000, 1_000))[0]).energy_delivered_wh == before


def test_the_sum_of_the_inverters_does_not_move_with_one_of_them() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"1": 100, "2": 200}, 300)
    shift(guard.state, Shifts(counters={InverterCounter("1"): 1_000}, days={}))

    assert check_inverters(guard, 300, {"1": 110, "2": 200}, 310) == 310
    assert guard.state.counters[InverterCounter("1")].published == 1_110


def test_the_highest_hour_of_a_counter_does_not_contain_the_shift() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    check_production(guard, 3_000, 12_300)
    shift(guard.state, by(production=900_000))
    check_production(guard, 3_700, 12_360)
    hours = guard.state.counters[LIFETIME].hours

    assert hours is not None
    assert hours.highest_w < 400


def test_the_distance_to_another_source_moves_too() -> None:
    """A gateway goes back and forth between sources; the distance between them is known and stays the same."""
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    other = Origin(Source.REPORT)
    guard.state.offsets[LIFETIME] = {other: 50.0}

    shift(guard.state, by(production=3_000))

    assert guard.state.offsets[LIFETIME] == {other: 3_050.0}


def test_an_inverter_without_a_share_in_the_sum_gets_none() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_inverters(guard, 0, {"1": 100}, None)
    guard.state.shares_from.clear()

    shift(guard.state, Shifts(counters={InverterCounter("1"): 1_000}, days={}))

    assert guard.state.counters[InverterCounter("1")].published == 1_100
    assert guard.state.shares_from == {}


def test_balanced_counters_that_have_not_begun_stay_as_they_are() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    waiting = BalancedState(began_at=T0)
    guard.state.balanced[0] = waiting

    shift(guard.state, by(production=3_000))

    assert guard.state.balanced[0] == waiting


@pytest.mark.parametrize("first", [40_000, 9_000_000])
def test_counters_go_on_where_another_gateway_begins(first: float) -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    continue_from_another_gateway(guard.state)
    guard = restart_guard(guard)

    assert check_production(guard, 30, first) == 12_000
    assert check_production(guard, 60, first + 40) == 12_040
    assert guard.events == []


def test_a_zero_of_another_gateway_counts_once_it_lasts() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    continue_from_another_gateway(guard.state)

    assert [check_production(guard, seconds, 0) for seconds in (30, 500, 930)] == [12_000] * 3
    assert check_production(guard, 960, 25) == 12_025


@pytest.mark.parametrize("not_ready", [0, -5, 1e13])
def test_a_gateway_that_is_not_ready_has_no_value_yet(not_ready: float) -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    continue_from_another_gateway(guard.state)

    assert check_production(guard, 30, not_ready) == 12_000
    assert check_production(guard, 60, 9_000) == 12_000
    assert check_production(guard, 90, 9_040) == 12_040


def test_inverters_go_on_at_another_gateway() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"1": 100, "2": 200}, 300)
    continue_from_another_gateway(guard.state)

    assert check_inverters(guard, 300, {"1": 3, "2": 0}, 3) == 300
    assert check_inverters(guard, 600, {"1": 8, "2": 0}, 8) == 305


def test_an_unusable_value_of_another_gateway_is_rejected() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000)
    continue_from_another_gateway(guard.state)

    assert check_production(guard, 30, float("inf")) == 12_000
    assert check_production(guard, 60, 700) == 12_000


def test_what_is_known_of_the_former_gateway_is_dropped() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    snapshot = Snapshot(at=T0, inverters={"1": Inverter(serial="1", energy_lifetime_wh=5)})
    guard.check(PollGroup.INVERTERS, snapshot, UTC)
    guard.state.firmware = "8.2.4345"
    guard.state.offsets[LIFETIME] = {Origin(Source.REPORT): 50.0}
    continue_from_another_gateway(guard.state)

    assert guard.state.locked_sources() == {}
    assert guard.state.offsets == {}
    assert guard.state.firmware == ""
