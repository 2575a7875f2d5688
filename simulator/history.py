"""The states of the last hours and the last midnights, and those in between."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field

from .site_state import SiteState, between

RECENT_S = 12_000  # two report intervals of an hour, the longest there are (G§4), and a margin
HISTORY_DAYS = 9  # the seven days before today, and a margin for the change to and from summer time


@dataclass(slots=True)
class History:
    """States in order of time; of two with the same time, the later one is that after a sudden change."""

    recent: deque[SiteState] = field(default_factory=deque)
    midnights: dict[int, SiteState] = field(default_factory=dict)

    @property
    def last(self) -> SiteState:
        """The latest state."""
        return self.recent[-1]

    def append(self, state: SiteState) -> None:
        """Add a state and forget those that are too old."""
        self.recent.append(state)
        while len(self.recent) > 1 and self.recent[1].at < state.at - RECENT_S:
            self.recent.popleft()

    def keep_midnight(self, state: SiteState) -> None:
        """Keep a state at a local midnight for some days."""
        self.midnights[int(state.at)] = state
        while len(self.midnights) > HISTORY_DAYS + 1:
            del self.midnights[min(self.midnights)]

    def shift_counters(self, *, produced: list[float], exported: list[float], imported: list[float]) -> None:
        """Add energies, per phase in Wh, to the counters of every state; other histories may share the old states."""

        def shifted(state: SiteState) -> SiteState:
            return SiteState(state.at, state.powers, state.energies.shifted(produced, exported, imported))

        self.recent = deque(shifted(state) for state in self.recent)
        self.midnights = {at: shifted(state) for at, state in self.midnights.items()}

    def at(self, at: float) -> SiteState:
        """Return the state at an epoch before the latest state."""
        index = bisect_right(self.recent, at, key=lambda state: state.at)
        if index == 0:
            return self.recent[0]
        before, after = self.recent[index - 1], self.recent[index]
        powers = between(before.powers, after.powers, (at - before.at) / (after.at - before.at))
        return SiteState(at, powers, before.energies.after(before.powers, powers, at - before.at))

    def cut(self, at: float) -> None:
        """End with the state at an epoch before the latest state."""
        end = self.at(at)
        while self.recent and self.recent[-1].at > at:
            self.recent.pop()
        self.midnights = {each: state for each, state in self.midnights.items() if each <= at}
        self.recent.append(end)
