"""The devices of a gateway that are in the device registry."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..const import DOMAIN


@callback
def async_registered(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the serials of an entry's devices, without that of the gateway."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    serials = {serial for device in devices for domain, serial in device.identifiers if domain == DOMAIN}
    return serials - {str(entry.unique_id)}
