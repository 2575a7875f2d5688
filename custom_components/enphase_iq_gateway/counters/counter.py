"""The check of one energy counter: a pure state machine with one state per counter.

The published value is the gateway's value + an offset, which bridges wraps, jumps and changes of the source. All values
with the same offset are one line. A sample is either on the counter's line or held, until the counter is back on its
line or has continued from the new level long enough to be accepted.

Home Assistant treats a fall of a `total_increasing` sensor below 90 % as a new start and counts the new value in full
as energy, so nothing falls below that but a counter that really began again at zero.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from .allowance import AT_ONCE_S, NEGLIGIBLE_WH, Limits, at_once, count_hours, is_negligible, likely, most_wh
from .counter_state import Below, CounterState, Held, Hours, LeftLine
from .new_start import is_new_start

WRAP_WH: Final = 2**32 / 3600  # the counter behind is an unsigned 32-bit number of joules (G§6.6)
CONFIRM_S: Final = 900.0  # a new line is accepted after one interval of the slowest source (G§3) ...
CONFIRM_SAMPLES: Final = 3  # ... and no fewer samples
WINDOW_S: Final = 900.0  # rises can be taken back for one to two windows: as long as it takes to accept a new line
AGREED_S: Final = 60.0  # after a pause, samples that agree for so long are accepted
_SEEN_S: Final = CONFIRM_S / (CONFIRM_SAMPLES - 1)  # a longer pause between two samples proves no more than this
LARGEST_WH: Final = 1e12  # more than any site; smaller floats are exact to a milliwatt-hour
_LATEST_S: Final = 1e12  # more than any clock shows
_WRAP_TOLERANCE_WH: Final = WRAP_WH / 16  # beyond this any fall would look like a wrap


class Reason(StrEnum):
    """Why a reading was rejected: a sample of a counter that was not published as it is, or a power."""

    INACTIVE = "inactive"  # no value: the source is missing or inactive
    NOT_A_NUMBER = "not_a_number"  # not finite, or more than any site's energy
    NEGATIVE = "negative"
    ZERO = "zero"  # the first value of all is zero: the gateway may not be ready
    DIP = "dip"  # fell negligibly, or back behind its last rises: the published value stands until it is passed
    WRAP = "wrap"  # lost or regained 2^32 J: continued with an offset
    FALL = "fall"  # held
    JUMP = "jump"  # held
    POWER = "power"  # more than the site can have


class EventKind(StrEnum):
    """How a counter left its line."""

    JUMP = "jump"  # rose by more than possible; continued without the step, which `accept_jump` adds
    FALL = "fall"  # fell, but not to a new start; continued without the step
    RESET = "reset"  # began again at zero
    UNDONE = "undone"  # is back on the line it left by a jump or a fall


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A counter left its line for good, or is back on it."""

    kind: EventKind
    amount_wh: float  # the step, negative when it fell
    at: float  # time of the first sample after it, epoch seconds; of the jump or fall that is undone


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The outcome of one sample."""

    publish: float | None  # None: no value yet
    state: CounterState
    reason: Reason | None = None  # set: the sample was not published as it is
    event: Event | None = None  # set: save the state at once


def step(value: float | None, at: float, limits: Limits, state: CounterState | None) -> Step:
    """Check one sample of a counter.

    `value` is in Wh, None while the source is missing or inactive. `at` is in epoch seconds and may go backwards.
    """
    if state is None:
        state = CounterState()
    published = state.published
    if value is None:
        return Step(publish=published, state=state, reason=Reason.INACTIVE)
    if not (abs(value) <= LARGEST_WH and abs(at) <= _LATEST_S):
        return Step(publish=published, state=state, reason=Reason.NOT_A_NUMBER)
    if value < 0 and limits.fall_w is None:
        return Step(publish=published, state=state, reason=Reason.NEGATIVE)
    if published is None:
        return _start(value, at, limits, state)
    # A zero may be a gateway that is not ready.
    if state.recovered and value:
        state = _recover(value, at, limits, state, published)
    if state.held is None:
        return (
            _follow(value + state.offset, at, limits, state, published)
            or _return(value, at, limits, state, published)
            or _wrap(value, at, limits, state, published)
            or _hold(Held(first=value, first_at=at, last=value, last_at=at), state, published)
        )
    return _judge_held(value, at, limits, state, published, held=state.held)


def accept_jump(state: CounterState, amount_wh: float) -> CounterState:
    """Add a jump that was left out (`Event.amount_wh`).

    Raises:
        ValueError: the counter has not published a value yet.
    """
    if state.published is None:
        raise ValueError("a counter without a value has left nothing out")
    return replace(state.shifted(amount_wh), left=None)


def rebase(state: CounterState, value: float, at: float) -> CounterState:
    """Continue with another source, whose first `value` changes nothing; its later rises count.

    A value that is no energy is ignored.
    """
    if not abs(value) <= LARGEST_WH:
        return state
    published = value if state.published is None else state.published
    return replace(_begin_line(state, published, published - value, published, at), left=None)


def recover(published: float, at: float) -> CounterState:
    """Return the state of a counter that has last published this value, but whose state is lost."""
    return replace(_begin_line(CounterState(), published, 0.0, published, at), recovered=True)


def _recover(value: float, at: float, limits: Limits, state: CounterState, published: float) -> CounterState:
    """Continue from the published value where the gateway's own is below it, because an offset has been lost.

    Most often the offset bridged wraps; then it is known again, and the energy since the last value counts.
    """
    wraps = round((published - value) / WRAP_WH)
    offset = wraps * WRAP_WH
    if wraps > 0 and at_once(value + offset - published, at - state.at, limits):
        return replace(state, offset=offset, recovered=False)
    if value < published and not at_once(value - published, at - state.at, limits):
        return rebase(state, value, at)
    return replace(state, recovered=False)


def follow(state: CounterState, value: float, at: float) -> CounterState:
    """Follow a counter that is computed from checked ones and needs no check of its own."""
    published = value + state.offset
    return _begin_line(state, published, state.offset, published, at)


def _start(value: float, at: float, limits: Limits, state: CounterState) -> Step:
    """Begin with the first value; a zero has to last, because the gateway may not be ready."""
    held = state.held
    if value == 0:
        held = _longer(held, value, at, limits) if held else Held(first=0.0, first_at=at, last=0.0, last_at=at)
        if held is None or not _confirmed(held):
            return Step(publish=None, state=replace(state, held=held), reason=Reason.ZERO)
    return Step(publish=value, state=_begin_line(state, value, 0.0, value, at))


def _begin_line(state: CounterState, published: float, offset: float, floor: float, at: float) -> CounterState:
    """Return the state of a counter that begins a line at `at`, with what is known of the counter itself."""
    hours = Hours(begin=published, begin_at=at) if state.hours is None else state.hours
    return CounterState(
        published=published,
        offset=offset,
        floor=floor,
        next_floor=floor,
        window_at=at,
        at=at,
        moved_at=at,
        left=state.left,
        hours=replace(hours, begin=published, begin_at=at),
    )


def _is_dip(fall: float, level: float, seconds: float, limits: Limits) -> bool:
    """Return whether a counter that only rises fell so little that it means nothing."""
    return limits.fall_w is None and is_negligible(fall, level, seconds)


def _follow(line: float, at: float, limits: Limits, state: CounterState, published: float) -> Step | None:
    """Follow the counter along its line; return None when the sample is not on it.

    A counter may step by a whole interval of its source at any sample, so the allowance is the limit times (the time
    since the last sample on the line + one interval). It does not grow while the counter stands still over night, and
    after a pause a sample that is further away is held until others agree with it.
    A spike within the allowance looks like a rise; a fall back behind the rises of the last windows takes it back.
    """
    change = line - published
    if change == 0:
        return Step(publish=published, state=replace(state, at=at, held=None, below=None))
    seconds = at - state.at
    if at_once(change, seconds, limits):
        floor, next_floor, window_at = state.floor, state.next_floor, state.window_at
        if change < 0:
            floor = next_floor = line
        elif abs(at - window_at) > WINDOW_S:
            floor, next_floor, window_at = next_floor, published, at
        return Step(
            publish=line,
            state=replace(
                state,
                published=line,
                floor=floor,
                next_floor=next_floor,
                window_at=window_at,
                at=at,
                moved_at=at,
                held=None,
                below=None,
                hours=count_hours(state.hours, line, at),
            ),
        )
    if change < 0 and _is_dip(state.floor - line, published, seconds, limits):
        below = _further_below(state.below or Below(line=published), line, seconds)
        stands = replace(
            state, floor=min(line, state.floor), next_floor=line, window_at=at, at=at, held=None, below=below
        )
        lasts = below.samples >= CONFIRM_SAMPLES and below.seen_s >= CONFIRM_S
        if not lasts or published - line <= NEGLIGIBLE_WH:
            return Step(publish=published, state=stands, reason=Reason.DIP)
        return _undo_spike(line, at, stands, published)
    return None


def _further_below(before: Below, line: float, seconds: float) -> Below:
    """Return the lower line with one more sample; inverters on standby lower it slowly, the end of a spike at once.

    After a pause, what inverters drew looks like the end of a spike, and is treated as one.
    """
    if before.line - line > NEGLIGIBLE_WH:
        return Below(line=line, samples=1)
    if before.samples == 0:
        return Below(line=line)
    seen_s = before.seen_s + min(max(seconds, 0.0), _SEEN_S)
    return Below(line=line, seen_s=seen_s, samples=before.samples + 1)


def _undo_spike(line: float, at: float, state: CounterState, published: float) -> Step:
    """Take a spike back whose end has lasted.

    Home Assistant subtracts a small fall from the statistics. A fall that it would treat as a new start is bridged
    instead: the spike stays counted, but the counter goes on.
    """
    back = _begin_line(state, line, state.offset, state.floor, at)  # the sample may itself be a smaller spike
    back = replace(back, hours=back.hours and back.hours.without_last())
    if is_new_start(published, line):
        amount = published - line
        back = replace(back.shifted(amount), published=max(line + amount, published))  # not less by rounding
    return Step(publish=back.published, state=back)


def _return(value: float, at: float, limits: Limits, state: CounterState, published: float) -> Step | None:
    """Go back to the line the counter left before, at once; return None when the sample is not on it.

    Nothing has happened then: neither the jump or fall nor its opposite was energy.
    """
    if (left := state.left) is None:
        return None
    # The lines may be so close together that a fault of the present one is within the limit of the other.
    most = min(most_wh(limits.rise_w, min(at - state.at, AT_ONCE_S), limits), abs(value + state.offset - published))
    if abs(value + left.offset - published) > most:
        return None
    return _undone(value, at, limits, state, left=left)


def _undone(value: float, at: float, limits: Limits, state: CounterState, *, left: LeftLine) -> Step:
    """Continue on the line that was left, and keep the present one in case the counter changes back and forth."""
    back = _continue(state, value, left.offset, at, limits)
    return replace(
        back,
        state=replace(back.state, left=LeftLine(offset=state.offset, at=at)),
        event=Event(kind=EventKind.UNDONE, amount_wh=state.offset - left.offset, at=left.at),
    )


def _wrap(value: float, at: float, limits: Limits, state: CounterState, published: float) -> Step | None:
    """Bridge one wrap, lost or regained, at once; return None when it is no wrap.

    A zero is held instead: it is far more often a glitch than a counter that wrapped exactly to zero. A counter that
    may fall, such as production + import - export, wraps with the counters behind it.
    """
    tolerance = most_wh(limits.rise_w, min(at - state.at, AT_ONCE_S), limits)
    if value == 0 or tolerance > _WRAP_TOLERANCE_WH:
        return None
    offset = state.offset + (WRAP_WH if value + state.offset < published else -WRAP_WH)
    line = value + offset
    if abs(line - published) > tolerance:
        return None
    return replace(_continue(state, value, offset, at, limits), reason=Reason.WRAP)


def _judge_held(value: float, at: float, limits: Limits, state: CounterState, published: float, *, held: Held) -> Step:
    """Put the sample on the line it is nearer to, else on the other, else hold it as the start of a third."""
    line = value + state.offset
    away = max(state.next_floor - line, line - published, 0.0)
    nearer_held = abs(value - held.last) < away
    if not nearer_held and (back := _follow(line, at, limits, state, published)):
        return back
    longer = _longer(held, value, at, limits)
    if nearer_held and longer is None and (back := _follow(line, at, limits, state, published)):
        return back
    if known := _return(value, at, limits, state, published) or _wrap(value, at, limits, state, published):
        return known
    held = longer or Held(first=value, first_at=at, last=value, last_at=at)
    if _agreed(held) and likely(held.first + state.offset - published, held.first_at - state.at, limits, state):
        # Home Assistant or the gateway was off meanwhile.
        return _continue(state, held.last, state.offset, held.last_at, limits)
    if _confirmed(held) and (settled := _settle(held, limits, state, published)):
        return settled
    return _hold(held, state, published)


def _hold(held: Held, state: CounterState, published: float) -> Step:
    """Keep the published value while a new line is on trial."""
    reason = Reason.JUMP if held.last + state.offset > published else Reason.FALL
    return Step(publish=published, state=replace(state, held=held), reason=reason)


def _longer(held: Held, value: float, at: float, limits: Limits) -> Held | None:
    """Return the held line with one more sample, None when the sample is not on it."""
    change, seconds = value - held.last, at - held.last_at
    if not at_once(change, seconds, limits) and not (change < 0 and _is_dip(-change, held.last, seconds, limits)):
        return None
    return replace(
        held,
        last=value if limits.fall_w is not None else max(value, held.last),
        last_at=at,
        seen_s=held.seen_s + min(max(seconds, 0.0), _SEEN_S),
        samples=held.samples + 1,
    )


def _agreed(held: Held) -> bool:
    return held.samples >= CONFIRM_SAMPLES and held.seen_s >= AGREED_S


def _confirmed(held: Held) -> bool:
    return held.samples >= CONFIRM_SAMPLES and held.seen_s >= CONFIRM_S


def _settle(held: Held, limits: Limits, state: CounterState, published: float) -> Step | None:
    """Accept the held line; return None for a zero, which stays on trial until it moves."""
    change = held.first + state.offset - published
    if likely(change, held.first_at - state.moved_at, limits, state):
        # The source stood still and caught up: an inverter that was out of reach brings the energy of days at once.
        return _continue(state, held.last, state.offset, held.last_at, limits)
    left = state.left
    if left and likely(held.first + left.offset - published, held.first_at - state.moved_at, limits, state):
        # The same, on the line that was left.
        return _undone(held.last, held.last_at, limits, state, left=left)
    seconds = held.first_at - state.at
    wraps = round(-change / WRAP_WH)
    energy = abs(change + wraps * WRAP_WH)
    if wraps <= 1 and wraps != 0 and energy <= _WRAP_TOLERANCE_WH and likely(energy, seconds, limits, state):
        # A firmware that counts correctly again gives all wraps back at once (G§6.6).
        return _continue(state, held.last, state.offset + wraps * WRAP_WH, held.last_at, limits)
    fell_to_new_start = limits.fall_w is None and is_new_start(published - state.offset, held.first)
    if fell_to_new_start and likely(held.first, seconds, limits, state):
        return None if held.last == 0 else _reset(held, change, limits, state, published)
    offset = published - held.first
    kind = EventKind.JUMP if change > 0 else EventKind.FALL
    continued = _continue(state, held.last, offset, held.last_at, limits)
    return replace(
        continued,
        state=replace(continued.state, left=LeftLine(offset=state.offset, at=held.first_at)),
        event=Event(kind=kind, amount_wh=change, at=held.first_at),
    )


def _reset(held: Held, change: float, limits: Limits, state: CounterState, published: float) -> Step:
    """Publish a new start (G§9.6), so that the statistics count what the counter shows since zero."""
    event = Event(kind=EventKind.RESET, amount_wh=change, at=held.first_at)
    if is_new_start(published, held.last):
        # The statistics count from zero now: if the counter returns to the line it left, it continues from there.
        begun = Step(publish=held.last, state=_begin_line(state, held.last, 0.0, held.last, held.last_at))
        left = state.offset - published
    else:
        # So soon after the last start the statistics would not notice this one: continue upwards instead.
        begun = _continue(state, held.last, published, held.last_at, limits)
        left = state.offset
    return replace(begun, state=replace(begun.state, left=LeftLine(offset=left, at=held.first_at)), event=event)


def _continue(state: CounterState, value: float, offset: float, at: float, limits: Limits) -> Step:
    """Continue from the gateway's `value` with an offset."""
    line = value + offset
    published = line if state.published is None else state.published
    publish = line if limits.fall_w is not None else max(line, published)
    return Step(publish=publish, state=_begin_line(state, publish, offset, min(line, published), at))
