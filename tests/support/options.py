"""Open the options of a gateway."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType


async def open_menu(hass: HomeAssistant, entry_id: str) -> ConfigFlowResult:
    """Open the menu of the options, after aborting the step that set-up has started."""
    flows = hass.config_entries.options
    for offered in flows.async_progress():
        flows.async_abort(offered["flow_id"])
    menu = await flows.async_init(entry_id)
    assert menu["type"] is FlowResultType.MENU
    return menu


async def open_step(hass: HomeAssistant, entry_id: str, *steps: str) -> ConfigFlowResult:
    """Open a step of the options by choosing from one menu after another."""
    result = await open_menu(hass, entry_id)
    for step in steps:
        result = await hass.config_entries.options.async_configure(result["flow_id"], {"next_step_id": step})
    return result
