"""Read and replace entity ids in the preferences of the Energy dashboard."""

from collections.abc import Iterator, Mapping
from typing import cast

from homeassistant.components.energy.data import EnergyPreferencesUpdate, async_get_manager
from homeassistant.core import HomeAssistant


async def async_in_dashboard(hass: HomeAssistant) -> frozenset[str]:
    """Return every entity id in the preferences of the Energy dashboard."""
    if "energy" not in hass.config.components:
        return frozenset()
    return frozenset(_texts((await async_get_manager(hass)).data))


async def async_replace(hass: HomeAssistant, replacements: Mapping[str, str]) -> None:
    """Replace entity ids anywhere in the preferences, so that kinds of sources that are added later are covered too."""
    if not replacements or "energy" not in hass.config.components:
        return
    manager = await async_get_manager(hass)
    if manager.data is not None and not replacements.keys().isdisjoint(_texts(manager.data)):
        await manager.async_update(cast("EnergyPreferencesUpdate", _replaced(manager.data, replacements)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _replaced(value: object, replacements: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {key: _replaced(part, replacements) for key, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, replacements) for part in value]
    return replacements.get(value, value) if isinstance(value, str) else value
