"""`/inventory.json`: the list of installed devices (G§11)."""

from typing import Final

from ..json_types import JsonObject
from ..models import Inventory
from .ac_batteries import listed_ac_battery
from .values import array_in, at_most, load_objects, object_in, part_number_in, serial_in

INVENTORY_PATH: Final = "/inventory.json?deleted=1"

_INVERTERS: Final = "PCU"
_AC_BATTERIES: Final = "ACB"


def parse_inventory(body: bytes) -> Inventory:
    """Return the part numbers of the inverters by serial, and the AC Batteries.

    Devices without a serial and inverters without a part number are left out.

    Raises:
        GatewayResponseError: The document is not an array of groups of devices, or has too many.
    """
    groups = load_objects(body, INVENTORY_PATH, "type")
    part_numbers: dict[str, str] = {}
    for device in _devices(groups, _INVERTERS):
        serial, part_number = serial_in(device.get("serial_num")), part_number_in(device.get("part_num"))
        if serial is not None and part_number is not None:
            part_numbers[serial] = part_number
    batteries = (listed_ac_battery(device) for device in _devices(groups, _AC_BATTERIES))
    return Inventory(
        inverter_part_numbers=part_numbers,
        ac_batteries={battery.serial: battery for battery in batteries if battery is not None},
    )


def _devices(groups: list[JsonObject], kind: str) -> list[JsonObject]:
    """Return the devices of all groups of one type."""
    found = (array_in(group.get("devices")) for group in groups if group["type"] == kind)
    return at_most([object_in(device) for devices in found for device in devices], INVENTORY_PATH)
