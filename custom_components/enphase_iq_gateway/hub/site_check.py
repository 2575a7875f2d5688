"""Inside the live coordinator, now and then: has the firmware changed, and have the CTs?

An installer may change the CTs, Enphase updates the firmware unasked (G§1.3, §8): what the gateway has then is found
out anew, and only when that is something else the entry is set up anew, so that entities come or go.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from ..client import (
    METERS,
    READINGS,
    Documents,
    Flow,
    GatewayConnectionError,
    GatewayResponseError,
    GatewayUnsupportedError,
    Info,
    Meter,
    decide,
    endpoints_of,
    probe,
)
from ..const import DOMAIN, INFO_INTERVAL, LOGGER, METERS_INTERVAL
from ..coordinator import GatewayConfigEntry, GatewayCoordinator
from ..issues.cts import note_cts

# After an update the gateway boots for minutes (G§2.6).
_AGAIN_AFTER: Final = timedelta(minutes=5)


class SiteWatch:
    """A chore of the live coordinator, which is told of nothing but new meters."""

    def __init__(
        self, hass: HomeAssistant, entry: GatewayConfigEntry, coordinator: GatewayCoordinator, documents: Documents
    ) -> None:
        """Begin with what set-up has read."""
        self._hass = hass
        self._entry = entry
        self._lane = coordinator
        self._has_meters = bool(documents.get(METERS))
        self._clocks: list[_Clock] = [_Clock(INFO_INTERVAL, self._look_at_info)]
        if self._has_meters:
            self._clocks.append(_Clock(METERS_INTERVAL, self._look_at_meters))
            note_cts(hass, entry, documents.get(METERS) or (), documents.get(READINGS) or ())
        coordinator.chores.append(self._look)

    async def _look(self) -> None:
        """Do what is due; what cannot be read is looked at again soon, and keeps no value from the coordinator.

        Raises: GatewayError for what concerns the gateway as a whole.
        """
        for clock in self._clocks:
            if clock.due_at > monotonic():
                continue
            clock.put_off(_AGAIN_AFTER)
            try:
                done = await clock.look()
            except (GatewayConnectionError, GatewayResponseError) as error:
                LOGGER.debug("%s: looked in vain for changes: %s", self._entry.title, error)
            else:
                if done:
                    clock.put_off(clock.interval)

    async def _look_at_info(self) -> bool:
        info = await self._lane.gateway.identify()
        known = self._lane.site.info
        if info.firmware == known.firmware:
            return True
        LOGGER.info("%s: firmware %s instead of %s", self._entry.title, info.firmware, known.firmware)
        return await self._find_out(info)

    async def _look_at_meters(self) -> bool:
        gateway = self._lane.gateway
        meters = await gateway.read(METERS)
        readings = await gateway.read(READINGS) if any(not meter.enabled for meter in meters) else ()
        note_cts(self._hass, self._entry, meters, readings)
        if _shape(meters) == _shape(self._lane.meters or ()):
            self._lane.meters = meters
            return True
        LOGGER.info("%s: its CTs have been changed", self._entry.title)
        return await self._find_out(self._lane.site.info)

    async def _find_out(self, info: Info) -> bool:
        """Probe again; tell whether that says all there is to say."""
        runtime = self._entry.runtime_data
        locked = runtime.guard.state.locked_sources()
        updated = info.firmware != runtime.site.info.firmware
        documents = await probe(self._lane.gateway, info, relied_on=endpoints_of(locked), updated=updated)
        try:
            site = decide(documents, locked)
        except GatewayUnsupportedError as error:
            LOGGER.debug("%s: still starting, or without data from now on: %s", self._entry.title, error)
            return False
        if documents.failed:
            return False
        if site != runtime.site:
            self._hass.config_entries.async_schedule_reload(self._entry.entry_id)
            return True
        runtime.site = runtime.guard.site = site
        runtime.guard.state.firmware = str(info.firmware)
        for coordinator in runtime.coordinators.values():
            coordinator.site = site
        self._lane.meters = documents.get(METERS)
        devices = dr.async_get(self._hass)
        device = devices.async_get_device_by_identifier((DOMAIN, info.serial), self._entry.entry_id)
        if device is not None:
            devices.async_update_device(device.id, sw_version=str(info.firmware))
        return True


class _Clock:
    """One thing to look at, and when."""

    def __init__(self, interval: timedelta, look: Callable[[], Awaitable[bool]]) -> None:
        """Look for the first time after an interval."""
        self.interval = interval
        self.look = look
        self.due_at = 0.0
        self.put_off(interval)

    def put_off(self, delay: timedelta) -> None:
        """Look again later."""
        self.due_at = monotonic() + delay.total_seconds()


def _shape(meters: tuple[Meter, ...]) -> dict[Flow, tuple[int, int]]:
    """What of the CTs decides on the entities: which are enabled, and their phases."""
    return {meter.flow: (meter.eid, meter.phase_count) for meter in meters if meter.enabled}
