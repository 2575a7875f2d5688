"""Check what the network reports about a gateway that is set up: another address, or its MAC address (G§12)."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from ..client import Address, GatewayError
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry, loaded_runtime
from ..hub.api import async_open_gateway
from ..hub.entry_data import certificate_of, discovery_check_of


async def async_has_left(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Return whether a gateway no longer responds at its address.

    A gateway with two network interfaces announces both in turn, so an announcement alone proves nothing.
    """
    runtime = loaded_runtime(entry)
    if runtime is not None and any(coordinator.last_update_success for coordinator in runtime.coordinators.values()):
        return False
    try:
        gateway = await async_open_gateway(
            hass,
            Address.parse(entry.data[CONF_HOST]),
            serial=entry.unique_id,
            pinned=certificate_of(entry),
            certificate_check=discovery_check_of(entry),
        )
        async with gateway:
            await gateway.identify()
    except GatewayError:
        return True
    return False


def may_follow(hass: HomeAssistant, entry: ConfigEntry, mac: str | None) -> bool:
    """Return whether a gateway may be followed to another address, where `mac` responds if that is known.

    A certificate proves that it is the same gateway. Without one only the MAC address that it had before does: any
    device can send its serial, which is not secret.
    """
    if certificate_of(entry) is not None:
        return True
    return mac is not None and stored_mac(hass, entry) == dr.format_mac(mac)


def stored_mac(hass: HomeAssistant, entry: ConfigEntry) -> str | None:
    """Return the MAC address of a gateway, None if it is not known."""
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, str(entry.unique_id)), entry.entry_id)
    macs = (value for kind, value in (device.connections if device else ()) if kind == dr.CONNECTION_NETWORK_MAC)
    return next(macs, None)


def store_mac(hass: HomeAssistant, entry: ConfigEntry, mac: str) -> None:
    """Store the MAC address of a gateway in place of an earlier one; Home Assistant notices a new address by it."""
    devices = dr.async_get(hass)
    if device := devices.async_get_device_by_identifier((DOMAIN, str(entry.unique_id)), entry.entry_id):
        devices.async_update_device(device.id, new_connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))})
