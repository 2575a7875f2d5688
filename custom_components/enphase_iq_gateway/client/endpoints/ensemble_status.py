"""`/ivp/ensemble/status`: the rated powers of the IQ Batteries, which the inventory lacks (S§5)."""

from collections.abc import Mapping
from typing import Final

from ..exceptions import GatewayResponseError
from .ensemble_power import BATTERY_LIMIT_W
from .values import load_object, number_within, object_in, serial_in

ENSEMBLE_STATUS_PATH: Final = "/ivp/ensemble/status"


def parse_ensemble_status(body: bytes) -> Mapping[str, float]:
    """Return the rated powers in W by serial; other devices have none.

    Raises:
        GatewayResponseError: the body has no object of devices.
    """
    document = load_object(body, ENSEMBLE_STATUS_PATH)
    devices = object_in(document.get("inventory")).get("serial_nums")
    if not isinstance(devices, dict):
        raise GatewayResponseError(ENSEMBLE_STATUS_PATH, "no inventory.serial_nums, expected devices")
    rated_powers: dict[str, float] = {}
    for key, device in devices.items():
        serial = serial_in(key)
        rated_power_w = number_within(object_in(device).get("encharge_rated_power"), 1, BATTERY_LIMIT_W)
        if serial is not None and rated_power_w is not None:
            rated_powers[serial] = rated_power_w
    return rated_powers
