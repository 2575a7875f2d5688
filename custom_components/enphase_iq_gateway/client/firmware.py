"""Faults of single versions of the gateway's firmware that users may notice (G§13.4, S§36)."""

from enum import StrEnum
from typing import Final

from awesomeversion import AwesomeVersion


class FirmwareFault(StrEnum):
    """A known fault of a firmware, as a translation key."""

    SLOW_REPORT = "slow_report"
    BATTERIES_LOSE_CONTACT = "batteries_lose_contact"
    BATTERY_CAPACITY = "battery_capacity"
    STALE_COLLAR = "stale_collar"
    CT_INTERRUPTED = "ct_interrupted"
    STORAGE_CT_CHANNEL = "storage_ct_channel"
    FROZEN_LIVE_DATA = "frozen_live_data"


# The first and the last version with the fault; None where no version without it is known.
_FAULTS: Final[tuple[tuple[FirmwareFault, str, str | None], ...]] = (
    (FirmwareFault.SLOW_REPORT, "7.6.175", "7.6.175"),
    (FirmwareFault.BATTERIES_LOSE_CONTACT, "8.2.4264", "8.2.4264"),
    (FirmwareFault.BATTERY_CAPACITY, "8.2.4382", "8.2.4382"),
    (FirmwareFault.STALE_COLLAR, "8.3.1598", "8.3.1598"),
    (FirmwareFault.CT_INTERRUPTED, "8.3.5528", None),
    (FirmwareFault.STORAGE_CT_CHANNEL, "8.3.6000", None),
    (FirmwareFault.FROZEN_LIVE_DATA, "8.3.6086", "8.3.6086"),
)


def known_faults(firmware: AwesomeVersion) -> tuple[FirmwareFault, ...]:
    """Return the known faults of a firmware."""
    return tuple(
        fault
        for fault, first, last in _FAULTS
        if AwesomeVersion(first) <= firmware and (last is None or firmware <= AwesomeVersion(last))
    )
