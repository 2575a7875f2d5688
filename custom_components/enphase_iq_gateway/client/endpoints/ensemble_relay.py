"""`/ivp/ensemble/relay`: the grid relay (S§6)."""

from typing import Final

from ..settings_models import GridRelay
from .values import load_settings, word

GRID_RELAY_PATH: Final = "/ivp/ensemble/relay"


def parse_grid_relay(body: bytes) -> GridRelay:
    """Return the grid relay; a gateway without one sends `closed` too.

    Raises:
        GatewayResponseError: the body is not an object with a position.
    """
    document = load_settings(body, GRID_RELAY_PATH, "mains_oper_state", "mains_admin_state")
    return GridRelay(
        commanded_position=word(document.get("mains_admin_state")),
        relay_position=word(document.get("mains_oper_state")),
        battery_grid_mode=word(document.get("Enchg_grid_mode")),
        solar_grid_mode=word(document.get("Solar_grid_mode")),
    )
