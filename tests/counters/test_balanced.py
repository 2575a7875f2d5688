"""Balanced import and export: differences of two counters."""

import json
import math

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.counters.balanced import BalancedState, Sample, step

NET = Flow.NET_CONSUMPTION


def run(*samples: tuple[float, float]) -> tuple[float, float]:
    """Return balanced import and export after samples of (import, export) every minute."""
    state = BalancedState()
    for number, (plus, minus) in enumerate(samples):
        at = 60.0 * number
        state = step(NET, Sample(value=plus, at=at), Sample(value=minus, at=at), state)
    return state.import_wh, state.export_wh


def test_the_first_samples_are_no_energy() -> None:
    assert run((5_000, 2_000)) == (0, 0)


def test_the_difference_of_the_gains_is_import_or_export() -> None:
    assert run((5_000, 2_000), (5_070, 2_020), (5_080, 2_060)) == (50, 30)


def test_a_pause_is_counted_in_one_difference() -> None:
    assert run((5_000, 2_000), (25_000, 12_000)) == (10_000, 0)


@pytest.mark.parametrize(("plus", "minus"), [(None, Sample(value=1, at=2)), (Sample(value=1, at=2), None)])
def test_a_missing_counter_changes_nothing(plus: Sample | None, minus: Sample | None) -> None:
    state = BalancedState(flow=NET, plus=Sample(value=0, at=0), minus=Sample(value=0, at=0))
    assert step(NET, plus, minus, state) is state


def test_nothing_is_counted_until_both_counters_have_a_new_sample() -> None:
    state = step(NET, Sample(value=9, at=0), Sample(value=5, at=0), BalancedState())
    waiting = step(NET, Sample(value=19, at=60), Sample(value=5, at=0), state)
    assert waiting is state
    assert step(NET, Sample(value=29, at=120), Sample(value=12, at=120), waiting).import_wh == 13


def test_samples_of_different_times_are_not_compared_where_both_counters_are_read_together() -> None:
    """One of the counters was held in the last reading."""
    state = step(NET, Sample(value=9, at=0), Sample(value=5, at=0), BalancedState())
    assert step(NET, Sample(value=29, at=60), Sample(value=12, at=30), state) is state


def test_counters_that_are_read_at_different_times_are_compared_when_both_are_new() -> None:
    state = step(NET, Sample(value=9, at=0), Sample(value=5, at=0), BalancedState(), together=False)
    waiting = step(NET, Sample(value=19, at=60), Sample(value=5, at=0), state, together=False)
    later = step(NET, Sample(value=19, at=60), Sample(value=12, at=90), waiting, together=False)
    assert (waiting.import_wh, later.import_wh) == (0, 3)


def test_a_counter_that_begins_again_counts_from_zero() -> None:
    assert run((5_000_000, 2_000), (40, 2_010)) == (30, 0)


def test_a_spike_that_is_undone_is_taken_back_on_its_own_side() -> None:
    assert run((50_000, 20_000), (59_000, 20_000), (59_200, 20_000), (58_500, 20_000)) == (8_500, 0)
    assert run((50_000, 20_000), (50_000, 29_000), (50_000, 28_500)) == (0, 8_500)


def test_a_spike_on_a_young_counter_is_taken_back() -> None:
    """The statistics of a sensor of class `total` subtract every fall."""
    assert run((50_000, 20_000), (52_000, 20_000), (50_000, 20_000)) == (0, 0)


def test_a_spike_of_both_counters_changes_nothing_when_one_after_the_other_is_undone() -> None:
    before = (50_000, 20_000), (59_000, 20_000), (59_000, 28_000)
    spike = (59_700, 28_700)
    assert run(*before, spike, (59_700, 28_000), (59_000, 28_000)) == (9_000, 8_000)
    assert run(*before, spike, (59_000, 28_700), (59_000, 28_000)) == (9_000, 8_000)
    assert run(*before, spike, (59_000, 28_000)) == (9_000, 8_000)


def test_a_spike_of_both_counters_costs_no_energy_where_one_of_them_passes_it() -> None:
    """It stands meanwhile."""
    before = (50_000, 20_000), (59_000, 20_000), (59_000, 28_000)
    assert run(*before, (59_700, 28_700), (59_700, 28_000), (59_900, 28_000)) == (9_900, 8_000)


def at_times(*samples: tuple[float, float, float]) -> tuple[float, float]:
    """Return balanced import and export after samples of both counters, each with its time."""
    state = BalancedState()
    for at, plus, minus in samples:
        state = step(NET, Sample(value=plus, at=at), Sample(value=minus, at=at), state)
    return state.import_wh, state.export_wh


def test_energy_that_both_counters_gained_long_ago_was_no_spike() -> None:
    both = (0, 50_000, 20_000), *((at, 53_000, 23_000) for at in range(60, 7_200, 300))
    assert at_times(*both, (7_200, 62_000, 23_000), (7_260, 59_000, 23_000)) == (6_000, 0)


def test_energy_that_both_counters_gained_in_a_pause_was_no_spike() -> None:
    spike = (36_060, 58_300, 21_000), (36_120, 58_000, 21_000)
    assert at_times((0, 50_000, 20_000), (36_000, 58_000, 21_000), *spike) == (7_000, 0)


def test_a_spike_of_both_counters_before_a_pause_changes_nothing() -> None:
    spike = (0, 50_000, 20_000), (60, 59_000, 20_000), (120, 59_000, 28_000), (180, 59_700, 28_700)
    assert at_times(*spike, (36_180, 59_000, 28_700), (36_240, 59_000, 28_000)) == (9_000, 8_000)


def test_with_a_total_ct_a_spike_on_a_young_counter_is_balanced_on_the_other_side() -> None:
    """The statistics of a `total_increasing` sensor would count a greater fall as a new start."""
    state = BalancedState()
    for at, plus in enumerate((50_000, 52_000, 50_000)):
        state = step(Flow.TOTAL_CONSUMPTION, Sample(value=plus, at=at), Sample(value=20_000, at=at), state)
    assert (state.import_wh, state.export_wh) == (2_000, 2_000)


def test_the_energy_stays_when_the_ct_measures_something_else() -> None:
    state = step(NET, Sample(value=9, at=0), Sample(value=5, at=0), BalancedState(import_wh=70, export_wh=8))
    changed = step(Flow.TOTAL_CONSUMPTION, Sample(value=9e6, at=60), Sample(value=4e6, at=60), state)
    assert (changed.import_wh, changed.export_wh) == (70, 8)
    later = step(Flow.TOTAL_CONSUMPTION, Sample(value=9e6 + 5, at=90), Sample(value=4e6, at=90), changed)
    assert later.import_wh == 75


@given(st.lists(st.tuples(st.floats(0, 5_000), st.floats(0, 5_000)), min_size=1, max_size=60))
@settings(deadline=None)
def test_import_less_export_is_exactly_the_cts_own(gains: list[tuple[float, float]]) -> None:
    imported, exported = [7e6], [3e6]
    for gain, taken in gains:
        imported.append(imported[-1] + gain)
        exported.append(exported[-1] + taken)
    plus, minus = run(*zip(imported, exported, strict=True))
    assert plus - minus == pytest.approx((imported[-1] - imported[0]) - (exported[-1] - exported[0]), abs=1e-3)
    assert plus <= imported[-1] - imported[0] + 1e-3
    assert minus <= exported[-1] - exported[0] + 1e-3


def test_a_state_survives_json() -> None:
    began = BalancedState(import_wh=3, export_wh=4, began_at=7, common=Sample(value=2, at=1))
    state = step(NET, Sample(value=9, at=1), Sample(value=5, at=2), began)
    for each in (state, BalancedState()):
        assert BalancedState.from_json(json.loads(json.dumps(each.as_json()))) == each


@pytest.mark.parametrize(
    "change",
    [
        {"import_wh": -1},
        {"export_wh": "0"},
        {"plus": {"value": 1}},
        {"minus": {"value": 1, "at": math.nan}},
        {"flow": "x"},
    ],
)
def test_a_malformed_state_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        BalancedState.from_json({**BalancedState().as_json(), **change})
