"""`/ivp/sc/sched`: whether batteries may charge from the grid, and the last commanded mode (S§10)."""

from typing import Final

from ..json_types import JsonObject
from ..settings_models import Scheduler
from .values import array_in, flag, load_settings, whole, word

SCHEDULER_PATH: Final = "/ivp/sc/sched"


def parse_scheduler(body: bytes) -> Scheduler:
    """Return the state of the scheduler.

    Raises:
        GatewayResponseError: the body is not an object with a permission or a mode.
    """
    document = load_settings(body, SCHEDULER_PATH, "Charge From Grid Allowed", "acb_current_mode")
    return Scheduler(
        charge_from_grid_allowed=flag(document.get("Charge From Grid Allowed")),
        last_mode=_last_mode(document),
    )


def _last_mode(document: JsonObject) -> str | None:
    """Return the name of the last commanded mode, whose number is an index of the list of names (S§10)."""
    names, number = array_in(document.get("sched_mode_key")), whole(document.get("acb_current_mode"))
    return word(names[number]) if number is not None and 0 <= number < len(names) else None
