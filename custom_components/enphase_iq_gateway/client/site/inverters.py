"""The inverters of both endpoints as one: merged by serial, each with what detail there is."""

from dataclasses import replace

from ..models import Inverter
from .site import Documents

# An inverter heard of this much earlier than the newest is retired but still listed, as old firmware does: 32 of 51 on
# 4.2.33 (G§4, which suggests 7 to 30 days). Never compared with our own clock.
RETIRED_AFTER_S = 30 * 86400


def merge_inverters(documents: Documents) -> dict[str, Inverter]:
    """The active inverters by serial.

    `/ivp/pdm/device_data` says more and says who is retired; what it leaves out, above its limit or because a reading
    is missing, and what is newer there, comes from `/api/v1/production/inverters` (G§4, §5.1).
    """
    devices, listed = documents.device_data, documents.inverter_list
    merged = dict(devices.inverters) if devices else {}
    if listed is None:
        return merged
    known = [inverter.last_reported for inverter in listed.inverters.values() if inverter.last_reported]
    oldest = max(known, default=0) - RETIRED_AFTER_S
    for serial, inverter in listed.inverters.items():
        if (detailed := merged.get(serial)) is not None:
            merged[serial] = _fill(detailed, inverter)
        elif devices is not None and (serial in devices.retired or not devices.truncated):
            continue  # not a member of the system any more
        elif inverter.last_reported and inverter.last_reported >= oldest:
            merged[serial] = inverter
    return merged


def _fill(detailed: Inverter, listed: Inverter) -> Inverter:
    """Take power and time from who knows of the later report, and from the other one what is left open."""
    later = (listed.last_reported or 0) > (detailed.last_reported or 0)
    said, other = (listed, detailed) if later else (detailed, listed)
    return replace(
        detailed,
        power_w=other.power_w if said.power_w is None else said.power_w,
        max_power_w=other.max_power_w if said.max_power_w is None else said.max_power_w,
        last_reported=other.last_reported if said.last_reported is None else said.last_reported,
    )
