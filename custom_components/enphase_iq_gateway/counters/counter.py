"""What a counter people are billed on may do: one pure state machine, one state per counter.

A sample is on the counter's line, or it is held until it is either back or has gone on from its new level long enough
to be believed. Published is `value + offset`; the offset bridges wraps, jumps and changed sources.
Home Assistant counts a fall of `total_increasing` below 90 % as a new start and the new value in full as energy, so
nothing falls here but a counter that really began again at zero.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import Final, Self

from .serialization import fields, number

INTERVAL_S: Final = 900.0  # how far the quarter-hour sources step at once (G§3, G§5)
WRAP_WH: Final = 2**32 / 3600  # an unsigned 32-bit count of joules (G§6.6)
HAIR_WH: Final = 5.0  # falls that are rounding or two processes of the gateway that disagree, not a reset
HAIR_SHARE: Final = 0.0001
STANDBY_W: Final = 10.0  # inverters draw 1 to 9 W from a production CT at night (G§6.4)
CONFIRM_S: Final = 900.0  # a new line is believed after one interval of the slowest source (G§3) ...
CONFIRM_SAMPLES: Final = 3  # ... and never by fewer samples
WINDOW_S: Final = 900.0  # rises can be taken back for one to two windows: as long as it takes to believe a new line
_SEEN_S: Final = CONFIRM_S / (CONFIRM_SAMPLES - 1)  # the most one pause counts: a stopped Home Assistant saw nothing
_LARGEST_WH: Final = 1e12  # no site gets there; floats below it are exact to a milliwatt-hour
_WRAP_TOLERANCE_WH: Final = WRAP_WH / 16  # beyond this any fall would look like a wrap
_RESET_SHARE: Final = 0.9  # a fall to less is a new start for Home Assistant's statistics (sensor/recorder.py)


class Reason(StrEnum):
    """Why a sample was not published as it came."""

    INACTIVE = "inactive"  # no value: its source is missing or inactive
    NOT_A_NUMBER = "not_a_number"  # not finite, or no site's energy
    NEGATIVE = "negative"
    ZERO = "zero"  # the first value ever is zero: perhaps a gateway that is not ready
    DIP = "dip"  # fell by a hair, or back behind its last rises: the published value stands until it is passed
    WRAP = "wrap"  # lost or regained 2^32 J: continued with an offset
    FALL = "fall"  # held
    JUMP = "jump"  # held


class EventKind(StrEnum):
    """What a new line turned out to be."""

    JUMP = "jump"  # rose at once by more than possible; continued without it, `accept_jump` adds it
    FALL = "fall"  # fell, but not to a new start; continued without it
    RESET = "reset"  # began again at zero


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What a person must know: the counter left its line for good."""

    kind: EventKind
    amount_wh: float  # the step, negative when it fell
    at: float  # when its first sample came, epoch seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What the site can do to one counter."""

    rise_w: float  # the fastest plausible rise
    fall_w: float | None = None  # the fastest plausible fall; None: a counter that only rises
    interval_s: float = INTERVAL_S  # the longest the source collects before the counter moves, with its jitter


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A line the counter may have gone over to; raw values of the gateway."""

    first: float
    first_at: float
    last: float
    last_at: float
    seen_s: float = 0.0
    samples: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterState:
    """All that is known of a counter; survives restarts as JSON."""

    published: float | None = None  # None: nothing yet
    offset: float = 0.0  # published = value + offset
    floor: float = 0.0  # where the window before began: falling to here is a dip
    next_floor: float = 0.0  # where this window began
    window_at: float = 0.0  # its begin
    at: float = 0.0  # last sample on the line, epoch seconds
    moved_at: float = 0.0  # last change of the published value by the counter
    held: Held | None = None

    def as_json(self) -> dict[str, object]:
        """Return what `from_json` takes."""
        held = self.held
        return {
            **{name: getattr(self, name) for name in _STATE_FIELDS if name != "held"},
            "held": None if held is None else {name: getattr(held, name) for name in _HELD_FIELDS},
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read back what `as_json` gave.

        Raises:
            ValueError: it is anything else.

        """
        saved = fields(data, _STATE_FIELDS, "counter state")
        state = cls(
            published=None if saved["published"] is None else number(saved, "published", "counter state"),
            held=None if saved["held"] is None else _held_from_json(saved["held"]),
            **{name: number(saved, name, "counter state") for name in _STATE_FIELDS - {"published", "held"}},
        )
        if state.published is not None and max(state.floor, state.next_floor) > state.published:
            raise ValueError(f"counter state: floor {state.floor} is above published {state.published}")
        return state


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one sample led to."""

    publish: float | None  # None: nothing to publish yet
    state: CounterState
    reason: Reason | None = None  # set: the sample itself was not published
    event: Event | None = None  # set: save the state now, a person must know


def step(value: float | None, at: float, limits: Limits, state: CounterState | None) -> Step:
    """Judge one sample of a counter.

    `value` is in Wh, None when its source is missing or inactive; `at` is in epoch seconds and may go backwards.
    """
    if state is None:
        state = CounterState()
    published = state.published
    if value is None:
        return Step(publish=published, state=state, reason=Reason.INACTIVE)
    if not (-_LARGEST_WH <= value <= _LARGEST_WH and isfinite(at)):
        return Step(publish=published, state=state, reason=Reason.NOT_A_NUMBER)
    if value < 0 and limits.fall_w is None:
        return Step(publish=published, state=state, reason=Reason.NEGATIVE)
    if published is None:
        return _start(value, at, limits, state)
    if state.held is None:
        return (
            _follow(value + state.offset, at, limits, state, published)
            or _wrap(value, at, limits, state, published)
            or _hold(Held(first=value, first_at=at, last=value, last_at=at), state, published)
        )
    return _judge_held(value, at, limits, state, published, held=state.held)


def accept_jump(state: CounterState, amount_wh: float) -> CounterState:
    """Add a jump that was left out (`Event.amount_wh`) after all: a person says it was real energy."""
    if state.published is None:
        raise ValueError("a counter that has published nothing has left nothing out")
    return replace(
        state,
        published=state.published + amount_wh,
        offset=state.offset + amount_wh,
        floor=state.floor + amount_wh,
        next_floor=state.next_floor + amount_wh,
    )


def rebase(state: CounterState, value: float, at: float) -> CounterState:
    """Continue from `value` of another source: its first sample changes nothing, what follows counts.

    A value that is no energy changes nothing at all.
    """
    if not abs(value) <= _LARGEST_WH:
        return state
    published = value if state.published is None else state.published
    return _on_line(published, published - value, published, at)


def _start(value: float, at: float, limits: Limits, state: CounterState) -> Step:
    """Begin with the first value; a zero waits, so that a gateway that is not ready is not counted from zero."""
    held = state.held
    if value == 0:
        held = _longer(held, value, at, limits) if held else Held(first=0.0, first_at=at, last=0.0, last_at=at)
        if held is None or not _confirmed(held):
            return Step(publish=None, state=replace(state, held=held), reason=Reason.ZERO)
    return Step(publish=value, state=_on_line(value, 0.0, value, at))


def _on_line(published: float, offset: float, floor: float, at: float) -> CounterState:
    """Begin on a line of which nothing earlier is known."""
    return CounterState(
        published=published, offset=offset, floor=floor, next_floor=floor, window_at=at, at=at, moved_at=at
    )


def _possible(change: float, seconds: float, limits: Limits) -> bool:
    """Tell whether the site can change the counter so much in that time, its source's steps included."""
    if change >= 0:
        return change <= _most_wh(limits.rise_w, seconds, limits)
    return limits.fall_w is not None and -change <= _most_wh(limits.fall_w, seconds, limits)


def _most_wh(limit_w: float, seconds: float, limits: Limits) -> float:
    """Return the energy of that time and one interval of the source; time that went backwards is none."""
    return limit_w * (limits.interval_s + seconds if seconds > 0 else limits.interval_s) / 3600


def _is_dip(fall: float, level: float, seconds: float, limits: Limits) -> bool:
    """Tell whether a counter that only rises fell so little that it means nothing."""
    return limits.fall_w is None and fall <= max(HAIR_WH, level * HAIR_SHARE, STANDBY_W * seconds / 3600)


def _follow(line: float, at: float, limits: Limits, state: CounterState, published: float) -> Step | None:
    """Go along the known line, None when the sample is not on it.

    A counter may step by a whole interval of its source at any sample, so the allowance is the limit times (the time
    since the last sample on the line + one interval). It does not grow while the counter stands still over night.
    A spike within it cannot be told from a rise; a fall back behind the rises of the last windows takes it back.
    """
    change = line - published
    if change == 0:
        return Step(
            publish=published,
            state=CounterState(
                published=published,
                offset=state.offset,
                floor=state.floor,
                next_floor=state.next_floor,
                window_at=state.window_at,
                at=at,
                moved_at=state.moved_at,
            ),
        )
    seconds = at - state.at
    if _possible(change, seconds, limits):
        floor, next_floor, window_at = state.floor, state.next_floor, state.window_at
        if change < 0:
            floor = next_floor = line
        elif abs(at - window_at) > WINDOW_S:
            floor, next_floor, window_at = next_floor, published, at
        return Step(
            publish=line,
            state=CounterState(
                published=line,
                offset=state.offset,
                floor=floor,
                next_floor=next_floor,
                window_at=window_at,
                at=at,
                moved_at=at,
            ),
        )
    if change < 0 and _is_dip(state.floor - line, published, seconds, limits):
        stands = replace(state, floor=min(line, state.floor), next_floor=line, window_at=at, at=at, held=None)
        return Step(publish=published, state=stands, reason=Reason.DIP)
    return None


def _wrap(value: float, at: float, limits: Limits, state: CounterState, published: float) -> Step | None:
    """Bridge one wrap, lost or regained, at once; None when it is none.

    A zero is held instead: it is a glitch far more often than a counter that wrapped to the very digit.
    """
    tolerance = _most_wh(limits.rise_w, at - state.at, limits)
    if value == 0 or limits.fall_w is not None or tolerance > _WRAP_TOLERANCE_WH:
        return None
    offset = state.offset + (WRAP_WH if value + state.offset < published else -WRAP_WH)
    line = value + offset
    if abs(line - published) > tolerance:
        return None
    return replace(_continued(line, offset, at, limits, published), reason=Reason.WRAP)


def _judge_held(value: float, at: float, limits: Limits, state: CounterState, published: float, *, held: Held) -> Step:
    """Give the sample to the line it is nearer to, else to the other, else hold it as the start of a third."""
    line = value + state.offset
    away = max(state.next_floor - line, line - published, 0.0)
    nearer_held = abs(value - held.last) < away
    if not nearer_held and (back := _follow(line, at, limits, state, published)):
        return back
    longer = _longer(held, value, at, limits)
    if nearer_held and longer is None and (back := _follow(line, at, limits, state, published)):
        return back
    if wrapped := _wrap(value, at, limits, state, published):
        return wrapped
    held = longer or Held(first=value, first_at=at, last=value, last_at=at)
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
    if not _possible(change, seconds, limits) and not (change < 0 and _is_dip(-change, held.last, seconds, limits)):
        return None
    return replace(
        held,
        last=value if limits.fall_w is not None else max(value, held.last),
        last_at=at,
        seen_s=held.seen_s + min(max(seconds, 0.0), _SEEN_S),
        samples=held.samples + 1,
    )


def _confirmed(held: Held) -> bool:
    return held.samples >= CONFIRM_SAMPLES and held.seen_s >= CONFIRM_S


def _settle(held: Held, limits: Limits, state: CounterState, published: float) -> Step | None:
    """Believe the held line; None while it is a zero that may still be a glitch, as there is nothing to publish."""
    change = held.first + state.offset - published
    if _possible(change, held.first_at - state.moved_at, limits):
        # The source stood still and caught up: an inverter that was out of reach for days brings their energy at once.
        return _continued(held.last + state.offset, state.offset, held.last_at, limits, published)
    if limits.fall_w is None:
        seconds = held.first_at - state.at
        wraps = round(-change / WRAP_WH)
        tolerance = min(_most_wh(limits.rise_w, seconds, limits), _WRAP_TOLERANCE_WH)
        if wraps <= 1 and wraps != 0 and abs(change + wraps * WRAP_WH) <= tolerance:
            # A firmware that counts right again gives back all wraps at once (G§6.6).
            offset = state.offset + wraps * WRAP_WH
            return _continued(held.last + offset, offset, held.last_at, limits, published)
        if change < 0 and _possible(held.first, seconds, limits):
            return None if held.last == 0 else _reset(held, change, limits, published)
    offset = published - held.first
    kind = EventKind.JUMP if change > 0 else EventKind.FALL
    return replace(
        _continued(held.last + offset, offset, held.last_at, limits, published),
        event=Event(kind=kind, amount_wh=change, at=held.first_at),
    )


def _reset(held: Held, change: float, limits: Limits, published: float) -> Step:
    """Pass a new start on (G§9.6), so that the statistics count what the counter shows since zero, no more."""
    event = Event(kind=EventKind.RESET, amount_wh=change, at=held.first_at)
    if held.last < published * _RESET_SHARE:
        return replace(_continued(held.last, 0.0, held.last_at, limits, held.last), event=event)
    # So soon after the last start the statistics would not see this one: go on upwards instead.
    return replace(_continued(held.last + published, published, held.last_at, limits, published), event=event)


def _continued(line: float, offset: float, at: float, limits: Limits, published: float) -> Step:
    """Go on along a line whose offset is new."""
    publish = line if limits.fall_w is not None else max(line, published)
    return Step(publish=publish, state=_on_line(publish, offset, min(line, published), at))


def _held_from_json(data: object) -> Held:
    saved = fields(data, _HELD_FIELDS, "held line")
    samples = saved["samples"]
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 1:
        raise ValueError(f"held line: samples must be a count, got {samples!r}")
    return Held(samples=samples, **{name: number(saved, name, "held line") for name in _HELD_FIELDS - {"samples"}})


_STATE_FIELDS: Final = frozenset(CounterState.__dataclass_fields__)
_HELD_FIELDS: Final = frozenset(Held.__dataclass_fields__)
