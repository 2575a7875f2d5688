"""The coordinators: three clocks, each reading its own part of the gateway and failing alone (DESIGN §1)."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from time import monotonic, time
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .client import (
    DEVICE_DATA,
    METERS,
    DeviceData,
    Documents,
    Endpoint,
    Gateway,
    GatewayCertificateError,
    GatewayError,
    GatewayWrongDeviceError,
    Meter,
    PollGroup,
    Site,
    Snapshot,
    Source,
    measure,
    read_group,
    was_read,
    with_earlier,
    with_unchanged,
)
from .const import (
    ASLEEP_INTERVAL,
    CONF_UPDATE_INTERVAL,
    COUNTED_EACH_S,
    DETAILS_INTERVAL_S,
    INVERTERS_INTERVAL,
    LOGGER,
    REPORT_INTERVAL,
    SLOW_SOURCE_INTERVAL,
    UPDATE_INTERVAL_DEFAULT_S,
)
from .counters.guard import Guard
from .counters.store import CounterStore
from .errors import translated
from .polling.backoff import LOST_AFTER_FAILURES, Backoff
from .polling.inverter_health import InverterHealth
from .polling.inverter_updates import WatchedInverter
from .polling.maintenance import in_maintenance

type GatewayConfigEntry = ConfigEntry[GatewayRuntime]

COUNTED: Final = "counted"
"""The context of who shows counters alone; others may show anything."""

type Observer = Callable[[GatewayCoordinator, GatewayError | None], None]
"""Told after each reading of a coordinator, with the error where it failed; must not raise."""

type Chore = Callable[[], Awaitable[None]]
"""Done inside a coordinator before each of its readings; raises `GatewayError` for what concerns the gateway as a whole."""


@dataclass(kw_only=True, slots=True)
class GatewayRuntime:
    """What one config entry holds while it is set up."""

    gateway: Gateway
    site: Site
    guard: Guard
    counter_store: CounterStore
    coordinators: dict[PollGroup, GatewayCoordinator]

    def observe(self, observer: Observer) -> None:
        """Let somebody know of each reading of each coordinator: what is to be stored, what a person must be told."""
        for coordinator in self.coordinators.values():
            coordinator.observers.append(observer)


class GatewayCoordinator(DataUpdateCoordinator[Snapshot]):
    """One coordinator: reads its endpoints, lets the guard look over the counters, tells its entities.

    A failure that may pass keeps the last values for a moment (`pace`), then the coordinator is lost until it can be read
    again; of each there is one line in the log. The same holds for one of several endpoints of a coordinator.
    """

    config_entry: GatewayConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: GatewayConfigEntry,
        *,
        group: PollGroup,
        gateway: Gateway,
        site: Site,
        guard: Guard,
    ) -> None:
        """Set the clock by what the coordinator reads."""
        interval = _interval(entry, group, site)
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{entry.title} {group}",
            update_interval=interval,
            always_update=False,
        )
        self.group = group
        self.gateway = gateway
        self.site = site
        self.guard = guard
        self.translate: Callable[[GatewayError], HomeAssistantError] = translated
        """What a failure means to Home Assistant; a token that is being renewed is no reason to ask the person."""
        self.observers: list[Observer] = []
        self.chores: list[Chore] = []
        self.meters: tuple[Meter, ...] | None = None
        self.pace = Backoff(base_s=interval.total_seconds())
        self.devices = InverterHealth()
        self.known_devices: dict[str | None, DeviceEntry | None] = {}
        """Of each inverter by its serial, None the gateway's, for their entities."""
        self.last_success: datetime | None = None
        self.reading = Context()
        """What the states of one reading have in common."""
        self._watched: dict[str, WatchedInverter] = {}
        self.news: list[str] = []
        """The inverters that the entities are being told of: those that are not as before."""
        self._told: tuple[bool, Snapshot | None] = (False, None)
        """Whether there were values, and which, when the entities were told last."""
        self._warned = False
        self._documents = Documents(info=site.info)
        self._details_at = monotonic()
        self._counted_at = 0.0
        self._failures: Counter[Endpoint[object]] = Counter()
        """In a row, of single endpoints of a coordinator that could be read otherwise."""

    @property
    def endpoints(self) -> frozenset[Endpoint[object]]:
        """What the coordinator reads."""
        return self.site.reads(self.group)

    def start_with(self, documents: Documents) -> None:
        """Take the coordinator's first values from what the probe has read, so that set-up asks for nothing twice."""
        self.meters = documents.get(METERS)
        self._documents = documents
        self.data = self._snapshot(documents)
        if self.endpoints <= documents.failed:
            self.pace = self.pace.failed(monotonic(), expected=False)
            self._set_clock(expected=False)
            self._lose("it could not be read at set-up", expected=False)
        else:
            self.last_success = dt_util.utcnow()

    @override
    async def _async_update_data(self) -> Snapshot:
        """Read the coordinator.

        Raises:
            UpdateFailed, ConfigEntryAuthFailed: translated from the client's errors.
        """
        try:
            for chore in self.chores:
                await chore()
            details = self._details()
            documents = await read_group(self.gateway, self.site, self.group, self.meters, details)
        except GatewayError as error:
            return self._after(error)
        if documents.get(DEVICE_DATA) is not details:
            self._details_at = monotonic()
        answers = [
            self.gateway.statistics[endpoint.path].duration_ms or 0
            for endpoint in self.endpoints
            if was_read(documents, endpoint)
        ]
        self._find(max(answers, default=0) / 1000)
        self._documents = self._bridge(documents)
        snapshot = self._snapshot(self._documents)
        self._set_clock(expected=False)
        self._tell(None)
        return snapshot

    def _details(self) -> DeviceData | None:
        """The details of the inverters that will do once more: where they are cut, the list has what is new."""
        devices = self._documents.get(DEVICE_DATA)
        old = monotonic() - self._details_at >= DETAILS_INTERVAL_S
        return None if devices is None or not devices.truncated or old else devices

    @callback
    def watched(self, serial: str) -> WatchedInverter:
        """Where the entities of an inverter hear of its news."""
        return self._watched.setdefault(serial, WatchedInverter())

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Tell everybody, but those who show a part of the data only of news: unchanged it is the same object."""
        self.reading = Context()
        (told_success, told), self._told = self._told, (self.last_update_success, self.data)
        known = {} if told is None else told.inverters
        self.news = [serial for serial, inverter in self.data.inverters.items() if known.get(serial) is not inverter]
        before = told if told_success is self.last_update_success else None
        counters_stand = before is not None and before.counted is self.data.counted
        for update_callback, part in list(self._listeners.values()):
            if not (counters_stand and part is COUNTED):
                self.let(update_callback)
        gone = known.keys() - self.data.inverters.keys()
        for serial in list(self._watched) if before is None else [*self.news, *gone]:
            self.let(self._tell_of, serial)

    @callback
    def _tell_of(self, serial: str) -> None:
        """Tell the entities of one inverter what is new to them."""
        inverter = self.data.inverters.get(serial)
        available = self.last_update_success and inverter is not None
        if (watched := self._watched.get(serial)) is not None:
            for entity, shown in watched.news(inverter, available=available):
                self.let(entity.show, shown)

    @callback
    def let[*Values](self, take: Callable[[*Values], None], *values: *Values) -> None:
        """Let somebody take new values; as in Home Assistant one entity's trouble is not the others'."""
        try:
            take(*values)
        except Exception:  # noqa: BLE001 - an entity may raise anything
            LOGGER.exception("%s: an entity could not take its values", self.name)

    def hurry(self) -> None:
        """Read soon where failures have made the coordinator slow: another one has just found the gateway back."""
        if self.pace.failures and self._listeners:
            self.pace = self.pace.hopeful()
            self._set_clock(expected=False)
            self._schedule_refresh()

    def _after(self, error: GatewayError) -> Snapshot:
        """Keep the last values after a failure that may pass, or lose the coordinator.

        Raises: as `_async_update_data`.
        """
        self._tell(error)
        now, expected = monotonic(), in_maintenance(dt_util.now())
        self.pace = self.pace.failed(now, expected=expected)
        self._set_clock(expected=expected)
        failure = self.translate(error)
        if self.last_update_success and _may_pass(error, failure) and not self.pace.lost(now, expected=expected):
            return self.data
        self._lose(error, expected=expected)
        raise failure from error

    def _lose(self, reason: GatewayError | str, *, expected: bool) -> None:
        """Note that the coordinator gives nothing now, in the log once.

        Home Assistant's own line would be an error, also each night; it writes none for a coordinator that is lost already.
        """
        if not expected and not self._warned:
            LOGGER.warning("%s: no values any more: %s", self.name, reason)
            self._warned = True
        elif self.last_update_success:
            LOGGER.info("%s: no values during the nightly maintenance: %s", self.name, reason)
        self.last_update_success = False

    def _find(self, answer_s: float) -> None:
        """Note that the coordinator could be read; as in `_lose` Home Assistant has nothing to add."""
        self.last_success = dt_util.utcnow()
        failed_before = self.pace.failures
        self.pace = self.pace.succeeded(answer_s)
        if not self.last_update_success:
            LOGGER.info("%s: values again", self.name)
            self.last_update_success = True
        self._warned = False
        if failed_before:
            for other in self.config_entry.runtime_data.coordinators.values():
                if other is not self:
                    other.hurry()

    def _set_clock(self, *, expected: bool) -> None:
        interval = timedelta(seconds=self.pace.interval_s(expected=expected))
        if self.devices.asleep and not self.pace.failures:
            interval = max(interval, ASLEEP_INTERVAL)
        self.update_interval = interval

    def _bridge(self, documents: Documents) -> Documents:
        """Let an endpoint that failed say what it said before, once; the others of the coordinator stand for themselves."""
        if not documents.failed and not self._failures:
            return documents
        expected = in_maintenance(dt_util.now())
        for endpoint in self.endpoints:
            if endpoint not in documents.failed:
                if was_read(documents, endpoint) and self._failures.pop(endpoint, 0) >= LOST_AFTER_FAILURES:
                    LOGGER.info("%s: %s answers again", self.name, endpoint.path)
                continue
            self._failures[endpoint] += 1
            if self._failures[endpoint] < LOST_AFTER_FAILURES:
                documents = with_earlier(documents, self._documents, endpoint)
            elif self._failures[endpoint] == LOST_AFTER_FAILURES:
                LOGGER.log(
                    logging.INFO if expected else logging.WARNING,
                    "%s: goes on without %s",
                    self.name,
                    self.gateway.statistics[endpoint.path].last_error,
                )
        return documents

    def _tell(self, error: GatewayError | None) -> None:
        for observer in self.observers:
            observer(self, error)

    def _snapshot(self, documents: Documents) -> Snapshot:
        """What the documents say, with every counter seen by the guard and every silent inverter found out."""
        at = time()
        if self._counted_lately(at):
            return measure(self.site, self.group, documents, at, standing=self.data.counted)
        snapshot = measure(self.site, self.group, documents, at)
        if self.group is PollGroup.INVERTERS:
            snapshot = self.devices.judge(snapshot)
        snapshot = self.guard.check(self.group, snapshot, dt_util.get_default_time_zone())
        self._counted_at = at
        # An inverter that has said nothing new is the same object, which spares its entities a look.
        return snapshot if self.data is None else with_unchanged(snapshot, self.data)

    def _counted_lately(self, at: float) -> bool:
        """Whether the counters may stand once more; not where power is added up to counters here."""
        adds_up = Source.INTEGRATED in self.site.sources.values()
        return self.group is PollGroup.LIVE and not adds_up and 0 <= at - self._counted_at < COUNTED_EACH_S


def _may_pass(error: GatewayError, failure: HomeAssistantError) -> bool:
    """Whether the values are still those of this gateway, and nobody has to do anything yet."""
    other_device = isinstance(error, GatewayWrongDeviceError | GatewayCertificateError)
    return isinstance(failure, UpdateFailed) and not other_device


def _interval(entry: GatewayConfigEntry, group: PollGroup, site: Site) -> timedelta:
    """How often a coordinator reads."""
    match group:
        case PollGroup.INVERTERS:
            return INVERTERS_INTERVAL
        case PollGroup.REPORT:
            return REPORT_INTERVAL
        case PollGroup.LIVE:
            wished = timedelta(seconds=entry.options.get(CONF_UPDATE_INTERVAL, UPDATE_INTERVAL_DEFAULT_S))
            return wished if Source.READINGS in site.sources.values() else max(wished, SLOW_SOURCE_INTERVAL)
