"""Selects: the mode of storage, that of the generator, and the settings of dry contacts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..client.control.changes import (
    CONTACT_ACTIONS,
    CONTACT_IDS,
    CONTACT_MODES,
    GENERATOR_MODES,
    PROFILES,
    Change,
    ContactField,
    change_contact_setting,
    change_generator_mode,
    change_storage_mode,
)
from ..client.control.rules import Setting
from ..client.settings_models import DryContactSettings
from ..client.site.storage_snapshot import StorageSnapshot
from ..control.entity import ControlDescription, ControlEntity, async_add_controls, of_load
from ..control.gateway_control import async_control
from ..control.keys import GENERATOR_MODE, STORAGE_MODE
from ..coordinator import GatewayConfigEntry
from ..entity import SeenEntities

# The control of a gateway sends one write after the other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ControlSelectDescription(SelectEntityDescription, ControlDescription):
    """Description of a select."""

    change_fn: Callable[[str], Change]


def _generator_mode(storage: StorageSnapshot) -> str | None:
    """Return the mode by its number (S§8.1)."""
    generator = storage.generator.details if storage.generator else None
    number = generator.mode_number if generator else None
    return GENERATOR_MODES[number] if number is not None and 0 <= number < len(GENERATOR_MODES) else None


_CONTACT_SELECTS: Final[
    Mapping[str, tuple[ContactField, tuple[str, ...], Callable[[DryContactSettings], str | None]]]
] = {
    "mode": (ContactField.MODE, CONTACT_MODES, lambda settings: settings.mode),
    "grid_action": (ContactField.GRID_ACTION, CONTACT_ACTIONS, lambda settings: settings.grid_action),
    "off_grid_action": (ContactField.OFF_GRID_ACTION, CONTACT_ACTIONS, lambda settings: settings.off_grid_action),
    "generator_action": (ContactField.GENERATOR_ACTION, CONTACT_ACTIONS, lambda settings: settings.generator_action),
}
"""The field of the document, the options and the value by the end of the key."""


def _contact_select(contact_id: str, name: str) -> ControlSelectDescription:
    """Return the row of one setting of a contact; actions are carried out for loads only (S§7.2)."""
    changed, options, value_fn = _CONTACT_SELECTS[name]
    text = f"contact_{name}"
    return ControlSelectDescription(
        key=f"{contact_id}_{name}",
        translation_key=text,
        entity_category=EntityCategory.CONFIG,
        options=list(options),
        setting=Setting.CONTACT_SETTINGS,
        part=f"{contact_id} {changed}",
        contact=contact_id,
        value_fn=of_load(contact_id, value_fn),
        change_fn=partial(change_contact_setting, contact_id, changed),
    )


SELECTS: Final = (
    ControlSelectDescription(
        key=STORAGE_MODE,
        translation_key=STORAGE_MODE,
        options=list(PROFILES),
        setting=Setting.STORAGE_MODE,
        value_fn=lambda storage: storage.profile,
        change_fn=change_storage_mode,
    ),
    ControlSelectDescription(
        key=GENERATOR_MODE,
        translation_key=GENERATOR_MODE,
        options=list(GENERATOR_MODES),
        setting=Setting.GENERATOR_MODE,
        value_fn=_generator_mode,
        change_fn=change_generator_mode,
    ),
    *(_contact_select(contact_id, name) for contact_id in CONTACT_IDS for name in _CONTACT_SELECTS),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the selects."""
    seen = SeenEntities(hass, entry, Platform.SELECT, async_add_entities)
    control = async_control(hass, entry)
    async_add_controls(control, seen, SELECTS, ControlSelect)


class ControlSelect(ControlEntity, SelectEntity):
    """Select that shows the option that was read back."""

    entity_description: ControlSelectDescription

    @property
    @override
    def current_option(self) -> str | None:
        return None if self.current_value is None else str(self.current_value)

    @override
    async def async_select_option(self, option: str) -> None:
        await self._change(self.entity_description.change_fn(option))
