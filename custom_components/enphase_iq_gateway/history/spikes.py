"""Find energy in the statistics of a counter that the counter never measured. Pure: no Home Assistant, no I/O.

The recorder keeps two numbers per hour: `state`, the reading of the sensor, and `sum`, all energy counted so far. A
sensor that drops to zero and returns is counted in full again, so its `sum` rises by its whole reading. Only hours in
which `sum` rises or falls by more than is possible are changed, and only if the readings contradict it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles
from typing import Final

# No hour of a counter has ten times the energy that nine of ten of its hours do not reach.
_FACTOR: Final = 10.0
_NINTH_OF_TEN: Final = 8  # index of the ninth decile's cut point
_MIN_HOURS: Final = 24
"""Hours with energy below which the usual energy is unknown."""
_LONGEST_EXCURSION_H: Final = 30 * 24
# A reading that leaves its level and returns is back within a tenth of the distance; a replaced meter is not.
_RETURN_TOLERANCE: Final = 0.1
_SAME: Final = 1e-6
"""Relative difference below which two amounts are the same: rounding of floating point numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of the statistics, of an hour or of five minutes; energy in any one unit."""

    start: float
    """Epoch seconds."""
    state: float | None
    """The sensor's reading at the end of the row; None in some imported statistics."""
    sum: float
    """The energy counted up to the end of the row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Two consecutive rows; nothing is recorded between them where Home Assistant did not run."""

    before: Row
    row: Row

    @property
    def hours(self) -> float:
        """Hours between the two rows."""
        return (self.row.start - self.before.start) / 3600

    @property
    def counted(self) -> float:
        """Energy added to the sum."""
        return self.row.sum - self.before.sum

    @property
    def shown(self) -> float | None:
        """Change of the sensor's reading."""
        if self.row.state is None or self.before.state is None:
            return None
        return self.row.state - self.before.state


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A row whose counted energy is false, and the energy it should count instead."""

    step: Step
    instead: float

    @property
    def adjustment(self) -> float:
        """The amount to add to the sum of this row and of all later ones."""
        return self.instead - self.step.counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Energy in an hour of one counter, in the unit of its rows."""

    usual: float
    """Ten times the energy that nine of ten hours do not reach."""
    possible: float
    """The most that is possible: never less than what the site's wiring can carry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """The result of judging the statistics of one counter, in the order of time."""

    false: tuple[Change, ...]
    unclear: tuple[Step, ...]
    """Unusual steps that the readings do not disprove: true energy, or a jump for which there is no evidence."""


def steps_of(rows: Iterable[Row]) -> list[Step]:
    """Return the steps between consecutive rows."""
    return [Step(before=before, row=row) for before, row in pairwise(rows)]


def limits_of(steps: Sequence[Step], least: float) -> Limits | None:
    """Return the limits of a counter, or None if it has too few hours with energy.

    Args:
        steps: hours around the period to judge.
        least: the lowest allowed value of `possible`.
    """
    rates = [step.counted / step.hours for step in steps if step.counted > 0]
    if len(rates) < _MIN_HOURS:
        return None
    usual = _FACTOR * quantiles(rates, n=10, method="inclusive")[_NINTH_OF_TEN]
    return Limits(usual=usual, possible=max(usual, least))


def judge(steps: Sequence[Step], limits: Limits) -> Findings:
    """Return the steps that count false energy, and those that cannot be judged.

    Where the reading and the sum agree, nothing is false, however much it is: the exception is a reading that leaves
    its level and returns to it.
    """
    odd = [step for step in steps if _is_excessive(step, limits) or _is_contradicted(step, limits)]
    false: list[Change] = []
    unclear = [step for step in steps if _is_unusual(step, limits)]
    position = 0
    while position < len(odd):
        step = odd[position]
        following = odd[position + 1] if position + 1 < len(odd) else None
        contradicted = _is_contradicted(step, limits)
        if contradicted and _is_excessive(step, limits) and _is_possible(step.shown, step, limits):
            false.append(Change(step=step, instead=step.shown or 0.0))
        elif following and _is_excursion(step, following, limits):
            false += _changes_of_excursion(step, following, limits)
            position += 1
        elif contradicted and _is_excessive(step, limits):
            false.append(Change(step=step, instead=0.0))
        elif _is_excessive(step, limits):
            unclear.append(step)
        position += 1
    changed = {change.step.row.start for change in false}
    left = {step.row.start: step for step in unclear if step.row.start not in changed}
    return Findings(false=tuple(false), unclear=tuple(left[start] for start in sorted(left)))


def changes_of_named_hours(steps: Sequence[Step], starts: Collection[float], findings: Findings | None) -> list[Change]:
    """Return the changes for the hours that a user names by their start, whatever the readings show.

    An hour keeps the energy of the findings where these have it, else the change of the reading if the counted energy
    is far from it, else nothing.
    """
    judged = {change.step.row.start: change for change in findings.false} if findings else {}
    named = [step for step in steps if step.row.start in starts]
    return [judged.get(step.row.start) or Change(step=step, instead=_from_reading(step)) for step in named]


def split(change: Change, steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Return the adjustment of an hour as (start, amount) pairs, divided among its five-minute rows.

    The rows with the most false energy are adjusted first, so that none of them falls below zero. All of the amount
    is placed on the start of the hour if there are no such rows.
    """
    left = change.adjustment
    sign = 1.0 if left > 0 else -1.0
    parts = []
    for step in sorted(steps, key=lambda step: sign * step.counted):
        amount = min(abs(left), -sign * step.counted)
        if amount > 0 and not is_same(left, 0.0, change.adjustment):
            parts.append((step.row.start, sign * amount))
            left -= sign * amount
    if not is_same(left, 0.0, change.adjustment):
        parts.append((change.step.row.start, left))
    return parts


def is_same(one: float, other: float, size: float) -> bool:
    """Return whether two amounts differ by no more than the rounding of numbers of a size."""
    return abs(one - other) <= abs(size) * _SAME


def _is_excessive(step: Step, limits: Limits) -> bool:
    """Return whether more is counted, or subtracted, than is possible in the hours of the step."""
    return abs(step.counted) > limits.possible * step.hours


def _is_contradicted(step: Step, limits: Limits) -> bool:
    """Return whether the reading and the sum disagree by more than is possible."""
    return step.shown is not None and abs(step.counted - step.shown) > limits.possible * step.hours


def _is_unusual(step: Step, limits: Limits) -> bool:
    """Return whether the reading and the sum disagree in a step with unusually much energy."""
    if step.shown is None:
        return step.counted > limits.usual * step.hours
    return min(abs(step.counted), abs(step.counted - step.shown)) > limits.usual * step.hours


def _is_possible(energy: float | None, step: Step, limits: Limits) -> bool:
    """Return whether the counter can measure so much energy in the hours of the step."""
    return energy is not None and 0 <= energy <= limits.possible * step.hours


def _is_excursion(one: Step, other: Step, limits: Limits) -> bool:
    """Return whether the reading leaves its level in one step and returns to it in the other."""
    if one.shown is None or other.shown is None:
        return False
    down_and_up = one.shown < 0 < other.shown and _is_contradicted(one, limits)
    up_and_down = one.shown > 0 > other.shown and _is_contradicted(other, limits)
    hours = (other.row.start - one.before.start) / 3600
    most = min(limits.possible * hours, _RETURN_TOLERANCE * min(abs(one.shown), abs(other.shown)))
    return (down_and_up or up_and_down) and hours <= _LONGEST_EXCURSION_H and 0 <= _risen(one, other) <= most


def _changes_of_excursion(one: Step, other: Step, limits: Limits) -> list[Change]:
    """Return the changes with which the sum rises as much as the reading does over the whole excursion."""
    changed = [step for step in (one, other) if _is_excessive(step, limits)]
    if not changed:
        return []
    between = other.before.sum - one.row.sum
    kept = between + sum(step.counted for step in (one, other) if step not in changed)
    if kept > _risen(one, other):
        # A reading that drops to a small rest counts this rest too, which may be below the limit.
        changed, kept = [one, other], between
    rest = max(0.0, _risen(one, other) - kept)
    hours = sum(step.hours for step in changed)
    return [Change(step=step, instead=rest * step.hours / hours) for step in changed]


def _risen(one: Step, other: Step) -> float:
    """Return the rise of the reading from before one step to after the other; both have readings."""
    return (other.row.state or 0.0) - (one.before.state or 0.0)


def _from_reading(step: Step) -> float:
    """Return the change of the reading if the counted energy is far from it, else zero."""
    if step.shown is None or step.shown < 0:
        return 0.0
    return step.shown if step.counted < 0 or step.shown < step.counted / 2 else 0.0
