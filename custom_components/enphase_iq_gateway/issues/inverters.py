"""What a person should know of the inverters: told once, in the log or by a repair."""

from functools import partial

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..client import PollGroup
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator

REPORTS_HOURLY = "reports_hourly"


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Follow the reports of the inverters."""
    coordinator = entry.runtime_data.coordinators.get(PollGroup.INVERTERS)
    if coordinator is not None:
        notes = DeviceNotes(hass, entry)
        entry.async_on_unload(coordinator.async_add_listener(partial(notes.update, coordinator)))


class DeviceNotes:
    """Looks at each reading of the inverters."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
        """Know nothing yet."""
        self._hass = hass
        self._entry = entry
        self._silent: frozenset[str] = frozenset()
        self._mute: frozenset[str] = frozenset()

    @callback
    def update(self, coordinator: PollGroupCoordinator) -> None:
        """Compare with what was known."""
        if coordinator.error is not None:
            return
        inverters = coordinator.data.inverters.values()
        mute = frozenset(inverter.serial for inverter in inverters if inverter.last_reported is None)
        silent = frozenset(inverter.serial for inverter in inverters if not inverter.communicating)
        for serial in sorted(mute - self._mute):
            LOGGER.info("%s: inverter %s is listed without a reading", self._entry.title, serial)
        for serial in sorted(silent - self._silent):
            LOGGER.info("%s: inverter %s keeps silent while others report", self._entry.title, serial)
        self._mute, self._silent = mute, silent
        issue = f"{REPORTS_HOURLY}_{self._entry.entry_id}"
        if not coordinator.data.reports_hourly:
            ir.async_delete_issue(self._hass, DOMAIN, issue)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=REPORTS_HOURLY,
            translation_placeholders={"gateway": self._entry.title},
        )
