"""Move entities and devices between two integrations in the registries, in both directions.

Every function changes only what is not yet in place, so that it may run again after an interruption at any point. All
of it happens without a pause of the event loop.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import entity_sources
from homeassistant.helpers.typing import UNDEFINED, UndefinedType

from ...const import DOMAIN
from .journal import Journal, MovedDevice, MovedRow
from .plan import HOLDS_PLACE


@callback
def async_move(hass: HomeAssistant, journal: Journal) -> bool:
    """Move entities and devices to this integration; return whether all could be moved."""
    registry = er.async_get(hass)
    complete = True
    moving = {device.device_id for device in journal.devices}
    for row in journal.rows:
        entity = registry.entities.get_entry(row.registry_id)
        if entity is None:
            continue  # deleted by the user
        if entity.platform != DOMAIN:
            if entity.entity_id in entity_sources(hass):
                complete = False
                continue
            if row.name is not None and entity.name is None:
                registry.async_update_entity(entity.entity_id, name=row.name)
            _remove(registry, row.domain, DOMAIN, row.new_unique_id)
            registry.async_update_entity_platform(
                entity.entity_id,
                DOMAIN,
                new_config_entry_id=journal.entry_id,
                new_unique_id=_changed(entity, row.new_unique_id),
                # Without a device that moves, set-up finds the right one.
                new_device_id=UNDEFINED if entity.device_id in moving else None,
            )
        _hold_place(hass, journal, row)
    for device in journal.devices:
        _move_device(hass, device, journal.old_entry_id, journal.entry_id, {(DOMAIN, device.serial)})
    _enable_with_device(hass, journal)
    return complete


def _enable_with_device(hass: HomeAssistant, journal: Journal) -> None:
    """Enable entities that are disabled with a device although theirs is not.

    If Home Assistant ends with the devices on disk but not the entities, the other integration starts with the disabled
    device that was made for what stays behind.
    """
    registry, devices = er.async_get(hass), dr.async_get(hass)
    for row in journal.rows:
        entity = registry.entities.get_entry(row.registry_id)
        if entity is not None and entity.disabled_by is er.RegistryEntryDisabler.DEVICE:
            device = devices.async_get(entity.device_id) if entity.device_id else None
            if device is None or not device.disabled:
                registry.async_update_entity(entity.entity_id, disabled_by=None)


@callback
def async_return(hass: HomeAssistant, journal: Journal) -> None:
    """Return entities and devices to the other integration."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    for row in journal.rows:
        entity = registry.entities.get_entry(row.registry_id)
        if entity is None:
            _free_place(registry, journal, row)
            continue
        if entity.platform != DOMAIN:
            continue
        if row.name is not None and entity.name == row.name:
            registry.async_update_entity(entity.entity_id, name=None)
        # What holds its place, or has appeared in it while the other integration ran.
        _remove(registry, row.domain, journal.old_domain, row.old_unique_id)
        registry.async_update_entity_platform(
            entity.entity_id,
            journal.old_domain,
            new_config_entry_id=journal.old_entry_id,
            new_unique_id=_changed(entity, row.old_unique_id),
            new_device_id=row.device_id if row.device_id and devices.async_get(row.device_id) else UNDEFINED,
        )
    for device in journal.devices:
        identifiers = {(domain, serial) for domain, serial in device.identifiers}
        _move_device(hass, device, journal.entry_id, journal.old_entry_id, identifiers)


def _changed(entity: er.RegistryEntry, unique_id: str) -> str | UndefinedType:
    """Return a new unique id; an equal one must not be passed, because it is in use by the entity itself."""
    return UNDEFINED if entity.unique_id == unique_id else unique_id


def _remove(registry: er.EntityRegistry, domain: str, platform: str, unique_id: str) -> None:
    """Remove the entity that is in the way; Home Assistant restores it as it was when it is added again."""
    if (entity_id := registry.async_get_entity_id(domain, platform, unique_id)) is not None:
        registry.async_remove(entity_id)


def _hold_place(hass: HomeAssistant, journal: Journal, row: MovedRow) -> None:
    """Register a disabled entity in the old place, so that the other integration does not create the entity anew."""
    old = hass.config_entries.async_get_entry(journal.old_entry_id)
    registry = er.async_get(hass)
    if old is not None and registry.async_get_entity_id(row.domain, journal.old_domain, row.old_unique_id) is None:
        holder = registry.async_get_or_create(
            row.domain,
            journal.old_domain,
            row.old_unique_id,
            config_entry=old,
            disabled_by=er.RegistryEntryDisabler.USER,
        )
        registry.async_update_entity_options(holder.entity_id, DOMAIN, HOLDS_PLACE)


def _free_place(registry: er.EntityRegistry, journal: Journal, row: MovedRow) -> None:
    """Enable what holds the place of an entity that the user has deleted: it is created anew."""
    entity_id = registry.async_get_entity_id(row.domain, journal.old_domain, row.old_unique_id)
    holder = None if entity_id is None else registry.async_get(entity_id)
    if holder is not None and holder.disabled_by is er.RegistryEntryDisabler.USER:
        registry.async_update_entity(holder.entity_id, disabled_by=None)
        registry.async_update_entity_options(holder.entity_id, DOMAIN, None)


def _move_device(
    hass: HomeAssistant, moved: MovedDevice, from_entry: str, to_entry: str, identifiers: set[tuple[str, str]]
) -> None:
    """Move a device to another config entry, with its id, area, name and labels.

    With a device, Home Assistant removes the entities of its former entry, so those that stay leave it before. They get
    a device with the former identifiers: a new one, or the one that they had before. The target's own device goes.
    """
    devices, entities = dr.async_get(hass), er.async_get(hass)
    device = devices.async_get(moved.device_id)
    if not isinstance(device, dr.DeviceEntry) or device.config_entry_id == to_entry:
        return
    staying = _entities(entities, device.id, from_entry)
    for entity in staying:
        entities.async_update_entity(entity.entity_id, device_id=None)
    for identifier in identifiers:
        double = devices.async_get_device_by_identifier(identifier, to_entry)
        if double is not None:
            for entity in er.async_entries_for_device(entities, double.id, include_disabled_entities=True):
                entities.async_update_entity(entity.entity_id, device_id=device.id)
            devices.async_remove_device(double.id)
    devices.async_update_device(device.id, new_config_entry_id=to_entry, new_identifiers=identifiers)
    # The entities of an entry that is being deleted are deleted with it.
    if staying and hass.config_entries.async_get_entry(from_entry) is not None:
        left = devices.async_get_or_create(
            config_entry_id=from_entry,
            identifiers=device.identifiers,
            manufacturer=device.manufacturer,
            model=device.model,
            model_id=device.model_id,
            name=device.name,
            serial_number=device.serial_number,
            sw_version=device.sw_version,
        )
        for entity in staying:
            entities.async_update_entity(entity.entity_id, device_id=left.id)


def _entities(registry: er.EntityRegistry, device_id: str, entry_id: str) -> list[er.RegistryEntry]:
    """Return the entities of a device that belong to an entry."""
    found = er.async_entries_for_device(registry, device_id, include_disabled_entities=True)
    return [entity for entity in found if entity.config_entry_id == entry_id]
