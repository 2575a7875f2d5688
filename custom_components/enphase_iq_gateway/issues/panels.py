"""Issues about panels that have made no power for two days while their array did."""

from collections import defaultdict
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..array.daily_health import async_daily_health
from ..array.health import HealthReport
from ..array.panels import async_panels
from ..coordinator import GatewayConfigEntry
from .registry import async_clear, async_create, issue_id

PANELS_WITHOUT_POWER: Final = "panels_without_power"
_DAYS: Final = 2


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Update the issues now and after each report."""
    health = async_daily_health(hass, entry)
    if health is None:
        return

    @callback
    def update() -> None:
        if health.report is not None:
            update_issues(hass, entry, health.report)

    update()
    entry.async_on_unload(health.async_add_listener(update))


@callback
def update_issues(hass: HomeAssistant, entry: GatewayConfigEntry, report: HealthReport) -> None:
    """Create one issue for all panels without power since the same day, and delete those that are solved."""
    events: dict[str, list[str]] = defaultdict(list)
    for serial, panel in report.panels.items():
        if panel.days_without_power >= _DAYS:
            events["" if panel.since is None else panel.since.isoformat()].append(serial)
    names = {panel.serial: panel.name for panel in async_panels(hass, entry)}
    wanted = {issue_id(PANELS_WITHOUT_POWER, entry, since) for since in events}
    async_clear(hass, entry, PANELS_WITHOUT_POWER, keep=wanted)
    for since, serials in events.items():
        async_create(
            hass,
            entry,
            PANELS_WITHOUT_POWER,
            since,
            is_fixable=False,
            placeholders={
                "gateway": entry.title,
                "panels": ", ".join(names.get(serial, serial) for serial in sorted(serials)),
            },
        )
