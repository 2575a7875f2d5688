"""`/ivp/sc/sched`: what the scheduler permits (S§10)."""

from typing import Final

from ..json_types import JsonObject
from ..settings_models import Scheduler
from .values import array_in, flag, load_settings, whole, word

SCHEDULER_PATH: Final = "/ivp/sc/sched"


def parse_scheduler(body: bytes) -> Scheduler:
    """Return what the scheduler permits.

    Raises:
        GatewayResponseError: the body is not an object with a permission or a mode.
    """
    document = load_settings(body, SCHEDULER_PATH, "Charge From Grid Allowed", "acb_current_mode")
    return Scheduler(
        charge_from_grid_allowed=flag(document.get("Charge From Grid Allowed")),
        last_mode=_last_mode(document),
    )


def _last_mode(document: JsonObject) -> str | None:
    """Return the name of a mode: its number is the position in a list of names."""
    names, number = array_in(document.get("sched_mode_key")), whole(document.get("acb_current_mode"))
    return word(names[number]) if number is not None and 0 <= number < len(names) else None
