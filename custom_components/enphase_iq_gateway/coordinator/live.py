"""The live coordinator: power, and the counters that come with it."""

from dataclasses import replace
from datetime import timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry

from ..client import Documents, PollGroup, Site, Snapshot, Source, measure
from ..const import CONF_UPDATE_INTERVAL, COUNTED_EACH_S, SLOW_SOURCE_INTERVAL, UPDATE_INTERVAL_DEFAULT_S
from .polled import PollGroupCoordinator


class LiveCoordinator(PollGroupCoordinator):
    """Polls at the interval of the options, 60 s at least where no CT is read."""

    group = PollGroup.LIVE
    _checked_at = 0.0

    @classmethod
    @override
    def _base_interval(cls, entry: ConfigEntry, site: Site) -> timedelta:
        wanted = timedelta(seconds=entry.options.get(CONF_UPDATE_INTERVAL, UPDATE_INTERVAL_DEFAULT_S))
        return wanted if Source.READINGS in site.sources.values() else max(wanted, SLOW_SOURCE_INTERVAL)

    @override
    def _snapshot(self, documents: Documents, at: float) -> Snapshot:
        if self._counters_are_fresh(at):
            snapshot = measure(self.site, self.group, documents, at, standing=self.data.counted)
        else:
            snapshot = super()._snapshot(documents, at)
            self._checked_at = at
        return replace(
            snapshot,
            rejected_readings=dict(self.guard.state.rejected),
            firmware=str(self.site.info.firmware),
            token_expires_at=self.gateway.token_expires_at,
        )

    def _counters_are_fresh(self, at: float) -> bool:
        """Return whether the counters were updated lately; balanced import and export lose 0.03 % by that at most."""
        return 0 <= at - self._checked_at < COUNTED_EACH_S
