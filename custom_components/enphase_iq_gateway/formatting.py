"""Numbers and times in texts, in forms that no language misreads.

A thousands separator of one language is the decimal sign of another, so there is none.
"""

from datetime import UTC, datetime
from typing import Final

from homeassistant.util import dt as dt_util

_WHOLE_KWH: Final = 100.0
"""From here on a fraction of a kWh does not matter."""


def kwh(energy_wh: float) -> str:
    """Return an energy in kWh, without its unit."""
    energy_kwh = energy_wh / 1000
    return f"{energy_kwh:.0f}" if energy_kwh >= _WHOLE_KWH else f"{energy_kwh:.1f}"


def watts(power_w: float) -> str:
    """Return a power in whole watts, with its unit."""
    return f"{round(power_w)} W"


def local_minute(timestamp: float) -> str:
    """Return a time in Home Assistant's time zone, for example `2026-06-10 05:02`."""
    return f"{dt_util.as_local(dt_util.utc_from_timestamp(timestamp)):%Y-%m-%d %H:%M}"


def utc_minute(timestamp: float) -> str:
    """Return a time in UTC, for example `2026-06-10 12:02 UTC`."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"


def utc_day(timestamp: float) -> str:
    """Return a date in UTC, for example `2026-06-10`."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}"
