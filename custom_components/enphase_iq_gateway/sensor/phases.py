"""The option "Values of each phase": it enables sensors of single phases, which are disabled by default.

What the user has enabled or disabled by hand stays: the option only touches entities that the integration has disabled,
and marks in the entity registry those that it has enabled itself.
"""

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..client.site.site import Quantity
from ..const import DOMAIN, PhaseValues

_MARK: Final = "enabled_by_option"

_QUANTITIES: Final = {
    PhaseValues.NONE: frozenset[Quantity](),
    PhaseValues.POWER: frozenset({Quantity.POWER}),
    PhaseValues.POWER_AND_ENERGY: frozenset({Quantity.POWER, Quantity.LIFETIME, Quantity.IMPORT_EXPORT}),
}


def is_wanted(phase_values: PhaseValues, quantity: Quantity) -> bool:
    """Return whether the option enables the phases of a quantity."""
    return quantity in _QUANTITIES[phase_values]


@callback
def async_apply_option(hass: HomeAssistant, unique_id: str, *, wanted: bool) -> bool:
    """Enable or disable the registered sensor of a phase; return whether there is one."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
    entity = registry.async_get(entity_id) if entity_id else None
    if entity is None:
        return False
    if wanted and entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
        registry.async_update_entity(entity.entity_id, disabled_by=None)
        async_mark(hass, entity.entity_id)
    elif not wanted and _MARK in entity.options.get(DOMAIN, {}):
        registry.async_update_entity_options(entity.entity_id, DOMAIN, None)
        if entity.disabled_by is None:
            registry.async_update_entity(entity.entity_id, disabled_by=er.RegistryEntryDisabler.INTEGRATION)
    return True


@callback
def async_mark(hass: HomeAssistant, entity_id: str) -> None:
    """Mark a sensor as enabled by the option."""
    er.async_get(hass).async_update_entity_options(entity_id, DOMAIN, {_MARK: True})
