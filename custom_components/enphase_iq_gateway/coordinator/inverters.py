"""The inverters coordinator: every inverter's last report and details."""

from datetime import timedelta
from time import monotonic
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..client.endpoints import DEVICE_DATA
from ..client.models import DeviceData
from ..client.site.documents import Documents
from ..client.site.measure import measure
from ..client.site.read import read_group
from ..client.site.site import PollGroup, Site
from ..client.site.snapshot import Snapshot
from ..const import ASLEEP_INTERVAL, DETAILS_INTERVAL_S, INVERTERS_INTERVAL, LOGGER
from ..counters.guard import Guard
from ..polling.inverter_health import InverterHealth
from .polled import PollGroupCoordinator
from .site import SiteCoordinator


class InvertersCoordinator(PollGroupCoordinator):
    """Polls every 5 minutes, every 15 at night; reads details every 15 where the gateway truncates them (G§5.1)."""

    group = PollGroup.INVERTERS

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        site_coordinator: SiteCoordinator,
        guard: Guard,
        documents: Documents,
    ) -> None:
        self._health = InverterHealth()
        self._details_at = monotonic()
        super().__init__(hass, entry, site_coordinator=site_coordinator, guard=guard, documents=documents)
        if (serial := self.site.info.serial) in self.data.inverters:
            LOGGER.info("%s: inverter %s has no entities, because it has the gateway's own serial", entry.title, serial)

    @classmethod
    @override
    def _base_interval(cls, entry: ConfigEntry, site: Site) -> timedelta:
        return INVERTERS_INTERVAL

    @property
    def asleep(self) -> bool:
        """Whether it is night, in which no inverter reports."""
        return self._health.asleep

    @override
    async def _async_read(self) -> Documents:
        if self._clocks_may_differ():
            await self._async_compare_clocks()
        details = self._details_to_keep()
        meters = self.site_coordinator.data.meters
        documents = await read_group(self.gateway, self.site, self.endpoints, meters, details)
        if documents.get(DEVICE_DATA) is not details:
            self._details_at = monotonic()
        return documents

    def _clocks_may_differ(self) -> bool:
        """Return whether to compare the clocks again: they differed, or no report is recent although it is day.

        A time server may set either clock at any moment, and `/info` is otherwise read every 4 hours only.
        """
        if not self.data.inverters:
            return False
        dated = any(inverter.last_reported for inverter in self.data.inverters.values())
        night = self._health.asleep and dated
        return bool(self.gateway.clock_ahead_s) or not (self.data.inverters_reporting or night)

    def _details_to_keep(self) -> DeviceData | None:
        """Return the details that need no update yet: the list beside them has every new report."""
        details = self._documents.get(DEVICE_DATA)
        old = monotonic() - self._details_at >= DETAILS_INTERVAL_S
        return None if details is None or not details.truncated or old else details

    @override
    def _snapshot(self, documents: Documents, at: float) -> Snapshot:
        snapshot = measure(self.site, self.group, documents, at, clock_ahead_s=self.gateway.clock_ahead_s)
        return self._check(self._health.judge(snapshot))

    @override
    def _next_interval(self, *, expected: bool) -> timedelta:
        interval = super()._next_interval(expected=expected)
        return max(interval, ASLEEP_INTERVAL) if self._health.asleep and not self.backoff.failures else interval
