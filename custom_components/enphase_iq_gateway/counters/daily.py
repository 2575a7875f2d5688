"""Energy of today: the rise of a lifetime counter since local midnight.

The gateway's own figures repeat the lifetime, stick, or reset late (G§6.5). They are used only for the part of a day
without samples: before set-up, and after a midnight at which Home Assistant was not running.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Final, Self, TypeGuard

from .last_value import ROUNDED_WH, LastValue
from .new_start import is_new_start
from .serialization import fields, number, optional_number

GAP_S: Final = 900.0  # a longer time without a sample is a gap: the slowest source moves every 15 minutes (G§3)
_CLOCK_S: Final = 3600.0  # a clock set back by no more than this was corrected; by more, it was wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherDay:
    """A day that the clock has left, and the lifetime at its start; it may come back to it."""

    day: date
    baseline: float
    reset_at: float | None = None
    """The `reset_at` of that day, so that the day does not look like a new one when it is back."""

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
            reset_at=optional_number(saved, "reset_at", "other day"),
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

    @property
    def energy_wh(self) -> float:
        """Return the energy of today at the last value."""
        return self.lifetime - self.baseline

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
            reset_at=optional_number(saved, "reset_at", "today"),
        )


def step(
    lifetime: float,
    at: float,
    zone: tzinfo,
    *,
    confirmed: bool = True,
    gateway_today: float | None,
    rise_w: float,
    falls: bool = False,
    state: DailyState | None,
) -> tuple[float, DailyState]:
    """Return today's energy in Wh and the new state.

    `lifetime` is the checked counter (Wh), `at` is in epoch seconds, `zone` is Home Assistant's time zone. No other day
    begins before `at` is `confirmed`: today stands until then. `gateway_today` is the gateway's own figure (Wh),
    `rise_w` is the fastest plausible rise of the counter (W). With `falls` the counter may fall, and today with it,
    even below zero.

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
    if day != state.day and not confirmed:
        return state.energy_wh, state
    set_back = at < state.at
    if set_back and state.at - at <= _CLOCK_S:
        # The day stands until the clock has caught up.
        day, at = state.day, state.at
    baseline, gain = _follow(lifetime, state, falls=falls)
    other = state.other and replace(state.other, baseline=state.other.baseline + baseline - state.baseline)
    reset_at: float | None = midnight
    if day == state.day:
        reset_at = state.reset_at
    elif day < state.day and not set_back:
        reset_at = state.reset_at  # the time zone was changed, and its midnight is still to come
    elif other is not None and other.day == day:
        # The clock was wrong for a while.
        baseline, reset_at, other = other.baseline if falls else min(other.baseline, lifetime), other.reset_at, None
    else:
        other = OtherDay(day=state.day, baseline=baseline, reset_at=state.reset_at)
        if day > state.day:
            own = gateway_today if _plausible(gateway_today, lifetime, min(gain, possible)) else None
            baseline = lifetime - _gain_since_midnight(gain, at, midnight, state.at, own)
    return lifetime - baseline, DailyState(
        day=day, baseline=baseline, lifetime=lifetime, at=at, other=other, reset_at=reset_at if falls else None
    )


def recover(lifetime: float, today: LastValue, zone: tzinfo) -> DailyState:
    """Return the state of a day from the last values of its entity, in Wh, and of its counter."""
    return DailyState(
        day=datetime.fromtimestamp(today.at, zone).date(),
        baseline=lifetime - today.energy_wh,
        lifetime=lifetime,
        at=today.at,
        reset_at=today.reset_at,
    )


def catch_up(state: DailyState, shown: DailyState) -> DailyState:
    """Continue from the day that was shown after this state was stored (`recover`)."""
    change = shown.energy_wh - state.energy_wh
    if shown.reset_at == state.reset_at and abs(change) <= ROUNDED_WH:
        return state
    if shown.day > state.day and (shown.reset_at != state.reset_at or change < 0):
        return replace(shown, other=OtherDay(day=state.day, baseline=state.baseline, reset_at=state.reset_at))
    if is_new_start(state.energy_wh, shown.energy_wh):
        return state
    return replace(shown, day=state.day, other=state.other)


def _follow(lifetime: float, state: DailyState, *, falls: bool) -> tuple[float, float]:
    """Return the lifetime at the start of the day, and the gain since the last value.

    A counter that only rises falls when it begins again, or when a spike is undone. Today falls with it only as far as
    Home Assistant does not treat it as a new start; otherwise it stands and continues from there.
    """
    gain = lifetime - state.lifetime
    if falls or gain >= 0:
        return state.baseline, gain
    if is_new_start(state.lifetime, lifetime):
        return state.baseline - state.lifetime, lifetime
    today = state.energy_wh
    if is_new_start(today, lifetime - state.baseline):
        return lifetime - today, 0.0
    return state.baseline, 0.0


def _gain_since_midnight(gain: float, at: float, midnight: float, last_at: float, gateway_today: float | None) -> float:
    """Return the part of the gain since the last sample, at `last_at`, that belongs to the day that began meanwhile."""
    if midnight <= last_at:
        return gain  # the time zone was changed, and there is no sample at its midnight
    if at - last_at <= GAP_S:
        return gain * (at - midnight) / (at - last_at)
    return gain if gateway_today is None else gateway_today


def _plausible(gateway_today: float | None, lifetime: float, most: float) -> TypeGuard[float]:
    """Return whether the gateway's own today can be true: it may repeat the lifetime or show yesterday (G§6.5)."""
    return gateway_today is not None and 0 <= gateway_today <= most and gateway_today < lifetime
