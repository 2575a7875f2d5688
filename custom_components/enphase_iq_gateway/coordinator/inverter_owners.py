"""Which gateway has an inverter that several list, after a move or a replacement: the one with its last report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import time
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_platform, entity_registry as er
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from .polled import PollGroupCoordinator
from .runtime import GatewayConfigEntry

_MOVES_AFTER_S: Final = 1800.0
"""How much newer the other gateway's report must be: where both receive an inverter, each is ahead at times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """The inverters that one gateway lists."""

    reported: Mapping[str, int]
    """The last report by serial, epoch seconds; 0 for none."""
    answers: bool


class InverterOwners:
    """The config entry of every inverter, across all gateways of this integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._owners: dict[str, str] = {}
        """Entry id by serial."""
        self._listed: dict[str, _Listed] = {}
        """By the id of each loaded entry."""
        self._reported: dict[str, int] = {}
        """The last report that the owner has received, by serial."""
        self._moving: set[str] = set()
        self._listeners: dict[str, list[Callable[[], None]]] = {}

    def has(self, entry: GatewayConfigEntry, serial: str) -> bool:
        """Return whether an inverter belongs to an entry."""
        return self._owners.get(serial) == entry.entry_id

    @callback
    def async_add_listener(self, entry: GatewayConfigEntry, update: Callable[[], None]) -> Callable[[], None]:
        """Call `update` when inverters have moved to or from an entry; return the function that ends this."""
        listeners = self._listeners.setdefault(entry.entry_id, [])
        listeners.append(update)
        return partial(listeners.remove, update)

    async def async_update(self, coordinator: PollGroupCoordinator) -> None:
        """Decide to which entry the inverters of a gateway belong, and move those that belong to another one now."""
        entry_id, gateway = coordinator.config_entry.entry_id, coordinator.site.info.serial
        self._listed[entry_id] = _Listed(
            reported={
                serial: inverter.last_reported or 0
                for serial, inverter in coordinator.data.inverters.items()
                if serial != gateway
            },
            answers=coordinator.last_update_success,
        )
        await self._async_decide(set(self._listed[entry_id].reported))
        self._forget_unlisted()
        self._merge_duplicates(entry_id)

    @callback
    def async_unload(self, entry: GatewayConfigEntry) -> None:
        """Forget what an entry lists; it keeps its inverters until another gateway has a newer report."""
        self._listed.pop(entry.entry_id, None)

    async def async_remove(self, entry: GatewayConfigEntry) -> None:
        """Move the inverters of an entry that is being deleted to the other gateways that list them."""
        await self._async_decide({serial for serial, owner in self._owners.items() if owner == entry.entry_id})

    async def _async_decide(self, serials: set[str]) -> None:
        moves: dict[tuple[str, str], list[str]] = {}
        for serial in sorted(serials - self._moving):
            old = self._owners.get(serial) or self._registered_owner(serial)
            new = self._owner(serial, old)
            if new is None:
                self._owners.pop(serial, None)
            elif old is None or old == new:
                self._owners[serial] = new
            else:
                moves.setdefault((old, new), []).append(serial)
            if new is not None and new in self._listed:
                self._reported[serial] = self._listed[new].reported.get(serial, 0)
        for (old, new), moved in moves.items():
            await self._async_move(moved, old, new)

    @callback
    def _forget_unlisted(self) -> None:
        """Forget inverters without a device that no gateway lists any more."""
        devices = dr.async_get(self._hass)
        listed = {serial for each in self._listed.values() for serial in each.reported} | self._moving
        for serial, owner in list(self._owners.items()):
            gone = serial not in listed and owner in self._listed
            if gone and devices.async_get_device_by_identifier((DOMAIN, serial), owner) is None:
                del self._owners[serial]
                self._reported.pop(serial, None)

    def _owner(self, serial: str, owner: str | None) -> str | None:
        """Return the id of the entry that an inverter belongs to from now on."""
        reports = {
            entry_id: listed.reported[serial] for entry_id, listed in self._listed.items() if serial in listed.reported
        }
        newest = max(reports, key=lambda entry_id: reports[entry_id], default=None)
        entry = None if owner is None else self._hass.config_entries.async_get_entry(owner)
        if owner is None or newest is None or entry is None or entry.disabled_by is not None:
            return newest
        if owner in reports:
            margin_s = _MOVES_AFTER_S if self._listed[owner].answers else 0.0
            return newest if reports[newest] - reports[owner] > margin_s else owner
        if owner in self._listed:
            return newest
        if entry.state is ConfigEntryState.SETUP_IN_PROGRESS or self._hass.state is not CoreState.running:
            return owner
        return newest if reports[newest] > self._reported.get(serial, time() - _MOVES_AFTER_S) else owner

    def _registered_owner(self, serial: str) -> str | None:
        """Return the id of the entry that had an inverter before the restart."""
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{serial}_power")
        registered = None if entity_id is None else registry.async_get(entity_id)
        return None if registered is None else registered.config_entry_id

    async def _async_move(self, serials: list[str], old: str, new: str) -> None:
        """Move inverters from one entry to another one; unique ids, entity ids, names and history stay."""
        self._moving.update(serials)
        try:
            for serial in serials:
                await self._async_remove_entities(serial, old)
                self._move_registered(serial, old, new)
                self._owners[serial] = new
        finally:
            self._moving.difference_update(serials)
        entry = self._hass.config_entries.async_get_known_entry(new)
        LOGGER.info("%s: inverters %s report to this gateway now", entry.title, ", ".join(serials))
        for listener in [*self._listeners.get(old, ()), *self._listeners.get(new, ())]:
            listener()

    async def _async_remove_entities(self, serial: str, old: str) -> None:
        """Remove the loaded entities of an inverter, so that another entry can add them."""
        entities = [
            entity
            for platform in entity_platform.async_get_platforms(self._hass, DOMAIN)
            if platform.config_entry is not None and platform.config_entry.entry_id == old
            for entity in platform.entities.values()
            if (entity.unique_id or "").startswith(f"{serial}_")
        ]
        for entity in entities:
            await entity.async_remove()

    @callback
    def _merge_duplicates(self, entry_id: str) -> None:
        """Merge devices of inverters of other entries, which earlier versions registered for each gateway."""
        devices = dr.async_get(self._hass)
        for serial in self._listed[entry_id].reported:
            owner = self._owners.get(serial, entry_id)
            duplicate = devices.async_get_device_by_identifier((DOMAIN, serial), entry_id)
            if duplicate is not None and owner != entry_id:
                self._move_registered(serial, entry_id, owner)

    @callback
    def _move_registered(self, serial: str, old: str, new: str) -> None:
        """Move entities and device of an inverter in the registries."""
        devices, entities = dr.async_get(self._hass), er.async_get(self._hass)
        gateway_serial = self._hass.config_entries.async_get_known_entry(new).unique_id
        gateway = devices.async_get_device_by_identifier((DOMAIN, str(gateway_serial)), new)
        device = devices.async_get_device_by_identifier((DOMAIN, serial), old)
        present = devices.async_get_device_by_identifier((DOMAIN, serial), new)
        target = present or device
        # The entities come first: with the device, Home Assistant removes those of its former entry.
        for registered in er.async_entries_for_config_entry(entities, old):
            if registered.unique_id.startswith(f"{serial}_"):
                entities.async_update_entity(
                    registered.entity_id, config_entry_id=new, device_id=None if target is None else target.id
                )
        if device is None:
            return
        if present is not None:
            devices.async_remove_device(device.id)
        else:
            devices.async_update_device(
                device.id, new_config_entry_id=new, via_device_id=None if gateway is None else gateway.id
            )


_OWNERS: HassKey[InverterOwners] = HassKey(f"{DOMAIN}_inverter_owners")


@singleton(_OWNERS)
@callback
def async_inverter_owners(hass: HomeAssistant) -> InverterOwners:
    """Return the owners of all inverters."""
    return InverterOwners(hass)


async def async_follow_inverters(
    hass: HomeAssistant, entry: GatewayConfigEntry, coordinator: PollGroupCoordinator
) -> None:
    """Decide to which entry inverters belong, now and with every update; at set-up before entities are added."""
    owners = async_inverter_owners(hass)

    @callback
    def update() -> None:
        _ = entry.async_create_task(hass, owners.async_update(coordinator))

    await owners.async_update(coordinator)
    entry.async_on_unload(coordinator.async_add_listener(update))
    entry.async_on_unload(partial(owners.async_unload, entry))
