"""The state of the grid from the words of relay, controller, collar and generator (S§25)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..endpoints import ENSEMBLE_INVENTORY, GENERATOR, GRID_RELAY, LIVE_DATA
from ..settings_models import Generator, GridRelay
from ..storage_models import Collar, EnsembleInventory, LiveData, SystemController
from .storage_documents import StorageDocuments


class GridState(StrEnum):
    """The state of the grid at the home (S§25)."""

    ON_GRID = "on_grid"
    OFF_GRID = "off_grid"
    """Islanded by command, or for a reason that is not known."""
    OUTAGE = "outage"
    """Islanded without a command and without a running generator."""
    GENERATOR = "generator"
    SYNCHRONIZING = "synchronizing"
    """About to reconnect: the relay is commanded to close and the grid is present."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GridSigns:
    """The values that determine the state of the grid; all None on a site without a grid relay."""

    commanded_position: str | None = None
    relay_position: str | None = None
    collar_state: str | None = None
    """`admin_state` of the collar: its `grid_state` does not follow islanding."""
    on_generator: bool = False
    main_relay_state: int | None = None
    """From live data; used behind a collar, and where neither position nor collar state is known."""


_CLOSED: Final = frozenset({"closed", "close"})
_MODE_ON_GENERATOR: Final = "multimode-generator"
_CONTROLLER_ON_GENERATOR: Final = "ENPWR_STATE_OPER_GEN_CLOSE"
_MAIN_RELAY_OPEN: Final = 0
"""Open without a grid to synchronize with: 2 and 3 are those with one (S§14.1)."""
_MAIN_RELAY_CLOSED: Final = 1


def grid_signs(documents: StorageDocuments, *, has_controller: bool = False) -> GridSigns:
    """Return the signs in the documents; the relay counts only with a system controller (S§6).

    `has_controller` is whether the site has one; it counts while the inventory cannot be read.
    """
    inventory = documents.get(ENSEMBLE_INVENTORY) or EnsembleInventory()
    controller = next(iter(inventory.system_controllers.values()), None)
    collar = next(iter(inventory.collars.values()), None)
    relay = documents.get(GRID_RELAY) if controller or has_controller else None
    generator, live = documents.get(GENERATOR), documents.get(LIVE_DATA)
    position: GridRelay | SystemController | None = relay or controller
    return GridSigns(
        commanded_position=position.commanded_position if position else None,
        relay_position=position.relay_position if position else None,
        collar_state=collar.admin_state if collar else None,
        on_generator=_on_generator(generator, relay, controller),
        main_relay_state=_main_relay_state(live, controller, collar),
    )


def _on_generator(generator: Generator | None, relay: GridRelay | None, controller: SystemController | None) -> bool:
    """Return whether the home runs on the generator, by any of its signs (S§8.1)."""
    modes = {
        relay.battery_grid_mode if relay else None,
        relay.solar_grid_mode if relay else None,
        controller.battery_grid_mode if controller else None,
    }
    return (
        (generator is not None and generator.running is True)
        or _MODE_ON_GENERATOR in modes
        or (controller is not None and controller.admin_state == _CONTROLLER_ON_GENERATOR)
    )


def _main_relay_state(live: LiveData | None, controller: SystemController | None, collar: Collar | None) -> int | None:
    return live.main_relay_state if live and not live.is_last_known and (controller or collar) else None


def grid_state(signs: GridSigns, previous: GridState | None = None) -> GridState | None:
    """Return the state of the grid, None where no sign has a known value.

    A moment after a switch back to the grid, the relay may read plain `open` although it is commanded to close: after
    `off_grid` this is `synchronizing` at first. The caller reports an outage only when it lasts (S§25).
    """
    if signs.relay_position is not None:
        return _of_relay(signs, previous)
    if signs.collar_state is not None:
        return _of_collar(signs)
    return GridState.ON_GRID if signs.main_relay_state == _MAIN_RELAY_CLOSED else None


def _of_relay(signs: GridSigns, previous: GridState | None) -> GridState | None:
    """Return the state by the first word of the actual position, and by the command."""
    first, *rest = (signs.relay_position or "").lower().split()
    if first in _CLOSED:
        return GridState.ON_GRID
    if first != "open":
        return None
    if signs.on_generator:
        return GridState.GENERATOR
    commanded = (signs.commanded_position or "").lower()
    if commanded == "open":
        return GridState.OFF_GRID
    if commanded not in _CLOSED:
        return None
    # A second word means that the controller measures a grid to synchronize with.
    return GridState.SYNCHRONIZING if rest or previous is GridState.OFF_GRID else GridState.OUTAGE


def _of_collar(signs: GridSigns) -> GridState | None:
    """Return the state by the word of the collar, for example `ENCMN_MDE_OFF_GRID`.

    It does not have the reason: the main relay of live data distinguishes an outage from a command.
    """
    word = (signs.collar_state or "").upper()
    if word.endswith("ON_GRID"):
        return GridState.ON_GRID
    if signs.on_generator:
        return GridState.GENERATOR
    if "SYNC" in word:
        return GridState.SYNCHRONIZING
    if not word.endswith("OFF_GRID"):
        return None
    return GridState.OUTAGE if signs.main_relay_state == _MAIN_RELAY_OPEN else GridState.OFF_GRID


def is_connected_by_collar(documents: StorageDocuments) -> bool | None:
    """Return whether the first collar connects the home to the grid, None where there is none."""
    inventory = documents.get(ENSEMBLE_INVENTORY)
    return collar_is_connected(next(iter(inventory.collars.values()), None)) if inventory else None


def collar_is_connected(collar: Collar | None) -> bool | None:
    """Return whether a collar connects the home to the grid, None where its word is unknown."""
    return None if collar is None else is_connected(_of_collar(GridSigns(collar_state=collar.admin_state)))


def is_connected(state: GridState | None) -> bool | None:
    """Return whether the home is connected to the grid."""
    return None if state is None else state is GridState.ON_GRID
