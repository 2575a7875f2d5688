"""`/admin/lib/acb_config`: which AC Batteries are ordered to sleep (S§12)."""

from typing import Final

from ..exceptions import GatewayResponseError
from ..settings_models import AcBatteryConfig, SleepOrder
from .values import load_settings, object_in, percent, serial_in

ACB_CONFIG_PATH: Final = "/admin/lib/acb_config"

_KEY: Final = "acb_sleep"


def parse_acb_config(body: bytes) -> AcBatteryConfig:
    """Return the orders by serial.

    Raises:
        GatewayResponseError: the body is not an object with an array of orders.
    """
    entries = load_settings(body, ACB_CONFIG_PATH, _KEY)[_KEY]
    if not isinstance(entries, list):
        raise GatewayResponseError(ACB_CONFIG_PATH, f"no array in {_KEY}")
    orders: dict[str, SleepOrder] = {}
    for entry in entries:
        order = object_in(entry)
        found = serial_in(order.get("serial_num"))
        if found is not None:
            orders[found] = SleepOrder(
                serial=found,
                min_soc_percent=percent(order.get("sleep_min_soc")),
                max_soc_percent=percent(order.get("sleep_max_soc")),
            )
    return AcBatteryConfig(sleep_orders=orders)
