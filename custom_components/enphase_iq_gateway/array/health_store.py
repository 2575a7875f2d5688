"""The last health report on disk: since when panels are weak can be older than the hours that are compared."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER, UNUSABLE_FILE
from .health import HealthReport, PanelHealth, PanelState

_VERSION: Final = 1


class HealthStore:
    """Store of the last health report of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store = Store[dict[str, Any]](hass, _VERSION, f"{DOMAIN}.{entry_id}.health", atomic_writes=True)

    async def async_load(self) -> HealthReport | None:
        """Return the stored report; without one, the next report does not depend on an earlier one."""
        try:
            data = await self._store.async_load()
            return None if data is None else _report(data)
        except UNUSABLE_FILE as error:
            LOGGER.warning("The stored health of the panels cannot be used: %r", error)
            return None

    async def async_save(self, report: HealthReport) -> None:
        """Write a report."""
        await self._store.async_save(
            {
                "day": report.day.isoformat(),
                "panels": {serial: _panel_as_json(panel) for serial, panel in report.panels.items()},
            }
        )

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


def _panel_as_json(panel: PanelHealth) -> dict[str, object]:
    """Return the JSON form of the health of a panel."""
    return {
        "state": panel.state,
        "level": panel.level,
        "since": None if panel.since is None else panel.since.isoformat(),
        "shade_hours": list(panel.shade_hours),
        "shade_loss": panel.shade_loss,
        "days_without_power": panel.days_without_power,
    }


def _report(data: Mapping[str, Any]) -> HealthReport:
    """Return the report with a JSON form.

    Raises:
        AttributeError, LookupError, TypeError, ValueError: it is not one.
    """
    panels = {
        str(serial): PanelHealth(
            state=PanelState(panel["state"]),
            level=None if panel["level"] is None else float(panel["level"]),
            since=None if panel["since"] is None else date.fromisoformat(panel["since"]),
            shade_hours=tuple(int(hour) for hour in panel["shade_hours"]),
            shade_loss=float(panel["shade_loss"]),
            days_without_power=int(panel["days_without_power"]),
        )
        for serial, panel in data["panels"].items()
    }
    return HealthReport(day=date.fromisoformat(data["day"]), panels=panels)
