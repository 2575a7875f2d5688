"""Base classes of the entities of storage: of all of it together and of the grid, and of each device."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.helpers.entity import Entity, EntityDescription

from ..client.site.site import PollGroup
from ..client.site.storage_site import StorageSite
from ..client.site.storage_snapshot import BatteryValues, StorageSnapshot
from ..client.storage_models import AcBattery, EnsembleDevice
from ..coordinator import PollGroupCoordinator
from ..hub.registered import async_registered
from . import Candidate, GatewayEntity, Value


def has_devices(site: StorageSite) -> bool:
    """Return whether a site has any device that the storage coordinator reads."""
    return not site.is_empty


def has_storage(site: StorageSite) -> bool:
    """Return whether a site has batteries of any kind."""
    return site.has_storage


def has_iq_batteries(site: StorageSite) -> bool:
    """Return whether a site has IQ Batteries: AC Batteries have no reserve and no settings (S§20)."""
    return bool(site.batteries)


def has_grid_relay(site: StorageSite) -> bool:
    """Return whether a site can be islanded."""
    return site.has_grid_relay


def has_generator(site: StorageSite) -> bool:
    """Return whether a generator is configured."""
    return site.has_generator


def batteries(storage: StorageSnapshot) -> Mapping[str, BatteryValues]:
    """Return the IQ Batteries."""
    return storage.batteries


def ac_batteries(storage: StorageSnapshot) -> Mapping[str, AcBattery]:
    """Return the AC Batteries."""
    return storage.ac_batteries


def other_devices(storage: StorageSnapshot) -> Mapping[str, EnsembleDevice]:
    """Return the system controllers, collars and combiners."""
    return {**storage.system_controllers, **storage.collars, **storage.combiners}


@dataclass(frozen=True, kw_only=True)
class StorageDescription(EntityDescription):
    """Description of an entity of all storage, of the grid or of the generator."""

    exists_fn: Callable[[StorageSite], bool]
    """Returns whether a site has it."""
    value_fn: Callable[[StorageSnapshot], Value]
    attributes_fn: Callable[[StorageSnapshot], Mapping[str, object]] | None = None

    def value(self, coordinator: PollGroupCoordinator) -> Value:
        """Return the current value."""
        storage = coordinator.data.storage
        return None if storage is None else self.value_fn(storage)


class AttributesEntity(GatewayEntity):
    """Entity of storage that may have attributes."""

    @override
    def _shown(self) -> tuple[object, ...]:
        return (*super()._shown(), self.extra_state_attributes)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        storage = self.coordinator.data.storage
        attributes = None if storage is None else self._attributes(storage)
        return None if attributes is None else {name: value for name, value in attributes.items() if value is not None}

    @abstractmethod
    def _attributes(self, storage: StorageSnapshot) -> Mapping[str, object] | None:
        """Return the attributes; those without a value are not shown."""


class StorageEntity(AttributesEntity):
    """Entity of the gateway's device."""

    entity_description: StorageDescription

    @property
    @override
    def current_value(self) -> Value:
        return self.entity_description.value(self.coordinator)

    @override
    def _attributes(self, storage: StorageSnapshot) -> Mapping[str, object] | None:
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else attributes_fn(storage)


@dataclass(frozen=True, kw_only=True)
class StorageDeviceDescription(EntityDescription):
    """Description of an entity of each device of one kind."""

    devices_fn: Callable[[StorageSnapshot], Mapping[str, object]]
    """Returns the devices of this kind by serial."""
    value_fn: Callable[[StorageSnapshot, str], Value]
    """Returns the value of the device with a serial."""
    attributes_fn: Callable[[StorageSnapshot, str], Mapping[str, object] | None] | None = None

    def value(self, coordinator: PollGroupCoordinator, serial: str) -> Value:
        """Return the current value of a device."""
        storage = coordinator.data.storage
        return None if storage is None else self.value_fn(storage, serial)


def of_device[DeviceT, T](
    devices_fn: Callable[[StorageSnapshot], Mapping[str, DeviceT]], value_fn: Callable[[DeviceT], T]
) -> Callable[[StorageSnapshot, str], T | None]:
    """Return a function for a value of the device with a serial, None while it is not listed."""

    def value(storage: StorageSnapshot, serial: str) -> T | None:
        device = devices_fn(storage).get(serial)
        return None if device is None else value_fn(device)

    return value


class StorageDeviceEntity(AttributesEntity):
    """Entity of one device, available while the gateway lists it."""

    entity_description: StorageDeviceDescription

    def __init__(self, coordinator: PollGroupCoordinator, serial: str, description: StorageDeviceDescription) -> None:
        super().__init__(coordinator, description, serial)
        self._serial = serial

    @property
    @override
    def available(self) -> bool:
        storage = self.coordinator.data.storage
        return super().available and storage is not None and self._serial in self.entity_description.devices_fn(storage)

    @property
    @override
    def current_value(self) -> Value:
        return self.entity_description.value(self.coordinator, self._serial)

    @override
    def _attributes(self, storage: StorageSnapshot) -> Mapping[str, object] | None:
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else attributes_fn(storage, self._serial)


def storage_candidates[D: StorageDescription](
    coordinator: PollGroupCoordinator,
    descriptions: Sequence[D],
    create: Callable[[PollGroupCoordinator, D], Entity],
) -> Iterator[Candidate]:
    """Yield the entities of the gateway's device that a site can have."""
    site = coordinator.site
    for description in descriptions:
        if coordinator.group is PollGroup.STORAGE and description.exists_fn(site.storage):
            yield Candidate(
                unique_id=f"{site.info.serial}_{description.key}",
                value_fn=partial(description.value, coordinator),
                create=partial(create, coordinator, description),
            )


def storage_device_candidates[D: StorageDeviceDescription](
    coordinator: PollGroupCoordinator,
    descriptions: Sequence[D],
    create: Callable[[PollGroupCoordinator, str, D], Entity],
) -> Iterator[Candidate]:
    """Yield the entities of the devices that a site has and that are registered, as they are before any entity."""
    storage = coordinator.data.storage
    if coordinator.group is not PollGroup.STORAGE or storage is None:
        return
    known = async_registered(coordinator.hass, coordinator.config_entry)
    for description in descriptions:
        for serial in description.devices_fn(storage):
            if serial in known:
                yield Candidate(
                    unique_id=f"{serial}_{description.key}",
                    value_fn=partial(description.value, coordinator, serial),
                    create=partial(create, coordinator, serial, description),
                )
