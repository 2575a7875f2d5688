"""The check of one counter: steady, and wrong for a while."""

from dataclasses import replace
import math

import pytest

from custom_components.enphase_iq_gateway.counters.allowance import Limits
from custom_components.enphase_iq_gateway.counters.counter import (
    WRAP_WH,
    EventKind,
    Reason,
    Step,
    rebase,
    recover,
    step,
)
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState, Hours
from tests.support.counters import LIVE, MWH_12, NET, QUARTERLY, T0, events, line, published, run, settled

# The normal path


def test_rises_within_the_limit_are_published() -> None:
    assert published(run([1000, 1040, 1040, 1123.5])) == [1000, 1040, 1040, 1123.5]


def test_a_quarter_hour_step_right_after_a_sample_is_no_jump() -> None:
    """Some sources move once in a quarter of an hour, by all its energy (G§3)."""
    steps = run([1000, 1000, 1000, 3500], QUARTERLY)
    assert steps[-1].publish == 3500
    assert steps[-1].reason is None


HOUR = 3_600
TEN_HOURS = 10 * HOUR


def after_a_pause(rise: float, limits: Limits = LIVE, state: CounterState | None = None) -> list[Step]:
    """Read a counter again that has risen so much in ten hours."""
    steps: list[Step] = []
    state = state or settled()
    for number in range(4):
        steps.append(step(MWH_12 + rise + 40 * number, T0 + TEN_HOURS + 30 * number, limits, state))
        state = steps[-1].state
    return steps


def test_after_a_pause_the_energy_of_the_time_is_accepted_when_samples_agree() -> None:
    assert published(after_a_pause(50_000)) == [MWH_12, MWH_12, MWH_12 + 50_080, MWH_12 + 50_120]


def test_after_a_pause_the_allowance_is_the_limit_times_the_pause() -> None:
    assert published(after_a_pause(101_000)) == [MWH_12] * 4


def test_after_a_pause_one_sample_proves_nothing() -> None:
    state = settled()
    for at, value, expected in ((0, MWH_12 + 90_000, MWH_12), (30, MWH_12 + 800, MWH_12 + 800)):
        done = step(value, T0 + TEN_HOURS + at, LIVE, state)
        state = done.state
        assert done.publish == expected


def test_after_a_short_pause_one_sample_is_enough() -> None:
    assert step(MWH_12 + 800, T0 + 290, LIVE, settled()).publish == MWH_12 + 800


def test_after_a_pause_no_more_is_accepted_than_the_inverters_can_produce() -> None:
    """The CT could carry much more."""
    limits = replace(LIVE, likely_w=2_000.0)
    assert published(after_a_pause(19_000, limits))[-1] == MWH_12 + 19_120
    assert published(after_a_pause(25_000, limits))[-1] == MWH_12


def test_after_a_pause_no_more_is_accepted_than_the_highest_hour_allows() -> None:
    learned = replace(settled(), hours=Hours(begin=MWH_12, begin_at=T0, highest_w=2_000.0, count=72))
    assert published(after_a_pause(29_000, state=learned))[-1] == MWH_12 + 29_120
    assert published(after_a_pause(35_000, state=learned))[-1] == MWH_12


def test_few_hours_do_not_show_what_a_site_can_do() -> None:
    learned = replace(settled(), hours=Hours(begin=MWH_12, begin_at=T0, highest_w=2_000.0, count=71))
    assert published(after_a_pause(35_000, state=learned))[-1] == MWH_12 + 35_120


def test_the_highest_hour_is_learned() -> None:
    hour: list[float | None] = [*line(MWH_12, 120, 10), *line(MWH_12 + 1_200, 121, 30), *line(MWH_12 + 4_830, 120, 10)]
    hours = run(hour)[-1].state.hours
    assert hours is not None
    assert hours.highest_w == pytest.approx(3_600)
    assert hours.count == 3


def test_an_hour_with_a_spike_that_is_undone_is_not_the_highest() -> None:
    night: list[float | None] = [50_000.0] * 120
    steps = run([*night, 50_200, *night])
    assert steps[120].state.hours == Hours(begin=50_200, begin_at=T0 + 3_600, highest_w=200, count=1)
    hours = steps[-1].state.hours
    assert hours is not None
    assert hours.highest_w == 0


def test_hours_of_an_earlier_version_are_read() -> None:
    stored = {"begin": 1.0, "begin_at": T0, "highest_w": 3.0, "count": 4}
    assert Hours.from_json(stored) == Hours(begin=1, begin_at=T0, highest_w=3, former_highest_w=3, count=4)


def test_a_pause_is_no_hour() -> None:
    state = step(MWH_12 + 500, T0 + TEN_HOURS, LIVE, settled()).state
    assert state.hours == Hours(begin=MWH_12 + 500, begin_at=T0 + TEN_HOURS)


def test_the_allowance_does_not_grow_while_the_counter_stands_still_but_is_read() -> None:
    night: list[float | None] = [MWH_12] * 1200
    assert run([*night, MWH_12 + 5000])[-1].reason is Reason.JUMP


def test_a_clock_set_back_changes_nothing() -> None:
    steps = [step(MWH_12 + 40, T0 - 7200, LIVE, settled())]
    steps.append(step(MWH_12 + 80, T0 - 7170, LIVE, steps[-1].state))
    assert published(steps) == [MWH_12 + 40, MWH_12 + 80]


def test_after_a_clock_is_set_back_the_energy_of_an_interval_is_accepted() -> None:
    """How much time has passed is not known."""
    assert step(MWH_12 + 800, T0 - 7200, LIVE, settled()).publish == MWH_12 + 800


def test_a_zero_after_a_pause_and_a_clock_set_back_is_no_new_start() -> None:
    steps = run([3_500, 0, *line(3_505, 40, 5)], replace(LIVE, rise_w=50_000), state=settled(1_700), start=T0 - 7200)
    assert steps[-1].publish == 3_700
    assert not events(steps)


# Rejected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.INACTIVE),
        (math.nan, Reason.NOT_A_NUMBER),
        (math.inf, Reason.NOT_A_NUMBER),
        (-math.inf, Reason.NOT_A_NUMBER),
        (1e300, Reason.NOT_A_NUMBER),
        (-19.677, Reason.NEGATIVE),
    ],
)
def test_a_value_that_is_no_energy_is_rejected_and_the_last_value_stands(value: float | None, reason: Reason) -> None:
    """The state does not change either (G§15.27, §15.31)."""
    state = settled()
    assert step(value, T0 + 30, LIVE, state) == Step(publish=MWH_12, state=state, reason=reason)


def test_a_time_that_is_no_number_is_rejected() -> None:
    assert step(MWH_12, math.nan, LIVE, settled()).reason is Reason.NOT_A_NUMBER


def test_nothing_is_published_before_the_first_good_value() -> None:
    assert published(run([None, -1, math.nan, 500])) == [None, None, None, 500]


# Dips


@pytest.mark.parametrize(("level", "fall"), [(1000.0, 5.0), (MWH_12, 1224.0)])
def test_a_fall_by_a_hair_stands_until_it_is_passed(level: float, fall: float) -> None:
    """The limit is 5 Wh or 0.01 %."""
    steps = run([level, level - fall, level - fall + 4, level + 1])
    assert published(steps) == [level, level, level, level + 1]
    assert steps[1].reason is Reason.DIP


def test_a_fall_by_more_than_a_hair_is_held() -> None:
    assert run([1000, 994.9])[-1].reason is Reason.FALL


def test_inverters_on_standby_all_night_are_no_fall() -> None:
    """A production CT measures -1 to -9 W then (G§6.4)."""
    night: list[float | None] = [50_000 - 0.075 * number for number in range(1440)]  # 9 W for 12 hours
    steps = run([*night, 49_950, 50_001])
    assert steps[-1].publish == 50_001
    assert {each.publish for each in steps[:-1]} == {50_000}


def test_standby_between_two_samples_is_no_fall() -> None:
    assert step(50_000 - 108, T0 + 43_200, LIVE, settled(50_000)).reason is Reason.DIP


def test_a_small_spike_that_is_within_the_limit_is_undone_by_standing_still() -> None:
    steps = run([1000, 1040, 1240, 1080, 1120, 1280])
    assert published(steps) == [1000, 1040, 1240, 1240, 1240, 1280]


def test_a_small_spike_of_minutes_is_taken_back_too() -> None:
    steps = run([*line(1000, 100), *line(5200, 29), *line(6160, 6)])
    assert published(steps)[-7:] == [6320, 6320, 6320, 6320, 6320, 6320, 6360]
    assert {each.reason for each in steps[-6:-2]} == {Reason.DIP}


def test_a_spike_in_the_reading_that_bridges_another_is_undone() -> None:
    steps = run([*[500.0] * 9, 900, *[500.0] * 3, 520, *[500.0] * 9, 540], QUARTERLY, every=300)
    assert steps[-1].publish == 920
    assert not events(steps)


def test_small_spikes_one_after_the_other_at_night_are_taken_back() -> None:
    night: list[float | None] = [50_000.0] * 120
    steps = run([*night, 50_100, *night, 50_200, *night, 50_300, *night, 50_240, 50_320])
    assert published(steps)[-2:] == [50_240, 50_320]
    assert not events(steps)


def spike_of(wh: float, minutes: int, level: float = 50_000.0) -> list[Step]:
    """Read a counter that stands still, with a spike for one sample, for so long after it."""
    return run([*[level] * 40, level + wh, *[level] * (2 * minutes)])


def test_a_spike_whose_end_lasts_is_undone() -> None:
    """It would stand for days on a counter that hardly moves; the statistics subtract a small fall."""
    assert spike_of(200, 14)[-1].publish == 50_200
    assert spike_of(200, 16)[-1].publish == 50_000
    assert spike_of(200, 16)[-1].reason is None
    assert spike_of(200, 16, level=MWH_12)[-1].publish == MWH_12


@pytest.mark.parametrize("pause", [8 * HOUR, 60 * HOUR, 400 * 24 * HOUR])
def test_a_spike_that_ends_during_a_pause_is_undone(pause: float) -> None:
    """Or the clock was set then: inverters on standby would draw as much in that time."""
    spike = run([*[50_000.0] * 40, 50_060.0])[-1].state
    assert run([50_000.0] * 40, state=spike, start=T0 + pause)[-1].publish == 50_000


def test_a_fall_after_a_clock_is_set_by_a_year_is_a_fall() -> None:
    """Inverters on standby would have to draw so much all year."""
    steps = run([45_000.0, 50_030.0], state=settled(50_000), start=T0 + 400 * 24 * HOUR)
    assert steps[0].reason is Reason.FALL
    assert steps[1].publish == 50_030


def test_a_spike_in_the_reading_that_undoes_another_is_undone_too() -> None:
    steps = run([*[50_000.0] * 9, 50_400, *[50_000.0] * 2, *[50_200.0] * 2, *[50_000.0] * 9], QUARTERLY, every=300)
    assert steps[-1].publish == 50_000
    assert not events(steps)


def test_a_counter_continues_where_undoing_a_spike_would_be_a_new_start() -> None:
    """Home Assistant would count what is left of the counter once more."""
    steps = run([*[500.0] * 40, 700, *[500.0] * 40, 510, 520])
    assert published(steps)[-3:] == [700, 710, 720]


def test_a_spike_that_is_undone_after_a_restart_is_undone() -> None:
    state = CounterState.from_json(spike_of(200, 10)[-1].state.as_json())
    for number in range(1, 12):
        state = (done := step(50_000, T0 + 30 * (60 + number), LIVE, state)).state
    assert done.publish == 50_000


def test_a_glitch_while_the_value_stands_above_the_line_is_a_glitch() -> None:
    steps = run([*[50_000.0] * 120, 50_200, 50_000, 49_900, *line(50_001, 40, 1), 50_240])
    assert not events(steps)
    assert published(steps)[-2:] == [50_040, 50_240]


def test_a_glitch_while_inverters_are_on_standby_is_a_glitch() -> None:
    night: list[float | None] = [50_000 - 0.05 * number for number in range(1001)]
    steps = run([*night, 49_900, *[49_949.0] * 40])
    assert not events(steps)
    assert steps[-1].state.held is None


# Held, and back: a glitch


@pytest.mark.parametrize("glitch", [[0.0], [0.0, 0.0], [MWH_12 + 5e6], [4294967292.0, 0.0, 7.0], [MWH_12 / 2] * 20])
def test_a_glitch_is_never_published(glitch: list[float | None]) -> None:
    after = MWH_12 + 40 * (1 + len(glitch))
    steps = run([MWH_12, MWH_12 + 40, *glitch, after])
    assert published(steps) == [MWH_12, *[MWH_12 + 40] * (1 + len(glitch)), after]
    assert not events(steps)
    assert steps[-1].state.held is None


def test_a_two_sample_zero_on_a_small_counter_is_a_glitch_too() -> None:
    assert published(run([2000, 0, 0, 2030], QUARTERLY)) == [2000, 2000, 2000, 2030]


def test_every_held_sample_has_a_reason() -> None:
    steps = run([MWH_12, 0, MWH_12 * 2, MWH_12])
    assert [each.reason for each in steps] == [None, Reason.FALL, Reason.JUMP, None]


def test_a_zero_for_hours_is_still_a_glitch_and_no_energy_is_lost() -> None:
    """A gateway that is not ready sends zeros (G§3); a meter that begins again would move."""
    steps = run([MWH_12, *[0.0] * 1000, *line(MWH_12 + 40_000, 3)])
    assert {each.publish for each in steps[:-1]} == {MWH_12}
    assert steps[-1].publish == MWH_12 + 40_080


def test_a_small_lasting_jump_does_not_become_true_by_waiting() -> None:
    steps = run([MWH_12, *line(MWH_12 + 1500, 40, 1)])
    assert [event.kind for event in events(steps)] == [EventKind.JUMP]


def test_a_return_that_is_nearer_to_the_wrong_line_is_still_a_return() -> None:
    held = step(1300, T0 + 30, LIVE, settled(1000)).state
    assert step(1290, T0 + 90, LIVE, held).publish == 1290


# The first value


def test_a_first_zero_waits_and_is_not_the_start_of_a_rise() -> None:
    """A gateway may not be ready when it is first read (G§3)."""
    steps = run([0, 0, MWH_12, MWH_12 + 40])
    assert published(steps) == [None, None, MWH_12, MWH_12 + 40]
    assert steps[0].reason is Reason.ZERO


def test_a_first_zero_that_stays_is_published() -> None:
    steps = run([0.0] * 32)
    assert published(steps)[29:] == [None, 0, 0]


def test_a_wrong_first_value_is_never_a_rise() -> None:
    """It was published, so the statistics would count the correction as energy."""
    steps = run([37, *line(MWH_12, 40)])
    assert steps[-1].publish == pytest.approx(37 + 39 * 40)


# A lost state


def test_a_lost_offset_is_no_fall() -> None:
    """The offset bridged a jump that was left out."""
    steps = [step(MWH_12 - 5_000_000, T0 + 600, LIVE, recover(MWH_12, T0))]
    steps.append(step(MWH_12 - 5_000_000 + 40, T0 + 630, LIVE, steps[0].state))
    assert published(steps) == [MWH_12, MWH_12 + 40]


def test_a_lost_offset_of_wraps_is_found_again() -> None:
    """The energy since the last value counts."""
    done = step(MWH_12 + 500 - 2 * WRAP_WH, T0 + 600, LIVE, recover(MWH_12, T0))
    assert done.publish == pytest.approx(MWH_12 + 500)


def test_the_energy_since_a_lost_state_is_counted() -> None:
    assert step(MWH_12 + 500, T0 + 600, LIVE, recover(MWH_12, T0)).publish == MWH_12 + 500


def test_a_gateway_that_is_not_ready_does_not_end_the_recovery() -> None:
    waiting = step(0, T0 + 600, LIVE, recover(MWH_12, T0))
    assert (waiting.publish, waiting.reason) == (MWH_12, Reason.FALL)
    assert step(5_000, T0 + 630, LIVE, CounterState.from_json(waiting.state.as_json())).publish == MWH_12


# Net consumption goes both ways


def test_net_consumption_goes_both_ways_and_below_zero() -> None:
    """Its lifetime is import - export (G§6.4)."""
    values: list[float | None] = [100, 50, -70, -20]
    assert published(run(values, NET)) == values


def test_net_consumption_does_not_jump_either_way() -> None:
    for glitch in (-MWH_12, MWH_12):
        assert published(run([-500, glitch, -480], NET)) == [-500, -500, -480]


def test_a_lasting_jump_of_net_consumption_is_left_out() -> None:
    steps = run([-500, *line(-MWH_12, 32, -20)], NET)
    assert steps[-1].publish == pytest.approx(-500 - 31 * 20)
    assert [event.kind for event in events(steps)] == [EventKind.FALL]


# Another source


def test_another_source_continues_without_a_step() -> None:
    state = rebase(settled(1000), 77_000, T0 + 60)
    assert step(77_040, T0 + 90, LIVE, state).publish == 1040


def test_another_source_that_begins_with_no_number_waits() -> None:
    state = settled(1000)
    assert rebase(state, math.nan, T0 + 60) is state


def test_another_source_before_the_first_value_is_the_start() -> None:
    assert rebase(CounterState(), 77_000, T0).published == 77_000
