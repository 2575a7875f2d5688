"""What must be so before the grid relay may be opened (S§30)."""

from enum import StrEnum
from typing import Final

from ..endpoints import GRID_RELAY
from ..site.grid_state import is_connected_by_collar
from ..site.storage_documents import StorageDocuments
from ..site.storage_snapshot import StorageSnapshot

MARGIN_PERCENT: Final = 10
"""The batteries must hold this much more than the level at which they stop."""
_USUAL_SHUTDOWN_PERCENT: Final = 10
"""Where the gateway sends no level: the highest that it sends by itself (S§4)."""


class Obstacle(StrEnum):
    """Why the home must not be islanded."""

    NO_BATTERY = "off_grid_no_battery"
    BATTERY_UNREACHABLE = "off_grid_battery_unreachable"
    CHARGE_UNKNOWN = "off_grid_charge_unknown"
    LOW_CHARGE = "off_grid_low_charge"
    NOT_ON_GRID = "off_grid_not_on_grid"
    GENERATOR = "off_grid_generator"


def needed_charge(storage: StorageSnapshot) -> float:
    """Return the least state of charge in percent."""
    level = storage.shutdown_level_percent
    return (_USUAL_SHUTDOWN_PERCENT if level is None else level) + MARGIN_PERCENT


def off_grid_obstacle(storage: StorageSnapshot, documents: StorageDocuments) -> Obstacle | None:
    """Return the first reason not to island the home, None where there is none."""
    charge = storage.battery_state_of_charge_percent
    obstacle: Obstacle | None = None
    if not storage.batteries:
        obstacle = Obstacle.NO_BATTERY
    elif not all(battery.device.communicating for battery in storage.batteries.values()):
        obstacle = Obstacle.BATTERY_UNREACHABLE
    elif charge is None:
        obstacle = Obstacle.CHARGE_UNKNOWN
    elif charge <= needed_charge(storage):
        obstacle = Obstacle.LOW_CHARGE
    elif storage.generator is not None and (
        storage.generator.details is None or storage.generator.details.running is not False
    ):
        obstacle = Obstacle.GENERATOR
    elif not _is_on_grid(documents):
        obstacle = Obstacle.NOT_ON_GRID
    return obstacle


def _is_on_grid(documents: StorageDocuments) -> bool:
    """Return whether the relay is closed and not commanded to open, or the collar connected."""
    relay = documents.get(GRID_RELAY)
    if relay is None:
        return is_connected_by_collar(documents) is True
    return (relay.commanded_position, relay.relay_position) == ("closed", "closed")
