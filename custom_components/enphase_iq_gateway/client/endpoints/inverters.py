"""`/api/v1/production/inverters`: every inverter's last interval (G§4)."""

from functools import lru_cache
from typing import Final

from ..models import Inverter, InverterList
from .values import epoch, interval_power, load_objects, number, serial_in, whole

INVERTER_LIST_PATH: Final = "/api/v1/production/inverters"

# 1 is an inverter, 11 an ACB, 12 a relay; old firmware does not say and lists inverters only (G§4).
_INVERTER_TYPES: Final = {1, None}


def parse_inverter_list(body: bytes) -> InverterList:
    """Read power (W) and time of each inverter's last interval; None where it has never reported.

    Raises:
        GatewayResponseError: it is not an array of devices.
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
            else _inverter(
                serial, interval_power(entry.get("lastReportWatts")), number(entry.get("maxReportWatts")), reported
            )
        )
    return InverterList(inverters=inverters)


# Two in three have not reported since the last reading: the same object is no news to anybody. Room for ten times the
# largest recorded site (51, G§4).
@lru_cache(maxsize=512)
def _inverter(serial: str, power_w: float | None, max_power_w: float | None, last_reported: int) -> Inverter:
    return Inverter(serial=serial, power_w=power_w, max_power_w=max_power_w, last_reported=last_reported)
