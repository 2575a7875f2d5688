"""Energy of today: what a lifetime counter has counted since local midnight.

The gateway's own figures repeat the lifetime, stick, or reset late (G§6.5), so they only help where we have not looked:
on the first day, and when nobody was there at midnight.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Final, Self, TypeGuard

from .serialization import fields, number

GAP_S: Final = 900.0  # longer without a sample is a gap: the slowest source moves each 15 minutes (G§3)
_DAY_S: Final = 86_400.0
_RESET_SHARE: Final = 0.9  # a fall to less is a new start, as for Home Assistant's statistics (sensor/recorder.py)


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyState:
    """The day and where it began; survives restarts as JSON."""

    day: date  # local
    baseline: float  # lifetime at local midnight, Wh; below zero when the counter began again today
    lifetime: float  # last, Wh
    at: float  # of it, epoch seconds

    def as_json(self) -> dict[str, object]:
        """Return what `from_json` takes."""
        return {"day": self.day.isoformat(), "baseline": self.baseline, "lifetime": self.lifetime, "at": self.at}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read back what `as_json` gave.

        Raises:
            ValueError: it is anything else.

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

    `lifetime` is the guarded counter (Wh), `at` epoch seconds, `zone` Home Assistant's, `gateway_today` the gateway's
    own figure (Wh) and `rise_w` the fastest plausible rise of the counter (W).

    Raises:
        ValueError, OverflowError: `at` is no moment of the calendar.

    """
    day = datetime.fromtimestamp(at, zone).date()
    # Where a change to summer time skips midnight this is the moment of the change (PEP 495).
    midnight = datetime.combine(day, time(), zone).timestamp()
    possible = rise_w * (at - midnight + GAP_S) / 3600
    if state is None:
        seeded = gateway_today if _plausible(gateway_today, lifetime, possible) else 0.0
        return seeded, DailyState(day=day, baseline=lifetime - seeded, lifetime=lifetime, at=at)
    if state.at - _DAY_S < at < state.at:
        # The clock was set back: the day stands until it has caught up. Further back, the earlier time was wrong.
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
        if midnight <= state.at:  # the time zone was changed, and nobody looked at its midnight
            baseline = origin
        elif elapsed <= GAP_S:
            baseline = lifetime - gain * (at - midnight) / elapsed
        elif _plausible(gateway_today, lifetime, min(gain, possible)):
            baseline = lifetime - gateway_today
        else:
            baseline = origin
    return lifetime - baseline, DailyState(day=day, baseline=baseline, lifetime=lifetime, at=at)


def _plausible(gateway_today: float | None, lifetime: float, most: float) -> TypeGuard[float]:
    """Tell whether to believe the gateway's own today: it may repeat the lifetime or still show yesterday (G§6.5)."""
    return gateway_today is not None and 0 <= gateway_today <= most and gateway_today < lifetime
