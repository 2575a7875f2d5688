"""Sunlight on the two roof planes of the site, in the open and in shade, from the sun's position and random clouds."""

from dataclasses import dataclass
from functools import cache
from math import atan2, cos, pi, radians, sin
import random

# Location of the site: Amsterdam.
_LATITUDE = radians(52.37)
_LONGITUDE_TURNS = 4.9 / 360
_SIN_LATITUDE, _COS_LATITUDE = sin(_LATITUDE), cos(_LATITUDE)

_TILT, _AZIMUTH = radians(35), radians(40)
# Normal of the roof planes as (south, west, up): one faces south-east (west negated), one south-west.
_SOUTH, _WEST, _UP = sin(_TILT) * cos(_AZIMUTH), sin(_TILT) * sin(_AZIMUTH), cos(_TILT)

# A chimney south-west of the shaded panels: how far the sun has turned from south to west behind it, and what direct
# light is left.
_SHADE_FROM, _SHADE_UNTIL, _SHADE_LEFT = radians(20), radians(60), 0.15

type Light = tuple[float, float, float, float]
"""On the south-east and the south-west plane in the open, then on both in shade: of full sun, or in hours of it."""
DARK: Light = (0.0, 0.0, 0.0, 0.0)

_YEAR_S = 31_556_952
_DAY_S = 86_400
_AXIAL_TILT = radians(23.44)
_SPRING_S = 79 * _DAY_S  # the equinox, since new year

_NOISE_SIZE = 4096  # a power of two, so that an index wraps with a mask


@dataclass(frozen=True, slots=True)
class Noise:
    """Smooth random noise, reproducible from its seed."""

    values: tuple[float, ...]

    @classmethod
    @cache
    def from_seed(cls, seed: int) -> Noise:
        """Return the noise of a seed."""
        chance = random.Random(seed)
        return cls(tuple(chance.random() for _ in range(_NOISE_SIZE)))

    def __call__(self, place: float) -> float:
        """Return a value in 0..1, interpolated linearly between whole places."""
        whole = int(place)
        low = self.values[whole & (_NOISE_SIZE - 1)]
        return low + (self.values[(whole + 1) & (_NOISE_SIZE - 1)] - low) * (place - whole)

    def step(self, place: int) -> float:
        """Return the value in 0..1 at a whole place."""
        return self.values[place & (_NOISE_SIZE - 1)]


def sunlight(at: float, noise: Noise) -> Light:
    """Return the light at a time; 1.0 is an inverter's full power."""
    declination = _AXIAL_TILT * sin(2 * pi * (at % _YEAR_S - _SPRING_S) / _YEAR_S)
    hour_angle = 2 * pi * ((at % _DAY_S) / _DAY_S + _LONGITUDE_TURNS - 0.5)
    sin_declination, cos_declination = sin(declination), cos(declination)
    up = _SIN_LATITUDE * sin_declination + _COS_LATITUDE * cos_declination * cos(hour_angle)
    if up <= 0.0:
        return DARK
    south = _SIN_LATITUDE * cos_declination * cos(hour_angle) - _COS_LATITUDE * sin_declination
    west = cos_declination * sin(hour_angle)
    # Kasten's clear-sky estimate: 1.353 * 0.7 ^ (air mass ^ 0.678), in kW/m2.
    direct = 1.353 * 0.7 ** (max(up, 0.02) ** -0.678) * _clearness(at, noise)
    diffuse = 0.12 * up
    middle = south * _SOUTH + up * _UP
    east_light = direct * max(0.0, middle - west * _WEST)
    west_light = direct * max(0.0, middle + west * _WEST)
    left = _SHADE_LEFT if _SHADE_FROM < atan2(west, south) < _SHADE_UNTIL else 1.0
    return (
        min(1.0, east_light + diffuse),
        min(1.0, west_light + diffuse),
        min(1.0, left * east_light + diffuse),
        min(1.0, left * west_light + diffuse),
    )


def _clearness(at: float, noise: Noise) -> float:
    """Return the share of direct light that passes the clouds; days are clear, overcast or in between."""
    day = noise.step(int(at // _DAY_S) * 31)
    unrest = 1.0 - abs(2.0 * day - 1.0)
    clouds = (noise(at / 1200) - 0.5) + 0.5 * (noise(at / 240) - 0.5)
    return min(1.0, max(0.08, 0.15 + 0.85 * day + unrest * clouds))
