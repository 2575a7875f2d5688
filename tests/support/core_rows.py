"""The entities that Home Assistant's own integration makes for a gateway, without setting it up."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from homeassistant.components.enphase_envoy.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_registry import RegistryEntry
from pytest_homeassistant_custom_component.common import RegistryEntryWithDefaults

from simulator import Simulator

from .envoy import PLATFORMS, read_envoy

_CONNECTED_TO: Final = "homeassistant.helpers.device_registry.async_get_device_id_by_identifier"


async def core_rows(hass: HomeAssistant, simulator: Simulator) -> list[RegistryEntry]:
    """Return the rows of the entities, all of them enabled."""
    envoy = await read_envoy(simulator, v2_acb_mode=True)
    entry: Any = SimpleNamespace(entry_id="core")
    entry.runtime_data = SimpleNamespace(envoy=envoy, name="Envoy", hass=hass, config_entry=entry)
    rows: list[RegistryEntry] = []
    for domain, platform in PLATFORMS.items():

        def add(entities: Iterable[Entity], domain: str = domain) -> None:
            rows.extend(_row(domain, entity) for entity in entities)

        # Devices are not registered, so nothing is connected to one.
        with patch(_CONNECTED_TO, return_value=None):
            await platform.async_setup_entry(hass, entry, add)
    return rows


def _row(domain: str, entity: Entity) -> RegistryEntry:
    capabilities = entity.capability_attributes
    row: RegistryEntry = RegistryEntryWithDefaults(
        entity_id=f"{domain}.x_{entity.unique_id}",
        unique_id=str(entity.unique_id),
        platform=DOMAIN,
        has_entity_name=entity.has_entity_name,
        capabilities=dict(capabilities) if capabilities else None,
    )
    return row
