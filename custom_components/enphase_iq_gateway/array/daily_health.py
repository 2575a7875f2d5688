"""Judge the panels of a gateway each day by the statistics of their power, after its inverters have fallen asleep."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import Platform, UnitOfPower
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from sqlalchemy.exc import SQLAlchemyError

from ..client import PollGroup
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, InvertersCoordinator
from ..inverter_owners import async_inverter_owners
from .comparison import Watts
from .health import HISTORY_DAYS, HealthReport, PanelHealth, judge
from .health_store import HealthStore
from .shapes import propose_arrays

_DAILY_HEALTH: HassKey[dict[str, DailyHealth]] = HassKey(f"{DOMAIN}_daily_health")
# The inverters wake and sleep by the sun: before this local hour they are still asleep from the day before.
_NOON: Final = 12


class DailyHealth:
    """The health of the panels of one gateway."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, coordinator: InvertersCoordinator) -> None:
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._store = HealthStore(hass, entry.entry_id)
        self._listeners: list[CALLBACK_TYPE] = []
        self._tried: date | None = None
        """The last day that was or is being judged."""
        self.report: HealthReport | None = None
        """The last report; None until the recorder has been read once."""

    async def async_load(self) -> None:
        """Load the last report."""
        self.report = await self._store.async_load()
        self._tried = None if self.report is None else self.report.day

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
        """Judge the panels, once for each day."""
        day = self._last_day()
        # The recorder writes its first statistics after the start.
        if not self._hass.is_running or DATA_INSTANCE not in self._hass.data:
            return
        if self._tried is None or day > self._tried:
            self._tried = day
            _ = self._entry.async_create_background_task(
                self._hass, self._async_judge(day), f"{self._entry.title} health of the panels"
            )

    def _last_day(self) -> date:
        """Return the last local day that is over for the inverters."""
        now = dt_util.now()
        over = self._coordinator.asleep and now.hour >= _NOON
        return now.date() if over else now.date() - timedelta(days=1)

    async def _async_judge(self, day: date) -> None:
        """Judge the panels at the end of a day."""
        owners = async_inverter_owners(self._hass)
        inverters = {
            serial: inverter
            for serial, inverter in self._coordinator.data.inverters.items()
            if owners.has(self._entry, serial)
        }
        zone = dt_util.get_default_time_zone()
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        try:
            watts = await async_hour_means(self._hass, list(inverters), end - timedelta(days=HISTORY_DAYS), end)
        except SQLAlchemyError as error:
            LOGGER.warning("%s: the statistics of the panels cannot be read: %s", self._entry.title, error)
            return
        self.report = await self._hass.async_add_executor_job(
            partial(
                judge,
                watts,
                propose_arrays(watts, list(inverters), zone),
                day=day,
                zone=zone,
                ceilings_w={
                    serial: inverter.max_power_w
                    for serial, inverter in inverters.items()
                    if inverter.max_power_w is not None
                },
                silent=[serial for serial, inverter in inverters.items() if not inverter.communicating],
                previous=self.report,
            )
        )
        await self._store.async_save(self.report)
        for listener in list(self._listeners):
            listener()


@callback
def async_daily_health(hass: HomeAssistant, entry: GatewayConfigEntry) -> DailyHealth | None:
    """Return the health of the panels of a loaded entry; None where the gateway has no inverters to read."""
    return hass.data.get(_DAILY_HEALTH, {}).get(entry.entry_id)


async def async_setup_health(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Load the last report, and judge the panels every day."""
    coordinator = entry.runtime_data.coordinators.get(PollGroup.INVERTERS)
    if not isinstance(coordinator, InvertersCoordinator):
        return
    health = DailyHealth(hass, entry, coordinator)
    await health.async_load()
    loaded = hass.data.setdefault(_DAILY_HEALTH, {})
    loaded[entry.entry_id] = health

    @callback
    def forget() -> None:
        del loaded[entry.entry_id]

    @callback
    def start(_: HomeAssistant) -> None:
        health.async_update()

    entry.async_on_unload(forget)
    entry.async_on_unload(coordinator.async_add_listener(health.async_update))
    entry.async_on_unload(async_at_started(hass, start))


async def async_hour_means(hass: HomeAssistant, serials: list[str], begin: datetime, end: datetime) -> Watts:
    """Return the hour means of the power of inverters, as far as the recorder has statistics of them."""
    registry = er.async_get(hass)
    entities = {
        entity_id: serial
        for serial in serials
        if (entity_id := registry.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{serial}_power")) is not None
    }
    if not entities:
        return {}
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, begin, end, set(entities), "hour", {"power": UnitOfPower.WATT}, {"mean"})
    )
    return {
        entities[entity_id]: {row["start"]: mean for row in rows if (mean := row.get("mean")) is not None}
        for entity_id, rows in found.items()
    }
