"""How often a coordinator polls: arithmetic over how its polls have gone."""

from dataclasses import dataclass, replace
from typing import Final

# An answer may take a third of the interval: the gateway has other work, and other coordinators wait (G§2.8).
ANSWER_SHARE: Final = 3
# No coordinator waits longer than this: a quarter of an hour is the gateway's own slowest interval (G§4).
LONGEST_S: Final = 900.0
# Wait after a first failure: early enough to decide within `LOST_AFTER_S`, late enough for a busy gateway. It doubles
# with every further failure.
SECOND_TRY_S: Final = 30.0
# The longest wait after failures, unless the interval is longer: values are back this soon after the gateway.
LONGEST_RETRY_S: Final = 300.0
# The data is outdated at the second failure in a row, or after this long.
LOST_AFTER_FAILURES: Final = 2
LOST_AFTER_S: Final = 90.0
# The nightly maintenance takes two minutes (G§2.6): the data is kept longer then.
LOST_AFTER_AT_NIGHT_S: Final = 300.0
# A gateway in maintenance is polled no more often than this.
GENTLE_S: Final = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """Interval of one coordinator, in general and after failures. Times are those of a monotonic clock."""

    base_s: float
    answer_s: float = 0.0
    """Response time of the slowest endpoint in the last successful poll."""
    failures: int = 0
    """Failures in a row; those in the nightly maintenance count as one."""
    failing_since: float | None = None

    def succeeded(self, answer_s: float) -> Backoff:
        """Return the state after a successful poll, with the response time of its slowest endpoint."""
        return Backoff(base_s=self.base_s, answer_s=answer_s)

    def failed(self, at: float, *, expected: bool) -> Backoff:
        """Return the state after a failed poll; `expected` is True during the nightly maintenance."""
        return replace(
            self,
            failures=max(self.failures, 1) if expected else self.failures + 1,
            failing_since=at if self.failing_since is None else self.failing_since,
        )

    def retried_soon(self) -> Backoff:
        """Return the state after another coordinator has reached the gateway again: as after a first failure."""
        return replace(self, failures=min(self.failures, 1))

    def is_outdated(self, at: float, *, expected: bool) -> bool:
        """Return whether the last data is too old to be shown."""
        if self.failing_since is None:
            return False
        failing_s = at - self.failing_since
        if expected:
            return failing_s >= LOST_AFTER_AT_NIGHT_S
        return self.failures >= LOST_AFTER_FAILURES or failing_s >= LOST_AFTER_S

    def interval_s(self, *, expected: bool) -> float:
        """Return the seconds until the next poll."""
        steady_s = max(self.base_s, min(ANSWER_SHARE * self.answer_s, LONGEST_S))
        if not self.failures:
            return steady_s
        if expected:
            return max(steady_s, GENTLE_S)
        # Limited, because a gateway that is off for months must not make huge numbers.
        doublings = min(self.failures - 1, 16)
        return min(min(steady_s, SECOND_TRY_S) * (1 << doublings), max(steady_s, LONGEST_RETRY_S))
