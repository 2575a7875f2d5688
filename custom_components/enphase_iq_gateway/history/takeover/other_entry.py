"""The config entry of another integration that reads the same gateway: find it, stop it and start it."""

from collections.abc import Iterator
from contextlib import suppress

from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler, ConfigEntryState, OperationNotAllowed
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .counterparts import DOMAINS


@callback
def other_entries(hass: HomeAssistant, serial: str) -> Iterator[ConfigEntry]:
    """Yield the entries of other integrations for the gateway with this serial, disabled ones too."""
    devices = dr.async_get(hass)
    for domain in DOMAINS:
        for entry in hass.config_entries.async_entries(domain, include_ignore=False):
            known = (each.identifiers for each in dr.async_entries_for_config_entry(devices, entry.entry_id))
            if entry.unique_id == serial or any((domain, serial) in identifiers for identifiers in known):
                yield entry


@callback
def token_of_other(hass: HomeAssistant, serial: str) -> str | None:
    """Return a token for the gateway with this serial that another integration has stored."""
    for entry in other_entries(hass, serial):
        stored = entry.data.get(CONF_TOKEN)
        if isinstance(stored, str) and stored:
            return stored
    return None


async def async_stop(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Unload an entry, also while it is being set up; return whether its entities may be moved.

    Some integrations cannot unload. Those are disabled, so that they do not start with Home Assistant the next time.
    """
    async with entry.setup_lock:
        pass
    if entry.state.recoverable and await hass.config_entries.async_unload(entry.entry_id):
        return True
    if entry.state in {ConfigEntryState.LOADED, ConfigEntryState.FAILED_UNLOAD}:
        await async_disable(hass, entry)
        return False
    return True


async def async_disable(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Disable an entry as a user does; one that cannot unload is disabled from the next start on."""
    with suppress(OperationNotAllowed):
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)


async def async_start(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Enable an entry, or set it up where it is enabled; one that could not unload starts with Home Assistant."""
    if entry.disabled_by is not None:
        with suppress(OperationNotAllowed):
            await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    elif entry.state is ConfigEntryState.NOT_LOADED and entry.domain in hass.config.components:
        await hass.config_entries.async_setup(entry.entry_id)
