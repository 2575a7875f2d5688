"""Properties of the guard that hold for any answers of the gateway."""

import json
import math
from random import Random

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.enphase_iq_gateway.counters.allowance import Limits
from custom_components.enphase_iq_gateway.counters.counter import (
    WRAP_WH,
    EventKind,
    Step,
    accept_jump,
    rebase,
    step,
)
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState

pytestmark = pytest.mark.slow

T0 = 1_790_000_000.0
ANY_VALUE = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(min_value=0, max_value=3000),
    st.sampled_from([0.0, 1000.0, 1e6, 1e6 + WRAP_WH, 12e6]),
)
ANY_TIME = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(min_value=T0, max_value=T0 + 1e5))
ANY_LIMITS = st.builds(
    Limits,
    rise_w=st.floats(min_value=0, max_value=1e6),
    fall_w=st.one_of(st.none(), st.floats(min_value=0, max_value=1e6)),
    interval_s=st.floats(min_value=0, max_value=3600),
)
ONE_WAY = st.builds(Limits, rise_w=st.floats(min_value=1, max_value=1e5), interval_s=st.sampled_from([60.0, 900.0]))
# A new level now and then, with a few samples on it: glitches, holds and confirmations all happen.
LEVELS = st.lists(
    st.tuples(
        st.one_of(st.sampled_from([0.0, 500.0, 1e6, 1e6 + WRAP_WH, 12e6]), st.floats(min_value=0, max_value=2e7)),
        st.integers(min_value=1, max_value=6),
        st.floats(min_value=0, max_value=100),
        st.floats(min_value=5, max_value=900),
    ),
    min_size=1,
    max_size=12,
)


def samples(levels: list[tuple[float, int, float, float]]) -> list[tuple[float, float]]:
    """Return (value, time) along the levels."""
    at = T0
    result = []
    for level, count, rise, every in levels:
        for number in range(count):
            at += every
            result.append((level + rise * number, at))
    return result


@given(st.lists(st.tuples(ANY_VALUE, ANY_TIME), max_size=40), ANY_LIMITS)
@settings(max_examples=300, deadline=None)
def test_no_sequence_raises_and_every_state_can_be_saved(
    sequence: list[tuple[float | None, float]], limits: Limits
) -> None:
    state: CounterState | None = None
    for value, at in sequence:
        state = step(value, at, limits, state).state
        assert CounterState.from_json(json.loads(json.dumps(state.as_json()))) == state


@given(LEVELS, ONE_WAY)
@settings(max_examples=300, deadline=None)
def test_published_falls_at_a_confirmed_reset_only_and_so_far_that_the_statistics_see_it(
    levels: list[tuple[float, int, float, float]], limits: Limits
) -> None:
    """Below 90 % of the last value they begin anew. The end of a spike is a fall they subtract."""
    state: CounterState | None = None
    last = 0.0
    for value, at in samples(levels):
        done = step(value, at, limits, state)
        state = done.state
        if done.publish is not None:
            reset = done.event is not None and done.event.kind is EventKind.RESET
            assert done.publish >= 0.9 * last or reset
            assert done.publish >= last or reset == (done.publish < 0.9 * last)
            last = done.publish


@given(LEVELS, ONE_WAY)
@settings(max_examples=300, deadline=None)
def test_the_statistics_never_count_more_than_the_site_can_do(
    levels: list[tuple[float, int, float, float]], limits: Limits
) -> None:
    """Home Assistant counts rises in full, and after a fall below 90 % the new value in full."""
    state: CounterState | None = None
    last: float | None = None
    counted = 0.0
    for number, (value, at) in enumerate(sequence := samples(levels)):
        done = step(value, at, limits, state)
        state = done.state
        if last is not None and done.publish is not None:
            counted += done.publish - (0 if done.publish < 0.9 * last else last)
        last = done.publish
        assert counted <= limits.rise_w * ((at - sequence[0][1]) + (number + 1) * limits.interval_s) / 3600 + 1e-3


@given(LEVELS, ONE_WAY, st.integers(min_value=0, max_value=71))
@settings(max_examples=200, deadline=None)
def test_a_restart_at_any_point_changes_nothing(
    levels: list[tuple[float, int, float, float]], limits: Limits, restart: int
) -> None:
    kept: CounterState | None = None
    restored: CounterState | None = None
    for number, (value, at) in enumerate(samples(levels)):
        one, other = step(value, at, limits, kept), step(value, at, limits, restored)
        assert one == other
        kept = restored = one.state
        if number == restart:
            restored = CounterState.from_json(json.loads(json.dumps(kept.as_json())))


@given(
    st.lists(st.floats(min_value=0, max_value=1), min_size=5, max_size=60),
    st.dictionaries(
        st.integers(min_value=1, max_value=58), st.tuples(st.floats(0, 1e9), st.integers(1, 4)), max_size=6
    ),
    st.sampled_from([5.0, 30.0, 60.0, 290.0]),
    st.sampled_from([2_000.0, 50_000.0, 12_245_000.0]),
)
@settings(max_examples=400, deadline=None)
def test_glitches_neither_add_nor_lose_energy(
    loads: list[float], glitches: dict[int, tuple[float, int]], every: float, start: float
) -> None:
    limits = Limits(rise_w=10_000, interval_s=60)
    false: dict[int, float] = {}
    for first, (value, count) in glitches.items():
        if all(number not in false for number in range(first - 1, first + count + 1)):
            false |= dict.fromkeys(range(first, first + count), value)
    state: CounterState | None = None
    true = start
    followed = good = 0
    for number, load in enumerate(loads):
        true += load * limits.rise_w * every / 3600
        value = false.get(number, true)
        glitch = abs(value - true) > 20_000 and abs(abs(value - true) - WRAP_WH) > 20_000
        done = step(value if glitch else true, T0 + number * every, limits, state)
        state = done.state
        assert done.event is None
        good = 0 if glitch else good + 1
        # After glitches of more than five minutes, samples have to agree first.
        if not glitch and ((number - followed) * every <= 300 or good > 3):
            assert done.publish == true
            followed = number


@given(
    st.floats(min_value=0, max_value=1e7), st.floats(min_value=0, max_value=1e7), st.floats(min_value=0, max_value=1e7)
)
def test_accepted_jumps_and_other_sources_continue_without_a_step(start: float, amount: float, other: float) -> None:
    limits = Limits(rise_w=10_000, interval_s=60)
    state = rebase(accept_jump(rebase(CounterState(), start, T0), amount), other, T0)
    done: Step = step(other + 10, T0 + 30, limits, state)
    assert done.publish is not None
    assert abs(done.publish - (start + amount + 10)) < 1e-6


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("limits", "source_s"),
    [
        pytest.param(Limits(rise_w=10_000, interval_s=60), 60, id="CT, tight limit"),
        pytest.param(Limits(rise_w=166_000, interval_s=60), 60, id="CT, what its clamps could measure"),
        pytest.param(Limits(rise_w=10_000), 900, id="quarter-hour source"),
    ],
)
def test_a_month_of_faults_neither_adds_nor_loses_energy(limits: Limits, source_s: int, seed: int) -> None:
    """One sample in a hundred begins a fault of any size and kind, also smaller than the limit; the last day has none.

    The statistics count as Home Assistant's: rises in full, after a fall below 90 % the new value in full.
    """
    chance = Random(seed)  # noqa: S311 - faults, not secrets
    true = value = counted = 1_150_000.0
    last = None
    state: CounterState | None = None
    left, fault = 0, None
    for minute in range(30 * 1440):
        sun_w = max(0.0, math.sin((minute % 1440 - 360) / 720 * math.pi)) * 8_000 * chance.random()
        true += sun_w / 60
        value = true if minute * 60 % source_s == 0 else value
        if left:
            left -= 1
        elif 0 < minute < 29 * 1440 and chance.random() < 0.01:
            left = chance.randint(1, 3)
            near = value % WRAP_WH + chance.uniform(-3_000, 3_000)
            fault = chance.choice([0.0, None, math.nan, -5.0, 4294967292.0, 3e6 * chance.random(), near])
        done = step(fault if left else value % WRAP_WH, T0 + minute * 60, limits, state)
        state = done.state
        assert done.event is None
        assert done.publish is not None
        counted += 0 if last is None else done.publish - (0 if done.publish < 0.9 * last else last)
        last = done.publish
    assert counted == pytest.approx(value, abs=15)
