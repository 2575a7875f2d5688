"""Base class of the entities of control: the state is what was read back, the requested value an attribute."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final, override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription

from ..client.control.changes import Change, subject
from ..client.control.rules import Setting
from ..client.settings_models import DryContactSettings
from ..client.site.site import Site
from ..client.site.storage_snapshot import StorageSnapshot
from ..coordinator import PollGroupCoordinator
from ..entity import Candidate, GatewayEntity, SeenEntities, Value
from .gateway_control import GatewayControl

OF_CONTROLLER: Final = frozenset({Setting.GRID_RELAY, Setting.DRY_CONTACT, Setting.CONTACT_SETTINGS})
"""Settings shown at the first system controller, else collar: relay and contacts exist once for each gateway (S§34)."""


@dataclass(frozen=True, kw_only=True)
class ControlDescription(EntityDescription):
    """Description of an entity that changes a setting."""

    setting: Setting
    part: str = ""
    """The part of the subject, as in `Change.part`."""
    contact: str = ""
    """Id of the dry contact, which is in the name."""
    value_fn: Callable[[StorageSnapshot], Value]
    """Returns what was read back."""

    def value(self, coordinator: PollGroupCoordinator) -> Value:
        """Return what was read back last."""
        storage = coordinator.data.storage
        return None if storage is None else self.value_fn(storage)


class ControlEntity(GatewayEntity):
    """Entity that changes a setting of a gateway."""

    entity_description: ControlDescription

    def __init__(self, control: GatewayControl, description: ControlDescription, serial: str) -> None:
        super().__init__(control.coordinator, description, serial)
        self._control = control
        if description.contact:
            self._attr_translation_placeholders = {"contact": description.contact}

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._control.async_add_listener(self._handle_coordinator_update))

    @property
    @override
    def current_value(self) -> Value:
        return self.entity_description.value(self.coordinator)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        description = self.entity_description
        attributes: dict[str, object] = {}
        pending = self._control.pending(subject(description.setting, description.part))
        if pending is not None:
            attributes["pending"] = pending
        if self._control.is_read_only(description.setting):
            attributes["read_only"] = True
        settings = contact_settings(self.coordinator.data.storage, description.contact)
        if settings is not None and settings.load_name:
            attributes["load"] = settings.load_name
        return attributes

    @override
    def _shown(self) -> tuple[object, ...]:
        return (*super()._shown(), self.extra_state_attributes)

    async def _change(self, change: Change) -> None:
        await self._control.async_change(change)


def contact_settings(storage: StorageSnapshot | None, contact_id: str) -> DryContactSettings | None:
    """Return the settings of a dry contact."""
    contact = storage.dry_contacts.get(contact_id) if storage else None
    return contact.settings if contact else None


def of_load[T](
    contact_id: str, value_fn: Callable[[DryContactSettings], T | None]
) -> Callable[[StorageSnapshot], T | None]:
    """Return a function for a setting of a dry contact, None unless it switches a load: only loads use them (S§7.2)."""

    def value(storage: StorageSnapshot) -> T | None:
        settings = contact_settings(storage, contact_id)
        return value_fn(settings) if settings is not None and settings.contact_type == "LOAD" else None

    return value


def serial_of(site: Site, setting: Setting) -> str:
    """Return the serial of the device that has a setting; empty where there is no system controller and no collar."""
    if setting in OF_CONTROLLER:
        return min(site.storage.system_controllers or site.storage.collars, default="")
    return site.info.serial


@callback
def async_add_controls[D: ControlDescription](
    control: GatewayControl | None,
    seen: SeenEntities,
    descriptions: Iterable[D],
    create: Callable[[GatewayControl, D, str], Entity],
) -> None:
    """Add the entities that the user has turned on and the site has, once their value is seen."""
    if control is None:
        return
    coordinator = control.coordinator
    candidates = []
    for description in descriptions:
        if control.offers(description.setting):
            serial = serial_of(coordinator.site, description.setting)
            candidates.append(
                Candidate(
                    unique_id=f"{serial}_{description.key}",
                    value_fn=partial(description.value, coordinator),
                    create=partial(create, control, description, serial),
                )
            )
    seen.add(coordinator, candidates)
