"""The coordinators of the poll groups: endpoints that are read together, measured, and whose counters are checked."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
import logging
from time import monotonic, time
from typing import ClassVar, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..client import GatewayConnectionError, GatewayResponseError
from ..client.endpoints import Endpoint
from ..client.site.documents import Documents, was_read, with_earlier
from ..client.site.measure import measure
from ..client.site.read import read_group
from ..client.site.site import PollGroup, Site
from ..client.site.snapshot import Snapshot
from ..const import LOGGER
from ..counters.guard import Guard
from ..polling.backoff import LOST_AFTER_FAILURES
from .base import GatewayCoordinator
from .site import SiteCoordinator


class PollGroupCoordinator(GatewayCoordinator[Snapshot]):
    """Coordinator of one poll group.

    One of several endpoints may fail alone: what it returned before is used once more, then the others go on without.
    """

    group: ClassVar[PollGroup]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        site_coordinator: SiteCoordinator,
        guard: Guard,
        documents: Documents,
    ) -> None:
        """Set the first data from the documents of the probe, so that set-up requests nothing twice."""
        self.site_coordinator = site_coordinator
        super().__init__(
            hass,
            entry,
            name=self.group.value,
            gateway=site_coordinator.gateway,
            translate=site_coordinator.translate,
            interval=self._base_interval(entry, site_coordinator.data.site),
        )
        self.endpoints = self.site.reads(self.group)
        """The endpoints that are polled; the entry is reloaded where the site changes."""
        self.guard = guard
        self._documents = documents
        self._failures: Counter[Endpoint[object]] = Counter()
        """Failures in a row of single endpoints, while the others could be read."""
        self.coordinators: Mapping[PollGroup, PollGroupCoordinator] = {}
        """All coordinators of the same gateway, set before the first poll."""
        self.data = self._snapshot(documents, time())
        if self.endpoints <= self._failed(documents):
            self.error = GatewayConnectionError("it could not be read during set-up")
            self.backoff = self.backoff.failed(monotonic(), expected=False)
            self.update_interval = self._next_interval(expected=False)
            self._mark_failed(self.error, expected=False)
        else:
            self.last_success = dt_util.utcnow()

    @property
    def site(self) -> Site:
        """What the gateway has."""
        return self.site_coordinator.data.site

    @property
    def documents(self) -> Documents:
        """The documents behind the data."""
        return self._documents

    def _failed(self, documents: Documents) -> frozenset[Endpoint[object]]:
        """Return the endpoints that could not be read."""
        return documents.failed

    @classmethod
    @abstractmethod
    def _base_interval(cls, entry: ConfigEntry, site: Site) -> timedelta:
        """Return the interval of polls as long as all goes well."""

    @override
    async def _async_poll(self) -> Snapshot:
        documents = await self._async_read()
        failed = self.endpoints & documents.failed
        self._record_answers({endpoint for endpoint in self.endpoints if was_read(documents, endpoint)}, failed)
        self._documents = self._with_earlier(documents, failed)
        return self._snapshot(self._documents, time())

    async def _async_read(self) -> Documents:
        """Read the endpoints."""
        return await read_group(self.gateway, self.site, self.endpoints, self.site_coordinator.data.meters)

    async def _async_compare_clocks(self) -> None:
        """Compare the gateway's clock with Home Assistant's again; values can be read without."""
        try:
            await self.gateway.identify()
        except (GatewayConnectionError, GatewayResponseError) as error:
            LOGGER.debug("%s: the clocks could not be compared: %s", self.name, error)

    def _snapshot(self, documents: Documents, at: float) -> Snapshot:
        """Return what the documents contain, its counters checked."""
        ahead_s = self.gateway.clock_ahead_s
        return self._check(measure(self.site, self.group, documents, at, clock_ahead_s=ahead_s))

    def _check(self, snapshot: Snapshot) -> Snapshot:
        clock_error_s = snapshot.at - self.guard.clock.accepted(snapshot.at, monotonic())
        snapshot = replace(snapshot, clock_error_s=clock_error_s, clock_confirmed=self.guard.clock.confirmed)
        return self.guard.check(self.group, snapshot, dt_util.get_default_time_zone())

    def _record_answers(self, read: Collection[Endpoint[object]], failed: Collection[Endpoint[object]]) -> None:
        """Keep the longest response time, and log once that an endpoint fails and once that it answers again."""
        durations_ms = (self.gateway.statistics[endpoint.path].duration_ms or 0 for endpoint in read)
        self._answer_s = max(durations_ms, default=0) / 1000
        for endpoint in read:
            if self._failures.pop(endpoint, 0) >= LOST_AFTER_FAILURES:
                LOGGER.info("%s: %s answers again", self.name, endpoint.path)
        level = logging.INFO if self._in_maintenance() else logging.WARNING
        for endpoint in failed:
            self._failures[endpoint] += 1
            if self._failures[endpoint] == LOST_AFTER_FAILURES:
                error = self.gateway.statistics[endpoint.path].last_error
                LOGGER.log(level, "%s: continuing without %s", self.name, error)

    def _with_earlier(self, documents: Documents, failed: Collection[Endpoint[object]]) -> Documents:
        """Return the documents with the earlier answer of each endpoint that failed, once."""
        for endpoint in failed:
            if self._failures[endpoint] < LOST_AFTER_FAILURES:
                documents = with_earlier(documents, self._documents, endpoint)
        return documents
