"""Simulated roofs: hour means of every inverter over a year, with clouds, shade, snow, clipping and mismatch."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

FIRST_DAY: Final = date(2026, 1, 1)
DAYS: Final = 365
CEILING_W: Final = 285.0
"""The most that an inverter delivers, so that bright hours are clipped."""
_MODULE_W: Final = 330.0
_LATITUDE: Final = np.radians(50.0)
_TILT: Final = np.radians(35.0)
_HOURS: Final = np.arange(24) + 0.5

type Numbers = npt.NDArray[np.float64]
type DayOfWatts = dict[str, dict[float, float]]
"""Power in W by serial, then by the start of the hour in epoch seconds; UTC is the local solar time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Climate:
    """What makes a roof easy or hard to judge."""

    mismatch: float = 0.012
    """Standard deviation of the inverters with their modules."""
    shaded: float = 0.35
    """Share of the panels with an obstacle."""
    widths: tuple[float, float] = (15.0, 60.0)
    """Least and greatest width of an obstacle in degrees."""
    trees: float = 0.3
    """Share of the roofs with a tree to the east or west."""
    snowfalls: int = 0
    """How often snow falls in January or February; it stays on a panel for up to eight days."""
    snowy: float = 0.8
    """Share of the panels on which it stays."""


MILD: Final = Climate()
HARSH: Final = Climate(mismatch=0.02, shaded=0.9, snowfalls=4)


class Roof:
    """A year of 20 panels at 50° north: ten face east and ten face west."""

    def __init__(self, seed: int, climate: Climate = MILD) -> None:
        self._chance = np.random.default_rng(seed)
        self._facing = np.repeat([-np.pi / 2, np.pi / 2], 10)
        count = len(self._facing)
        self.serials = [f"4823{number:08}" for number in range(count)]
        self.arrays = [self.serials[:10], self.serials[10:]]
        self._gains = 1 + self._chance.normal(0, climate.mismatch, count)
        # An obstacle takes most of the direct light while the sun is low behind it.
        has_obstacle = self._chance.random(count) < climate.shaded
        self._first = np.radians(self._chance.uniform(-110, 90, count))
        self._last = self._first + np.radians(self._chance.uniform(*climate.widths, count))
        self._top = np.where(has_obstacle, np.radians(self._chance.uniform(10, 40, count)), 0)
        self._left = self._chance.uniform(0, 0.5, count)
        # A tree shades all panels from the low sun on its side.
        self._tree = self._chance.choice([-1, 1]) if self._chance.random() < climate.trees else 0
        self._weather = 0.0
        self._powers = np.array([self._day(day) for day in range(DAYS)])
        for _ in range(climate.snowfalls):
            self._snow(climate.snowy)

    def watts(self, number: int, faults: dict[str, float] | None = None) -> DayOfWatts:
        """Return the daylight hours of a day in whole W, as states are recorded; `faults` are factors by serial."""
        midnight = datetime.combine(FIRST_DAY + timedelta(days=number), datetime.min.time(), UTC).timestamp()
        powers = self._powers[number]
        light = np.flatnonzero(powers.any(axis=1))
        factors = faults or {}
        return {
            serial: {
                midnight + hour * 3600.0: float(round(powers[hour, place] * factors.get(serial, 1.0))) for hour in light
            }
            for place, serial in enumerate(self.serials)
        }

    def _day(self, number: int) -> Numbers:
        """Return the power of every hour and panel of a day."""
        height, azimuth = _sun(number)
        sky = self._sky()
        up = height > np.radians(2)
        height_sine = np.maximum(np.sin(height), 0.05)
        direct = np.where(up, 1.05 * np.exp(-0.25 / height_sine) * sky**1.5, 0)
        diffuse = np.where(up, height_sine**0.8 * (0.1 + 0.56 * (1 - sky) * sky), 0)
        sides = azimuth[:, None] - self._facing
        facing = np.sin(height)[:, None] * np.cos(_TILT) + np.cos(height)[:, None] * np.sin(_TILT) * np.cos(sides)
        beam = direct[:, None] * np.maximum(facing, 0)
        behind = (azimuth[:, None] > self._first) & (azimuth[:, None] < self._last) & (height[:, None] < self._top)
        beam = np.where(behind, beam * self._left, beam)
        beam[(np.sign(azimuth) == self._tree) & (height < np.radians(15))] *= 0.3
        # Moving clouds and reports at different times make panels differ.
        noise = self._chance.normal(0, 1, beam.shape) * (0.006 + 0.12 * sky * (1 - sky))[:, None]
        powers = (beam + diffuse[:, None]) * self._gains * (1 + noise) * _MODULE_W
        return np.where(powers < 1, 0, np.clip(powers, 0, CEILING_W))

    def _sky(self) -> Numbers:
        """Return how clear each hour of the next day is, 0 to 1; good and bad weather last for days."""
        self._weather = 0.6 * self._weather + 0.8 * self._chance.normal()
        clear = 1 / (1 + np.exp(-1.2 * self._weather - 0.3))
        hours = clear + self._chance.normal(0, 0.25, 24) * (1 - abs(2 * clear - 1))
        smooth = np.convolve(np.pad(np.clip(hours, 0.02, 1), 1, mode="edge"), [0.25, 0.5, 0.25], "valid")
        return np.asarray(smooth, dtype=np.float64)

    def _snow(self, share: float) -> None:
        """Cover a share of the panels with snow, each for some days."""
        first = int(self._chance.integers(0, 60))
        for place in range(len(self.serials)):
            if self._chance.random() < share:
                self._powers[first : first + int(self._chance.integers(1, 9)), :, place] = 0


def _sun(number: int) -> tuple[Numbers, Numbers]:
    """Return the height of the sun and its azimuth from the south, west positive, for each hour of a day."""
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + number) / 365)
    angle = np.radians(15 * (_HOURS - 12))
    height = np.arcsin(
        np.sin(_LATITUDE) * np.sin(declination) + np.cos(_LATITUDE) * np.cos(declination) * np.cos(angle)
    )
    azimuth = np.arctan2(np.sin(angle), np.cos(angle) * np.sin(_LATITUDE) - np.tan(declination) * np.cos(_LATITUDE))
    return height, azimuth
