"""Measure how often healthy panels are called weak, and how soon weak ones are found, on simulated roofs.

Run: `python -m benchmarks.health [--roofs N] [--harsh]`; it ends with status 1 if a goal is missed.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from statistics import median
import sys
from time import process_time
from typing import Final

from benchmarks.roofs import CEILING_W, DAYS, FIRST_DAY, HARSH, MILD, Roof
from custom_components.enphase_iq_gateway.array.health import HISTORY_DAYS, HealthReport, PanelState, judge

MOST_FALSE_PER_1000_YEARS: Final = 1.0
LEAST_FOUND: Final = 0.95
MEDIAN_DAYS: Final = 14
FACTORS: Final = {"-6 %": 0.94, "-8 %": 0.92, "-12 %": 0.88, "-15 %": 0.85, "-33 %": 0.67, "no power": 0.0}
GOAL: Final = "-15 %"
_SOUGHT_DAYS: Final = 60
_BEGIN_DAYS: Final = range(40, 300)
"""When faults begin."""


@dataclass(kw_only=True, slots=True)
class Figures:
    """What was found on all roofs."""

    panels: int = 0
    judged_days: int = 0
    """Days with a judgement, of all panels."""
    days: int = 0
    false: int = 0
    """Healthy panels that began to count as weak."""
    dark: int = 0
    """Healthy panels that began to count as without power, as they are under snow."""
    found_after: dict[str, list[int | None]] = field(default_factory=lambda: {name: [] for name in FACTORS})
    """Days until each fault was found."""


def reports(
    roof: Roof, first: int, last: int, faults: Mapping[str, float] | None = None, since: int = 0
) -> Iterator[HealthReport]:
    """Yield the reports of some days of a roof with faults since a day."""
    previous = None
    first_of_all = max(first - HISTORY_DAYS + 1, 0)
    days = [roof.watts(number, dict(faults or {}) if number >= since else None) for number in range(first_of_all, last)]
    ceilings = dict.fromkeys(roof.serials, CEILING_W)
    for number in range(first, last):
        window = days[max(number - HISTORY_DAYS + 1, 0) - first_of_all : number + 1 - first_of_all]
        watts = {
            serial: {start: power for day in window for start, power in day[serial].items()} for serial in roof.serials
        }
        day = FIRST_DAY + timedelta(days=number)
        previous = judge(watts, roof.arrays, day=day, zone=UTC, ceilings_w=ceilings, previous=previous)
        yield previous


def look_at_healthy(roof: Roof, figures: Figures) -> None:
    """Count what is called weak on a roof without faults."""
    weak: set[str] = set()
    dark: set[str] = set()
    for report in reports(roof, HISTORY_DAYS - 1, DAYS):
        now_dark = {serial for serial, panel in report.panels.items() if panel.state is PanelState.NO_POWER}
        now_weak = report.below_array.keys() - now_dark
        figures.false += len(now_weak - weak)
        figures.dark += len(now_dark - dark)
        weak, dark = set(now_weak), now_dark
        figures.days += len(report.panels)
        figures.judged_days += sum(panel.level is not None for panel in report.panels.values())
    figures.panels += len(roof.serials)


def look_for_fault(roof: Roof, serial: str, factor: float, begin: int) -> int | None:
    """Return after how many days a fault is found; None where it is not."""
    wanted = PanelState.WEAK if factor else PanelState.NO_POWER
    for number, report in enumerate(reports(roof, begin, begin + _SOUGHT_DAYS, {serial: factor}, begin)):
        if report.panels[serial].state is wanted:
            return number + 1
    return None


def measure(roofs: int, *, harsh: bool) -> Figures:
    """Return the figures of some roofs."""
    figures = Figures()
    for seed in range(roofs):
        roof = Roof(seed, HARSH if harsh else MILD)
        look_at_healthy(roof, figures)
        for place, (name, factor) in enumerate(FACTORS.items()):
            begin = _BEGIN_DAYS[(seed * 97 + place * 41) % len(_BEGIN_DAYS)]
            serial = roof.serials[(seed * 7 + place * 3) % len(roof.serials)]
            figures.found_after[name].append(look_for_fault(roof, serial, factor, begin))
    return figures


def main() -> int:
    """Print the figures and return the exit status."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--roofs", type=int, default=60)
    parser.add_argument("--harsh", action="store_true", help="more shade and mismatch, and snow; without goals")
    chosen = parser.parse_args()
    started = process_time()
    figures = measure(chosen.roofs, harsh=chosen.harsh)
    dark = figures.dark if not chosen.harsh else 0
    false = 1000 * (figures.false + dark) / figures.panels
    missed = false > MOST_FALSE_PER_1000_YEARS
    lines = [
        f"{chosen.roofs} roofs, {figures.panels} panels, a year; {process_time() - started:.0f} s of CPU",
        f"days with a judgement: {figures.judged_days / figures.days:.1%}",
        f"false alarms per 1000 panels and year: {false:.1f}",
        f"healthy panels without power, under snow: {figures.dark}",
    ]
    for name, days in figures.found_after.items():
        found = [each for each in days if each is not None]
        middle = median(found) if found else None
        lines.append(f"{name:>8}: found {len(found)} of {len(days)}, median after {middle} days")
        if name == GOAL:
            missed |= len(found) < LEAST_FOUND * len(days) or middle is None or middle > MEDIAN_DAYS
    sys.stdout.write("\n".join([*lines, ""]))
    return int(missed and not chosen.harsh)


if __name__ == "__main__":
    sys.exit(main())
