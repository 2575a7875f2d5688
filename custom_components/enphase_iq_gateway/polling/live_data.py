"""Whether live data are up to date: the gateway repeats old ones in several ways (S§14.1)."""

from typing import Final

from ..client.gateway_clock import GatewayClock
from ..client.storage_models import LiveData

KEPT_S: Final = 90.0
"""Live data that are not refreshed are shown for this long: powers stood still for up to 57 s (S§14.1)."""


class LiveDataFreshness:
    """Follows the live data of one gateway from one reading to the next."""

    def __init__(self) -> None:
        self._last: LiveData | None = None
        self._fresh_at: float | None = None
        """When the last fresh ones were read, epoch seconds."""

    def judge(self, live: LiveData | None, clock: GatewayClock) -> tuple[LiveData | None, bool]:
        """Return live data unless they are outdated, and whether they are a new measurement.

        `clock` has the time at which they were read.
        """
        if live is None:
            return None, False
        fresh = live.is_fresh(clock) and not (self._last and _repeats(live, self._last))
        self._last = live
        if fresh:
            self._fresh_at = clock.at
        kept = self._fresh_at is not None and 0 <= clock.at - self._fresh_at <= KEPT_S
        return (live if kept else None), fresh


def _repeats(live: LiveData, last: LiveData) -> bool:
    """Return whether live data have no new measurement.

    Powers can stand still while the time advances. What CTs measure never repeats to the mW; without CTs grid and load
    are 0, and an idle battery is no repetition.
    """
    if live.last_update == last.last_update:
        return True
    measured = live.grid.total_w or live.load.total_w
    return bool(measured) and _powers(live) == _powers(last)


def _powers(live: LiveData) -> tuple[float | None, ...]:
    return tuple(flow.total_w for flow in (live.production, live.storage, live.grid, live.load))
