"""The fall of a `total_increasing` sensor that Home Assistant's statistics treat as a new start from zero.

They count the value after it in full (sensor/recorder.py).
"""

from typing import Final

RESET_SHARE: Final = 0.9
"""A fall to less than this share of the last value is a new start."""


def is_new_start(before: float, now: float) -> bool:
    """Return whether the statistics treat the change as a new start."""
    return now < before * RESET_SHARE


def gain(before: float, now: float) -> float:
    """Return the energy that the statistics count between two values."""
    return now if is_new_start(before, now) else now - before
