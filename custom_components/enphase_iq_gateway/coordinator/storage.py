"""The storage coordinator: batteries, grid relay, generator and their settings."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic, time
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..client import GatewayConnectionError
from ..client.endpoints import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    GENERATOR_CONFIG,
    GRID_RELAY,
    INVENTORY,
    LIVE_DATA,
    REPORT,
    REPORT_DETAILED,
    SECONDARY_CONTROL,
    Endpoint,
)
from ..client.gateway import WriteMethod
from ..client.json_types import JsonObject
from ..client.models import Flow
from ..client.site.documents import Documents
from ..client.site.grid_state import is_connected
from ..client.site.site import PollGroup, Site
from ..client.site.snapshot import Snapshot
from ..client.site.storage import measure_storage
from ..client.site.storage_documents import StorageDocuments
from ..client.site.storage_read import GIVE_UP_AFTER, due_endpoints, read_storage
from ..client.site.storage_site import WITHOUT_LIVE_DATA, decide_storage, storage_plan
from ..client.storage_models import LiveData
from ..const import (
    DOMAIN,
    GRID_CONFIRMED_AFTER,
    LOGGER,
    LOST_STORAGE_INTERVAL_S,
    STORAGE_INTERVAL,
)
from ..counters.guard import Guard
from ..polling.backoff import LOST_AFTER_FAILURES
from ..polling.grid_state import GridReadings
from .polled import PollGroupCoordinator
from .site import SiteCoordinator

_DECIDING: Final[frozenset[Endpoint[object]]] = frozenset(
    {ENSEMBLE_INVENTORY, GENERATOR_CONFIG, INVENTORY, DEVICE_DATA, REPORT, REPORT_DETAILED}
)
"""The endpoints whose answers decide which devices the site has."""
_GRID: Final[tuple[Endpoint[object], ...]] = (GRID_RELAY, ENSEMBLE_INVENTORY)
"""The endpoints with the state of the grid, the better one first; a site with a collar has only the second."""
_GRID_KEPT_S: Final = 150.0
"""The inventory is read every minute where it replaces the relay, and an answer is used 90 s longer."""
_OTHER_POLL_S: Final = 20.0
"""Another coordinator's poll may have read an answer this long before it ended (the limit of one request)."""
_CHANGED_AGAIN_S: Final = 300.0
_CHANGED_AFTER_S: Final = 600.0
"""Other devices must be listed for this long, at least two readings of the list that are `_CHANGED_AGAIN_S` apart.

It is incomplete while a gateway starts, and where it keeps changing the entry must not be reloaded all the time.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """The answer of an endpoint that is kept for some time."""

    until: float
    """By the monotonic clock."""
    answer: object


_HELD: HassKey[dict[str, dict[Endpoint[object], _Held]]] = HassKey(f"{DOMAIN}_held")
"""By entry, so that a reload, which reads everything, does not replace what is kept."""


class StorageCoordinator(PollGroupCoordinator):
    """Polls at the shortest interval of its endpoints, each of which has one of its own, and at least every minute.

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
        self._plan = dict(storage_plan(site_coordinator.data.site.storage))
        """The intervals, in seconds, of all endpoints."""
        self._storage = documents.storage or StorageDocuments(info=documents.info)
        self._known = _DECIDING & self._storage.answers.keys()
        self._grid = GridReadings()
        self._exchange = asyncio.Lock()
        """Held during a poll and during a write, so that a poll never shows what it read before the write."""
        self._read_back_at: dict[Endpoint[object], float] = {}
        """By the monotonic clock."""
        self._held = hass.data.setdefault(_HELD, {}).setdefault(entry.entry_id, {})
        for endpoint, held in self._held.items():
            if self.held_s(endpoint) and held.answer is not None:
                self._storage = self._storage.with_answer(endpoint, held.answer, monotonic())
        self._shorter: dict[Endpoint[object], float] = {}
        """The intervals, in seconds, of endpoints that are read more often than by plan."""
        self._settings: tuple[float | None, int | None] | None = None
        """Reserve and profile in the latest live data."""
        self._changed_at: float | None = None
        """When the gateway was first read with other devices, None while it has those of the site."""
        super().__init__(hass, entry, site_coordinator=site_coordinator, guard=guard, documents=documents)

    @classmethod
    @override
    def _base_interval(cls, entry: ConfigEntry, site: Site) -> timedelta:
        plan = storage_plan(site.storage)
        planned = (timedelta(seconds=plan[endpoint]) for endpoint in site.reads(cls.group))
        return min([*planned, STORAGE_INTERVAL])

    @override
    def _failed(self, documents: Documents) -> frozenset[Endpoint[object]]:
        return self._storage.failed

    @override
    async def _async_poll(self) -> Snapshot:
        async with self._exchange:
            return await self._async_poll_alone()

    async def _async_poll_alone(self) -> Snapshot:
        documents = self._with_shared(self._storage)
        due = self._due(documents)
        tried_before = documents.tried_at
        try:
            documents = await read_storage(self.gateway, self.site.storage, documents, due, clock=monotonic)
        except GatewayConnectionError as error:
            documents = await self._read_another(documents, due, error)
        self._storage = documents
        # A poll that ends early leaves some for the next one.
        tried = {each for each in due if documents.tried_at.get(each) != tried_before.get(each)}
        self._record_answers(tried - documents.failed, tried & documents.failed)
        self._reload_for_other_devices()
        return self._snapshot(self._documents, time())

    async def async_read_now(self, endpoints: Collection[Endpoint[object]]) -> StorageDocuments:
        """Read some endpoints and show what they have; the time of the next poll stays.

        Raises:
            GatewayError: None of them could be reached, or the failure concerns the gateway as a whole.
        """
        async with self._exchange:
            self._storage = await read_storage(
                self.gateway, self.site.storage, self._storage, endpoints, clock=monotonic
            )
            self._read_back_at |= dict.fromkeys(endpoints, monotonic())
            self.data = self._snapshot(self._documents, time())
        self.async_update_listeners()
        return self._storage

    async def async_write(
        self, endpoint: Endpoint[object], document: JsonObject, *, method: WriteMethod, answer_s: float
    ) -> None:
        """Send a document once, never between two readings of a poll.

        Raises:
            GatewayError: As `Gateway.write`.
        """
        async with self._exchange:
            await self.gateway.write(endpoint.path, document, method=method, timeout_s=answer_s)

    def read_every(self, seconds: float, endpoint: Endpoint[object]) -> None:
        """Read an endpoint more often than by plan, because its values are shown."""
        self._shorter[endpoint] = seconds

    def hold(self, endpoint: Endpoint[object], seconds: float) -> None:
        """Keep the last answer of an endpoint for some time, because new ones are wrong."""
        self._held[endpoint] = _Held(until=monotonic() + seconds, answer=self._storage.get(endpoint))

    def held_s(self, endpoint: Endpoint[object]) -> float:
        """Return for how long the last answer of an endpoint is kept."""
        held = self._held.get(endpoint)
        return 0.0 if held is None else max(0.0, held.until - monotonic())

    def _due(self, documents: StorageDocuments) -> list[Endpoint[object]]:
        """Return the endpoints to read now; one that failed is tried again before its interval has passed."""
        intervals_s = self._present_intervals(documents)
        intervals_s |= {endpoint: self._retry_s(endpoint) for endpoint in documents.failed}
        due = due_endpoints(intervals_s, documents, monotonic())
        due = [endpoint for endpoint in due if endpoint in self.endpoints and not self.held_s(endpoint)]
        grid = self._grid_endpoint()
        if grid is not None and grid not in due and self._grid_is_read_again():
            due.insert(0, grid)
        return due

    def _present_intervals(self, documents: StorageDocuments) -> dict[Endpoint[object], float]:
        """Return how often each endpoint is read at present: by plan, or more often."""
        shorter = dict(self._shorter)
        live = documents.get(LIVE_DATA)
        if live is None:
            shorter |= WITHOUT_LIVE_DATA
        elif self._settings_changed(live):
            shorter[SECONDARY_CONTROL] = 0.0
        if self._changed_at is not None:
            shorter[ENSEMBLE_INVENTORY] = _CHANGED_AGAIN_S
        if self._failures[GRID_RELAY] >= LOST_AFTER_FAILURES:
            # It has the position of the relay too.
            shorter[ENSEMBLE_INVENTORY] = STORAGE_INTERVAL.total_seconds()
        return self._plan | {each: min(seconds, self._plan.get(each, seconds)) for each, seconds in shorter.items()}

    def _settings_changed(self, live: LiveData) -> bool:
        """Return whether live data have another reserve or profile than when they were compared last."""
        before, self._settings = self._settings, (live.reserve_percent, live.profile_number)
        return before is not None and before != self._settings

    def _retry_s(self, endpoint: Endpoint[object]) -> float:
        """Return after how long an endpoint that failed is tried again."""
        soon_s = STORAGE_INTERVAL.total_seconds()
        if self._failures[endpoint] < LOST_AFTER_FAILURES:
            return min(soon_s, self._plan.get(endpoint, 0.0))
        return soon_s if endpoint in _GRID else LOST_STORAGE_INTERVAL_S

    def _grid_is_read_again(self) -> bool:
        """Return whether to read the grid again at once: its state has changed, or it could not be read once."""
        endpoint = self._grid_endpoint()
        if endpoint is None or self._failures[endpoint] >= LOST_AFTER_FAILURES:
            return False
        return self._grid.unconfirmed or endpoint in self._storage.failed

    async def _read_another(
        self, documents: StorageDocuments, due: Sequence[Endpoint[object]], error: GatewayConnectionError
    ) -> StorageDocuments:
        """Read one more endpoint, where those that were due could not be reached: it may be they or the gateway.

        Raises:
            GatewayError: It is the gateway.
        """
        others = {each for each in self.endpoints - documents.failed - set(due) if not self.held_s(each)}
        if not others:
            raise error
        for endpoint in due[:GIVE_UP_AFTER]:
            documents = documents.with_failure(endpoint, monotonic())
        # What is read most often is a small answer.
        another = min(others, key=lambda endpoint: (self._plan[endpoint], endpoint.path))
        return await read_storage(self.gateway, self.site.storage, documents, [another], clock=monotonic)

    def _with_shared(self, documents: StorageDocuments) -> StorageDocuments:
        """Return the documents with those that the other coordinators have read."""
        for coordinator in self.coordinators.values():
            if coordinator is self:
                continue
            at = coordinator.read_at
            answers = dict(coordinator.documents.answers) if coordinator.last_update_success else {}
            if LIVE_DATA in answers:
                # None while they stand still.
                answers[LIVE_DATA] = coordinator.data.live_data
            newer = {
                endpoint
                for endpoint in coordinator.endpoints
                if at - _OTHER_POLL_S > self._read_back_at.get(endpoint, float("-inf"))
            }
            read = {endpoint: answers[endpoint] for endpoint in newer if answers.get(endpoint) is not None}
            documents = documents.without(*(newer - read.keys())).with_shared(read, at)
        return documents

    @override
    def _snapshot(self, documents: Documents, at: float) -> Snapshot:
        live_read_at = self._storage.read_at.get(LIVE_DATA)
        storage = measure_storage(
            self.site.storage,
            self._storage,
            at,
            measured_w=self._measured_w(),
            clock_ahead_s=self.gateway.clock_ahead_s,
            previous=self._grid.read,
            live_at=None if live_read_at is None else at - (monotonic() - live_read_at),
        )
        if self.site.storage.has_grid_relay:
            endpoint = self._grid_endpoint()
            self._grid = (
                GridReadings()
                if endpoint is None
                else self._grid.after(storage.grid_state, self._storage.read_at[endpoint])
            )
            storage = replace(storage, grid_state=self._grid.shown, grid_connected=is_connected(self._grid.shown))
        checked = self.guard.check_ac_batteries(storage.ac_batteries, at)
        return Snapshot(at=at, storage=replace(storage, ac_batteries=checked))

    def _grid_endpoint(self) -> Endpoint[object] | None:
        """Return the endpoint whose answer has the state of the grid, None while there is no recent answer."""
        now = monotonic()
        return next(
            (each for each in _GRID if now - self._storage.read_at.get(each, float("-inf")) <= _GRID_KEPT_S), None
        )

    @override
    def _next_interval(self, *, expected: bool) -> timedelta:
        interval = super()._next_interval(expected=expected)
        return GRID_CONFIRMED_AFTER if self._grid_is_read_again() and not self.backoff.failures else interval

    def _measured_w(self) -> float | None:
        """Return the power of all storage that is shown: that of its CT, else of live data, else of the batteries."""
        live = self.coordinators.get(PollGroup.LIVE)
        return live.data.measurement(Flow.STORAGE).power_w if live is not None and live.last_update_success else None

    @callback
    def _reload_for_other_devices(self) -> None:
        """Reload the entry where the gateway has other devices, so that entities appear or disappear."""
        documents = self._storage
        if documents.failed & _DECIDING or not self._known <= documents.answers.keys():
            return
        if decide_storage(documents) == self.site.storage:
            self._changed_at = None
            return
        now = monotonic()
        if self._changed_at is None:
            self._changed_at = now
        elif now - self._changed_at >= _CHANGED_AFTER_S:
            self._changed_at = now
            LOGGER.info("%s: batteries or the devices around them have been changed", self.name)
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
