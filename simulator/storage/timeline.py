"""Values that change at known times, some of them in the future."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

_NEVER = float("inf")


@dataclass(slots=True)
class Timeline[T]:
    """The values of one thing over time."""

    first: T
    """Value before the first change."""
    _times: list[float] = field(default_factory=list)
    _values: list[T] = field(default_factory=list)
    _decided: list[float] = field(default_factory=list)

    def at(self, at: float) -> T:
        """Return the value at an epoch."""
        if not self._times:
            return self.first
        index = bisect_right(self._times, at)
        return self._values[index - 1] if index else self.first

    def replace_from(self, at: float, changes: list[tuple[float, T]], *, decided: float | None = None) -> None:
        """Forget the changes after an epoch and plan new ones: the seconds after it and the value from then on.

        `decided` is the epoch of the decision, if it isn't `at`.
        """
        index = bisect_right(self._times, at)
        del self._times[index:], self._values[index:], self._decided[index:]
        for seconds, value in changes:
            self._times.append(at + seconds)
            self._values.append(value)
            self._decided.append(at if decided is None else decided)

    def change(self, at: float, change: Callable[[T], T], *, decided: float | None = None) -> None:
        """Change the value at an epoch and those that are already planned after it."""
        index = bisect_right(self._times, at)
        for later in range(index, len(self._values)):
            self._values[later] = change(self._values[later])
        self._times.insert(index, at)
        self._values.insert(index, change(self._values[index - 1] if index else self.first))
        self._decided.insert(index, at if decided is None else decided)

    def rewind(self, at: float) -> None:
        """Forget what the simulation has decided after an epoch."""
        kept = [number for number, decided in enumerate(self._decided) if decided <= at]
        self._times = [self._times[number] for number in kept]
        self._values = [self._values[number] for number in kept]
        self._decided = [self._decided[number] for number in kept]

    def next_change(self, after: float) -> float:
        """Return the epoch of the next change; infinity without one."""
        if not self._times or self._times[-1] <= after:
            return _NEVER
        index = bisect_right(self._times, after)
        return self._times[index]
