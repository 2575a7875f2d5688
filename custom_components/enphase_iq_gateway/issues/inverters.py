"""Log which inverters stop reporting, and raise an issue when they report only once an hour."""

from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..client.site.site import PollGroup
from ..const import LOGGER
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator
from ..coordinator.inverter_owners import async_inverter_owners
from .registry import async_create, async_delete

REPORTS_HOURLY: Final = "reports_hourly"


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Follow the reports of the inverters."""
    coordinator = entry.runtime_data.coordinators.get(PollGroup.INVERTERS)
    if coordinator is not None:
        listener = InverterListener(hass, entry)
        entry.async_on_unload(coordinator.async_add_listener(partial(listener.update, coordinator)))


class InverterListener:
    """Compare the inverters after each reading with those of the reading before."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._silent: frozenset[str] = frozenset()
        self._mute: frozenset[str] = frozenset()

    @callback
    def update(self, coordinator: PollGroupCoordinator) -> None:
        """Log what is new, and create or delete the issue."""
        if coordinator.error is not None:
            return
        owners = async_inverter_owners(self._hass)
        listed = coordinator.data.inverters.values()
        inverters = [inverter for inverter in listed if owners.has(self._entry, inverter.serial)]
        mute = frozenset(inverter.serial for inverter in inverters if inverter.last_reported is None)
        silent = frozenset(inverter.serial for inverter in inverters if not inverter.communicating)
        for serial in sorted(mute - self._mute):
            LOGGER.info("%s: inverter %s is listed without a reading", self._entry.title, serial)
        for serial in sorted(silent - self._silent):
            LOGGER.info("%s: inverter %s has stopped reporting while others report", self._entry.title, serial)
        self._mute, self._silent = mute, silent
        if coordinator.data.reports_hourly:
            async_create(
                self._hass,
                self._entry,
                REPORTS_HOURLY,
                is_fixable=False,
                placeholders={"gateway": self._entry.title},
            )
        else:
            async_delete(self._hass, self._entry, REPORTS_HOURLY)
