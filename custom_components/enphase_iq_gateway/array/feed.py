"""The roof of one gateway for the pages that show it: its panels, its layout, and every new reading."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client.models import Inverter
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry
from ..coordinator.inverter_owners import async_inverter_owners
from .account import fetched_layouts
from .daily_health import async_daily_health
from .health import HealthReport, PanelHealth
from .layout import Layout, LayoutSource, automatic_layout
from .panels import Panel, async_panels, inverters_coordinator
from .past import NO_DAYS, RecordedDays, async_recorded_days
from .store import LayoutStore

type Message = dict[str, Any]
type Send = Callable[[Message], None]


class RoofFeed:
    """What pages show of one roof; it survives reloads of the entry.

    Nothing is computed while no page is open. A message is sent when it differs from the last one of its kind, and
    values only come from readings of the inverters.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self.layouts = LayoutStore(hass, entry_id)
        self._hass = hass
        self._entry: GatewayConfigEntry | None = None
        """None while the entry is not loaded."""
        self._subscribers: list[Send] = []
        self._sent: dict[str, Message] = {}
        """The last message of each kind."""
        self._days: RecordedDays = NO_DAYS

    async def async_attach(self, entry: GatewayConfigEntry) -> None:
        """Follow the readings of an entry that is being set up, until it is unloaded."""
        await self.layouts.async_load()
        await self._async_use_fetched(entry)
        self._entry = entry
        entry.async_on_unload(self._detach)
        if (coordinator := inverters_coordinator(entry)) is not None:
            entry.async_on_unload(coordinator.async_add_listener(self._update))
            entry.async_on_unload(async_inverter_owners(self._hass).async_add_listener(entry, self._update))
        if (health := async_daily_health(self._hass, entry)) is not None:
            entry.async_on_unload(health.async_add_listener(self._update))
        self._update()

    async def _async_use_fetched(self, entry: GatewayConfigEntry) -> None:
        """Store the layout of a sign-in, if it has panels of this gateway and no user has arranged them."""
        fetched, stored = fetched_layouts(self._hass).new(str(entry.unique_id)), self.layouts.layout
        if fetched is None or not self.layouts.usable or (stored and stored.source is LayoutSource.PERSON):
            return
        is_new = stored is None or replace(fetched, version=stored.version) != stored
        if is_new and any(panel.serial in fetched.panels for panel in async_panels(self._hass, entry)):
            await self.layouts.async_save(fetched, self.layouts.version)

    @callback
    def _detach(self) -> None:
        self._entry = None
        if (now := self._sent.get("now")) is not None:
            self._send(now | {"available": False})

    async def async_subscribe(self, send: Send) -> Callable[[], None]:
        """Send what there is, and then every change; return the function that ends this."""
        await self._async_find_days()
        self._update_sent()
        self._subscribers.append(send)
        for message in self._sent.values():
            send(message)
        return partial(self._unsubscribe, send)

    @callback
    def _unsubscribe(self, send: Send) -> None:
        self._subscribers.remove(send)
        if not self._subscribers:
            self._sent.clear()

    async def async_save(self, layout: Layout, version: int) -> Layout:
        """Store a layout, show it on all pages, and return it with its version.

        Raises:
            LayoutConflictError: another layout was stored meanwhile.
        """
        saved = await self.layouts.async_save(layout, version)
        self._update()
        return saved

    @callback
    def _update(self) -> None:
        """Send what has changed to the pages that are open."""
        if not self._subscribers:
            return
        self._update_sent()
        entry = self._entry
        if entry is not None and (self._days.first is None or self._days.today != dt_util.now().date()):
            _ = entry.async_create_background_task(self._hass, self._async_update_days(), f"{DOMAIN} recorded days")

    async def _async_update_days(self) -> None:
        await self._async_find_days()
        self._update_sent()

    async def _async_find_days(self) -> None:
        if self._entry is not None:
            self._days = await async_recorded_days(self._hass, async_panels(self._hass, self._entry))

    @callback
    def _update_sent(self) -> None:
        entry = self._entry
        if entry is None:
            return
        panels = async_panels(self._hass, entry)
        self._send(self._roof(entry, panels))
        if (now := _now(entry, panels)) is not None:
            self._send(now)
        health = async_daily_health(self._hass, entry)
        if health is not None and health.report is not None:
            self._send(_health(health.report, panels))

    @callback
    def _send(self, message: Message) -> None:
        """Send a message that differs from the last one of its kind."""
        kind = message["kind"]
        if self._sent.get(kind) == message:
            return
        self._sent[kind] = message
        for send in list(self._subscribers):
            send(message)

    def _roof(self, entry: GatewayConfigEntry, panels: list[Panel]) -> Message:
        """Return the panels, where they are, and which days can be shown."""
        layout = self.layouts.layout or automatic_layout(panel.serial for panel in panels)
        return {
            "kind": "roof",
            "title": entry.title,
            "zone": self._hass.config.time_zone,
            "first_day": self._days.first and self._days.first.isoformat(),
            "fine_from": self._days.fine_from and self._days.fine_from.isoformat(),
            "panels": [_panel(entry, panel) for panel in panels],
            "layout": layout.as_json(),
        }


def _panel(entry: GatewayConfigEntry, panel: Panel) -> Message:
    inverter = _inverter(entry, panel)
    return {
        "serial": panel.serial,
        "name": panel.name,
        "device_id": panel.device_id,
        "power": panel.power if panel.power_enabled else None,
        "ceiling_w": _whole(None if inverter is None else inverter.max_power_w),
    }


def _now(entry: GatewayConfigEntry, panels: list[Panel]) -> Message | None:
    """Return the latest reading, its lists in the order of the panels; None where the gateway lists no inverters."""
    coordinator = inverters_coordinator(entry)
    if coordinator is None:
        return None
    at = round(coordinator.data.at)
    inverters = [coordinator.data.inverters[panel.serial] for panel in panels]
    return {
        "kind": "now",
        "at": at,
        "available": coordinator.last_update_success,
        "asleep": coordinator.asleep,
        "watts": [_whole(each.power_w) for each in inverters],
        "today_wh": [_whole(each.details.energy_today_wh) for each in inverters],
        "age_s": [None if each.last_reported is None else max(at - each.last_reported, 0) for each in inverters],
        "silent": [index for index, each in enumerate(inverters) if not each.communicating],
    }


def _health(report: HealthReport, panels: list[Panel]) -> Message:
    """Return the last report, its lists in the order of the panels."""
    found = [report.panels.get(panel.serial, PanelHealth()) for panel in panels]
    return {
        "kind": "health",
        "day": report.day.isoformat(),
        "level": [None if each.level is None else round(each.level, 3) for each in found],
        "state": [each.state.value for each in found],
        "since": {str(index): each.since.isoformat() for index, each in enumerate(found) if each.since is not None},
        "shade": {str(index): list(each.shade_hours) for index, each in enumerate(found) if each.shade_hours},
    }


def _inverter(entry: GatewayConfigEntry, panel: Panel) -> Inverter | None:
    coordinator = inverters_coordinator(entry)
    return None if coordinator is None else coordinator.data.inverters.get(panel.serial)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


_FEEDS: HassKey[dict[str, RoofFeed]] = HassKey(f"{DOMAIN}_roof_feeds")


@singleton(_FEEDS)
@callback
def _feeds(_hass: HomeAssistant) -> dict[str, RoofFeed]:
    """Return the feeds by entry id."""
    return {}


@callback
def async_roof_feed(hass: HomeAssistant, entry_id: str) -> RoofFeed:
    """Return the feed of an entry."""
    feeds = _feeds(hass)
    if entry_id not in feeds:
        feeds[entry_id] = RoofFeed(hass, entry_id)
    return feeds[entry_id]


async def async_setup_roof(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Read the layout of an entry that is being set up, and show its readings on the pages that are open."""
    await async_roof_feed(hass, entry.entry_id).async_attach(entry)


async def async_remove_roof(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Delete the layout of an entry that is being deleted."""
    fetched_layouts(hass).forget(str(entry.unique_id))
    await async_roof_feed(hass, entry.entry_id).layouts.async_remove()
    _ = _feeds(hass).pop(entry.entry_id)
