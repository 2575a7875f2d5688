"""The gateway's device, and what of the devices is read after set-up: firmware, MAC, models of the inverters."""

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.typing import UNDEFINED

from ..client import Address
from ..client.models import Info
from ..client.part_numbers import inverter_model_name, model_name
from ..const import DOMAIN, MANUFACTURER
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator
from .entry_data import certificate_of
from .storage_devices import async_setup_storage_devices

_NAME = "IQ Gateway"


@callback
def async_setup_devices(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Register the gateway's device before those connected through it, and keep all of them up to date."""
    coordinator = entry.runtime_data.site_coordinator
    devices = dr.async_get(hass)
    gateway = _register_gateway(devices, entry, coordinator.data.site.info)

    @callback
    def update() -> None:
        data = coordinator.data
        devices.async_update_device(gateway.id, sw_version=str(data.site.info.firmware))
        if data.health is not None and data.health.mac is not None:
            _add_mac(devices, entry, data.health.mac)
        for serial, part_number in data.part_numbers.items():
            inverter = devices.async_get_device_by_identifier((DOMAIN, serial), entry.entry_id)
            if inverter is not None and inverter.id != gateway.id:
                devices.async_update_device(inverter.id, model=inverter_model_name(part_number), model_id=part_number)

    entry.async_on_unload(coordinator.async_add_listener(update))
    async_setup_storage_devices(hass, entry, gateway)


@callback
def async_register_inverter(coordinator: PollGroupCoordinator, serial: str) -> None:
    """Register the device of an inverter, connected through the gateway's, before its entities are added."""
    entry_id, devices = coordinator.config_entry.entry_id, dr.async_get(coordinator.hass)
    gateway = devices.async_get_device_by_identifier((DOMAIN, coordinator.site.info.serial), entry_id)
    part_number = coordinator.site_coordinator.data.part_numbers.get(serial)
    devices.async_get_or_create(
        config_entry_id=entry_id,
        identifiers={(DOMAIN, serial)},
        manufacturer=MANUFACTURER,
        model=UNDEFINED if part_number is None else inverter_model_name(part_number),
        model_id=UNDEFINED if part_number is None else part_number,
        serial_number=serial,
        translation_key="inverter",
        translation_placeholders={"serial": serial},
        via_device_id=UNDEFINED if gateway is None else gateway.id,
    )


def _register_gateway(devices: dr.DeviceRegistry, entry: GatewayConfigEntry, info: Info) -> dr.DeviceEntry:
    return devices.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, info.serial)},
        manufacturer=MANUFACTURER,
        model=model_name(info),
        model_id=info.part_number,
        name=_gateway_name(devices, info.serial),
        serial_number=info.serial,
        sw_version=str(info.firmware),
        configuration_url=Address.parse(entry.data[CONF_HOST]).url("https" if info.wants_token else "http", ""),
    )


def _add_mac(devices: dr.DeviceRegistry, entry: GatewayConfigEntry, mac: str) -> None:
    """Add the MAC address that the gateway reports, unless a DHCP lease has shown one.

    Without a certificate any device could report one, and then be followed to its address.
    """
    gateway = devices.async_get_device_by_identifier((DOMAIN, str(entry.unique_id)), entry.entry_id)
    if gateway is not None and not gateway.connections and certificate_of(entry) is not None:
        devices.async_update_device(gateway.id, new_connections={(dr.CONNECTION_NETWORK_MAC, mac)})


def _gateway_name(devices: dr.DeviceRegistry, serial: str) -> str:
    """Return the name of a gateway's device: "IQ Gateway", and for others "IQ Gateway 2", "IQ Gateway 3"."""
    own, others = None, set()
    for device in devices.devices:
        if any(identifier == (DOMAIN, serial) for identifier in device.identifiers):
            own = device.name
        elif any(domain == DOMAIN for domain, *_ in device.identifiers):
            others.add(device.name)
    names = [_NAME, *(f"{_NAME} {number}" for number in range(2, len(others) + 3))]
    return own if own in names else next(name for name in names if name not in others)
