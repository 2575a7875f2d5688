"""The Enphase IQ Gateway in Home Assistant: sets up one gateway, and takes it down again."""

from functools import partial
from time import monotonic

from homeassistant.const import CONF_HOST, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .client import (
    PROBE_LIMIT_S,
    Address,
    Gateway,
    GatewayAuthenticationError,
    GatewayError,
    Info,
    PollGroup,
    decide,
    endpoints_of,
    model_name,
    probe,
)
from .const import DOMAIN, MANUFACTURER, PLATFORMS
from .coordinator import GatewayConfigEntry, GatewayCoordinator, GatewayRuntime
from .counters.guard import Guard
from .counters.store import CounterStore
from .errors import translated
from .hub.api import async_create_gateway
from .hub.site_check import SiteWatch
from .hub.token_renewal import TokenRenewal, async_renew, can_renew
from .issues.counters import CounterWatch
from .issues.identity import TrustWatch, clear_issues, note_refusal, note_trust
from .issues.inverters import DeviceNotes
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _: ConfigType) -> bool:
    """Register the actions: they are there whatever the gateways do."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Probe the gateway, start its coordinators with what the probe has read, add its entities."""
    renewed = False
    store = CounterStore(hass, entry.entry_id)
    counters = await store.async_load()
    try:
        gateway = await async_create_gateway(hass, entry)
        entry.async_on_unload(gateway.close)
        _close_on_stop(hass, entry, gateway)
        began = monotonic()
        locked = counters.locked_sources()
        info = await gateway.identify()
        updated = str(info.firmware) != counters.firmware
        read_all = partial(probe, gateway, info, relied_on=endpoints_of(locked), updated=updated)
        try:
            documents = await read_all(limit_s=PROBE_LIMIT_S - (monotonic() - began))
        except GatewayAuthenticationError:
            if not can_renew(entry):
                raise
            await async_renew(hass, entry, gateway)
            renewed = True
            documents = await read_all()
        site = decide(documents, locked)
        counters.firmware = str(info.firmware)
    except GatewayError as error:
        note_refusal(hass, entry, error)
        raise translated(error, ConfigEntryNotReady) from error
    note_trust(hass, entry, gateway)
    guard = Guard(site=site, state=counters)
    coordinators = {
        group: GatewayCoordinator(hass, entry, group=group, gateway=gateway, site=site, guard=guard)
        for group in PollGroup
        if site.reads(group)
    }
    # The report first: what the gateway itself says of today is where today begins on the first day.
    for coordinator in sorted(coordinators, key=lambda coordinator: coordinator is not PollGroup.REPORT):
        coordinators[coordinator].start_with(documents)
    entry.runtime_data = GatewayRuntime(
        gateway=gateway, site=site, guard=guard, counter_store=store, coordinators=coordinators
    )
    entry.async_on_unload(store.async_save)
    entry.runtime_data.observe(CounterWatch(hass, entry, store))
    entry.runtime_data.observe(TrustWatch(hass, entry))
    entry.runtime_data.observe(DeviceNotes(hass, entry))
    SiteWatch(hass, entry, next(iter(coordinators.values())), documents)
    TokenRenewal(hass, entry, just_renewed=renewed).start()
    _register_gateway(hass, entry, site.info)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


def _close_on_stop(hass: HomeAssistant, entry: GatewayConfigEntry, gateway: Gateway) -> None:
    """Hang up when Home Assistant stops: it does not unload its entries then."""

    async def close(_: Event) -> None:
        await gateway.close()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, close))


def _register_gateway(hass: HomeAssistant, entry: GatewayConfigEntry, info: Info) -> None:
    """Register the gateway's device first, so that its inverters find it."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, info.serial)},
        manufacturer=MANUFACTURER,
        model=model_name(info),
        model_id=info.part_number,
        name=f"IQ Gateway {info.serial}",
        serial_number=info.serial,
        sw_version=str(info.firmware),
        configuration_url=Address.parse(entry.data[CONF_HOST]).url("https" if info.wants_token else "http", ""),
    )


async def async_unload_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Take the entities down; the connection is closed with the entry."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Take away what was to be repaired on a gateway that is deleted."""
    clear_issues(hass, entry)
    await CounterStore(hass, entry.entry_id).async_remove()


async def async_remove_config_entry_device(_: HomeAssistant, entry: GatewayConfigEntry, device: dr.DeviceEntry) -> bool:
    """Let a person delete an inverter that is gone; the gateway and its present inverters stay."""
    inverters = entry.runtime_data.coordinators.get(PollGroup.INVERTERS)
    present = {entry.runtime_data.site.info.serial, *(inverters.data.inverters if inverters else ())}
    return not any(domain == DOMAIN and serial in present for domain, serial in device.identifiers)
