"""`/inventory.json`: the installed devices by kind, without details (G§11)."""

from simulator.simulated_site import SimulatedSite

from . import Document
from .v1 import ac_battery_serials

_INVERTER_PART, _AC_BATTERY_PART = "800-01391-r03", "800-00930-r03"  # IQ8HC (G§1.4), AC Battery (S§13)
_IN_SERVICE = 2


def inventory(site: SimulatedSite, _now: float) -> Document:
    """Return the inverters and AC Batteries."""
    return [
        {"type": "PCU", "devices": [_device(serial, _INVERTER_PART) for serial in site.world.inverters]},
        {"type": "ACB", "devices": [_device(str(serial), _AC_BATTERY_PART) for serial in ac_battery_serials(site)]},
        {"type": "NSRB", "devices": []},
        {"type": "ESUB", "devices": []},
    ]


def _device(serial: str, part_number: str) -> Document:
    return {"part_num": part_number, "serial_num": serial, "admin_state": _IN_SERVICE}
