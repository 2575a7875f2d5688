"""Switches: dry contacts, the grid relay, and whether batteries may charge from the grid."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..client.control.changes import (
    CONTACT_IDS,
    Change,
    change_charge_from_grid,
    change_contact,
    change_grid_relay,
    is_switchable,
)
from ..client.control.rules import Setting
from ..client.site.grid_state import collar_is_connected
from ..client.site.storage_snapshot import StorageSnapshot
from ..control.entity import ControlDescription, ControlEntity, async_add_controls
from ..control.gateway_control import async_control
from ..control.keys import CHARGE_FROM_GRID, GRID_RELAY
from ..coordinator import GatewayConfigEntry
from ..entity import SeenEntities

# The control of a gateway sends one write after the other.
PARALLEL_UPDATES = 0
_POSITIONS: Final = {"closed": True, "open": False}


@dataclass(frozen=True, kw_only=True)
class ControlSwitchDescription(SwitchEntityDescription, ControlDescription):
    """Description of a switch."""

    on_fn: Callable[[], Change]
    off_fn: Callable[[], Change]


def _relay_is_closed(storage: StorageSnapshot) -> bool | None:
    """Return whether the home is connected: the first word of the position, as in `open synchronized` (S§25)."""
    relay = storage.grid_relay
    if relay is None and not storage.system_controllers:
        return collar_is_connected(next(iter(storage.collars.values()), None))
    first, *_ = (relay.relay_position if relay and relay.relay_position else "unknown").split()
    return _POSITIONS.get(first)


def _contact_is_closed(contact_id: str, storage: StorageSnapshot) -> bool | None:
    """Return whether a contact is closed, None for one that is not to be switched."""
    contact = storage.dry_contacts.get(contact_id)
    if contact is None or contact.settings is None or not is_switchable(contact.settings):
        return None
    return _POSITIONS.get(contact.contact.status or "")


SWITCHES: Final = (
    ControlSwitchDescription(
        key=GRID_RELAY,
        translation_key=GRID_RELAY,
        setting=Setting.GRID_RELAY,
        value_fn=_relay_is_closed,
        on_fn=partial(change_grid_relay, closed=True),
        off_fn=partial(change_grid_relay, closed=False),
    ),
    ControlSwitchDescription(
        key=CHARGE_FROM_GRID,
        translation_key=CHARGE_FROM_GRID,
        setting=Setting.CHARGE_FROM_GRID,
        value_fn=lambda storage: storage.charge_from_grid_allowed,
        on_fn=partial(change_charge_from_grid, allowed=True),
        off_fn=partial(change_charge_from_grid, allowed=False),
    ),
    *(
        ControlSwitchDescription(
            key=f"{contact_id}_relay",
            translation_key="contact",
            setting=Setting.DRY_CONTACT,
            part=contact_id,
            contact=contact_id,
            value_fn=partial(_contact_is_closed, contact_id),
            on_fn=partial(change_contact, contact_id, closed=True),
            off_fn=partial(change_contact, contact_id, closed=False),
        )
        for contact_id in CONTACT_IDS
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the switches."""
    seen = SeenEntities(hass, entry, Platform.SWITCH, async_add_entities)
    control = async_control(hass, entry)
    async_add_controls(control, seen, SWITCHES, ControlSwitch)


class ControlSwitch(ControlEntity, SwitchEntity):
    """Switch that shows the position that was read back."""

    entity_description: ControlSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        return None if self.current_value is None else bool(self.current_value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._change(self.entity_description.on_fn())

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._change(self.entity_description.off_fn())
