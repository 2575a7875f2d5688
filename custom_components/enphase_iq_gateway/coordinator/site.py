"""The site: what the gateway has and which source serves which quantity, checked again at long intervals."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import ceil
from time import monotonic, time
from typing import Final, Self, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..client import (
    Gateway,
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayUnsupportedError,
)
from ..client.endpoints import (
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    HOME,
    INVENTORY,
    LIVE_DATA,
    METERS,
    READINGS,
    Endpoint,
)
from ..client.gateway_clock import GatewayClock
from ..client.models import Flow, GatewayHealth, Info, Meter, Reading
from ..client.site.documents import Documents
from ..client.site.probe import PROBE_LIMIT_S, may_exist, probe
from ..client.site.site import Site, endpoints_of
from ..client.site.sources import decide
from ..client.site.storage_read import STORAGE_PROBE_LIMIT_S, probe_storage
from ..client.site.storage_site import decide_storage
from ..const import (
    DOMAIN,
    FIRST_HEALTH_AFTER,
    FIRST_INVENTORY_AFTER,
    HEALTH_INTERVAL,
    INFO_INTERVAL,
    INVENTORY_INTERVAL,
    LOGGER,
    METERS_INTERVAL,
    STORAGE_SEARCH_INTERVAL,
)
from ..counters.key import FlowCounter
from ..counters.state import GuardState
from .base import GatewayCoordinator, Translate

_LIVE: Final[tuple[Endpoint[object], ...]] = (LIVE_DATA, ENSEMBLE_POWER)
"""The endpoints of storage that the live coordinator may read."""
# After an update of its firmware the gateway boots for minutes (G§2.6).
_RETRY_AFTER: Final = timedelta(minutes=5)
_LONGEST_RETRY: Final = timedelta(hours=1)
"""The longest time between two attempts to read what could not be read at set-up: it may fail for good."""
_LOOK_AFTER: HassKey[dict[str, timedelta]] = HassKey(f"{DOMAIN}_look_after")
"""When to look again after the next set-up in which something fails, by entry."""
_ONCE: Final = timedelta.max
"""The interval of a task that ends with its first success."""
_FORMER_STORAGE_S: Final = 86_400.0
"""For this long after set-up, a site that had storage is taken to have it still, whatever the gateway answers."""
_STORAGE_LEAST_S: Final = 10.0
"""Time for the probe of storage where the rest took all of it: its answers take 0.4 s each (S§1)."""


async def async_find_site(
    gateway: Gateway, info: Info, counters: GuardState, *, limit_s: float = PROBE_LIMIT_S
) -> tuple[Site, Documents]:
    """Probe the gateway and decide which source serves which quantity.

    Counters keep the source they have. Returns the site and the documents it was decided by. The probe of storage has
    the time that is left of `limit_s`, and some seconds if there is none.

    Raises:
        GatewayError: The gateway could not be read.
        GatewayUnsupportedError: The gateway has no source of production.
    """
    locked = counters.locked_sources()
    updated = str(info.firmware) != counters.firmware
    started = monotonic()
    documents = await probe(gateway, info, relied_on=endpoints_of(locked), updated=updated, limit_s=limit_s)
    left_s = max(limit_s - (monotonic() - started), _STORAGE_LEAST_S)
    storage = await probe_storage(gateway, info, documents, clock=monotonic, limit_s=min(left_s, STORAGE_PROBE_LIMIT_S))
    for endpoint in _LIVE:
        documents = documents.with_answer(endpoint, storage.get(endpoint))
    site = decide(documents, locked, decide_storage(storage), updated=updated)
    return site, replace(documents, storage=storage)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteData:
    """Data of the `SiteCoordinator`."""

    site: Site
    meters: tuple[Meter, ...] | None
    readings: tuple[Reading, ...] = ()
    """Those of the set-up; read again only while a CT is disabled, because a repair reports one that measures power."""
    part_numbers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Part numbers of the inverters by serial, empty until the inventory was read."""
    health: GatewayHealth | None = None
    """What the gateway reports about itself, None until it was read."""


type Update = Callable[[SiteData], Awaitable[SiteData | None]]


@dataclass(kw_only=True, slots=True)
class _Task:
    """One thing to read, and when: `update` returns None where it should be tried again soon."""

    interval: timedelta
    update: Update
    due_at: float
    retry_after: timedelta = _RETRY_AFTER
    longest_retry: timedelta = _RETRY_AFTER

    @classmethod
    def beginning(cls, interval: timedelta, update: Update, *, after: timedelta | None = None) -> Self:
        """Return a task that is due for the first time after some time, by default after its interval."""
        return cls(interval=interval, update=update, due_at=monotonic() + (after or interval).total_seconds())

    def next_due_at(self, now: float) -> float:
        """Return when to read again after a success; the times do not drift."""
        interval_s = self.interval.total_seconds()
        return self.due_at + interval_s * (1 + (now - self.due_at) // interval_s)

    def postpone(self, now: float) -> None:
        """Set when to read again after a failure, each time later, up to the longest time."""
        self.due_at = now + self.retry_after.total_seconds()
        self.retry_after = min(2 * self.retry_after, self.longest_retry)


class SiteCoordinator(GatewayCoordinator[SiteData]):
    """Reads what changes seldom: CTs, firmware and the list of installed devices.

    An installer may change the CTs, and Enphase updates the firmware without asking (G§1.3, §8). Then the site is
    probed again; where it has become another one, the entry is reloaded, so that entities appear or disappear. A
    failure that may pass keeps the data for as long as it lasts: no state depends on it.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        gateway: Gateway,
        translate: Translate,
        counters: GuardState,
        site: Site,
        documents: Documents,
    ) -> None:
        super().__init__(hass, entry, name="site", gateway=gateway, translate=translate, interval=FIRST_INVENTORY_AFTER)
        self._counters = counters
        self.data = SiteData(site=site, meters=documents.get(METERS), readings=documents.get(READINGS) or ())
        had_storage = any(isinstance(key, FlowCounter) and key.flow is Flow.STORAGE for key in counters.counters)
        self._had_storage_until = monotonic() + (_FORMER_STORAGE_S if had_storage else 0.0)
        self._tasks = list(self._first_tasks(documents, had_storage=had_storage))

    def _first_tasks(self, documents: Documents, *, had_storage: bool) -> Iterator[_Task]:
        """Yield what is read, in the order in which it is read where several are due."""
        if self.data.meters is not None:
            yield _Task.beginning(METERS_INTERVAL, self._update_meters)
        yield _Task.beginning(INFO_INTERVAL, self._update_info)
        yield _Task.beginning(INVENTORY_INTERVAL, self._update_inventory, after=FIRST_INVENTORY_AFTER)
        yield _Task.beginning(HEALTH_INTERVAL, self._update_health, after=FIRST_HEALTH_AFTER)
        looks = self.hass.data.setdefault(_LOOK_AFTER, {})
        look_after = looks.pop(self.config_entry.entry_id, _RETRY_AFTER)
        if documents.failed or documents.replaced:
            # Later after each reload, where an endpoint fails at every set-up only.
            looks[self.config_entry.entry_id] = min(2 * look_after, _LONGEST_RETRY)
            look_again = _Task.beginning(_ONCE, self._look_again, after=look_after)
            yield replace(look_again, longest_retry=_LONGEST_RETRY)
        if self.data.site.storage.is_empty:
            failed = documents.storage is not None and ENSEMBLE_INVENTORY in documents.storage.failed
            # The inventory of a gateway that starts is empty at first.
            after = _RETRY_AFTER if failed or had_storage else STORAGE_SEARCH_INTERVAL
            yield _Task.beginning(STORAGE_SEARCH_INTERVAL, self._search_storage, after=after)

    @override
    async def _async_poll(self) -> SiteData:
        data = self.data
        failure: GatewayError | None = None
        for task in self._tasks:
            now = monotonic()
            if task.due_at > now:
                continue
            next_due_at = task.next_due_at(now)
            task.postpone(now)
            try:
                updated = await task.update(data)
            except (GatewayConnectionError, GatewayResponseError) as error:
                failure = error
                LOGGER.debug("%s: could not check for changes: %s", self.name, error)
                continue
            if updated is not None:
                data = updated
                task.due_at = next_due_at
        if failure is not None and data is self.data:
            raise failure
        return data

    @override
    def _is_outdated(self, *, expected: bool) -> bool:
        return False

    @override
    def _next_interval(self, *, expected: bool) -> timedelta:
        due_at = min(task.due_at for task in self._tasks)
        # Home Assistant leaves out fractions of a second, so a poll may be early by less than one.
        return timedelta(seconds=max(ceil(due_at - monotonic()), 0) + 1)

    async def _update_meters(self, data: SiteData) -> SiteData | None:
        meters = await self.gateway.read(METERS)
        readings = await self.gateway.read(READINGS) if any(not meter.enabled for meter in meters) else ()
        changed = _entities_of(meters) != _entities_of(data.meters or ())
        data = replace(data, readings=readings, meters=data.meters if changed else meters)
        if not changed:
            return data
        LOGGER.info("%s: the CTs have been changed", self.name)
        return await self._find_site_again(data, data.site.info)

    async def _update_info(self, data: SiteData) -> SiteData | None:
        info = await self.gateway.identify()
        known = data.site.info
        if info.firmware == known.firmware:
            return data
        LOGGER.info("%s: firmware changed from %s to %s", self.name, known.firmware, info.firmware)
        return await self._find_site_again(data, info)

    async def _look_again(self, data: SiteData) -> SiteData | None:
        """Find the site with the endpoints that could not be read at set-up; None while one of them still fails."""
        return await self._find_site_again(data, data.site.info, complete=True)

    async def _find_site_again(self, data: SiteData, info: Info, *, complete: bool = False) -> SiteData | None:
        """Probe again and reload the entry where the site is another one; None while the gateway still boots.

        `complete` is whether to wait for an endpoint that another one replaces, too.
        """
        try:
            site, documents = await async_find_site(self.gateway, info, self._counters)
        except GatewayUnsupportedError as error:
            LOGGER.debug("%s: still starting, or without data from now on: %s", self.name, error)
            return None
        if documents.failed or (complete and documents.replaced):
            return None
        if site != data.site:
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
            return data
        self._counters.firmware = str(info.firmware)
        return replace(data, site=site, meters=documents.get(METERS))

    async def _update_inventory(self, data: SiteData) -> SiteData | None:
        """Read the part numbers; where the gateway refuses or lacks the list, it is read again the next day."""
        try:
            inventory = await self.gateway.read(INVENTORY)
        except (GatewayConnectionError, GatewayResponseError) as error:
            LOGGER.debug("%s: no inventory: %s", self.name, error)
            return self._without_storage(data)
        data = replace(data, part_numbers=inventory.inverter_part_numbers)
        if inventory.ac_batteries and data.site.storage.is_empty:
            LOGGER.info("%s: AC Batteries have been installed", self.name)
            return await self._find_site_again(data, data.site.info)
        return data

    async def _search_storage(self, data: SiteData) -> SiteData | None:
        """Look for batteries and a grid relay; where there is no list of them, it is read again the next day."""
        try:
            inventory = await self.gateway.read(ENSEMBLE_INVENTORY)
        except (GatewayStatusError, GatewayResponseError) as error:
            LOGGER.debug("%s: no batteries and no grid relay: %s", self.name, error)
            return None if may_exist(error) else self._without_storage(data)
        if inventory.is_empty:
            return self._without_storage(data)
        LOGGER.info("%s: batteries or a grid relay have been installed", self.name)
        return await self._find_site_again(data, data.site.info)

    def _without_storage(self, data: SiteData) -> SiteData | None:
        """Return None, so that the list is read again soon, while a site that had storage is found without it."""
        return None if data.site.storage.is_empty and monotonic() < self._had_storage_until else data

    async def _update_health(self, data: SiteData) -> SiteData:
        """Read the gateway's health; what it was before is of no use, so a failure drops it until tomorrow."""
        try:
            health = await self.gateway.read(HOME)
            clock = GatewayClock(at=time(), ahead_s=self.gateway.clock_ahead_s)
            health = replace(health, last_cloud_report=clock.date(health.last_cloud_report))
        except (GatewayConnectionError, GatewayResponseError) as error:
            LOGGER.debug("%s: no health: %s", self.name, error)
            health = None
        return replace(data, health=health)


def _entities_of(meters: tuple[Meter, ...]) -> dict[Flow, tuple[int, int]]:
    """Return what of the CTs decides which entities there are: those enabled and their phases."""
    return {meter.flow: (meter.eid, meter.phase_count) for meter in meters if meter.enabled}
