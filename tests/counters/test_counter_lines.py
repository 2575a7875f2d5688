"""The check of one counter: jumps, new starts and wraps that last."""

from dataclasses import replace
import json
import math

import pytest

from custom_components.enphase_iq_gateway.counters.allowance import Limits
from custom_components.enphase_iq_gateway.counters.counter import (
    WRAP_WH,
    Event,
    EventKind,
    Reason,
    accept_jump,
    step,
)
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState, Hours
from tests.support.counters import LIVE, MWH_12, NET, QUARTERLY, T0, events, line, published, run, settled

CT = Limits(rise_w=3 * 55_400, interval_s=60)

# Held, and confirmed


def test_a_jump_is_left_out_and_an_event() -> None:
    steps = run([MWH_12, *line(MWH_12 + 1_691_000, 40)])
    assert published(steps)[:31] == [MWH_12] * 31
    assert published(steps)[31] == pytest.approx(MWH_12 + 30 * 40)
    assert published(steps)[-1] == pytest.approx(MWH_12 + 39 * 40)
    assert events(steps) == [Event(kind=EventKind.JUMP, amount_wh=1_691_000, at=T0 + 30)]


@pytest.mark.parametrize(
    ("samples", "every_s", "confirmed"), [(2, 900, False), (3, 900, True), (3, 300, False), (4, 300, True)]
)
def test_a_jump_is_confirmed_by_three_samples_and_fifteen_minutes(
    samples: int, every_s: float, *, confirmed: bool
) -> None:
    jumped = line(MWH_12 + 1_691_000, samples)
    assert len(events(run([MWH_12, *jumped], every=every_s))) == confirmed


def test_the_time_home_assistant_was_off_does_not_confirm_a_glitch() -> None:
    state = settled()
    for at in (30, 7230, 7260, 7290):
        state = step(7.0, T0 + at, LIVE, state).state
    assert step(MWH_12, T0 + 7320, LIVE, state).publish == MWH_12


def test_a_new_line_that_is_not_plausible_in_itself_begins_anew() -> None:
    steps = run([MWH_12, *line(1e6, 25), *line(2e6, 25)])
    assert {each.publish for each in steps} == {MWH_12}
    assert steps[-1].state.held is not None
    assert steps[-1].state.held.samples == 25


def test_a_value_just_below_the_new_line_is_still_on_it() -> None:
    jumped = line(MWH_12 + 1_691_000, 40)
    jumped[10] = MWH_12 + 1_691_000
    assert len(events(run([MWH_12, *jumped]))) == 1


def test_a_jump_left_out_can_be_accepted() -> None:
    """The user can accept it in a repair."""
    steps = run([MWH_12, *line(MWH_12 + 1_691_000, 40)])
    state = accept_jump(steps[-1].state, events(steps)[0].amount_wh)
    assert step(MWH_12 + 1_691_000 + 40 * 40, T0 + 41 * 30, LIVE, state).publish == pytest.approx(
        MWH_12 + 1_691_000 + 40 * 40
    )


def test_after_an_accepted_jump_a_fall_is_still_a_fall() -> None:
    state = step(1040, T0 + 1000, LIVE, accept_jump(settled(1000), 5e5)).state
    assert step(500, T0 + 1030, LIVE, state).reason is Reason.FALL


def test_an_accepted_jump_is_no_energy_of_the_hour() -> None:
    """The highest hour shows what the site can do."""
    state = accept_jump(settled(1000), 5e5)
    hours = run([*line(1000, 121, 1)], state=state)[-1].state.hours
    assert hours is not None
    assert hours.highest_w == pytest.approx(120)


def test_no_jump_can_be_accepted_before_the_first_value() -> None:
    with pytest.raises(ValueError, match="left nothing out"):
        accept_jump(CounterState(), 1)


def test_a_new_start_is_passed_on_once_confirmed_and_moving() -> None:
    """A meter was re-commissioned (G§9.6): the statistics count from zero on."""
    steps = run([MWH_12, *[0.0] * 50, 40, 80])
    assert published(steps)[-3:] == [MWH_12, 40, 80]
    assert events(steps) == [Event(kind=EventKind.RESET, amount_wh=-MWH_12, at=T0 + 30)]
    assert steps[-1].state.offset == 0


def test_a_new_start_so_soon_that_the_statistics_would_miss_it_goes_on_upwards() -> None:
    """They subtract a fall to 90 % or more as a correction."""
    steps = run([300, *line(10, 32, 8.9)])
    assert events(steps)[0].kind is EventKind.RESET
    assert steps[-1].publish == 300 + 10 + 31 * 8.9


@pytest.mark.parametrize("level", [30_000.0, 90_000.0])
def test_a_small_fall_after_a_pause_is_no_new_start(level: float) -> None:
    """The site could have produced the whole counter meanwhile."""
    steps = run([*[level - 500] * 40], state=settled(level), start=T0 + 36_000)
    assert steps[-1].publish == level
    assert [event.kind for event in events(steps)] == [EventKind.FALL]


def test_a_new_start_after_a_pause_is_likely_only_with_energy_that_the_site_can_produce() -> None:
    """The CT could carry much more."""
    limits = replace(LIVE, likely_w=2_000.0)
    steps = run([*[50_000.0] * 40, 50_010], limits, state=settled(90_000), start=T0 + 36_000)
    assert steps[-1].publish == 90_010
    assert [event.kind for event in events(steps)] == [EventKind.FALL]


def test_a_fall_to_no_new_start_is_bridged_because_the_statistics_would_count_the_new_level() -> None:
    """That would be 5 MWh of false energy."""
    steps = run([MWH_12, *line(5e6, 40)])
    assert steps[-1].publish == pytest.approx(MWH_12 + 39 * 40)
    assert events(steps) == [Event(kind=EventKind.FALL, amount_wh=5e6 - MWH_12, at=T0 + 30)]


def test_a_source_that_stood_still_and_caught_up_loses_nothing_without_an_event() -> None:
    silent: list[float | None] = [MWH_12] * 289  # an inverter out of reach for a day
    limits = Limits(rise_w=400)
    steps = run([*silent, *line(MWH_12 + 2_000, 5, 20)], limits, every=300)
    assert steps[289].publish == MWH_12
    assert steps[-1].publish == MWH_12 + 2_080
    assert not events(steps)


# Wraps


def test_a_wrap_is_continued_at_once_and_undone_when_the_gateway_recovers() -> None:
    """The counter has 32 bits of joules (G§6.6)."""
    low = 1_193_000.0
    steps = run([low, low + 60 - WRAP_WH, low + 100 - WRAP_WH, low + 140, low + 180])
    assert published(steps) == pytest.approx([low, low + 60, low + 100, low + 140, low + 180])
    assert [each.reason for each in steps] == [None, Reason.WRAP, None, Reason.WRAP, None]
    assert steps[-1].state.offset == 0


def test_of_several_counters_summed_one_wraps_after_the_other() -> None:
    """The site's total on firmware >= 8.2.4264 is a sum of counters that wrap (G§6.6)."""
    values = [3e6 + 40 * number - WRAP_WH * (number // 5) for number in range(11)]
    assert published(run([*values])) == pytest.approx([3e6 + 40 * number for number in range(11)])


def test_a_firmware_that_counts_right_again_gives_all_wraps_back() -> None:
    steps = run([366_148, *line(366_148 + 7 * WRAP_WH, 40)])
    assert steps[-1].publish == pytest.approx(366_148 + 39 * 40)
    assert not events(steps)


def test_a_zero_just_where_the_counter_would_wrap_is_no_wrap() -> None:
    steps = run([1_193_040, 0, 1_193_060])
    assert published(steps) == [1_193_040, 1_193_040, 1_193_060]


def test_a_zero_that_was_a_wrap_after_all_is_continued() -> None:
    steps = run([1_193_040, *[0.0] * 32, 40])
    assert steps[-1].publish == pytest.approx(WRAP_WH + 40)
    assert not events(steps)


def test_a_wrap_while_home_assistant_was_off_for_days_waits_for_confirmation() -> None:
    state = settled(1_150_000)
    five_days = 432_000.0
    first = step(7_000, T0 + five_days, LIVE, state)
    assert first.reason is Reason.FALL
    for number in range(1, 31):
        first = step(7_000 + 40 * number, T0 + five_days + 30 * number, LIVE, first.state)
    assert first.publish == pytest.approx(WRAP_WH + 7_000 + 1_200)


@pytest.mark.parametrize(
    ("replaced_at", "kept"),
    [pytest.param(1_150_000, False, id="too far from a wrap"), pytest.param(1_190_000, True, id="as near as an hour")],
)
def test_a_meter_that_is_replaced_in_a_pause_wraps_only_if_the_site_could_have_reached_it(
    replaced_at: float, *, kept: bool
) -> None:
    """The new meter counts from zero; in its highest hour the site had 8 kWh."""
    state = replace(settled(replaced_at), hours=Hours(begin=replaced_at, begin_at=T0, highest_w=8_000.0, count=72))
    two_hours = 7_200.0
    for number in range(40):
        done = step(500 + 40 * number, T0 + two_hours + 30 * number, CT, state)
        state = done.state
    assert state.published == pytest.approx((WRAP_WH if kept else 0) + 500 + 39 * 40)


def test_a_wrap_during_a_held_glitch_is_continued() -> None:
    low = 1_193_000.0
    assert published(run([low, 5e6, low + 80 - WRAP_WH])) == pytest.approx([low, low, low + 80])


def test_a_wrap_of_a_counter_that_may_fall_is_continued_at_once_and_undone_when_the_gateway_recovers() -> None:
    steps = run([500, 460 - WRAP_WH, 480 - WRAP_WH, 440, 430], NET)
    assert published(steps) == pytest.approx([500, 460, 480, 440, 430])
    assert [each.reason for each in steps] == [None, Reason.WRAP, None, Reason.WRAP, None]


def test_a_wrap_of_a_counter_that_may_fall_is_found_after_a_pause_too() -> None:
    steps = run([3e6, *[None] * 60, *line(3e6 - 5_000 - WRAP_WH, 32, -20)], NET)
    assert steps[-1].publish == pytest.approx(3e6 - 5_000 - 31 * 20)
    assert not events(steps)


def test_a_fall_that_the_site_can_explain_is_no_wrap() -> None:
    limits = Limits(rise_w=10_000, fall_w=2 * WRAP_WH * 60, interval_s=60)
    steps = run([3e6, 3e6 - WRAP_WH], limits)
    assert published(steps) == [3e6, 3e6 - WRAP_WH]


# Saved


@pytest.mark.parametrize("values", [[1000.5], [1000, 5e6, 5e6], [0.0], [None]])
def test_a_state_survives_json(values: list[float | None]) -> None:
    state = run(values)[-1].state
    assert CounterState.from_json(json.loads(json.dumps(state.as_json()))) == state


@pytest.mark.parametrize(
    "change",
    [
        {"published": "12"},
        {"published": math.nan},
        {"offset": math.inf},
        {"at": None},
        {"moved_at": True},
        {"at": 10**400},
        {"floor": 5000.0},
        {"held": []},
        {"held": {"first": 1}},
        {"held": {"first": 1, "first_at": 1, "last": 1, "last_at": 1, "seen_s": 1, "samples": 0}},
        {"held": {"first": 1, "first_at": 1, "last": 1, "last_at": 1, "seen_s": 1, "samples": 1.5}},
        {"held": {"first": 1, "first_at": 1, "last": 1, "last_at": 1, "seen_s": 1, "samples": True}},
    ],
)
def test_a_malformed_state_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"counter state|held line"):
        CounterState.from_json({**settled(1000).as_json(), **change})


@pytest.mark.parametrize("data", [None, [], "state", {}, 7])
def test_data_that_is_no_state_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="counter state"):
        CounterState.from_json(data)


def test_a_restart_amid_a_hold_changes_nothing() -> None:
    held = run([MWH_12, 0, 0])[-1].state
    restored = CounterState.from_json(held.as_json())
    assert replace(restored) == held
    assert step(MWH_12 + 500, T0 + 300, LIVE, restored).publish == MWH_12 + 500


# A jump or fall that is undone


def test_a_fall_that_comes_back_hours_later_is_undone() -> None:
    fallen = line(MWH_12 - 300_700, 600)
    steps = run([MWH_12, *fallen, *line(MWH_12 + 600 * 40, 40)])
    assert [event.kind for event in events(steps)] == [EventKind.FALL, EventKind.UNDONE]
    assert steps[-1].publish == pytest.approx(MWH_12 + 639 * 40, abs=41)
    assert steps[-1].state.offset == 0


def test_a_fall_to_a_counter_that_stands_still_is_undone_with_the_energy_of_the_time() -> None:
    steps = run([MWH_12, *[MWH_12 - 300_700] * 600, *line(MWH_12 + 600 * 40, 40)])
    assert [event.kind for event in events(steps)] == [EventKind.FALL, EventKind.UNDONE]
    assert steps[-1].publish == MWH_12 + 639 * 40


def test_a_new_start_that_was_none_is_undone() -> None:
    steps = run([MWH_12, *line(40, 100), *line(MWH_12 + 4000, 100)])
    assert [event.kind for event in events(steps)] == [EventKind.RESET, EventKind.UNDONE]


def test_zeros_soon_after_a_new_start_are_no_return_to_the_former_counter() -> None:
    steps = run([1000, *line(5, 100, 5), 0, 0, *line(515, 40, 5)], QUARTERLY)
    assert [event.kind for event in events(steps)] == [EventKind.RESET]
    assert steps[-1].publish == 710


def test_a_counter_that_alternates_between_two_lines_jumps_once() -> None:
    there, back = [MWH_12 + 5_000_000] * 40, [MWH_12] * 40
    steps = run([*back, *there, *back, *there, *back])
    assert [event.kind for event in events(steps)] == [
        EventKind.JUMP,
        EventKind.UNDONE,
        EventKind.UNDONE,
        EventKind.UNDONE,
    ]
    assert {each.publish for each in steps} == {MWH_12}
    assert events(steps)[1].at == events(steps)[0].at


def test_a_jump_that_was_accepted_is_not_undone() -> None:
    state = run([MWH_12, *[MWH_12 + 5_000_000] * 40])[-1].state
    fallen = step(MWH_12, T0 + 41 * 30, LIVE, accept_jump(state, 5_000_000))
    assert (fallen.publish, fallen.reason) == (MWH_12 + 5_000_000, Reason.FALL)


def test_a_state_without_the_newer_fields_is_read() -> None:
    saved = settled(1000).as_json()
    del saved["left"]
    assert CounterState.from_json(saved) == settled(1000)


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert CounterState.from_json({**settled(1000).as_json(), "newer": 1}) == settled(1000)
