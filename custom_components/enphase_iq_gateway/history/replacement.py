"""A gateway that has replaced another one: entities, device and counters of the former one continue with it."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import CONF_REPLACED, DOMAIN, LOGGER
from ..counters.shift import continue_from_another_gateway
from ..counters.state import GuardState


def replaced_by(entry: ConfigEntry, serial: str) -> list[str]:
    """Return the serials that the gateway of an entry has replaced once it has this one."""
    return [former for former in (*entry.data.get(CONF_REPLACED, ()), str(entry.unique_id)) if former != serial]


@callback
def async_continue_replacement(hass: HomeAssistant, entry: ConfigEntry, counters: GuardState) -> None:
    """Assign entities, device and counters of an entry's former gateways to the present one, before entities are added.

    Nothing is done twice, so that it may be repeated at every start.
    """
    serial = str(entry.unique_id)
    former = entry.data.get(CONF_REPLACED, [])
    if serial != counters.serial and (counters.serial or former):
        LOGGER.info("%s: another gateway has replaced the former one, its counters continue", entry.title)
        continue_from_another_gateway(counters)
    counters.serial = serial
    for replaced in former:
        _rename(hass, entry, replaced, serial)


def _rename(hass: HomeAssistant, entry: ConfigEntry, former: str, serial: str) -> None:
    """Change the serial in the unique ids and the device of a gateway; entity ids and history stay."""
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        owner, _, key = entity.unique_id.partition("_")
        unique_id = f"{serial}_{key}"
        if owner == former and entities.async_get_entity_id(entity.domain, DOMAIN, unique_id) is None:
            entities.async_update_entity(entity.entity_id, new_unique_id=unique_id)
    device = devices.async_get_device_by_identifier((DOMAIN, former), entry.entry_id)
    if device is not None and devices.async_get_device_by_identifier((DOMAIN, serial), entry.entry_id) is None:
        # The MAC address is that of the former gateway.
        devices.async_update_device(device.id, new_identifiers={(DOMAIN, serial)}, new_connections=set())
