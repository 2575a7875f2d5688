"""Decide each day which panels are below their array, in shade or without power, from hour means of their power.

Nothing here finds the reason: dirt, a lasting object in front of a panel and a fault look the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby
from math import inf
from operator import attrgetter
from statistics import median
from typing import Final

from .comparison import THRESHOLDS, Hour, Judgement, Thresholds, Watts, compare, counted, judge_window, quantile

HISTORY_DAYS: Final = THRESHOLDS.window_days + THRESHOLDS.judgements - 1
"""A report is made from this many days, the last one included."""
# A day is low if most of the days around it are: this many before and after it.
_DAYS_AROUND: Final = 2


class PanelState(StrEnum):
    """How a panel compares with its array."""

    GOOD = "good"
    WEAK = "weak"
    SHADED = "shaded"
    NO_POWER = "no_power"
    SILENT = "silent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelHealth:
    """How one panel compares with its array."""

    state: PanelState = PanelState.UNKNOWN
    level: float | None = None
    """Power as a share of the median of its array, shade left out; None without a judgement."""
    since: date | None = None
    """First day of weakness or without power; None where it began before the first day with values."""
    shade_hours: tuple[int, ...] = ()
    """Local hours of the day in which it is in shade."""
    shade_loss: float = 0.0
    """Share of its energy that the shade takes."""
    days_without_power: int = 0
    """Whole days without power, up to the last day."""

    @property
    def below_array(self) -> bool:
        """Whether it makes clearly less than its array."""
        return self.state in (PanelState.WEAK, PanelState.NO_POWER)


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthReport:
    """The health of all panels at the end of a day."""

    day: date
    panels: Mapping[str, PanelHealth] = field(default_factory=dict[str, PanelHealth])
    """By serial."""

    @property
    def below_array(self) -> dict[str, PanelHealth]:
        """The panels that make clearly less than their array."""
        return {serial: panel for serial, panel in self.panels.items() if panel.below_array}

    @property
    def judged(self) -> bool:
        """Whether any panel could be compared."""
        return any(panel.level is not None for panel in self.panels.values())


_UNKNOWN: Final = PanelHealth()


def judge(
    watts: Watts,
    arrays: Collection[Collection[str]],
    *,
    day: date,
    zone: tzinfo,
    ceilings_w: Mapping[str, float] | None = None,
    silent: Collection[str] = (),
    previous: HealthReport | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> HealthReport:
    """Return the health of the panels of a site at the end of a day.

    `ceilings_w` has the highest power of each inverter, and `silent` the serials of those that have stopped reporting.
    The `previous` report has the panels that were weak before, and since when.
    """
    before = previous.panels if previous is not None else {}
    site = compare(watts, [serial for array in arrays for serial in array], zone, thresholds)
    panels: dict[str, PanelHealth] = {}
    for array in arrays:
        compared: _SmallArray | _Array
        if len(array) < thresholds.smallest_array:
            compared = _SmallArray(site, day, thresholds)
        else:
            ceiling_w = median((ceilings_w or {}).get(serial, inf) for serial in array)
            compared = _Array(compare(watts, array, zone, thresholds), day, ceiling_w, thresholds)
        for serial in array:
            if serial in silent:
                panels[serial] = PanelHealth(state=PanelState.SILENT)
            else:
                panels[serial] = compared.panel(serial, before.get(serial, _UNKNOWN))
    return HealthReport(day=day, panels=panels)


class _SmallArray:
    """Panels without an array to compare them with: only whether they make power while the site does."""

    def __init__(self, site: Sequence[Hour], day: date, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._hours = counted(site, day, thresholds=thresholds, alike=False)

    def panel(self, serial: str, before: PanelHealth) -> PanelHealth:
        """Return the health of a panel that was judged `before`."""
        thresholds = self._thresholds
        return _without_power(serial, self._hours, before, thresholds.no_power_alone, thresholds) or _UNKNOWN


class _Array:
    """The panels of one array, compared with each other."""

    def __init__(self, hours: Sequence[Hour], day: date, ceiling_w: float, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        days = [day - timedelta(days=ago) for ago in range(thresholds.judgements)]
        windows = [counted(hours, each, ceiling_w, thresholds) for each in days]
        self._hours = windows[0]
        self._judgements = [judge_window(window, thresholds) for window in windows]

    def panel(self, serial: str, before: PanelHealth) -> PanelHealth:
        """Return the health of a panel that was judged `before`."""
        dark = _without_power(serial, self._hours, before, self._thresholds.no_power, self._thresholds)
        if dark is not None:
            return dark
        judgement = self._judgements[0]
        if judgement is None or serial not in judgement.levels:
            return before if before.state is PanelState.WEAK else _UNKNOWN
        level = judgement.levels[serial]
        hours, loss = self._shade(judgement, serial)
        was_weak = before.state is PanelState.WEAK
        if self._is_weak(serial, was_weak=was_weak):
            state = PanelState.WEAK
            since = before.since if was_weak else self._weak_since(serial, judgement.limit)
        else:
            state, since = PanelState.SHADED if hours else PanelState.GOOD, None
        return PanelHealth(state=state, level=level, since=since, shade_hours=hours, shade_loss=loss)

    def _is_weak(self, serial: str, *, was_weak: bool) -> bool:
        """Return whether the last judgements agree that a panel is weak or good, else whether it was weak before."""
        low = {
            None if each is None or serial not in each.levels else each.levels[serial] < each.limit
            for each in self._judgements
        }
        return low == {True} or (was_weak and low != {False})

    def _shade(self, judgement: Judgement, serial: str) -> tuple[tuple[int, ...], float]:
        """Return the hours of the day in which a panel is in shade, and the share of its energy that this takes."""
        level, by_hour = judgement.levels[serial], judgement.by_hour[serial]
        shade = {hour: share for hour, share in by_hour.items() if share < self._thresholds.shaded * level}
        taken = sum((level - shade[each.hour]) * each.median_w for each in self._hours if each.hour in shade)
        whole = sum(level * each.median_w for each in self._hours if each.hour in by_hour)
        return tuple(sorted(shade)), taken / whole

    def _weak_since(self, serial: str, limit: float) -> date | None:
        """Return the first of the last days that were all low, None where it is the first of all days."""
        days = [
            (day, quantile(ratios, self._thresholds.quantile))
            for day, hours in groupby(self._hours, attrgetter("day"))
            if (ratios := [hour.ratios[serial] for hour in hours if serial in hour.ratios])
        ]
        since = None
        for index in reversed(range(len(days))):
            around = days[max(index - _DAYS_AROUND, 0) : index + _DAYS_AROUND + 1]
            if median(level for _, level in around) >= limit:
                return since
            since = days[index][0]
        return None


def _without_power(
    serial: str, hours: Sequence[Hour], before: PanelHealth, least: float, thresholds: Thresholds
) -> PanelHealth | None:
    """Return the health of a panel that made less than a share of the median in the last hours, else None."""
    values = [(hour.day, hour.ratios[serial]) for hour in hours if serial in hour.ratios]
    dark = len(values)
    while dark and values[dark - 1][1] < least:
        dark -= 1
    last = values[dark:]
    if len(last) < thresholds.no_power_hours:
        return None
    partly = {day for day, _ in values[:dark]}
    return PanelHealth(
        state=PanelState.NO_POWER,
        level=0.0,
        since=last[0][0] if dark else before.since,
        days_without_power=len({day for day, _ in last} - partly),
    )
