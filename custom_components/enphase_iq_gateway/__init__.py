"""The Enphase IQ Gateway in Home Assistant: sets up one gateway, and takes it down again."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .client import GatewayError, Info, Lane, decide, model_name, probe
from .const import DOMAIN, MANUFACTURER, PLATFORMS
from .coordinator import GatewayConfigEntry, GatewayRuntime, LaneCoordinator
from .counter_issues import CounterWatch
from .errors import translated
from .gateway import async_create_gateway
from .guard import Guard
from .store import CounterStore


async def async_setup_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Probe the gateway, start its lanes with what the probe has read, add its entities."""
    gateway = await async_create_gateway(hass, entry)
    entry.async_on_unload(gateway.close)
    store = CounterStore(hass, entry.entry_id)
    counters = await store.async_load()
    try:
        documents = await probe(gateway, await gateway.identify())
        site = decide(documents, counters.locked_sources())
    except GatewayError as error:
        raise translated(error) from error
    guard = Guard(site=site, state=counters)
    lanes = {
        lane: LaneCoordinator(hass, entry, lane=lane, gateway=gateway, site=site, guard=guard)
        for lane in Lane
        if site.reads(lane) or (lane is Lane.INVERTERS and site.inverter_endpoints)
    }
    # The report first: what the gateway itself says of today is where today begins on the first day.
    for lane in sorted(lanes, key=lambda lane: lane is not Lane.REPORT):
        lanes[lane].start_with(documents)
    entry.runtime_data = GatewayRuntime(gateway=gateway, site=site, guard=guard, counter_store=store, lanes=lanes)
    entry.async_on_unload(store.async_save)
    entry.runtime_data.observe(CounterWatch(hass, entry, store))
    _register_gateway(hass, entry, site.info)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


def _register_gateway(hass: HomeAssistant, entry: GatewayConfigEntry, info: Info) -> None:
    """Register the gateway's device first, so that its inverters find it."""
    scheme = "https" if info.wants_token else "http"
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, info.serial)},
        manufacturer=MANUFACTURER,
        model=model_name(info),
        model_id=info.part_number,
        name=f"IQ Gateway {info.serial}",
        serial_number=info.serial,
        sw_version=str(info.firmware),
        configuration_url=f"{scheme}://{entry.data['host']}",
    )


async def async_unload_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Take the entities down; the connection is closed with the entry."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Delete what is stored of the counters."""
    await CounterStore(hass, entry.entry_id).async_remove()


async def async_remove_config_entry_device(_: HomeAssistant, entry: GatewayConfigEntry, device: dr.DeviceEntry) -> bool:
    """Let a person delete an inverter that is gone; the gateway and its present inverters stay."""
    inverters = entry.runtime_data.lanes.get(Lane.INVERTERS)
    present = {entry.runtime_data.site.info.serial, *(inverters.data.inverters if inverters else ())}
    return not any(domain == DOMAIN and serial in present for domain, serial in device.identifiers)
