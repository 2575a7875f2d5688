"""`/admin/lib/acb_config`: which AC Batteries are ordered to sleep (S§12)."""

from typing import Final

from ..exceptions import GatewayResponseError
from .values import load_settings, object_in, serial_in

ACB_CONFIG_PATH: Final = "/admin/lib/acb_config"

_KEY: Final = "acb_sleep"


def parse_acb_config(body: bytes) -> frozenset[str]:
    """Return the serials of the AC Batteries with an order to sleep.

    Raises:
        GatewayResponseError: the body is not an object with an array of orders.
    """
    orders = load_settings(body, ACB_CONFIG_PATH, _KEY)[_KEY]
    if not isinstance(orders, list):
        raise GatewayResponseError(ACB_CONFIG_PATH, f"no array in {_KEY}")
    serials = (serial_in(object_in(order).get("serial_num")) for order in orders)
    return frozenset(serial for serial in serials if serial is not None)
