"""The storage coordinator: batteries, grid relay and what belongs to them."""

from datetime import timedelta
from time import time
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..client import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    GENERATOR_CONFIG,
    INVENTORY,
    REPORT,
    REPORT_DETAILED,
    Documents,
    Endpoint,
    Flow,
    GridState,
    PollGroup,
    Site,
    Snapshot,
    StorageDocuments,
    decide_storage,
    due_endpoints,
    measure_storage,
    read_storage,
    storage_plan,
)
from ..const import LOGGER, STORAGE_INTERVAL, STORAGE_INTERVAL_MIN
from ..counters.guard import Guard
from .polled import PollGroupCoordinator
from .site import SiteCoordinator

_DECIDING: Final[frozenset[Endpoint[object]]] = frozenset(
    {ENSEMBLE_INVENTORY, GENERATOR_CONFIG, INVENTORY, DEVICE_DATA, REPORT, REPORT_DETAILED}
)
"""What decides which devices there are."""
_CHANGED_AFTER: Final = 3
"""Polls in a row that must have other devices: a gateway that starts has lists that are not complete."""


class StorageCoordinator(PollGroupCoordinator):
    """Polls every 60 s, the grid relay more often; each endpoint has an interval of its own.

    An answer that is not due is kept, and one that cannot be read for some time is dropped: its values are unknown.
    """

    group = PollGroup.STORAGE

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        site_coordinator: SiteCoordinator,
        guard: Guard,
        documents: Documents,
    ) -> None:
        self._storage = documents.storage or StorageDocuments(info=documents.info)
        self._known = _DECIDING & self._storage.answers.keys()
        self._grid_state: GridState | None = None
        self._changed = 0
        """Polls in a row in which the gateway had other devices."""
        super().__init__(hass, entry, site_coordinator=site_coordinator, guard=guard, documents=documents)

    @classmethod
    @override
    def _base_interval(cls, entry: ConfigEntry, site: Site) -> timedelta:
        plan = storage_plan(site.storage)
        fastest_s = min((plan[endpoint] for endpoint in site.reads(cls.group)), default=0.0)
        return min(max(timedelta(seconds=fastest_s), STORAGE_INTERVAL_MIN), STORAGE_INTERVAL)

    @override
    def _failed(self, documents: Documents) -> frozenset[Endpoint[object]]:
        return self._storage.failed

    @override
    async def _async_poll(self) -> Snapshot:
        self._storage = self._with_shared(self._storage)
        polled = self.endpoints
        site = self.site.storage
        due = [endpoint for endpoint in due_endpoints(site, self._storage, time()) if endpoint in polled]
        self._storage = await read_storage(self.gateway, site, self._storage, due)
        answers = [
            self.gateway.statistics[endpoint.path].duration_ms or 0
            for endpoint in due
            if endpoint not in self._storage.failed
        ]
        self._answer_s = max(answers, default=0) / 1000
        self._watch_devices()
        return self._snapshot(self._documents, time())

    def _with_shared(self, documents: StorageDocuments) -> StorageDocuments:
        """Return the documents with those that the other coordinators have read."""
        for coordinator in self.coordinators.values():
            if coordinator is not self and coordinator.last_update_success:
                documents = documents.with_shared(coordinator.documents.answers, coordinator.data.at)
        return documents

    @override
    def _snapshot(self, documents: Documents, at: float) -> Snapshot:
        storage = measure_storage(
            self.site.storage,
            self._storage,
            at,
            storage_ct_w=self._storage_ct_w(),
            clock_ahead_s=self.gateway.clock_ahead_s,
            previous=self._grid_state,
        )
        self._grid_state = storage.grid_state
        return Snapshot(at=at, storage=storage)

    def _storage_ct_w(self) -> float | None:
        """Return what the CT of the storage measures."""
        live = self.coordinators.get(PollGroup.LIVE)
        return live.data.measurement(Flow.STORAGE).power_w if live is not None and live.last_update_success else None

    @callback
    def _watch_devices(self) -> None:
        """Reload the entry where the gateway has other devices, so that entities appear or disappear."""
        documents = self._storage
        if documents.failed & _DECIDING or not self._known <= documents.answers.keys():
            return
        changed = decide_storage(documents) != self.site.storage
        self._changed = self._changed + 1 if changed else 0
        if self._changed == _CHANGED_AFTER:
            LOGGER.info("%s: batteries or the devices around them have been changed", self.name)
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
