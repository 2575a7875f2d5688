"""The Enphase IQ Gateway integration."""

from time import monotonic

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .array.daily_health import async_setup_health
from .array.feed import async_remove_roof, async_roof_feed, async_setup_roof
from .array.frontend import async_setup_frontend
from .array.health_store import HealthStore
from .array.websocket import async_setup_commands
from .client import Gateway, GatewayAuthenticationError, GatewayError, GatewayUnsupportedError
from .client.site.documents import Documents
from .client.site.probe import PROBE_LIMIT_S
from .client.site.site import PollGroup, Site, endpoints_of
from .const import DOMAIN, PLATFORMS
from .control.gateway_control import async_setup_control
from .coordinator import (
    GatewayConfigEntry,
    GatewayRuntime,
    SiteCoordinator,
    async_find_site,
    async_retry_together,
    create_coordinators,
    loaded_runtime,
)
from .coordinator.inverter_owners import async_follow_inverters, async_inverter_owners
from .counters.guard import Guard
from .counters.state import GuardState
from .counters.steady_clock import clock_after_start
from .counters.store import CounterStore
from .counters.vanished import async_drop_vanished
from .errors import described
from .history.replacement import async_continue_replacement
from .history.takeover.takeover import async_continue, async_return_before_removal
from .hub.account_layout import async_setup_import
from .hub.api import async_create_gateway
from .hub.devices import async_setup_devices
from .hub.refusal import async_failure
from .hub.token_renewal import TokenRenewal
from .issues import async_setup_issues
from .issues.identity import accept_device, report_refused_device
from .issues.registry import async_clear
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _: ConfigType) -> bool:
    """Register the actions and the page with its commands, which exist whether an entry is loaded or not."""
    async_setup_services(hass)
    async_setup_commands(hass)
    async_setup_import(hass)
    await async_setup_frontend(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Set up a gateway."""
    store = CounterStore(hass, entry.entry_id)
    counters = await store.async_load()
    await async_continue(hass, entry, counters, store)
    async_continue_replacement(hass, entry, counters)
    try:
        gateway = await async_create_gateway(hass, entry)
        _close_with_entry(hass, entry, gateway)
        renewal = TokenRenewal(hass, entry, gateway)
        site, documents = await _async_find_site(gateway, counters, renewal)
    except GatewayError as error:
        report_refused_device(hass, entry, error)
        raise _set_up_error(hass, entry, error, counters) from error
    accept_device(hass, entry, gateway)
    await store.async_catch_up(site)
    async_drop_vanished(hass, counters, str(entry.unique_id))
    guard = Guard(site=site, state=counters, clock=clock_after_start(gateway.clock_ahead_s))
    site_coordinator = SiteCoordinator(
        hass, entry, gateway=gateway, translate=renewal.translate, counters=counters, site=site, documents=documents
    )
    coordinators = create_coordinators(hass, entry, site_coordinator=site_coordinator, guard=guard, documents=documents)
    entry.runtime_data = GatewayRuntime(
        gateway=gateway,
        guard=guard,
        counter_store=store,
        site_coordinator=site_coordinator,
        coordinators=coordinators,
    )
    entry.async_on_unload(store.async_save)
    async_setup_devices(hass, entry)
    await async_setup_health(hass, entry, async_roof_feed(hass, entry.entry_id).layouts)
    async_setup_issues(hass, entry)
    async_setup_control(hass, entry)
    async_retry_together(entry)
    renewal.async_start(coordinators.values())
    if (inverters := coordinators.get(PollGroup.INVERTERS)) is not None:
        await async_follow_inverters(hass, entry, inverters)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await async_setup_roof(hass, entry)
    return True


def _set_up_error(
    hass: HomeAssistant, entry: GatewayConfigEntry, error: GatewayError, counters: GuardState
) -> HomeAssistantError:
    """Return the exception for a failed set-up.

    A gateway whose production has been counted is not ready while it provides no data.
    """
    if isinstance(error, GatewayUnsupportedError) and counters.locked_sources():
        return described(error, ConfigEntryNotReady)
    return async_failure(hass, entry, error, ConfigEntryNotReady)


def _close_with_entry(hass: HomeAssistant, entry: GatewayConfigEntry, gateway: Gateway) -> None:
    """Close the connection with the entry, and when Home Assistant stops, which does not unload entries."""

    async def close(_: Event) -> None:
        await gateway.close()

    entry.async_on_unload(gateway.close)
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, close))


async def _async_find_site(gateway: Gateway, counters: GuardState, renewal: TokenRenewal) -> tuple[Site, Documents]:
    """Find what the gateway has; a token that it refuses is renewed once.

    Raises:
        GatewayError: The gateway could not be read, or has no source of production.
    """
    started = monotonic()
    info = await gateway.identify()
    try:
        limit_s = PROBE_LIMIT_S - (monotonic() - started)
        site, documents = await async_find_site(gateway, info, counters, limit_s=limit_s)
    except GatewayAuthenticationError as refusal:
        if not renewal.possible:
            raise
        await renewal.async_replace_refused(refusal)
        site, documents = await async_find_site(gateway, info, counters)
    # An endpoint that has failed may be one that an update has removed.
    if not documents.failed & endpoints_of(counters.locked_sources()):
        counters.firmware = str(info.firmware)
    return site, documents


async def async_unload_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Unload a gateway."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Remove the issues and what is stored of a gateway; its inverters move to others that list them."""
    async_clear(hass, entry)
    await async_return_before_removal(hass, entry)
    await async_inverter_owners(hass).async_remove(entry)
    await CounterStore(hass, entry.entry_id).async_remove()
    await HealthStore(hass, entry.entry_id).async_remove()
    await async_remove_roof(hass, entry)


async def async_remove_config_entry_device(_: HomeAssistant, entry: GatewayConfigEntry, device: dr.DeviceEntry) -> bool:
    """Return whether a device may be deleted: one that is not listed, or any while the entry is not loaded."""
    present = {str(entry.unique_id)}
    if (runtime := loaded_runtime(entry)) is not None:
        present |= runtime.site.storage.serials
        if (inverters := runtime.coordinators.get(PollGroup.INVERTERS)) is not None:
            present |= inverters.data.inverters.keys()
    return not any(domain == DOMAIN and serial in present for domain, serial in device.identifiers)
