"""Find spikes of false energy in the long-term statistics of an energy sensor of any integration.

Home Assistant counts a counter that drops to zero and comes back in full, and a jump as well. The functions are pure
and need nothing but the rows of the statistics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles
from typing import Final

# Ten times the ninth decile of the hours with energy: no true hour reaches it, and every falsely counted lifetime does.
_TIMES: Final = 10.0
_NINE_OF_TEN: Final = 8  # of the nine cut points between tenths
_LEAST_HOURS: Final = 2  # fewer have no deciles


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the statistics: an hour, or five minutes."""

    start: float
    """Epoch seconds."""
    state: float | None
    """Value of the counter at the end of the row."""
    sum: float
    """Energy counted until the end of the row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A row that counts false energy."""

    start: float
    counted: float
    instead: float
    """The counter's own rise, 0 where that is not plausible either."""

    @property
    def adjustment(self) -> float:
        """Return what to add to every sum from this row on."""
        return self.instead - self.counted


def plausible_most(rows: Sequence[Row]) -> float | None:
    """Return the most that one row may gain, judged by all others; None where there are too few."""
    gains = sorted(gain for _, _, gain in _gains(rows) if gain > 0)
    if len(gains) < _LEAST_HOURS:
        return None
    return _TIMES * quantiles(gains, n=10, method="inclusive")[_NINE_OF_TEN]


def find_spikes(rows: Sequence[Row], begin: float, end: float, most: float) -> list[Change]:
    """Return the rows from `begin` until `end` that gain more than `most`, or lose as much.

    The right gain is the difference of the counter's own states, where that is plausible.
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
    """Yield each row with the one before and its gain."""
    for before, row in pairwise(rows):
        yield before, row, row.sum - before.sum
