"""The state of the grid that is shown: readings must agree, and an outage must last (S§25)."""

from dataclasses import dataclass, replace
from typing import Final

from ..client.site.grid_state import GridState

OUTAGE_AFTER_S: Final = 30.0
"""A switch back to the grid looks like an outage for 8 to 15 s."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GridReadings:
    """The latest reading of the state, and the state that is shown."""

    shown: GridState | None = None
    read: GridState | None = None
    read_at: float = 0.0
    """When the latest reading was made, by the monotonic clock; the same time is the same reading."""
    since: float = 0.0
    """When the latest reading was first made in a row."""

    @property
    def unconfirmed(self) -> bool:
        """Return whether a second reading decides what is shown."""
        return self.since == self.read_at and self.shown not in (None, self.read)

    def after(self, read: GridState | None, read_at: float) -> GridReadings:
        """Return the readings with one more.

        The first reading is shown at once, others after a second one that agrees. The house is shown as off grid until
        an outage has lasted.
        """
        if read_at == self.read_at:
            return self
        same = read is self.read
        readings = replace(self, read=read, read_at=read_at, since=self.since if same else read_at)
        return replace(readings, shown=readings.confirmed()) if same or self.shown is None else readings

    def confirmed(self) -> GridState | None:
        """Return what is shown once the readings agree."""
        if self.read is not GridState.OUTAGE or self.read_at - self.since >= OUTAGE_AFTER_S:
            return self.read
        return GridState.SYNCHRONIZING if self.shown is GridState.SYNCHRONIZING else GridState.OFF_GRID
