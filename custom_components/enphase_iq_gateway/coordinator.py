"""The lanes: three clocks, each reading its own part of the gateway and failing alone (DESIGN §1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
import time
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .client import (
    Documents,
    Gateway,
    GatewayError,
    Lane,
    Meter,
    Site,
    Snapshot,
    Source,
    measure,
    read_lane,
)
from .const import (
    CONF_UPDATE_INTERVAL,
    INVERTERS_INTERVAL,
    LOGGER,
    REPORT_INTERVAL,
    SLOW_SOURCE_INTERVAL,
    UPDATE_INTERVAL_DEFAULT_S,
)
from .errors import translated
from .guard import Guard

type GatewayConfigEntry = ConfigEntry[GatewayRuntime]


type Observer = Callable[[LaneCoordinator, GatewayError | None], None]
"""Told after each reading of a lane, with the error where it failed; must not raise."""


@dataclass(kw_only=True, slots=True)
class GatewayRuntime:
    """What one config entry holds while it is set up."""

    gateway: Gateway
    site: Site
    guard: Guard
    lanes: dict[Lane, LaneCoordinator]

    def observe(self, observer: Observer) -> None:
        """Let somebody know of each reading of each lane: what is to be stored, what a person must be told."""
        for lane in self.lanes.values():
            lane.observers.append(observer)


class LaneCoordinator(DataUpdateCoordinator[Snapshot]):
    """One lane: reads its endpoints, lets the guard look over the counters, tells its entities."""

    config_entry: GatewayConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: GatewayConfigEntry, *, lane: Lane, gateway: Gateway, site: Site, guard: Guard
    ) -> None:
        """Set the clock by what the lane reads."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{site.info.serial} {lane}",
            update_interval=_interval(entry, lane, site),
            always_update=False,
        )
        self.lane = lane
        self.gateway = gateway
        self.site = site
        self.guard = guard
        self.observers: list[Observer] = []
        self._meters: tuple[Meter, ...] | None = None

    def start_with(self, documents: Documents) -> None:
        """Take the lane's first values from what the probe has read, so that set-up asks for nothing twice."""
        self._meters = documents.meters
        wanted = self.site.reads(self.lane) | (
            self.site.inverter_endpoints if self.lane is Lane.INVERTERS else frozenset()
        )
        self.data = self._snapshot(documents)
        self.last_update_success = not wanted <= documents.failed

    @override
    async def _async_update_data(self) -> Snapshot:
        """Read the lane.

        Raises:
            UpdateFailed, ConfigEntryAuthFailed: translated from the client's errors.
        """
        try:
            documents = await read_lane(self.gateway, self.site, self.lane, self._meters)
        except GatewayError as error:
            self._tell(error)
            raise translated(error) from error
        snapshot = self._snapshot(documents)
        self._tell(None)
        return snapshot

    def _tell(self, error: GatewayError | None) -> None:
        for observer in self.observers:
            observer(self, error)

    def _snapshot(self, documents: Documents) -> Snapshot:
        """What the documents say, with every counter seen by the guard."""
        snapshot = measure(self.site, self.lane, documents, time.time())
        return self.guard.check(self.lane, snapshot, dt_util.get_default_time_zone())


def _interval(entry: GatewayConfigEntry, lane: Lane, site: Site) -> timedelta:
    """How often a lane reads."""
    match lane:
        case Lane.INVERTERS:
            return INVERTERS_INTERVAL
        case Lane.REPORT:
            return REPORT_INTERVAL
        case Lane.LIVE:
            wished = timedelta(seconds=entry.options.get(CONF_UPDATE_INTERVAL, UPDATE_INTERVAL_DEFAULT_S))
            return wished if Source.READINGS in site.sources.values() else max(wished, SLOW_SOURCE_INTERVAL)
