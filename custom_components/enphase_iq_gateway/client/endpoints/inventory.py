"""`/inventory.json`: the list of installed devices (G§11)."""

from typing import Final

from ..models import Inventory
from .values import array_in, load_objects, object_in, part_number, serial

INVENTORY_PATH: Final = "/inventory.json?deleted=1"

_INVERTERS: Final = "PCU"


def parse_inventory(body: bytes) -> Inventory:
    """Return the part numbers of the inverters by serial; devices without a serial or a part number are left out.

    Raises:
        GatewayResponseError: The document is not an array of groups of devices.
    """
    part_numbers: dict[str, str] = {}
    for group in load_objects(body, INVENTORY_PATH, "type"):
        if group["type"] != _INVERTERS:
            continue
        for entry in array_in(group.get("devices")):
            device = object_in(entry)
            found, number = serial(device.get("serial_num")), part_number(device.get("part_num"))
            if found is not None and number is not None:
                part_numbers[found] = number
    return Inventory(inverter_part_numbers=part_numbers)
