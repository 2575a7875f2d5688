"""The gateway's nightly maintenance: it does not answer from 23:00 to 23:02 of its local time (G§2.6)."""

from datetime import datetime, time
from typing import Final

# Two minutes before the hour, for clocks that differ; a quarter of an hour in all, for gateways that take longer.
_BEGINS: Final = time(22, 58)
_ENDS: Final = time(23, 13)


def in_maintenance(local: datetime) -> bool:
    """Return whether a gateway that does not answer is probably in its nightly maintenance.

    `local` is Home Assistant's local time. The gateway reports its time (`/info`) but not its zone (G§1.1), and both
    stand in one house.
    """
    return _BEGINS <= local.time() < _ENDS
