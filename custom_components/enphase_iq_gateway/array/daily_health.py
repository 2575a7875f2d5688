"""Judge the panels of a gateway each day by the statistics of their power, after its inverters have fallen asleep."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import UnitOfPower
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from sqlalchemy.exc import SQLAlchemyError

from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, InvertersCoordinator
from .comparison import Watts
from .health import HISTORY_DAYS, HealthReport, PanelHealth, judge
from .health_store import HealthStore
from .panels import Panel, async_panels, inverters_coordinator
from .shapes import arrays_of
from .store import LayoutStore

# Inverters that sleep before this local hour have not been awake on this day.
_NOON: Final = 12


class DailyHealth:
    """The health of the panels of one gateway."""

    def __init__(
        self, hass: HomeAssistant, entry: GatewayConfigEntry, coordinator: InvertersCoordinator, layouts: LayoutStore
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._layouts = layouts
        self._store = HealthStore(hass, entry.entry_id)
        self._listeners: list[CALLBACK_TYPE] = []
        self._begun: date | None = None
        """The last day whose report is made or was begun."""
        self.report: HealthReport | None = None
        """The last report; None before the first one, and without a recorder."""

    async def async_load(self) -> None:
        """Read the last report, which is shown until the next one."""
        self.report = await self._store.async_load()
        self._begun = None if self.report is None else self.report.day

    def panel(self, serial: str) -> PanelHealth:
        """Return the health of a panel by the last report."""
        return PanelHealth() if self.report is None else self.report.panels.get(serial, PanelHealth())

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a function after each report; return the function that ends this."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @callback
    def async_update(self) -> None:
        """Make the report of a day once it is over."""
        day = self._last_day()
        # After a clock that was ahead, a day after today is none that is over.
        done = self._begun is not None and day <= self._begun <= dt_util.now().date()
        if done or DATA_INSTANCE not in self._hass.data:
            return
        self._begun = day
        _ = self._entry.async_create_background_task(
            self._hass, self._async_report(day), f"{self._entry.title} health of the panels"
        )

    def _last_day(self) -> date:
        """Return the last local day that is over for the inverters."""
        now = dt_util.now()
        over = self._coordinator.asleep and now.hour >= _NOON
        return now.date() if over else now.date() - timedelta(days=1)

    async def _async_report(self, day: date) -> None:
        """Make the report of a day, and call the listeners; without statistics, try again on the next day."""
        panels = async_panels(self._hass, self._entry)
        end = datetime.combine(day + timedelta(days=1), time(), dt_util.get_default_time_zone())
        try:
            watts = await _async_hour_means(self._hass, panels, end - timedelta(days=HISTORY_DAYS), end)
        except SQLAlchemyError as error:
            LOGGER.warning("%s: the statistics of the panels cannot be read: %s", self._entry.title, error)
            return
        self.report = await self._hass.async_add_executor_job(self._judge, day, watts, panels)
        await self._store.async_save(self.report)
        for listener in list(self._listeners):
            listener()

    def _judge(self, day: date, watts: Watts, panels: Iterable[Panel]) -> HealthReport:
        """Return the report of a day; not in the event loop, because 200 panels take a tenth of a second."""
        zone = dt_util.get_default_time_zone()
        inverters = self._coordinator.data.inverters
        listed = [inverters[panel.serial] for panel in panels if panel.serial in inverters]
        return judge(
            watts,
            arrays_of(watts, [panel.serial for panel in panels], self._layouts.layout, zone),
            day=day,
            zone=zone,
            ceilings_w={each.serial: each.max_power_w for each in listed if each.max_power_w is not None},
            silent={each.serial for each in listed if not each.communicating},
            previous=self.report,
        )


async def _async_hour_means(hass: HomeAssistant, panels: Iterable[Panel], begin: datetime, end: datetime) -> Watts:
    """Return the hour means of power, as far as the recorder has statistics of them."""
    serials = {panel.power: panel.serial for panel in panels if panel.power is not None}
    if not serials:
        return {}
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, begin, end, set(serials), "hour", {"power": UnitOfPower.WATT}, {"mean"})
    )
    return {
        serials[entity_id]: {row["start"]: mean for row in rows if (mean := row.get("mean")) is not None}
        for entity_id, rows in found.items()
    }


_DAILY_HEALTH: HassKey[dict[str, DailyHealth]] = HassKey(f"{DOMAIN}_daily_health")


@callback
def async_daily_health(hass: HomeAssistant, entry: GatewayConfigEntry) -> DailyHealth | None:
    """Return the health of the panels of a loaded entry; None where the gateway lists no inverters."""
    return hass.data.get(_DAILY_HEALTH, {}).get(entry.entry_id)


async def async_setup_health(hass: HomeAssistant, entry: GatewayConfigEntry, layouts: LayoutStore) -> None:
    """Read the last report of an entry that is being set up, and judge its panels every day."""
    coordinator = inverters_coordinator(entry)
    if coordinator is None:
        return
    health = DailyHealth(hass, entry, coordinator, layouts)
    await health.async_load()
    loaded = hass.data.setdefault(_DAILY_HEALTH, {})
    loaded[entry.entry_id] = health

    @callback
    def forget() -> None:
        del loaded[entry.entry_id]

    entry.async_on_unload(forget)
    entry.async_on_unload(coordinator.async_add_listener(health.async_update))
