"""The report coordinator: what the gateway's report adds to the readings of the CTs."""

from datetime import timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry

from ..client.site.site import PollGroup, Site
from ..const import REPORT_INTERVAL
from .polled import PollGroupCoordinator


class ReportCoordinator(PollGroupCoordinator):
    """Polls every 5 minutes."""

    group = PollGroup.REPORT

    @classmethod
    @override
    def _base_interval(cls, entry: ConfigEntry, site: Site) -> timedelta:
        return REPORT_INTERVAL
