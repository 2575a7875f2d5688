"""The limits of a counter's change: how much energy is possible in a time, and how much is likely."""

from dataclasses import dataclass, replace
from typing import Final

from .counter_state import CounterState, Hours

INTERVAL_S: Final = 900.0  # the sources that move every quarter of an hour step by so much at once (G§3, G§5)
NEGLIGIBLE_WH: Final = 5.0  # a smaller fall is rounding, or two processes of the gateway that disagree
NEGLIGIBLE_SHARE: Final = 0.0001  # the same, as a share of the counter
STANDBY_W: Final = 10.0  # inverters draw 1 to 9 W from a production CT at night (G§6.4)
STANDBY_S: Final = 86_400.0  # a longer pause proves no more: they produce by day, and the clock may have been set
AT_ONCE_S: Final = 300.0  # the longest update interval: one sample alone proves no more energy than that of this time
HOUR_S: Final = 3600.0
LEARNED_HOURS: Final = 72  # after so many hours, the highest of them shows what the site can do ...
USUAL_FACTOR: Final = 1.5  # ... within this factor


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How fast the site can move one counter."""

    rise_w: float
    fall_w: float | None = None  # None: the counter only rises
    interval_s: float = INTERVAL_S  # the longest time the source collects energy before the counter moves
    likely_w: float | None = None  # rated power of the site's devices; None: not known


def at_once(change: float, seconds: float, limits: Limits) -> bool:
    """Return whether one sample proves a change of so many Wh after that time, which is negative if a clock was set."""
    return possible(change, min(seconds, AT_ONCE_S) if seconds >= 0 else AT_ONCE_S, limits)


def possible(change: float, seconds: float, limits: Limits) -> bool:
    """Return whether the site can change the counter by `change` Wh in that time and one interval of the source."""
    if change >= 0:
        return change <= most_wh(limits.rise_w, seconds, limits)
    return limits.fall_w is not None and -change <= most_wh(limits.fall_w, seconds, limits)


def likely(change: float, seconds: float, limits: Limits, state: CounterState) -> bool:
    """Return whether the site's devices could have changed the counter so much, or it has risen so fast before.

    The first `AT_ONCE_S` seconds count with the power of the limit, the rest with the likely power.

    Without known devices, and before enough hours were seen, the limits decide.
    """
    hours = state.hours
    learned_w = hours.highest_w * USUAL_FACTOR if hours else 0.0
    if limits.likely_w is None and (hours is None or hours.count < LEARNED_HOURS):
        return possible(change, seconds, limits)
    watts = max(limits.likely_w or 0.0, learned_w)
    at_once_s = min(seconds, AT_ONCE_S)
    likely_wh = watts * max(seconds - at_once_s, 0.0) / 3600 + most_wh(limits.rise_w, at_once_s, limits)
    return possible(change, seconds, limits) and abs(change) <= likely_wh


def most_wh(limit_w: float, seconds: float, limits: Limits) -> float:
    """Return the energy of that time and one interval of the source, in Wh; a negative time counts as none."""
    return limit_w * (limits.interval_s + seconds if seconds > 0 else limits.interval_s) / 3600


def is_negligible(fall: float, level: float, standby_s: float) -> bool:
    """Return whether a fall from `level` is no more than rounding, or than inverters on standby draw in that time."""
    return fall <= max(NEGLIGIBLE_WH, level * NEGLIGIBLE_SHARE, STANDBY_W * min(standby_s, STANDBY_S) / 3600)


def count_hours(hours: Hours | None, published: float, at: float) -> Hours:
    """Return the hours with the one that has ended; one of more than two hours contains a pause and is left out."""
    if hours is None:
        return Hours(begin=published, begin_at=at)
    seconds = at - hours.begin_at
    if 0 <= seconds < HOUR_S:
        return hours
    if not 0 <= seconds <= 2 * HOUR_S:
        return replace(hours, begin=published, begin_at=at)
    watts = abs(published - hours.begin) * 3600 / seconds
    return Hours(
        begin=published,
        begin_at=at,
        highest_w=max(hours.highest_w, watts),
        former_highest_w=hours.highest_w,
        count=hours.count + 1,
    )
