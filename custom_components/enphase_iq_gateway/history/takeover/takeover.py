"""Take over the entities of another integration, finish what was interrupted, and undo it.

The steps run while the entry is set up, when neither integration has its entities loaded: so a takeover, its undo and
the continuation after a crash are all a journal and a reload.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final
from uuid import uuid4

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_call_later

from ...const import CONF_CONTROL, DOMAIN, LOGGER
from ...coordinator import GatewayConfigEntry
from ...counters.shift import Shifts, shift
from ...counters.state import GuardState
from ...counters.store import CounterStore
from .dashboard import async_in_dashboard, async_replace
from .journal import (
    Journal,
    MovedDevice,
    MovedRow,
    Stage,
    async_delete_journal,
    async_load_journal,
    async_set_stage,
    async_write_journal,
    journal_of,
)
from .other_entry import async_disable, async_start, async_stop
from .plan import Plan, Planned
from .registries import async_move, async_return
from .sums import async_continue_sums

_ON_DISK_S: Final = 240.0
"""While Home Assistant starts, it writes its registries three minutes after a change (helpers/registry.py)."""


async def async_take_over(
    hass: HomeAssistant,
    entry: GatewayConfigEntry,
    old: ConfigEntry,
    plan: Plan,
    shifts: Shifts,
    *,
    keep_names: bool,
    keep_old: bool,
    areas: Collection[str] = (),
) -> None:
    """Move what is planned, and reload the entry with it.

    Raises:
        HomeAssistantError: the journal could not be written; nothing was changed.
    """
    in_dashboard = await async_in_dashboard(hass)
    rows = [_moved_row(hass, planned, keep_names=keep_names) for planned in plan.moves]
    entity_ids = {row.replaces: planned.row.entity_id for row, planned in zip(rows, plan.moves, strict=True)}
    journal = Journal(
        takeover_id=uuid4().hex,
        entry_id=entry.entry_id,
        old_entry_id=old.entry_id,
        old_domain=old.domain,
        old_title=old.title,
        keep_old=keep_old,
        was_disabled=old.disabled_by is not None,
        rows=rows,
        devices=_moved_devices(hass, old, plan),
        counter_shifts={str(key): amount for key, amount in shifts.counters.items()},
        day_shifts={str(key): amount for key, amount in shifts.days.items()},
        # Where both are in the dashboard, replacing one would count the same energy twice.
        replaced_in_dashboard={
            own: other
            for own, other in entity_ids.items()
            if own is not None and own in in_dashboard and other not in in_dashboard
        },
        areas=sorted(set(areas).difference(_areas(entry))),
    )
    await async_write_journal(hass, journal)
    await hass.config_entries.async_reload(entry.entry_id)


async def async_undo(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Return everything to the other integration, and reload the entry.

    Raises:
        HomeAssistantError: the journal could not be written; nothing was changed.
    """
    if (journal := journal_of(hass, entry.entry_id)) is not None:
        await async_set_stage(hass, journal, Stage.RETURNING)
        await hass.config_entries.async_reload(entry.entry_id)


def can_undo(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Return whether there is a takeover, and an entry to return the entities to."""
    journal = journal_of(hass, entry.entry_id)
    return journal is not None and hass.config_entries.async_get_entry(journal.old_entry_id) is not None


async def async_continue(
    hass: HomeAssistant, entry: GatewayConfigEntry, counters: GuardState, store: CounterStore
) -> None:
    """Do the steps of a takeover or of its undo that are not done yet; called before entities are added."""
    journal = await async_load_journal(hass, entry.entry_id)
    if journal is None:
        return
    old = hass.config_entries.async_get_entry(journal.old_entry_id)
    if old is None and journal.stage is not Stage.MOVING:
        LOGGER.info("The entry of %s was deleted, so its entities stay here", journal.old_title)
        await async_delete_journal(hass, entry.entry_id)
    elif journal.stage is Stage.MOVING:
        await _async_move(hass, entry, old, journal, counters=counters, store=store)
    elif journal.stage is Stage.RETURNING and old is not None:
        await _async_return(hass, entry, old, journal, counters=counters, store=store)


async def async_return_before_removal(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Undo a takeover because its entry is being deleted: Home Assistant would delete the entities with it."""
    journal = await async_load_journal(hass, entry.entry_id)
    old = None if journal is None else hass.config_entries.async_get_entry(journal.old_entry_id)
    if journal is not None and old is not None:
        # This is the only attempt: it is made although the other integration cannot unload, or the disk is full.
        _ = await async_stop(hass, old)
        with suppress(HomeAssistantError, OSError):
            await async_set_stage(hass, journal, Stage.RETURNING)
        async_return(hass, journal)
        await async_replace(hass, _reversed(journal.replaced_in_dashboard))
        _restart(hass, old, journal)
    await async_delete_journal(hass, entry.entry_id)


async def _async_move(
    hass: HomeAssistant,
    entry: GatewayConfigEntry,
    old: ConfigEntry | None,
    journal: Journal,
    *,
    counters: GuardState,
    store: CounterStore,
) -> None:
    """Move to this integration."""
    if old is not None and not await async_stop(hass, old):
        LOGGER.warning("%s cannot be unloaded. Its entities move with the next start of Home Assistant", old.title)
        return
    if counters.shifted_by != journal.takeover_id:
        shift(counters, journal.shifts)
        counters.shifted_by = journal.takeover_id
        await store.async_save()
    if not async_move(hass, journal):
        LOGGER.warning("Some entities of %s are still in use. They move with the next start", journal.old_title)
        return
    _turn_control(hass, entry, {*_areas(entry), *journal.areas})
    await async_replace(hass, journal.replaced_in_dashboard)
    async_continue_sums(hass, _entity_ids(hass, journal))
    if old is not None and journal.keep_old:
        _restart(hass, old, journal)
    elif old is not None:
        await async_disable(hass, old)
    _settle(hass, entry, partial(async_set_stage, stage=Stage.MOVED))
    LOGGER.info("%d entities of %s have moved to %s", len(journal.rows), journal.old_title, entry.title)


async def _async_return(
    hass: HomeAssistant,
    entry: GatewayConfigEntry,
    old: ConfigEntry,
    journal: Journal,
    *,
    counters: GuardState,
    store: CounterStore,
) -> None:
    """Return to the other integration."""
    if not await async_stop(hass, old):
        LOGGER.warning("%s cannot be unloaded. Its entities return with the next start of Home Assistant", old.title)
        return
    if counters.shifted_by == journal.takeover_id:
        shift(counters, journal.shifts.reversed())
        counters.shifted_by = ""
        await store.async_save()
    async_return(hass, journal)
    _turn_control(hass, entry, _areas(entry) - set(journal.areas))
    await async_replace(hass, _reversed(journal.replaced_in_dashboard))
    _restart(hass, old, journal)
    _settle(hass, entry, _async_forget)
    LOGGER.info("%d entities have returned to %s", len(journal.rows), journal.old_title)


def _areas(entry: ConfigEntry) -> set[str]:
    """Return the areas of control that are on."""
    return set(entry.options.get(CONF_CONTROL, ()))


@callback
def _turn_control(hass: HomeAssistant, entry: ConfigEntry, areas: Collection[str]) -> None:
    """Turn areas of control on and the others off; the entry is being set up, so it need not be reloaded."""
    if _areas(entry) != areas:
        hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_CONTROL: sorted(areas)})


def _restart(hass: HomeAssistant, old: ConfigEntry, journal: Journal) -> None:
    """Start the other integration as it was before; nothing waits for it."""
    if not journal.was_disabled:
        _ = hass.async_create_task(async_start(hass, old), f"{DOMAIN} start {old.domain}")


def _settle(
    hass: HomeAssistant, entry: GatewayConfigEntry, end: Callable[[HomeAssistant, Journal], Awaitable[object]]
) -> None:
    """Repeat the steps at the next start, unless Home Assistant runs until all of them are on disk."""

    async def settled(_: datetime) -> None:
        if (journal := journal_of(hass, entry.entry_id)) is not None:
            await end(hass, journal)

    entry.async_on_unload(async_call_later(hass, _ON_DISK_S, settled))


async def _async_forget(hass: HomeAssistant, journal: Journal) -> None:
    await async_delete_journal(hass, journal.entry_id)


def _reversed(replaced: Mapping[str, str]) -> dict[str, str]:
    return {new: old for old, new in replaced.items()}


def _entity_ids(hass: HomeAssistant, journal: Journal) -> set[str]:
    registry = er.async_get(hass)
    found = (registry.entities.get_entry(row.registry_id) for row in journal.rows)
    return {entity.entity_id for entity in found if entity is not None}


def _moved_row(hass: HomeAssistant, planned: Planned, *, keep_names: bool) -> MovedRow:
    row = planned.row
    own = er.async_get(hass).async_get_entity_id(row.domain, DOMAIN, planned.unique_id)
    return MovedRow(
        registry_id=row.id,
        domain=row.domain,
        old_unique_id=row.unique_id,
        new_unique_id=planned.unique_id,
        device_id=row.device_id,
        name=_shown_name(hass, row) if keep_names and row.name is None else None,
        replaces=own,
    )


def _shown_name(hass: HomeAssistant, row: er.RegistryEntry) -> str | None:
    """Return the name of an entity without that of its device, which forks have put in front of it."""
    name = row.original_name
    device = dr.async_get(hass).async_get(row.device_id) if row.device_id else None
    if name is None or row.has_entity_name or device is None:
        return name
    own = name.removeprefix(device.name or "").strip()
    return own or name


def _moved_devices(hass: HomeAssistant, old: ConfigEntry, plan: Plan) -> list[MovedDevice]:
    """Return the devices that this integration has too, of the entities that move.

    Core has devices of its own for dry contacts and for AC Batteries together. Those stay, and their entities move to
    the system controller and the gateway.
    """
    moved = {(each.row.device_id, each.unique_id.partition("_")[0]) for each in plan.moves}
    return [
        MovedDevice(
            device_id=device.id,
            serial=serial,
            identifiers=[list(identifier) for identifier in sorted(device.identifiers)],
        )
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), old.entry_id)
        for domain, serial, *_ in sorted(device.identifiers)
        if domain == old.domain and (device.id, serial) in moved
    ]
