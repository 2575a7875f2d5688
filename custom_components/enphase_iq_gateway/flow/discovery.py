"""Judging what the network says of a gateway that is set up: has it moved, and is this its network address (G§12)."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from ..client import Address, GatewayError
from ..const import DOMAIN
from ..hub.api import async_open_gateway, certificate_of


async def async_has_left(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Say whether the gateway no longer answers where it was: its two interfaces announce themselves in turn."""
    if entry.state is ConfigEntryState.LOADED and any(
        coordinator.last_update_success for coordinator in entry.runtime_data.coordinators.values()
    ):
        return False
    gateway = await async_open_gateway(
        hass, Address.parse(entry.data[CONF_HOST]), serial=entry.unique_id, pinned=certificate_of(entry)
    )
    async with gateway:
        try:
            await gateway.identify()
        except GatewayError:
            return True
    return False


def remember_mac(hass: HomeAssistant, entry: ConfigEntry, mac: str) -> None:
    """Let Home Assistant know the gateway's network address, so that it tells us when the gateway moves."""
    devices = dr.async_get(hass)
    if device := devices.async_get_device_by_identifier((DOMAIN, str(entry.unique_id)), entry.entry_id):
        devices.async_update_device(device.id, merge_connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))})
