"""Descriptions of the binary sensors of storage and the grid, and of each device."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory

from ..client.site.storage_snapshot import StorageSnapshot
from ..entity.storage import (
    StorageDescription,
    StorageDeviceDescription,
    ac_batteries,
    batteries,
    has_grid_relay,
    has_storage,
    of_device,
    other_devices,
)


@dataclass(frozen=True, kw_only=True)
class StorageBinarySensorDescription(BinarySensorEntityDescription, StorageDescription):
    """Description of a binary sensor of all storage or of the grid."""


@dataclass(frozen=True, kw_only=True)
class StorageDeviceBinarySensorDescription(BinarySensorEntityDescription, StorageDeviceDescription):
    """Description of a binary sensor of a battery or of another device."""


def _communicating[T](
    devices: Callable[[StorageSnapshot], Mapping[str, T]], value_fn: Callable[[T], bool | None], *, enabled: bool = True
) -> StorageDeviceBinarySensorDescription:
    """Return the row that shows whether the gateway reaches a device."""
    return StorageDeviceBinarySensorDescription(
        key="communicating",
        translation_key="communicating",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
        devices_fn=devices,
        value_fn=of_device(devices, value_fn),
    )


STORAGE_BINARY_SENSORS: Final = (
    StorageBinarySensorDescription(
        key="grid_connected",
        translation_key="grid_connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        exists_fn=has_grid_relay,
        value_fn=lambda storage: storage.grid_connected,
    ),
    StorageBinarySensorDescription(
        key="charge_from_grid_allowed",
        translation_key="charge_from_grid_allowed",
        entity_registry_enabled_default=False,
        exists_fn=has_storage,
        value_fn=lambda storage: storage.charge_from_grid_allowed,
    ),
)
STORAGE_DEVICE_BINARY_SENSORS: Final = (
    _communicating(batteries, lambda battery: battery.device.communicating),
    StorageDeviceBinarySensorDescription(
        key="dc_switch",
        translation_key="dc_switch",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        devices_fn=batteries,
        value_fn=of_device(batteries, lambda battery: battery.device.dc_switch_on),
    ),
    _communicating(ac_batteries, lambda battery: battery.communicating, enabled=False),
    _communicating(other_devices, lambda device: device.communicating),
)
