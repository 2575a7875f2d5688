"""How often a coordinator reads: pure arithmetic over how its readings have gone."""

from dataclasses import dataclass, replace
from typing import Final

# An answer may take this share of the interval: the gateway has other things to do, and other coordinators wait (G§2.8).
ANSWER_SHARE: Final = 3
# No coordinator waits longer than this, whatever happens: a quarter of an hour is the gateway's own slowest clock (G§4).
LONGEST_S: Final = 900.0
# After a first failure: soon enough that the coordinator is judged within `LOST_AFTER_S`, late enough for a busy gateway.
SECOND_TRY_S: Final = 30.0
# A coordinator is lost at the second failure in a row, or after this long.
LOST_AFTER_FAILURES: Final = 2
LOST_AFTER_S: Final = 90.0
# During the nightly maintenance, which takes two minutes (G§2.6), values stand this long.
LOST_AFTER_AT_NIGHT_S: Final = 300.0
# A gateway in maintenance is asked no more often than this.
GENTLE_S: Final = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """The clock of one coordinator: what it should be, and what became of it. Times are of a clock that never jumps."""

    base_s: float
    answer_s: float = 0.0
    """How long the slowest endpoint took at the last success."""
    failures: int = 0
    """In a row; those in the nightly maintenance count as one."""
    failing_since: float | None = None

    def succeeded(self, answer_s: float) -> Backoff:
        """The coordinator was read, its slowest endpoint in so many seconds."""
        return Backoff(base_s=self.base_s, answer_s=answer_s)

    def failed(self, at: float, *, expected: bool) -> Backoff:
        """The coordinator could not be read; `expected` during the nightly maintenance."""
        return replace(
            self,
            failures=max(self.failures, 1) if expected else self.failures + 1,
            failing_since=at if self.failing_since is None else self.failing_since,
        )

    def hopeful(self) -> Backoff:
        """Another coordinator has found the gateway back: as after a first failure."""
        return replace(self, failures=min(self.failures, 1))

    def lost(self, at: float, *, expected: bool) -> bool:
        """Whether the last values are too old to be shown."""
        if self.failing_since is None:
            return False
        failing_s = at - self.failing_since
        if expected:
            return failing_s >= LOST_AFTER_AT_NIGHT_S
        return self.failures >= LOST_AFTER_FAILURES or failing_s >= LOST_AFTER_S

    def interval_s(self, *, expected: bool) -> float:
        """Seconds until the next reading."""
        steady_s = max(self.base_s, min(ANSWER_SHARE * self.answer_s, LONGEST_S))
        if not self.failures:
            return steady_s
        if expected:
            return max(steady_s, GENTLE_S)
        if self.failures < LOST_AFTER_FAILURES:
            return min(steady_s, SECOND_TRY_S)
        # Doubled only as far as it can matter: a gateway that is off for months must not make huge numbers.
        doublings = min(self.failures - LOST_AFTER_FAILURES, 16)
        return max(steady_s, min(steady_s * (1 << doublings), LONGEST_S))
