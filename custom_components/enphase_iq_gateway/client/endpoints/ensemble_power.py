"""`/ivp/ensemble/power`: power and state of charge of each IQ Battery (S§3)."""

from collections.abc import Mapping
from typing import Final

from ..exceptions import GatewayResponseError
from ..storage_models import BatteryPower
from .quantities import milliwatts, percent
from .values import load_settings, object_in, serial_in

ENSEMBLE_POWER_PATH: Final = "/ivp/ensemble/power"

BATTERY_LIMIT_W: Final = 20_000.0
"""Several times the power of the largest battery."""
# The gateway's key contains a colon; one sample has none (S§3).
_KEYS: Final = ("devices:", "devices")


def parse_ensemble_power(body: bytes) -> Mapping[str, BatteryPower]:
    """Return the batteries by serial, power in W; none where the gateway has none.

    Raises:
        GatewayResponseError: the body is not an object with an array of devices.
    """
    document = load_settings(body, ENSEMBLE_POWER_PATH, *_KEYS)
    entries = next(document[key] for key in _KEYS if key in document)
    if not isinstance(entries, list):
        raise GatewayResponseError(ENSEMBLE_POWER_PATH, "no array of devices")
    batteries: dict[str, BatteryPower] = {}
    for entry in entries:
        device = object_in(entry)
        serial = serial_in(device.get("serial_num"))
        if serial is not None:
            batteries[serial] = BatteryPower(
                serial=serial,
                power_w=milliwatts(device.get("real_power_mw"), BATTERY_LIMIT_W),
                state_of_charge_percent=percent(device.get("soc")),
            )
    return batteries
