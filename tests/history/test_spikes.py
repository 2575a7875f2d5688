"""False energy in statistics, and true energy that looks false."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate

from hypothesis import given, strategies as st
import pytest

from custom_components.enphase_iq_gateway.history.spikes import (
    Change,
    Findings,
    Limits,
    Row,
    Step,
    changes_of_named_hours,
    judge,
    limits_of,
    split,
    steps_of,
)
from tests.support.statistics import counted

LEAST = 166.2
"""What three phases can carry in an hour, in kWh."""
HOUR = 3600.0
type Readings = Sequence[tuple[int, float]]


def rows_of(readings: Readings) -> list[Row]:
    """Return what the recorder makes of readings, given as (hour, kWh)."""
    return [
        Row(start=row["start"].timestamp(), state=row.get("state"), sum=row.get("sum") or 0.0)
        for row in counted(readings)
    ]


def steps(readings: Readings) -> list[Step]:
    """Return the steps between the rows of readings."""
    return steps_of(rows_of(readings))


def corrected(readings: Readings) -> float:
    """Return the energy that is counted after a repair."""
    found = steps(readings)
    return found[-1].row.sum + sum(change.adjustment for change in judged(readings).false)


def judged(readings: Readings) -> Findings:
    """Judge readings by the counter's own limits."""
    found = steps(readings)
    limits = limits_of(found, LEAST)
    assert limits
    return judge(found, limits)


def instead(findings: Findings) -> list[float]:
    """Return the energy that the false hours should count."""
    return [round(change.instead, 6) for change in findings.false]


def usual(reading: Callable[[int], float | None], hours: int = 240) -> Readings:
    """Return the readings of a counter from 12 MWh with 1.5 kWh every hour, some of which are replaced."""
    return [(hour, 12_000 + 1.5 * hour if (odd := reading(hour)) is None else odd) for hour in range(hours)]


def test_a_reading_that_is_zero_for_hours_and_returns_is_false() -> None:
    findings = judged(usual(lambda hour: 0.0 if 100 <= hour < 120 else None))
    assert [change.step.counted for change in findings.false] == [12_180.0]
    assert instead(findings) == [21 * 1.5]


def test_a_partial_drop_is_false_in_both_hours() -> None:
    """A reading of 12 MWh that drops to 90 kWh counts these, and then the return."""
    findings = judged(usual(lambda hour: 90.0 if hour == 100 else None))
    assert [change.step.counted for change in findings.false] == [90.0, 12_061.5]
    assert instead(findings) == [1.5, 1.5]


def test_a_drop_that_was_repaired_is_left_as_it_is() -> None:
    """Its readings still drop and return, but nothing false is counted."""
    rows = [Row(start=hour * HOUR, state=12_000 + 1.5 * hour, sum=1.7 * hour) for hour in range(240)]
    rows[100] = replace(rows[100], state=0.0)
    assert judge(steps_of(rows), Limits(usual=15, possible=LEAST)) == Findings(false=(), unclear=())


def test_energy_counted_from_zero_is_not_counted_twice() -> None:
    """A counter that starts again, measures 10 kWh and then continues where it was."""
    findings = judged(usual(lambda hour: hour - 99.0 if 100 <= hour < 110 else None))
    assert instead(findings) == [11 * 1.5 - 10]


def test_a_reading_that_is_too_high_and_returns_is_false_in_both_hours() -> None:
    findings = judged(usual(lambda hour: 50_000.0 if hour == 100 else None))
    assert instead(findings) == [1.5, 1.5]


def test_a_wrap_that_recovers_is_false_in_both_hours() -> None:
    findings = judged([(hour, 5_000 + 1.5 * hour - (1_193.046 if hour == 100 else 0)) for hour in range(240)])
    assert instead(findings) == [1.5, 1.5]


def test_energy_that_is_counted_after_a_smaller_reading_is_false() -> None:
    """Another meter starts with 3 MWh, all of which is counted."""
    findings = judged([(hour, (12_000 if hour < 100 else 3_000) + 1.5 * hour) for hour in range(240)])
    assert instead(findings) == [0.0]


def test_a_reading_that_drops_and_returns_in_steps_is_false_in_all_of_them() -> None:
    levels = {100: 6_000.0, 101: 6_001.5, 102: 0.0, 103: 6_004.5}
    readings = usual(levels.get)
    assert corrected(readings) == pytest.approx(readings[-1][1] - readings[0][1])


def test_a_fault_during_another_one_is_recognized_with_it() -> None:
    """A reading that has dropped to half drops to zero for minutes, which counts that half once more."""
    readings = usual(lambda hour: 6_000.0 + hour if 100 <= hour < 124 else None)
    rows = rows_of(readings)
    rows[110:] = [replace(row, sum=row.sum + 6_110) for row in rows[110:]]
    found = steps_of(rows)
    limits = limits_of(found, LEAST)
    assert limits
    total = found[-1].row.sum + sum(change.adjustment for change in judge(found, limits).false)
    assert total == pytest.approx(readings[-1][1] - readings[0][1])


def test_a_young_counter_that_was_zero_for_long_is_put_right() -> None:
    """It has risen by more than a tenth of its reading until it returned, and drops once more soon after."""
    readings = [(hour, 0.0 if 200 <= hour < 240 or hour == 250 else 200 + 1.5 * hour) for hour in range(300)]
    assert corrected(readings) == pytest.approx(1.5 * 299)


@pytest.mark.parametrize(("level", "jump"), [(12_000.0, 14_000.0), (300.0, 180.0)])
def test_a_replaced_meter_that_jumps_later_has_not_returned(level: float, jump: float) -> None:
    replaced = [(hour, 1.5 * hour + (level if hour < 100 else -150)) for hour in range(600)]
    findings = judged([(hour, reading + jump * (hour >= 500)) for hour, reading in replaced])
    assert (findings.false, [step.counted for step in findings.unclear]) == ((), [jump + 1.5])


@pytest.mark.parametrize("left", [0.0, 4.0])
def test_true_energy_next_to_a_false_reset_stays(left: float) -> None:
    """A young counter is zero, returns, and drops a second time within an hour in which it has measured 5 kWh."""
    levels = dict.fromkeys(range(50, 100), 0.0)
    rows = rows_of([(hour, levels.get(hour, 60 + 1.5 * hour)) for hour in range(240)])
    rows[120:] = [replace(row, sum=row.sum + 5) for row in rows[120:]]
    rows[120] = replace(rows[120], state=left)
    false = judge(steps_of(rows), Limits(usual=15, possible=LEAST)).false
    assert rows[120].start not in [change.step.row.start for change in false]


def test_a_replaced_meter_that_starts_at_zero_is_true() -> None:
    assert judged([(hour, 12_000 + hour if hour < 100 else hour - 100.0) for hour in range(240)]).false == ()


def test_a_counter_that_starts_again_while_its_reading_stands_still_is_unclear() -> None:
    """A day's energy at 20 kW arrives in one hour, with the reset of a month."""
    stale = range(99, 123)
    findings = judged(
        [(hour, 20.0 * (hour - 98) if hour > stale[-1] else 12_000 + 20.0 * min(hour, stale[0])) for hour in range(240)]
    )
    assert (findings.false, [step.counted for step in findings.unclear]) == ((), [500.0])


@pytest.mark.parametrize(("odd", "reset"), [(0.0, 150), (12_100.0, 50)])
def test_a_reading_whose_return_is_subtracted_is_no_false_energy(odd: float, reset: int) -> None:
    """The sum falls and rises with the reading of a sensor with a last reset; days before or after, it starts again."""
    true = [12_000 + 1.5 * hour if hour < reset else 1.5 * (hour - reset) for hour in range(240)]
    rows = [Row(start=hour * HOUR, state=state, sum=1.5 * hour) for hour, state in enumerate(true)]
    rows[100] = replace(rows[100], state=odd, sum=150 + odd - true[100])
    findings = judge(steps_of(rows), Limits(usual=15, possible=LEAST))
    assert findings.false == ()


@pytest.mark.parametrize("stale", [range(46, 70), range(49, 71)], ids=["over midnight", "after midnight"])
def test_energy_after_a_last_reset_is_unclear_where_it_arrives_late(stale: range) -> None:
    """Energy of each day, at 20 kW all day; the reading stands still and then has all of the day in one hour."""
    rows: list[Row] = []
    for hour in range(240):
        shown = stale[0] - 1 if hour in stale else hour
        day, state = shown // 24, 20.0 * (shown % 24 + 1)
        rows.append(Row(start=hour * HOUR, state=state, sum=24 * 20.0 * day + state, last_reset=day * 24 * HOUR))
    assert judge(steps_of(rows), Limits(usual=200, possible=200)).false == ()


def test_energy_from_zero_to_the_next_reset_is_unclear() -> None:
    """Energy of each day, at 20 kW all day; the reading stays at zero and then has 11 hours in one."""
    findings = judged([(hour, 20.0 * (hour % 24) if hour not in range(48, 59) else 0.0) for hour in range(240)])
    assert (findings.false, [step.counted for step in findings.unclear]) == ((), [220.0])


def test_a_jump_before_another_fault_is_unclear() -> None:
    """A jump for good, and a drop to zero a day later."""
    jumped = [(hour, 0.0 if hour == 130 else 12_000 + 1.5 * hour + (1_691 if hour > 100 else 0)) for hour in range(240)]
    findings = judged(jumped)
    assert [change.step.row.start for change in findings.false] == [steps(jumped)[130].row.start]
    assert instead(findings) == [3.0]
    assert [step.counted for step in findings.unclear] == [1_692.5]


@pytest.mark.parametrize(
    "energy",
    [
        lambda hour: 11.0 if hour % 84 in (20, 21, 22) else 0.003,
        lambda hour: 1.2 if hour // 24 in (7, 8, 20, 33, 47) and hour % 24 in range(10, 16) else 0.002,
        lambda hour: 0.5 if hour % 24 in range(9, 16) else 0.0,
    ],
    ids=["an EV charger", "export in winter", "production"],
)
def test_true_energy_is_neither_false_nor_unclear(energy: Callable[[int], float]) -> None:
    findings = judged(list(enumerate(accumulate((energy(hour) for hour in range(24 * 60)), initial=12_000))))
    assert findings == Findings(false=(), unclear=())


def test_a_counter_that_starts_again_with_every_use_is_true() -> None:
    """The energy of a charging session, which resets the counter in the middle of an hour."""
    sessions = list(enumerate([0.1, 8.0, 11.0, *[11.0] * 9] * 30))
    assert judged(sessions).false == ()


def test_energy_of_a_pause_is_divided_by_its_hours() -> None:
    """At 100 kW, 12 days make 29 MWh."""
    pause = [(hour + 288 * (hour >= 100), 12_000 + 1.5 * hour + 28_800 * (hour >= 100)) for hour in range(240)]
    assert judged(pause) == Findings(false=(), unclear=())


def test_rows_without_readings_are_unclear() -> None:
    rows = [Row(start=hour * HOUR, state=None, sum=1.5 * hour + 5_000 * (hour >= 100)) for hour in range(240)]
    findings = judge(steps_of(rows), Limits(usual=15, possible=LEAST))
    assert (findings.false, [step.counted for step in findings.unclear]) == ((), [5_001.5])


def test_a_return_is_not_recognized_without_the_reading_before_it() -> None:
    rows = [Row(start=hour * HOUR, state=12_000 + 1.5 * hour, sum=1.5 * hour) for hour in range(240)]
    rows[100:] = [replace(row, sum=row.sum + 12_000) for row in rows[100:]]
    rows[99], rows[100] = replace(rows[99], state=0.0), replace(rows[100], state=None)
    findings = judge(steps_of(rows), Limits(usual=15, possible=LEAST))
    assert (findings.false, [step.counted for step in findings.unclear]) == ((), [12_001.5])


def test_energy_below_the_limit_that_the_reading_contradicts_is_unclear() -> None:
    """A young counter that dropped to zero for an hour or less."""
    rows = [Row(start=hour * HOUR, state=60 + 1.5 * hour, sum=1.5 * hour + 60 * (hour >= 100)) for hour in range(240)]
    findings = judge(steps_of(rows), Limits(usual=15, possible=LEAST))
    assert (findings.false, [step.counted for step in findings.unclear]) == ((), [61.5])


@pytest.mark.slow
@given(st.lists(st.floats(0, 1e6), min_size=50, max_size=300), st.sampled_from([0.001, 1.0, 1000.0]))
def test_a_counter_that_only_rises_has_no_false_energy(energy: list[float], scale: float) -> None:
    readings = list(enumerate(total * scale for total in accumulate(energy, initial=0.0)))
    found = steps(readings)
    if limits := limits_of(found, LEAST * scale):
        assert judge(found, limits).false == ()


@pytest.mark.slow
@given(
    st.lists(st.floats(0.1, 20), min_size=100, max_size=300),
    st.integers(40, 80),
    st.integers(1, 10),
    st.floats(0, 0.85),
)
def test_a_reading_that_drops_and_returns_is_put_right(
    energy: list[float], first: int, hours: int, left: float
) -> None:
    """The rest of it and the duration do not matter."""
    true = list(accumulate(energy, initial=12_000.0))
    shown = [reading * left if first <= hour < first + hours else reading for hour, reading in enumerate(true)]
    found = steps(list(enumerate(shown)))
    limits = limits_of(found, LEAST)
    assert limits
    total = found[-1].row.sum + sum(change.adjustment for change in judge(found, limits).false)
    assert total == pytest.approx(true[-1] - true[0], abs=1e-6)


@pytest.mark.parametrize(("per_hour", "possible"), [(1.5, LEAST), (500.0, 5_000.0)], ids=["a house", "a large site"])
def test_the_limits_follow_from_the_usual_energy_of_an_hour(per_hour: float, possible: float) -> None:
    limits = limits_of(steps([(hour, per_hour * hour) for hour in range(240)]), LEAST)
    assert limits
    assert (limits.usual, limits.possible) == pytest.approx((10 * per_hour, possible))


def test_a_reading_that_drops_every_night_does_not_raise_the_limits() -> None:
    """Production in winter, with one false hour for eight with energy."""
    night = [hour % 24 == 23 for hour in range(240)]
    true = list(accumulate(1.2 if hour % 24 in range(9, 17) else 0.0 for hour in range(240)))
    false = accumulate(12_000 + true[hour] if night[hour] else 0.0 for hour in range(240))
    rows = [Row(start=hour * HOUR, state=12_000 + true[hour], sum=true[hour] + more) for hour, more in enumerate(false)]
    limits = limits_of(steps_of(rows), LEAST)
    assert limits
    assert (limits.usual, limits.possible) == pytest.approx((12, LEAST))
    assert len(judge(steps_of(rows), limits).false) == sum(night)


def test_a_reading_that_drops_after_every_use_does_not_raise_the_limits() -> None:
    """A charger that is used for six hours a week and then shows zero for two hours."""
    true = list(accumulate((11.0 if hour % 168 in range(6) else 0.0 for hour in range(168 * 20)), initial=12_000.0))
    readings = [(hour, 0.0 if hour % 168 in (20, 21) else reading) for hour, reading in enumerate(true)]
    limits = limits_of(steps(readings), LEAST)
    assert limits
    assert (limits.usual, limits.possible) == pytest.approx((110, LEAST))
    assert corrected(readings) == pytest.approx(11 * 6 * 20)


def test_too_few_hours_with_energy_have_no_limit() -> None:
    assert limits_of(steps([(hour, 12_000.0 + min(hour, 23)) for hour in range(240)]), LEAST) is None


def step(energy: float, shown: float | None, hour: int = 1) -> Step:
    """Return the step of an hour."""
    before = Row(start=(hour - 1) * HOUR, state=100.0, sum=0.0)
    return Step(before=before, row=Row(start=hour * HOUR, state=None if shown is None else 100 + shown, sum=energy))


@pytest.mark.parametrize(
    ("energy", "shown", "kept"),
    [
        (50.0, 1.5, 1.5),
        (1_691.0, 1_690.0, 0.0),
        (-5.0, 1.5, 1.5),
        (-5.0, -5.0, 0.0),
        (50.0, None, 0.0),
        (50.0, -9.0, 0.0),
    ],
)
def test_a_named_hour_keeps_the_energy_of_its_reading(energy: float, shown: float | None, kept: float) -> None:
    named = step(energy, shown)
    assert changes_of_named_hours([step(1, 1, 2), named], {HOUR}, None) == [Change(step=named, instead=kept)]


def test_a_named_hour_with_a_false_last_reset_keeps_the_change_of_its_reading() -> None:
    before = Row(start=0, state=12_000, sum=0, last_reset=0)
    named = Step(before=before, row=Row(start=HOUR, state=12_001.5, sum=12_001.5, last_reset=HOUR))
    assert changes_of_named_hours([named], {HOUR}, None) == [Change(step=named, instead=1.5)]


def test_a_named_hour_that_is_false_is_corrected_as_judged() -> None:
    named = step(50, 1.5)
    found = Change(step=named, instead=3)
    assert changes_of_named_hours([named], {HOUR}, Findings(false=(found,), unclear=())) == [found]


@pytest.mark.parametrize(
    ("energies", "counts", "kept", "parts"),
    [
        ([], 100, 1, [(HOUR, -99)]),
        ([1, 98, 1], 100, 2, [(HOUR + 300, -98)]),
        ([50, 1, 50], 101, 1, [(HOUR, -50), (HOUR + 600, -50)]),
        ([0, 10], 100, 1, [(HOUR + 300, -10), (HOUR, -89)]),
        ([1, -90, 1], -88, 2, [(HOUR + 300, 90)]),
        ([1, 1], 2, 2, []),
    ],
)
def test_an_adjustment_is_divided_among_the_rows_that_are_false(
    energies: list[float], counts: float, kept: float, parts: list[tuple[float, float]]
) -> None:
    sums = list(accumulate(energies, initial=0.0))
    fives = steps_of(Row(start=HOUR + 300 * (number - 1), state=None, sum=total) for number, total in enumerate(sums))
    assert split(Change(step=step(counts, None), instead=kept), fives) == parts
