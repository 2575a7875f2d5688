"""`/ivp/ensemble/status`: rated powers, and devices that the inventory does not list (S§5)."""

from typing import Final

from ..exceptions import GatewayResponseError
from ..json_types import JsonObject
from ..storage_models import EnsembleStatus, EnsembleStatusDevice
from .ensemble_power import BATTERY_LIMIT_W
from .values import load_object, number, object_in, part_number_in, serial_in, whole, within, word

ENSEMBLE_STATUS_PATH: Final = "/ivp/ensemble/status"


def parse_ensemble_status(body: bytes) -> EnsembleStatus:
    """Return the devices by serial, none where the gateway has none.

    Raises:
        GatewayResponseError: the body has no object of devices.
    """
    document = load_object(body, ENSEMBLE_STATUS_PATH)
    devices = object_in(document.get("inventory")).get("serial_nums")
    if not isinstance(devices, dict):
        raise GatewayResponseError(ENSEMBLE_STATUS_PATH, "no inventory.serial_nums, expected devices")
    return EnsembleStatus(
        devices={
            found: _device(found, entry)
            for key, entry in devices.items()
            if isinstance(entry, dict) and (found := serial_in(key)) is not None
        }
    )


def _device(found: str, device: JsonObject) -> EnsembleStatusDevice:
    return EnsembleStatusDevice(
        serial=found,
        device_type=whole(device.get("device_type")),
        part_number=part_number_in(device.get("part_number")),
        firmware=word(device.get("app_fw_version")),
        interface=word(device.get("com_interface_str")),
        rated_power_w=within(number(device.get("encharge_rated_power")), 1, BATTERY_LIMIT_W),
        admin_state=word(device.get("admin_state_str")),
        grid_mode=word(device.get("reported_grid_mode")),
    )
