"""Energy of today: the rise of a lifetime counter since local midnight.

The gateway's own figures repeat the lifetime, stick, or reset late (G§6.5). They are used only for the part of a day
without samples: before set-up, and after a midnight at which Home Assistant was not running.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Final, Self, TypeGuard

from .serialization import fields, number

GAP_S: Final = 900.0  # a longer time without a sample is a gap: the slowest source moves every 15 minutes (G§3)
_DAY_S: Final = 86_400.0
_RESET_SHARE: Final = 0.9  # Home Assistant takes a fall to less for a new start (sensor/recorder.py)


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyState:
    """The day and the lifetime at its start, stored across restarts as JSON."""

    day: date  # in local time
    baseline: float  # lifetime at local midnight, Wh; negative when the counter began again today
    lifetime: float  # last value, Wh
    at: float  # time of the last value, epoch seconds

    def as_json(self) -> dict[str, object]:
        """Return the JSON form that `from_json` reads."""
        return {"day": self.day.isoformat(), "baseline": self.baseline, "lifetime": self.lifetime, "at": self.at}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the state that `as_json` has written.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = fields(data, frozenset(cls.__dataclass_fields__), "today")
        state = cls(
            day=date.fromisoformat(str(saved["day"])),
            baseline=number(saved, "baseline", "today"),
            lifetime=number(saved, "lifetime", "today"),
            at=number(saved, "at", "today"),
        )
        if state.baseline > state.lifetime:
            raise ValueError(f"today: baseline {state.baseline} is above lifetime {state.lifetime}")
        return state


def step(
    lifetime: float,
    at: float,
    zone: tzinfo,
    *,
    gateway_today: float | None,
    rise_w: float,
    state: DailyState | None,
) -> tuple[float, DailyState]:
    """Return today's energy in Wh and the new state.

    `lifetime` is the checked counter (Wh), `at` is in epoch seconds, `zone` is Home Assistant's time zone,
    `gateway_today` is the gateway's own figure (Wh), `rise_w` is the fastest plausible rise of the counter (W).

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
    if state.at - _DAY_S < at < state.at:
        # The clock was set back: the day stands until the clock has caught up. If it was set back by more than a day,
        # the earlier time was wrong.
        day, at = state.day, state.at
    origin = state.lifetime
    if lifetime < origin * _RESET_SHARE:
        origin = 0.0
    lifetime = max(lifetime, origin)
    gain = lifetime - origin
    baseline = state.baseline - (state.lifetime - origin)
    # An earlier date, but a later time: the time zone was changed. Its midnight is still to come.
    if day > state.day:
        elapsed = at - state.at
        if midnight <= state.at:  # the time zone was changed, and there is no sample at its midnight
            baseline = origin
        elif elapsed <= GAP_S:
            baseline = lifetime - gain * (at - midnight) / elapsed
        elif _plausible(gateway_today, lifetime, min(gain, possible)):
            baseline = lifetime - gateway_today
        else:
            baseline = origin
    return lifetime - baseline, DailyState(day=day, baseline=baseline, lifetime=lifetime, at=at)


def _plausible(gateway_today: float | None, lifetime: float, most: float) -> TypeGuard[float]:
    """Return whether the gateway's own today can be true: it may repeat the lifetime or show yesterday (G§6.5)."""
    return gateway_today is not None and 0 <= gateway_today <= most and gateway_today < lifetime
