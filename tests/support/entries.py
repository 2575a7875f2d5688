"""Set up a gateway at an address, and look at what it has."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.enphase_iq_gateway.const import (
    CONF_UPDATE_INTERVAL,
    DOMAIN,
)
from simulator import Simulator
from tests.conftest import Network, sign_in

ADDRESS = "192.0.2.5"
OTHER_ADDRESS = "192.0.2.6"


async def set_up_at(
    hass: HomeAssistant,
    network: Network,
    simulator: Simulator,
    address: str = ADDRESS,
    *,
    options: Mapping[str, object] = MappingProxyType({CONF_UPDATE_INTERVAL: 15}),
) -> ConfigEntry:
    """Set up a gateway at an address, then change its options."""
    network[address] = simulator
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: address})
    result = await sign_in(hass, result, simulator)
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    hass.config_entries.async_update_entry(entry, options=options)
    return entry


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Start to change the address."""
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    return await hass.config_entries.flow.async_init(DOMAIN, context=context)


async def move(hass: HomeAssistant, result: ConfigFlowResult, address: str) -> ConfigFlowResult:
    """Enter an address."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: address})
    await hass.async_block_till_done()
    return result


def is_loaded(entry: ConfigEntry) -> bool:
    """Return whether the gateway is set up."""
    return entry.state is ConfigEntryState.LOADED


def entities(hass: HomeAssistant, entry: ConfigEntry) -> set[tuple[str, str]]:
    """Return the entity ids and unique ids of a gateway."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {(entity.entity_id, entity.unique_id) for entity in registered}


def sensor_id(hass: HomeAssistant, unique_id: str) -> str:
    """Return the entity id of a sensor of this integration."""
    entity_id = er.async_get(hass).async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
    assert entity_id is not None, unique_id
    return entity_id


def credentials(simulator: Simulator) -> list[str]:
    """Return the paths that were requested with credentials, right or wrong."""
    return [request.path for request in simulator.requests if request.credential != "none"]


async def choose_and_submit(
    hass: HomeAssistant, result: ConfigFlowResult, step: str | None, answers: dict[str, Any]
) -> ConfigFlowResult:
    """Choose a sign-in method where there is a choice, then sign in."""
    if step is not None:
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": step})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], answers)
    await hass.async_block_till_done()
    return result
