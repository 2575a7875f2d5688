"""Compare the inverters of one array with their median, hour by hour."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from math import inf
from statistics import median
from typing import Final

type Watts = Mapping[str, Mapping[float, float]]
"""Hour means of power in W: by serial, then by the start of the hour in epoch seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """Every threshold of the comparison; benchmarks/health.py measures what they do."""

    window_days: int = 14
    """The days that one judgement covers."""
    judgements: int = 3
    """A panel becomes weak, or good again, after this many daily judgements in a row."""
    smallest_array: int = 4
    """With fewer panels the median proves nothing."""
    light: float = 0.15
    """An hour counts if the median is above this share of the highest median: below, sensors and angles decide."""
    agreement: float = 0.15
    """An hour counts if the middle half of the array is within this share of the median: no shade lies across it."""
    clipping: float = 0.97
    """An hour counts if the median is below this share of the most that the inverters can deliver."""
    hours: int = 15
    """The fewest hours that count in a window."""
    days: int = 5
    """The fewest days on which they are."""
    days_of_an_hour: int = 3
    """The fewest days on which an hour of the day counts, so that its median means something."""
    quantile: float = 0.85
    """The level is this quantile over the hours of the day: shade takes some of them, a fault takes all."""
    weak: float = 0.10
    """A weak panel is at least this much below its array."""
    spreads: float = 4.0
    """A weak panel is at least this many standard deviations of its array below it."""
    shaded: float = 0.85
    """An hour of shade is below this share of the panel's own level."""
    no_power: float = 0.05
    """A panel below this share of the median makes no power."""
    no_power_alone: float = 0.01
    """The same for a panel of a small array, compared with the whole site, where it may face another way."""
    no_power_hours: int = 2
    """The fewest hours in a row, nights left out, without power."""


THRESHOLDS: Final = Thresholds()


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """One hour in which the panels of an array can be compared."""

    day: date
    hour: int
    """Local hour of the day."""
    median_w: float
    """Of the panels that make power."""
    agrees: bool
    """Whether the middle half of the array is close to the median."""
    ratios: Mapping[str, float]
    """Power as a share of the median, by serial; only of panels that have a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """How the panels of an array compare over one window."""

    levels: Mapping[str, float]
    """Share of the array's median, shade left out, by serial."""
    limit: float
    """The level below which a panel is weak."""
    by_hour: Mapping[str, Mapping[int, float]]
    """The median share of each hour of the day, by serial."""


def compare(
    watts: Watts, serials: Collection[str], zone: tzinfo, thresholds: Thresholds = THRESHOLDS
) -> tuple[Hour, ...]:
    """Return the hours in which at least half of an array, and enough panels for a median, have a value."""
    series = {serial: watts[serial] for serial in serials if serial in watts}
    fewest = max(thresholds.smallest_array, len(serials) / 2)
    hours = []
    for start in sorted({start for each in series.values() for start in each}):
        values = {serial: each[start] for serial, each in series.items() if start in each}
        least_w = thresholds.no_power * median(values.values())
        if len(values) < fewest or least_w <= 0:
            continue
        # Up to half of the panels may make no power; the others are compared without them.
        with_power = sorted(value for value in values.values() if value >= least_w)
        middle_w = median(with_power)
        local = datetime.fromtimestamp(start, zone)
        hours.append(
            Hour(
                day=local.date(),
                hour=local.hour,
                median_w=middle_w,
                agrees=_middle_half(with_power) < thresholds.agreement * middle_w,
                ratios={serial: value / middle_w for serial, value in values.items()},
            )
        )
    return tuple(hours)


def counted(
    hours: Sequence[Hour],
    last: date,
    ceiling_w: float = inf,
    thresholds: Thresholds = THRESHOLDS,
    *,
    alike: bool = True,
) -> tuple[Hour, ...]:
    """Return the hours that count in the window that ends with a day.

    Where the panels are not `alike`, they need not agree.
    """
    first = last - timedelta(days=thresholds.window_days - 1)
    window = [hour for hour in hours if first <= hour.day <= last]
    least_w = thresholds.light * max((hour.median_w for hour in window), default=0.0)
    most_w = thresholds.clipping * ceiling_w
    return tuple(hour for hour in window if (hour.agrees or not alike) and least_w < hour.median_w < most_w)


def judge_window(hours: Sequence[Hour], thresholds: Thresholds = THRESHOLDS) -> Judgement | None:
    """Judge the panels by the hours that count in a window; return None where these are too few.

    Hours without power are left out of the level: there may have been snow on the panel.
    """
    if len(hours) < thresholds.hours or len({hour.day for hour in hours}) < thresholds.days:
        return None
    shares: dict[str, dict[int, list[float]]] = {}
    for hour in hours:
        for serial, ratio in hour.ratios.items():
            if ratio >= thresholds.no_power:
                shares.setdefault(serial, {}).setdefault(hour.hour, []).append(ratio)
    by_hour = {
        serial: {hour: median(each) for hour, each in found.items() if len(each) >= thresholds.days_of_an_hour}
        for serial, found in shares.items()
    }
    by_hour = {serial: found for serial, found in by_hour.items() if len(found) > 1}
    if not by_hour:
        return None
    levels = {serial: quantile(found.values(), thresholds.quantile) for serial, found in by_hour.items()}
    middle = median(levels.values())
    deviation = 1.4826 * median(abs(level - middle) for level in levels.values())  # standard deviation from the MAD
    limit = middle - max(thresholds.weak, thresholds.spreads * deviation)
    return Judgement(levels=levels, limit=limit, by_hour=by_hour)


def quantile(values: Collection[float], share: float) -> float:
    """Return the value with this share of the others below it."""
    return sorted(values)[round(share * (len(values) - 1))]


def _middle_half(ordered: Sequence[float]) -> float:
    """Return the width of the middle half of some values."""
    outside = len(ordered) // 4
    return ordered[-1 - outside] - ordered[outside]
