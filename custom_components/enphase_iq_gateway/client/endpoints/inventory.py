"""`/inventory.json`: the list of installed devices (G§11)."""

from typing import Final

from ..models import Inventory
from ..storage_models import AcBattery
from .ac_batteries import listed_ac_battery
from .values import array_in, load_objects, object_in, part_number_in, serial_in

INVENTORY_PATH: Final = "/inventory.json?deleted=1"

_INVERTERS: Final = "PCU"
_AC_BATTERIES: Final = "ACB"


def parse_inventory(body: bytes) -> Inventory:
    """Return the part numbers of the inverters by serial, and the AC Batteries.

    Devices without a serial and inverters without a part number are left out.

    Raises:
        GatewayResponseError: The document is not an array of groups of devices.
    """
    part_numbers: dict[str, str] = {}
    ac_batteries: dict[str, AcBattery] = {}
    for group in load_objects(body, INVENTORY_PATH, "type"):
        for entry in array_in(group.get("devices")):
            device = object_in(entry)
            if group["type"] == _INVERTERS:
                found, number = serial_in(device.get("serial_num")), part_number_in(device.get("part_num"))
                if found is not None and number is not None:
                    part_numbers[found] = number
            elif group["type"] == _AC_BATTERIES and (battery := listed_ac_battery(device)) is not None:
                ac_batteries[battery.serial] = battery
    return Inventory(inverter_part_numbers=part_numbers, ac_batteries=ac_batteries)
