"""Find out whether a takeover or its undo is possible, and start the steps of the options that offer it."""

from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType

from .journal import journal_of
from .other_entry import other_entries
from .takeover import can_undo

TAKE_OVER_STEP: Final = "take_over"
UNDO_STEP: Final = "undo_take_over"


@callback
def other_entry_of(hass: HomeAssistant, entry: ConfigEntry) -> ConfigEntry | None:
    """Return the entry of another integration to take over from, a running one first; None after a takeover."""
    if journal_of(hass, entry.entry_id) is not None:
        return None
    others = sorted(
        other_entries(hass, str(entry.unique_id)), key=lambda other: other.state is not ConfigEntryState.LOADED
    )
    return next(iter(others), None)


@callback
def take_over_steps(hass: HomeAssistant, entry: ConfigEntry) -> list[str]:
    """Return the steps about a takeover that are of use now."""
    possible = {TAKE_OVER_STEP: other_entry_of(hass, entry) is not None, UNDO_STEP: can_undo(hass, entry)}
    return [step for step, is_possible in possible.items() if is_possible]


async def async_start_step(hass: HomeAssistant, entry: ConfigEntry, step: str) -> str | None:
    """Start a step of the options and return the id of its flow, None where it has ended at once.

    A flow of the options begins with the step that set-up has offered, while that is still open.
    """
    flows = hass.config_entries.options
    result = await flows.async_init(entry.entry_id)
    if result["type"] is not FlowResultType.MENU and result.get("step_id") != step:
        flows.async_abort(result["flow_id"])
        result = await flows.async_init(entry.entry_id)
    if result["type"] is FlowResultType.MENU:
        result = await flows.async_configure(result["flow_id"], {"next_step_id": step})
    return None if result["type"] is FlowResultType.ABORT else result["flow_id"]
