"""Find where an entity is used: in the Energy dashboard, in automations, scripts and helpers."""

from collections.abc import Collection
from enum import StrEnum

from homeassistant.components.automation import automations_with_entity
from homeassistant.components.script import scripts_with_entity
from homeassistant.core import HomeAssistant, callback


class Use(StrEnum):
    """A place in which an entity is used."""

    DASHBOARD = "dashboard"
    AUTOMATION = "automation"
    SCRIPT = "script"
    HELPER = "helper"


@callback
def uses_of(hass: HomeAssistant, entity_id: str, in_dashboard: Collection[str]) -> list[Use]:
    """Return in which places an entity is used."""
    used = {
        Use.DASHBOARD: entity_id in in_dashboard,
        Use.AUTOMATION: bool(automations_with_entity(hass, entity_id)),
        Use.SCRIPT: bool(scripts_with_entity(hass, entity_id)),
        Use.HELPER: any(_names(entry.options, entity_id) for entry in hass.config_entries.async_entries()),
    }
    return [use for use, is_used in used.items() if is_used]


def _names(value: object, entity_id: str) -> bool:
    """Return whether the options of a helper name an entity."""
    if isinstance(value, str):
        return value == entity_id
    if isinstance(value, list | tuple):
        return any(_names(part, entity_id) for part in value)
    return hasattr(value, "values") and any(_names(part, entity_id) for part in value.values())
