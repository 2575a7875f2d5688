"""The clock that decides which day it is.

A time server may set Home Assistant's clock to a wrong time and back. Energy of today would begin again at zero and
return to its former value afterwards, which the statistics would count as energy.
"""

from dataclasses import dataclass
from typing import Final

_BELIEVED_AFTER_S: Final = 900.0
_SAME_S: Final = 60.0
"""A smaller correction is believed at once: it moves midnight by no more than a minute."""


@dataclass(kw_only=True, slots=True)
class SteadyClock:
    """A clock that follows the wall clock, but not to another time that lasts for less than a quarter of an hour."""

    _ahead_s: float | None = None
    """How far the believed time is ahead of the monotonic clock, None before the first reading."""
    _other_ahead_s: float | None = None
    """The same of another time on trial."""
    _other_since: float = 0.0
    """When the other time began, by the monotonic clock."""

    def believed(self, wall: float, monotonic: float) -> float:
        """Return the believed time in epoch seconds; `wall` and `monotonic` are the two clocks' times now, in seconds.

        The monotonic clock is never set, but starts again with the system.
        """
        ahead_s = wall - monotonic
        if self._ahead_s is None or abs(ahead_s - self._ahead_s) <= _SAME_S:
            return self._follow(wall, ahead_s)
        if self._other_ahead_s is None or abs(ahead_s - self._other_ahead_s) > _SAME_S:
            self._other_ahead_s, self._other_since = ahead_s, monotonic
        if monotonic - self._other_since >= _BELIEVED_AFTER_S:
            return self._follow(wall, ahead_s)
        return monotonic + self._ahead_s

    def _follow(self, wall: float, ahead_s: float) -> float:
        self._ahead_s, self._other_ahead_s = ahead_s, None
        return wall
