"""The devices of batteries, system controllers, collars and combiners, connected through the gateway's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..client.endpoints.values import MOST_DEVICES
from ..client.part_numbers import storage_model_name
from ..client.site.site import PollGroup
from ..client.site.storage_snapshot import StorageSnapshot
from ..client.storage_models import AcBattery, EnsembleDevice
from ..const import DOMAIN, MANUFACTURER
from ..coordinator import GatewayConfigEntry
from .registered import async_registered


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageDevice:
    """What a device registry entry needs to contain."""

    kind: str
    """Translation key of its name."""
    serial: str
    part_number: str | None
    firmware: str | None


def storage_devices(storage: StorageSnapshot) -> Iterator[StorageDevice]:
    """Yield the devices of a snapshot."""
    found: dict[str, Mapping[str, EnsembleDevice | AcBattery]] = {
        "battery": {serial: battery.device for serial, battery in storage.batteries.items()},
        "ac_battery": storage.ac_batteries,
        "system_controller": storage.system_controllers,
        "collar": storage.collars,
        "combiner": storage.combiners,
    }
    for kind, devices in found.items():
        for serial, device in devices.items():
            yield StorageDevice(kind=kind, serial=serial, part_number=device.part_number, firmware=device.firmware)


@callback
def async_setup_storage_devices(hass: HomeAssistant, entry: GatewayConfigEntry, gateway: dr.DeviceEntry) -> None:
    """Register the devices that the gateway lists, and keep them up to date."""
    coordinator = entry.runtime_data.coordinators.get(PollGroup.STORAGE)
    if coordinator is None:
        return
    registry = dr.async_get(hass)
    known = async_registered(hass, entry)
    registered: dict[str, StorageDevice] = {}

    @callback
    def update() -> None:
        storage = coordinator.data.storage
        for device in storage_devices(storage) if storage else ():
            if device.serial == coordinator.site.info.serial:
                continue  # it would be the gateway's device, connected through itself
            if device.serial not in known and len(known) >= MOST_DEVICES:
                continue  # a gateway that keeps listing other devices would fill the registry
            known.add(device.serial)
            if registered.get(device.serial) != device:
                registered[device.serial] = device
                _register(registry, entry, gateway, device)

    update()
    entry.async_on_unload(coordinator.async_add_listener(update))


def _register(
    registry: dr.DeviceRegistry, entry: GatewayConfigEntry, gateway: dr.DeviceEntry, device: StorageDevice
) -> None:
    registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, device.serial)},
        manufacturer=MANUFACTURER,
        model=None if device.part_number is None else storage_model_name(device.part_number),
        model_id=device.part_number,
        serial_number=device.serial,
        sw_version=device.firmware,
        translation_key=device.kind,
        translation_placeholders={"serial": device.serial},
        via_device_id=gateway.id,
    )
