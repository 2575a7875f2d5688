"""Set up a gateway at an address, and look at what it has."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
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


async def set_up_at(hass: HomeAssistant, network: Network, simulator: Simulator, address: str = ADDRESS) -> ConfigEntry:
    """Set up a gateway at an address, with an option of its own."""
    network[address] = simulator
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: address})
    result = await sign_in(hass, result, simulator)
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    hass.config_entries.async_update_entry(entry, options={CONF_UPDATE_INTERVAL: 15})
    return entry


def is_loaded(entry: ConfigEntry) -> bool:
    """Return whether the gateway is set up."""
    return entry.state is ConfigEntryState.LOADED


def entities(hass: HomeAssistant, entry: ConfigEntry) -> set[tuple[str, str]]:
    """Return the entity ids and unique ids of a gateway."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {(entity.entity_id, entity.unique_id) for entity in registered}


async def choose_and_submit(
    hass: HomeAssistant, result: ConfigFlowResult, step: str | None, answers: dict[str, Any]
) -> ConfigFlowResult:
    """Choose a sign-in method where there is a choice, then sign in."""
    if step is not None:
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": step})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], answers)
    await hass.async_block_till_done()
    return result
