"""Hour means of panels: the curve of a bright day, multiplied by a factor for a panel, day or hour."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from math import pi, sin
from typing import Final

LAST_DAY: Final = date(2026, 6, 30)
PANELS: Final = tuple(f"48230000{number:04}" for number in range(1, 9))
SUNNY_HOURS: Final = range(6, 19)

type Factor = Callable[[str, int, int], float | None]
"""Returns the factor of a panel for days before the last one and the hour, None where there is no value."""


def healthy(_serial: str, _ago: int, _hour: int) -> float | None:
    return 1.0


def hour_means(
    factor: Factor = healthy,
    *,
    serials: Iterable[str] = PANELS,
    days: int = 16,
    noon: float = 12.0,
    last_day: date = LAST_DAY,
) -> dict[str, dict[float, float]]:
    """Return the power of each panel, up to 280 W at noon; they differ by a few per mille."""
    watts: dict[str, dict[float, float]] = {}
    for number, serial in enumerate(serials):
        watts[serial] = {}
        for ago in range(days):
            midnight = datetime.combine(last_day - timedelta(days=ago), datetime.min.time(), UTC)
            for hour in range(24):
                light = max(0.0, sin(pi * (hour + 6.5 - noon) / len(SUNNY_HOURS)) if hour in SUNNY_HOURS else 0.0)
                share = factor(serial, ago, hour)
                if share is not None:
                    start = (midnight + timedelta(hours=hour)).timestamp()
                    watts[serial][start] = 280 * light * (1 + 0.002 * (number % 4)) * share
    return watts
