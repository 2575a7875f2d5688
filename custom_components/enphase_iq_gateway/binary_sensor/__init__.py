"""Binary sensors of storage and the grid, and of inverters."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..client.site.site import PollGroup
from ..coordinator import GatewayConfigEntry
from ..entity import GatewayEntity, InverterEntity, SeenEntities
from ..entity.storage import StorageDeviceEntity, StorageEntity, storage_candidates, storage_device_candidates
from .inverters import INVERTER_BINARY_SENSORS, InverterBinarySensorDescription
from .storage import (
    STORAGE_BINARY_SENSORS,
    STORAGE_DEVICE_BINARY_SENSORS,
    StorageBinarySensorDescription,
    StorageDeviceBinarySensorDescription,
)

# Coordinators poll the gateway, and these entities send nothing to it.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the binary sensors."""
    seen = SeenEntities(hass, entry, Platform.BINARY_SENSOR, async_add_entities)
    coordinators = entry.runtime_data.coordinators
    if (inverters := coordinators.get(PollGroup.INVERTERS)) is not None:
        seen.add_inverters(inverters, INVERTER_BINARY_SENSORS, InverterBinarySensor)
    if (storage := coordinators.get(PollGroup.STORAGE)) is not None:
        seen.add(storage, storage_candidates(storage, STORAGE_BINARY_SENSORS, StorageBinarySensor))
        seen.add(storage, storage_device_candidates(storage, STORAGE_DEVICE_BINARY_SENSORS, StorageDeviceBinarySensor))


class _ValueBinarySensor(GatewayEntity, BinarySensorEntity):
    """Binary sensor whose state is its value."""

    @property
    @override
    def is_on(self) -> bool | None:
        return None if (value := self.current_value) is None else bool(value)


class InverterBinarySensor(InverterEntity, _ValueBinarySensor):
    """Binary sensor of an inverter."""

    entity_description: InverterBinarySensorDescription


class StorageBinarySensor(StorageEntity, _ValueBinarySensor):
    """Binary sensor of all storage or of the grid."""

    entity_description: StorageBinarySensorDescription


class StorageDeviceBinarySensor(StorageDeviceEntity, _ValueBinarySensor):
    """Binary sensor of a battery or of another device."""

    entity_description: StorageDeviceBinarySensorDescription
