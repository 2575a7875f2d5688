"""Finding energy in long-term statistics that never was: spikes, of an energy sensor of any integration.

A counter that drops to zero and comes back is counted in full by Home Assistant, and so is a jump. Pure: it knows
nothing of Home Assistant but the rows of its statistics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles
from typing import Final

# Ten times what nine of ten hours with energy do not reach: no hour of a house is like that, and every lifetime is.
_TIMES: Final = 10.0
_NINE_OF_TEN: Final = 8  # of the nine cut points between tenths
_LEAST_HOURS: Final = 2  # of which tenths can be told


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the statistics: an hour, or five minutes."""

    start: float
    """Epoch seconds."""
    state: float | None
    """What the counter showed at its end."""
    sum: float
    """What has been counted at its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One row that counts what never was."""

    start: float
    counted: float
    instead: float
    """What the counter itself has gained, nothing where that makes no sense either."""

    @property
    def adjustment(self) -> float:
        """What must be added to every sum from here on."""
        return self.instead - self.counted


def plausible_most(rows: Sequence[Row]) -> float | None:
    """Return the most that one row may gain, judged by all others; None where there are too few to tell."""
    gains = sorted(gain for _, _, gain in _gains(rows) if gain > 0)
    if len(gains) < _LEAST_HOURS:
        return None
    return _TIMES * quantiles(gains, n=10, method="inclusive")[_NINE_OF_TEN]


def find_spikes(rows: Sequence[Row], begin: float, end: float, most: float) -> list[Change]:
    """Find the rows from `begin` until `end` that gain more than `most`, or lose as much.

    What it should be is the difference of the counter's own states, where that is possible.
    """
    spikes = []
    for before, row, gain in _gains(rows):
        if not begin <= row.start < end or abs(gain) <= most:
            continue
        shown = None if row.state is None or before.state is None else row.state - before.state
        instead = shown if shown is not None and 0 <= shown <= most else 0.0
        spikes.append(Change(start=row.start, counted=gain, instead=instead))
    return spikes


def most_of(rows: Sequence[Row]) -> float | None:
    """Return the start of the row that gains or loses most."""
    return max(((abs(gain), row.start) for _, row, gain in _gains(rows)), default=(0.0, None))[1]


def _gains(rows: Sequence[Row]) -> Iterator[tuple[Row, Row, float]]:
    """Give each row with the one before and what it has gained."""
    for before, row in pairwise(rows):
        yield before, row, row.sum - before.sum
