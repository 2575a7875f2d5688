"""`/api/v1/production/inverters`: the last report interval of every inverter (G§4)."""

from typing import Final

from ..models import Inverter, InverterList
from .quantities import highest_power
from .values import epoch, load_objects, serial_in, signed, whole

INVERTER_LIST_PATH: Final = "/api/v1/production/inverters"

# 1 is an inverter, 11 an AC Battery, 12 a relay; old firmware has no type and lists inverters only (G§4).
_INVERTER_TYPES: Final = {1, None}


def parse_inverter_list(body: bytes) -> InverterList:
    """Return power (W) and end of each inverter's last report interval, None where it has never reported.

    Raises:
        GatewayResponseError: the body is not an array of devices.
    """
    inverters: dict[str, Inverter] = {}
    for entry in load_objects(body, INVERTER_LIST_PATH, "serialNumber"):
        serial = serial_in(entry["serialNumber"])
        if serial is None or whole(entry.get("devType")) not in _INVERTER_TYPES:
            continue
        reported = epoch(entry.get("lastReportDate"))
        inverters[serial] = (
            Inverter(serial=serial)
            if reported is None
            else Inverter(
                serial=serial,
                power_w=signed(entry.get("lastReportWatts")),
                max_power_w=highest_power(entry.get("maxReportWatts")),
                last_reported=reported,
            )
        )
    return InverterList(inverters=inverters)
