"""The dates in the gateway's documents, which are by its own clock."""

from dataclasses import dataclass
from typing import Final

_FUTURE_S: Final = 300.0
"""A report dated this much after the gateway's own time has no valid date; less may pass between two requests."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayClock:
    """Converts dates of the gateway to our clock."""

    at: float
    """The time by our clock, epoch seconds."""
    ahead_s: float
    """How far the gateway's clock is ahead of ours."""

    @property
    def now(self) -> float:
        """Return the time by the gateway's clock, epoch seconds."""
        return self.at + self.ahead_s

    def is_possible(self, reported: int | None) -> bool:
        """Return whether a date is not in the gateway's future; no date is possible, too."""
        return (reported or 0) <= self.now + _FUTURE_S

    def is_recent(self, reported: int | None, within_s: float) -> bool:
        """Return whether a date is at most `within_s` old; without a date and in the gateway's future it is not."""
        return reported is not None and self.is_possible(reported) and self.now - reported <= within_s

    def to_ours(self, reported: int) -> int:
        """Return a date by our clock."""
        return round(reported - self.ahead_s)

    def date(self, reported: int | None) -> int | None:
        """Return a date by our clock, None for one in the gateway's future."""
        return None if reported is None or not self.is_possible(reported) else self.to_ours(reported)
