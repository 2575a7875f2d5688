"""The keys of the entities of control, which end their unique ids."""

from collections.abc import Mapping
from typing import Final

from .areas import ControlArea

GRID_RELAY: Final = "grid_relay"
STORAGE_MODE: Final = "storage_mode"
RESERVE: Final = "reserve_soc"
CHARGE_FROM_GRID: Final = "charge_from_grid"
GENERATOR_MODE: Final = "generator_mode"
SLEEP: Final = "acb_sleep"
WAKE: Final = "acb_wake"
SLEEP_LOW: Final = "acb_sleep_low"
SLEEP_HIGH: Final = "acb_sleep_high"

_AREAS: Final[Mapping[str, ControlArea]] = {
    GRID_RELAY: ControlArea.GRID_RELAY,
    STORAGE_MODE: ControlArea.STORAGE_SETTINGS,
    RESERVE: ControlArea.STORAGE_SETTINGS,
    CHARGE_FROM_GRID: ControlArea.STORAGE_SETTINGS,
    GENERATOR_MODE: ControlArea.GENERATOR,
    **dict.fromkeys((SLEEP, WAKE, SLEEP_LOW, SLEEP_HIGH), ControlArea.AC_BATTERY_SLEEP),
}


def area_of(unique_id: str) -> ControlArea:
    """Return the area of an entity; all others are of a dry contact, whose key begins with its id."""
    return _AREAS.get(unique_id.partition("_")[2], ControlArea.DRY_CONTACTS)
