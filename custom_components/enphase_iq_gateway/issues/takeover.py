"""The issue that another integration reads the same gateway: both cost the gateway time, and count its energy twice."""

from typing import Final

from homeassistant.components.repairs import FlowType, RepairsFlowResult
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..coordinator import GatewayConfigEntry
from ..history.takeover.offer import TAKE_OVER_STEP, async_start_step, other_entry_of
from .fix_flow import FixFlow
from .registry import async_create, async_delete

TWO_INTEGRATIONS: Final = "two_integrations"


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Look for the other integration now, and whenever an entry of any integration is loaded, unloaded or changed."""

    @callback
    def update(*_: object) -> None:
        _update(hass, entry)

    update()
    entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, update))


def _update(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Raise the issue while another integration is loaded, unless it was taken over."""
    other = other_entry_of(hass, entry)
    if other is not None and other.state is ConfigEntryState.LOADED:
        async_create(
            hass,
            entry,
            TWO_INTEGRATIONS,
            severity=ir.IssueSeverity.WARNING,
            placeholders={"title": other.title, "serial": str(entry.unique_id)},
        )
    else:
        async_delete(hass, entry, TWO_INTEGRATIONS)


class TwoIntegrationsRepair(FixFlow):
    """Continue with the takeover, or keep both."""

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the choice."""
        return self.show_choice("move_over", "keep_both")

    async def async_step_move_over(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Continue with the step of the options, which shows what would move."""
        entry = self.entry
        if entry is None or entry.state is not ConfigEntryState.LOADED or other_entry_of(self.hass, entry) is None:
            return self.async_abort(reason="not_loaded")
        flow_id = await async_start_step(self.hass, entry, TAKE_OVER_STEP)
        if flow_id is None:
            return self.async_abort(reason="not_loaded")
        return self.async_create_entry(data={}, next_flow=(FlowType.OPTIONS_FLOW, flow_id))

    async def async_step_keep_both(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Do not show the issue again."""
        ir.async_ignore_issue(self.hass, self.handler, self.issue_id, ignore=True)
        return self.async_abort(reason="both_kept")
