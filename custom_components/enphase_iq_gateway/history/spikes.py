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
# A young counter that was away for long may have risen by more: by what is usual for the hours, and by less in between.
_LONG_RETURN_TOLERANCE: Final = 0.5
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
    last_reset: float | None = None
    """When the reading started from zero, in epoch seconds; None for sensors without a last reset."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Two consecutive rows; nothing is recorded between them where Home Assistant did not run."""

    before: Row
    row: Row
    still_h: float = 0.0
    """Hours before the step in which the reading stood still."""

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
        """Change of the sensor's reading; after a reset that the sensor reports, from zero."""
        if self.row.state is None or self.before.state is None:
            return None
        if self.row.last_reset not in (None, self.before.last_reset):
            return self.row.state
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
    steps: list[Step] = []
    still_h = 0.0
    for before, row in pairwise(rows):
        step = Step(before=before, row=row, still_h=still_h)
        still_h = still_h + step.hours if step.shown == 0 else 0.0
        steps.append(step)
    return steps


def limits_of(steps: Sequence[Step], least: float) -> Limits | None:
    """Return the limits of a counter, or None if it has too few hours with energy.

    Args:
        steps: hours around the period to judge.
        least: the lowest allowed value of `possible`.
    """
    rates = sorted(energy / step.hours for step in steps if (energy := _undisputed(step)) > 0)
    # Each time that the reading drops without the sum, it may return in another hour, which then counts all of it.
    drops = sum(step.shown is not None and step.shown < 0 <= step.counted for step in steps)
    if len(rates) < _MIN_HOURS:
        return None
    rates = rates[: max(len(rates) - drops, _MIN_HOURS)]
    usual = _FACTOR * quantiles(rates, n=10, method="inclusive")[_NINTH_OF_TEN]
    return Limits(usual=usual, possible=max(usual, least))


def judge(steps: Sequence[Step], limits: Limits) -> Findings:
    """Return the steps that count false energy, and those that cannot be judged.

    Where the reading and the sum agree, nothing is false, however much it is: the exception is a reading that leaves
    its level and returns to it, with or without other faults in between.
    """
    false: dict[float, Change] = {}
    odd: list[Step] = []
    balanced = _balanced(steps, limits)
    for step in steps:
        contradicted = _is_contradicted(step, limits)
        if contradicted and _is_excessive(step, limits) and _is_possible(step.shown, step, limits):
            false[step.row.start] = Change(step=step, instead=step.shown or 0.0)
        elif step.row.start not in balanced and (contradicted or _is_excessive(step, limits)):
            odd.append(step)
            begin = _begin_of_excursion(odd, limits)
            if begin is not None:
                changes = _changes_of_excursion(odd[begin:], false.values(), limits)
                false.update((change.step.row.start, change) for change in changes)
                del odd[begin:]
    unclear = {step.row.start: step for step in steps if _is_unusual(step, limits) or step.row.start in balanced}
    for step in odd:
        if not _may_be_late(step, limits) and _is_contradicted(step, limits):
            false[step.row.start] = Change(step=step, instead=0.0)
        elif _is_excessive(step, limits):
            unclear[step.row.start] = step
    return Findings(
        false=tuple(false[start] for start in sorted(false)),
        unclear=tuple(unclear[start] for start in sorted(unclear.keys() - false.keys())),
    )


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


def _undisputed(step: Step) -> float:
    """Return the counted energy, or the rise of the reading where that is less."""
    return step.counted if step.shown is None or step.shown < 0 else min(step.counted, step.shown)


def _is_excessive(step: Step, limits: Limits) -> bool:
    """Return whether more is counted, or subtracted, than is possible in the hours of the step."""
    return abs(step.counted) > limits.possible * step.hours


def _may_be_late(step: Step, limits: Limits) -> bool:
    """Return whether the step can count the energy of the hours in which the reading stood still."""
    return abs(step.counted) <= limits.possible * (step.hours + step.still_h)


def _is_contradicted(step: Step, limits: Limits) -> bool:
    """Return whether the reading and the sum disagree by more than is possible."""
    return step.shown is not None and abs(step.counted - step.shown) > limits.possible * step.hours


def _is_unusual(step: Step, limits: Limits) -> bool:
    """Return whether the reading and the sum disagree in a step with unusually much energy."""
    if step.shown is None:
        return step.counted > limits.usual * step.hours
    return min(abs(step.counted), abs(step.counted - step.shown)) > limits.usual * step.hours


def _balanced(steps: Sequence[Step], limits: Limits) -> set[float]:
    """Return the starts of steps in which the sum leaves its level and returns to it, as the reading does."""
    balanced: set[float] = set()
    away: list[Step] = []
    for step in steps:
        if not _is_excessive(step, limits) or step.shown is None or _is_contradicted(step, limits):
            continue
        begin = _begin_of_excursion([*away, step], limits)
        if begin is None:
            away.append(step)
        else:
            balanced |= {away[begin].row.start, step.row.start}
            del away[begin]
    return balanced


def _is_possible(energy: float | None, step: Step, limits: Limits) -> bool:
    """Return whether the counter can measure so much energy in the hours of the step."""
    return energy is not None and 0 <= energy <= limits.possible * step.hours


def _is_excursion(one: Step, other: Step, limits: Limits) -> bool:
    """Return whether the reading leaves its level in one step and returns to it in the other."""
    if one.shown is None or other.shown is None:
        return False
    falls, rises = (one, other) if one.shown < 0 else (other, one)
    # Where the sum falls with the reading, it has to rise with it too.
    is_like_sum = not _is_contradicted(falls, limits)
    if not (falls.shown or 0.0) < 0 < (rises.shown or 0.0) or (is_like_sum and _is_contradicted(rises, limits)):
        return False
    # A reset returns to any level that the counter reaches within the hour.
    is_reset = falls is other and not is_like_sum and _is_possible(other.row.state, other, limits)
    if is_reset and _may_be_late(one, limits):
        return False
    hours = (other.row.start - one.before.start) / 3600
    risen, between = _risen(one, other), (other.before.state or 0.0) - (one.row.state or 0.0)
    distance = min(abs(one.shown), abs(other.shown))
    near = _RETURN_TOLERANCE * distance
    if between <= risen:
        near = max(near, min(limits.usual / _FACTOR * hours, _LONG_RETURN_TOLERANCE * distance))
    return 0 <= risen <= min(near, limits.possible * hours)


def _begin_of_excursion(odd: Sequence[Step], limits: Limits) -> int | None:
    """Return the position of the step in which the reading left the level to which it returns in the last one."""
    last = odd[-1]
    for position in range(len(odd) - 2, -1, -1):
        if last.row.start - odd[position].before.start > _LONGEST_EXCURSION_H * 3600:
            break
        if _is_excursion(odd[position], last, limits):
            return position
    return None


def _changes_of_excursion(odd: Sequence[Step], false: Collection[Change], limits: Limits) -> list[Change]:
    """Return the changes with which the sum rises as much as the reading does over the whole excursion.

    Args:
        odd: its first and its last step, and the odd ones between them.
        false: what else is changed.
        limits: those of the counter.
    """
    one, *inner, other = odd
    inner = [step for step in inner if _is_excessive(step, limits)]
    ends = [step for step in (one, other) if _is_excessive(step, limits)]
    if not inner and not ends:
        return []
    between = other.before.sum - one.row.sum - sum(step.counted for step in inner)
    between += sum(change.adjustment for change in false if one.row.start < change.step.row.start < other.row.start)
    kept = between + sum(step.counted for step in (one, other) if step not in ends)
    if between <= _risen(one, other) < kept:
        rests = [step for step in (one, other) if step not in ends and _is_counted_rest(step)]
        ends, kept = [*ends, *rests], kept - sum(step.counted for step in rests)
    changed = [*inner, *ends]
    rest = max(0.0, _risen(one, other) - kept)
    hours = sum(step.hours for step in changed)
    return [Change(step=step, instead=rest * step.hours / hours) for step in changed]


def _is_counted_rest(step: Step) -> bool:
    """Return whether what a step counts is the reading to which it drops, which may be below the limit."""
    return step.shown is not None and step.shown < 0 < step.counted <= 2 * (step.row.state or 0.0)


def _risen(one: Step, other: Step) -> float:
    """Return the rise of the reading from before one step to after the other; both have readings."""
    return (other.row.state or 0.0) - (one.before.state or 0.0)


def _from_reading(step: Step) -> float:
    """Return the change of the reading if the counted energy is far from it, else zero."""
    if step.row.state is None or step.before.state is None:
        return 0.0
    # Whether the last reset is right is for the user to judge.
    shown = step.row.state - step.before.state
    return shown if shown >= 0 and (step.counted < 0 or shown < step.counted / 2) else 0.0
