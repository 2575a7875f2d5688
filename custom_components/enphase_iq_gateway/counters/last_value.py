"""The last value that an energy sensor has shown."""

from dataclasses import dataclass
from typing import Final

ROUNDED_WH: Final = 1.0
"""States are rounded to a Wh: a smaller difference is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LastValue:
    """The last value of an energy sensor."""

    energy_wh: float
    at: float
    """Epoch seconds."""
    reset_at: float | None = None
    """The `last_reset` of the sensor, epoch seconds."""
