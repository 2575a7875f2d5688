"""The panels: which plane of the roof each is on, whether it is in shade, and what it makes of the light."""

from collections.abc import Mapping
from dataclasses import dataclass

from .sunlight import Light


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of the roof, with panels of one kind."""

    name: str
    azimuth: int
    """In degrees, 180 is south."""
    rated_w: float
    east_share: float
    """Share of its light that is that of the south-east; the rest is that of the south-west."""


PLANES = (Plane("South-east", 135, 354.0, 0.9), Plane("South-west", 225, 342.0, 0.1))
SPREAD = 0.015
"""How much panels of one plane differ at most."""


def plane_of(place: int, panels: int) -> Plane:
    """Return the plane of a panel: the first half of them is on the first one, and so on."""
    return PLANES[min(place * len(PLANES) // panels, len(PLANES) - 1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """The condition of a panel."""

    output: float = 1.0
    """Its power as a share of that of a healthy panel: 0.8 is a weak one, 0.0 one without power."""
    shaded: bool = False
    """Whether the shadow of the chimney falls on it in the afternoon."""

    def shares(self, east_share: float) -> Light:
        """Return what of each light it turns into power."""
        east, west = self.output * east_share, self.output * (1.0 - east_share)
        return (0.0, 0.0, east, west) if self.shaded else (east, west, 0.0, 0.0)


HEALTHY = Condition()
type Conditions = Mapping[int, Condition]
"""Conditions by the place of the panel, from 0; the others are healthy."""


def added(watts: Light, rated_w: float, shares: Light) -> Light:
    """Return the power at full sun by light, with that of one more panel."""
    return (
        watts[0] + rated_w * shares[0],
        watts[1] + rated_w * shares[1],
        watts[2] + rated_w * shares[2],
        watts[3] + rated_w * shares[3],
    )


def made_of(light: Light, shares: Light) -> float:
    """Return what is made of light."""
    return light[0] * shares[0] + light[1] * shares[1] + light[2] * shares[2] + light[3] * shares[3]
