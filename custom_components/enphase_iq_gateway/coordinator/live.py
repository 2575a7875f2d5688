"""The live coordinator: power, and the counters that come with it."""

from dataclasses import replace
from datetime import timedelta
from time import monotonic, time
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..client import GatewayConnectionError, GatewayResponseError
from ..client.endpoints import LIVE_DATA
from ..client.gateway_clock import GatewayClock
from ..client.site.documents import Documents
from ..client.site.measure import measure
from ..client.site.site import PollGroup, Site, Source
from ..client.site.snapshot import Snapshot
from ..client.storage_models import LIVE_DATA_STALE_AFTER_S, LiveData
from ..const import (
    CONF_UPDATE_INTERVAL,
    COUNTER_CHECK_INTERVAL_S,
    LOGGER,
    SLOW_SOURCE_INTERVAL,
    UPDATE_INTERVAL_DEFAULT_S,
)
from ..counters.guard import Guard
from ..polling.live_data import LiveDataFreshness
from .polled import PollGroupCoordinator
from .site import SiteCoordinator

_STREAM_AGAIN_S: Final = 60.0
"""The gateway turns its live stream off after some minutes (S§14.2)."""
_STREAM_REFUSED_S: Final = 3600.0
_CLOCK_AGAIN_S: Final = 300.0


class LiveCoordinator(PollGroupCoordinator):
    """Polls at the interval of the options, 60 s at least where no CT is read."""

    group = PollGroup.LIVE
    _checked_at = 0.0

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        site_coordinator: SiteCoordinator,
        guard: Guard,
        documents: Documents,
    ) -> None:
        self._freshness = LiveDataFreshness()
        self._stream_due_at = monotonic()
        self._clock_due_at = monotonic()
        super().__init__(hass, entry, site_coordinator=site_coordinator, guard=guard, documents=documents)

    @classmethod
    @override
    def _base_interval(cls, entry: ConfigEntry, site: Site) -> timedelta:
        wanted = timedelta(seconds=entry.options.get(CONF_UPDATE_INTERVAL, UPDATE_INTERVAL_DEFAULT_S))
        return wanted if Source.READINGS in site.sources.values() else max(wanted, SLOW_SOURCE_INTERVAL)

    @override
    async def _async_read(self) -> Documents:
        documents = await super()._async_read()
        if (live := documents.get(LIVE_DATA)) is not None:
            await self._async_keep_stream_on(live)
            await self._async_compare_clocks_if_old(live)
        return documents

    async def _async_keep_stream_on(self, live: LiveData) -> None:
        """Turn on the stream that refreshes live data every second, while it is off and no more often than needed."""
        if live.stream_enabled is not False or monotonic() < self._stream_due_at:
            return
        self._stream_due_at = monotonic() + _STREAM_AGAIN_S
        try:
            await self.gateway.enable_live_stream()
        except (GatewayConnectionError, GatewayResponseError) as error:
            LOGGER.debug("%s: the live stream could not be turned on: %s", self.name, error)
            if isinstance(error, GatewayResponseError):
                self._stream_due_at = monotonic() + _STREAM_REFUSED_S

    async def _async_compare_clocks_if_old(self, live: LiveData) -> None:
        """Compare the clocks again while live data seem old or of the future, but no more often than needed.

        A time server may set either clock at any moment, and `/info` is otherwise read every 4 hours only.
        """
        recent = self._clock(time()).is_recent(live.last_update, LIVE_DATA_STALE_AFTER_S)
        if recent or live.last_update is None or monotonic() < self._clock_due_at:
            return
        self._clock_due_at = monotonic() + _CLOCK_AGAIN_S
        await self._async_compare_clocks()

    def _clock(self, at: float) -> GatewayClock:
        return GatewayClock(at=at, ahead_s=self.gateway.clock_ahead_s)

    @override
    def _snapshot(self, documents: Documents, at: float) -> Snapshot:
        fresh = False
        if (read := documents.get(LIVE_DATA)) is not None:
            live, fresh = self._freshness.judge(read, self._clock(at))
            if live is not None and live.is_last_known:
                # The stream has just ended and is being turned on again: these values are shown like others that
                # repeat.
                live = replace(live, is_last_known=False)
            documents = documents.with_answer(LIVE_DATA, live)
        standing = self._counters_are_fresh(at)
        snapshot = measure(
            self.site,
            self.group,
            documents,
            at,
            standing=self.data.counted if standing else None,
            clock_ahead_s=self.gateway.clock_ahead_s,
        )
        if Source.LIVE_DATA in self.site.sources.values() and not fresh:
            snapshot = replace(snapshot, storage_kept=True)
        if standing:
            self.guard.integrate(snapshot)
        else:
            snapshot = self._check(snapshot)
            self._checked_at = at
        return replace(
            snapshot,
            rejected_readings=dict(self.guard.state.rejected),
            firmware=str(self.site.info.firmware),
            token_expires_at=self.gateway.token_expires_at,
        )

    def _counters_are_fresh(self, at: float) -> bool:
        """Return whether the counters were updated lately; balanced import and export lose 0.03 % by that at most."""
        return 0 <= at - self._checked_at < COUNTER_CHECK_INTERVAL_S
