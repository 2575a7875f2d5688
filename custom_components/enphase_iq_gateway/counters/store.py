"""The counters' state on disk: read at set-up, written now and then, removed with the entry."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..client.site.site import Site
from ..const import DOMAIN, LOGGER, UNUSABLE_FILE
from .catch_up import catch_up
from .key import may_belong_to
from .last_value import LastValue
from .recorder import async_last_values, async_values_since
from .recovery import recover_balanced, recover_state
from .state import GuardState

_VERSION: Final = 1
# A crash loses the state of this time. It costs no energy, because the counters continue from their last values.
_SAVE_DELAY_S: Final = 900
_ENERGY: Final = "energy"


class CounterStore:
    """Store of the counters' state of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._entry_id = entry_id
        self._store = Store[dict[str, Any]](hass, _VERSION, f"{DOMAIN}.{entry_id}", atomic_writes=True)
        self._state: GuardState | None = None
        self._lost: Mapping[str, LastValue] = {}
        """The last values of the entities by unique id, if the state was lost."""
        self._waiting = False

    async def async_load(self) -> GuardState:
        """Return the stored state.

        Where it is missing or unusable, the counters continue from the last values of their entities, with a line in
        the log. An unusable file is kept beside the new one.
        """
        data: object = None
        try:
            data = await self._store.async_load()
            self._state = None if data is None else GuardState.from_json(data)
        except UNUSABLE_FILE as error:
            LOGGER.warning("The stored state of the counters cannot be used, they start afresh: %r", error)
            await self._hass.async_add_executor_job(_keep, self._store.path)
        else:
            if data is None:
                LOGGER.info("No state of the counters is stored, they start afresh")
        if self._state is None:
            self._state = await self._async_recover()
        return self._state

    async def _async_recover(self) -> GuardState:
        """Return a state in which each counter and its energy of today continue from the last values of entities."""
        entities = self._deleted_energy_entities() | self._energy_entities()
        last = await async_last_values(self._hass, entities)
        self._lost = {entities[entity_id]: value for entity_id, value in last.items()}
        state = recover_state(self._gateway, self._lost, dt_util.get_default_time_zone())
        if state.counters:
            LOGGER.info("%d counters continue from their last values in the recorder", len(state.counters))
        return state

    def _energy_entities(self) -> dict[str, str]:
        """Return the unique ids of the gateway's entities that show energy, by entity ID.

        The last value of a disabled one may be of long ago: all energy since then would be that of today.
        """
        entities = er.async_entries_for_config_entry(er.async_get(self._hass), self._entry_id)
        return {
            entity.entity_id: entity.unique_id
            for entity in entities
            if _ENERGY in entity.unique_id and not entity.disabled
        }

    def _deleted_energy_entities(self) -> dict[str, str]:
        """Return the same of deleted entities that Home Assistant restores with their entity ID once they are added.

        It does so for some weeks after the entry was deleted. They continue their statistics. Those of a device count
        whichever gateway had it, because they are only added if this gateway lists the device.
        """
        registry = er.async_get(self._hass)
        return {
            entity.entity_id: entity.unique_id
            for (domain, platform, unique_id), entity in registry.deleted_entities.items()
            if platform == DOMAIN
            and entity.config_entry_id in {None, self._entry_id}
            and _ENERGY in unique_id
            and may_belong_to(unique_id, self._gateway)
            # The former entry may have been disabled; the new one is not.
            and entity.disabled_by in {None, er.RegistryEntryDisabler.CONFIG_ENTRY}
            # A takeover gives the unique ID to another entity.
            and registry.async_get_entity_id(domain, platform, unique_id) is None
            and not registry.async_is_registered(entity.entity_id)
            and self._hass.states.async_available(entity.entity_id)
        }

    @property
    def _gateway(self) -> str:
        """The serial of the gateway."""
        entry = self._hass.config_entries.async_get_entry(self._entry_id)
        return str(entry.unique_id) if entry else ""

    async def async_catch_up(self, site: Site) -> None:
        """Continue from the last values of the entities where the stored state is lost, or older after a crash."""
        state, self._lost, lost = self._state, {}, self._lost
        if state is None or not state.counters:
            return
        if lost:
            recover_balanced(site, state, self._gateway, lost)
            await self.async_save()
            return
        # The last samples are older than the last change of a state that was written at once: a jump that was accepted.
        written_at = state.stored_at or max(counter.at for counter in state.counters.values())
        # A damaged file may have any time.
        stored_at = dt_util.utc_from_timestamp(min(max(written_at, 0.0), dt_util.utcnow().timestamp()))
        entities = self._energy_entities()
        last = await async_values_since(self._hass, entities, stored_at)
        shown = {entities[entity_id]: value for entity_id, value in last.items()}
        if catch_up(site, state, self._gateway, shown, dt_util.get_default_time_zone()):
            LOGGER.info("The stored state of the counters is old, they continue from their last values")

    @callback
    def async_save_soon(self) -> None:
        """Schedule a write within some minutes, or when Home Assistant stops if that is sooner."""
        # Another call would put off the write that is scheduled.
        if not self._waiting:
            self._waiting = True
            self._store.async_delay_save(self._data, _SAVE_DELAY_S)

    async def async_save(self) -> None:
        """Write the state now, if one was loaded."""
        if self._state is not None:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file, and the one kept beside it."""
        await self._store.async_remove()
        await self._hass.async_add_executor_job(partial(_kept(self._store.path).unlink, missing_ok=True))

    def _data(self) -> dict[str, Any]:
        """Return the JSON form of the state."""
        self._waiting = False
        state = GuardState() if self._state is None else self._state
        state.stored_at = dt_util.utcnow().timestamp()
        return state.as_json()


def _kept(path: str) -> Path:
    """Return where an unusable file is kept."""
    return Path(f"{path}.unusable")


def _keep(path: str) -> None:
    """Keep an unusable file, which a newer version may read again; one that cannot be copied must not stop set-up."""
    with suppress(OSError):
        copyfile(path, _kept(path))
