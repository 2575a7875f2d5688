"""What a person should know of the inverters: told once, in the log or by a repair."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from ..client import GatewayError, PollGroup
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, GatewayCoordinator

REPORTS_HOURLY = "reports_hourly"


class DeviceNotes:
    """Looks at each reading of the inverters."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
        """Know nothing yet."""
        self._hass = hass
        self._entry = entry
        self._silent: frozenset[str] = frozenset()
        self._mute: frozenset[str] = frozenset()

    def __call__(self, coordinator: GatewayCoordinator, error: GatewayError | None) -> None:
        """Compare with what was known."""
        if coordinator.group is not PollGroup.INVERTERS or error is not None:
            return
        devices = coordinator.devices
        for serial in sorted(devices.mute - self._mute):
            LOGGER.info("%s: inverter %s is listed without a reading", self._entry.title, serial)
        for serial in sorted(devices.silent - self._silent):
            LOGGER.info("%s: inverter %s keeps silent while others report", self._entry.title, serial)
        self._mute, self._silent = devices.mute, devices.silent
        issue = f"{REPORTS_HOURLY}_{self._entry.entry_id}"
        if not devices.reports_hourly:
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
