"""The clock that decides which day it is.

A time server may set Home Assistant's clock to a wrong time and back. Energy of today would begin again at zero and
return to its former value afterwards, which the statistics would count as energy. A computer without a clock of its own
starts with a wrong time.
"""

from dataclasses import dataclass
from typing import Final

_ACCEPTED_AFTER_S: Final = 900.0
_SAME_S: Final = 60.0
"""A smaller correction is accepted at once: it moves midnight by no more than a minute."""
_GATEWAY_S: Final = 900.0
"""The clock of a gateway without access to the internet may drift this far."""


@dataclass(kw_only=True, slots=True)
class SteadyClock:
    """A clock that follows the wall clock, but not to another time that lasts for less than a quarter of an hour."""

    confirmed: bool = True
    """Whether the time is certain enough for a new day; after a start, the gateway's clock has to agree."""
    _ahead_s: float | None = None
    """How far the accepted time is ahead of the monotonic clock, None before the first reading."""
    _other_ahead_s: float | None = None
    """The same of another time on trial."""
    _other_since: float = 0.0
    """When the other time began, by the monotonic clock."""

    def accepted(self, wall: float, monotonic: float) -> float:
        """Return the accepted time in epoch seconds; `wall` and `monotonic` are the two clocks' times now, in seconds.

        The monotonic clock is never set, but starts again with the system.
        """
        ahead_s = wall - monotonic
        if (self._ahead_s is None and self.confirmed) or _is_same(ahead_s, self._ahead_s):
            return self._follow(wall, ahead_s)
        if not _is_same(ahead_s, self._other_ahead_s):
            self._other_ahead_s, self._other_since = ahead_s, monotonic
        if monotonic - self._other_since >= _ACCEPTED_AFTER_S:
            return self._follow(wall, ahead_s)
        return wall if self._ahead_s is None else monotonic + self._ahead_s

    def _follow(self, wall: float, ahead_s: float) -> float:
        self._ahead_s, self._other_ahead_s, self.confirmed = ahead_s, None, True
        return wall


def _is_same(ahead_s: float, other_ahead_s: float | None) -> bool:
    return other_ahead_s is not None and abs(ahead_s - other_ahead_s) <= _SAME_S


def clock_after_start(gateway_ahead_s: float) -> SteadyClock:
    """Return the clock at the start; `gateway_ahead_s` is how far the gateway's own is ahead of the wall clock."""
    return SteadyClock(confirmed=abs(gateway_ahead_s) <= _GATEWAY_S)
