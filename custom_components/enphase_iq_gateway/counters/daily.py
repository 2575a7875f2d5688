"""Energy of today: the rise of a lifetime counter since local midnight.

The gateway's own figures repeat the lifetime, stick, or reset late (G§6.5). They are used only for the part of a day
without samples: before set-up, and after a midnight at which Home Assistant was not running.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Final, Self, TypeGuard

from .serialization import fields, number

GAP_S: Final = 900.0  # a longer time without a sample is a gap: the slowest source moves every 15 minutes (G§3)
_CLOCK_S: Final = 3600.0  # a clock set back by no more than this was corrected; by more, it was wrong
_RESET_SHARE: Final = 0.9  # Home Assistant takes a fall to less for a new start (sensor/recorder.py)


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherDay:
    """A day that the clock has left, and the lifetime at its start; it may come back to it."""

    day: date
    baseline: float
    reset_at: float | None = None
    """As that of the day was: a day that is back must not look like a new one."""

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the day that was stored.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = fields(data, frozenset({"day", "baseline"}), "other day")
        return cls(
            day=date.fromisoformat(str(saved["day"])),
            baseline=number(saved, "baseline", "other day"),
            reset_at=None if saved.get("reset_at") is None else number(saved, "reset_at", "other day"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyState:
    """The day and the lifetime at its start, stored across restarts as JSON."""

    day: date  # in local time
    baseline: float  # lifetime at local midnight, Wh; negative when the counter began again today
    lifetime: float  # last value, Wh
    at: float  # time of the last value, epoch seconds
    other: OtherDay | None = None
    reset_at: float | None = None
    """Midnight at the start of the day, epoch seconds, for a counter that may fall; None until a midnight has passed.

    It is the `last_reset` of the statistics, which count the value from zero again when it changes. Where there was
    none before, the value of a day that is already counted would be counted twice.
    """

    def as_json(self) -> dict[str, object]:
        """Return the JSON form that `from_json` reads."""
        other = self.other
        return {
            "day": self.day.isoformat(),
            "baseline": self.baseline,
            "lifetime": self.lifetime,
            "at": self.at,
            "other": other and {"day": other.day.isoformat(), "baseline": other.baseline, "reset_at": other.reset_at},
            "reset_at": self.reset_at,
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the state that `as_json` has written.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = fields(data, frozenset({"day", "baseline", "lifetime", "at"}), "today")
        return cls(
            day=date.fromisoformat(str(saved["day"])),
            baseline=number(saved, "baseline", "today"),
            lifetime=number(saved, "lifetime", "today"),
            at=number(saved, "at", "today"),
            other=None if (other := saved.get("other")) is None else OtherDay.from_json(other),
            reset_at=None if saved.get("reset_at") is None else number(saved, "reset_at", "today"),
        )


def step(
    lifetime: float,
    at: float,
    zone: tzinfo,
    *,
    gateway_today: float | None,
    rise_w: float,
    falls: bool = False,
    state: DailyState | None,
) -> tuple[float, DailyState]:
    """Return today's energy in Wh and the new state.

    `lifetime` is the checked counter (Wh), `at` is in epoch seconds, `zone` is Home Assistant's time zone,
    `gateway_today` is the gateway's own figure (Wh), `rise_w` is the fastest plausible rise of the counter (W). With
    `falls` the counter may fall, and today with it, even below zero.

    Raises:
        ValueError, OverflowError: `at` is outside the calendar.
    """
    day = datetime.fromtimestamp(at, zone).date()
    # Where a change to summer time skips midnight this is the moment of the change (PEP 495).
    midnight = datetime.combine(day, time(), zone).timestamp()
    possible = rise_w * (at - midnight + GAP_S) / 3600
    if state is None:
        seeded = gateway_today if _plausible(gateway_today, lifetime, possible) else 0.0
        return seeded, DailyState(day=day, baseline=lifetime - seeded, lifetime=lifetime, at=at)
    set_back = at < state.at
    if set_back and state.at - at <= _CLOCK_S:
        # The day stands until the clock has caught up.
        day, at = state.day, state.at
    baseline, gain = _follow(lifetime, state, falls=falls)
    other = state.other and replace(state.other, baseline=state.other.baseline + baseline - state.baseline)
    reset_at = state.reset_at if day == state.day else midnight
    if day != state.day:
        left: OtherDay | None = OtherDay(day=state.day, baseline=baseline, reset_at=state.reset_at)
        if other is not None and other.day == day and (set_back or state.day < day):
            # The clock was wrong for a while.
            baseline, left = other.baseline if falls else min(other.baseline, lifetime), None
            reset_at = other.reset_at
        # An earlier date at a later time: the time zone was changed, and its midnight is still to come.
        elif day > state.day:
            elapsed = at - state.at
            baseline = lifetime - gain
            if midnight <= state.at:
                pass  # the time zone was changed, and there is no sample at its midnight
            elif elapsed <= GAP_S:
                baseline = lifetime - gain * (at - midnight) / elapsed
            elif _plausible(gateway_today, lifetime, min(gain, possible)):
                baseline = lifetime - gateway_today
        if set_back or day > state.day:
            other = left
    return lifetime - baseline, DailyState(
        day=day, baseline=baseline, lifetime=lifetime, at=at, other=other, reset_at=reset_at if falls else None
    )


def _follow(lifetime: float, state: DailyState, *, falls: bool) -> tuple[float, float]:
    """Return the lifetime at the start of the day, and the gain since the last value.

    A counter that only rises falls when it begins again, or when a spike is undone. Today falls with it only as far as
    Home Assistant does not take it for a new start; otherwise it stands and continues from there.
    """
    gain = lifetime - state.lifetime
    if falls or gain >= 0:
        return state.baseline, gain
    if lifetime < state.lifetime * _RESET_SHARE:
        return state.baseline - state.lifetime, lifetime
    today = state.lifetime - state.baseline
    if lifetime - state.baseline < today * _RESET_SHARE:
        return lifetime - today, 0.0
    return state.baseline, 0.0


def _plausible(gateway_today: float | None, lifetime: float, most: float) -> TypeGuard[float]:
    """Return whether the gateway's own today can be true: it may repeat the lifetime or show yesterday (G§6.5)."""
    return gateway_today is not None and 0 <= gateway_today <= most and gateway_today < lifetime
