"""The issue of a token that expires soon and cannot be renewed in the background."""

from typing import Final, override

from homeassistant.components.repairs import ConfirmRepairFlow, FlowType, RepairsFlowResult
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..client import Token
from ..const import DOMAIN, TOKEN_PAGE
from ..formatting import utc_minute
from .registry import async_create, async_delete

TOKEN_ENDS: Final = "token_ends"  # noqa: S105 - the kind of an issue


@callback
def async_create_token_issue(hass: HomeAssistant, entry: ConfigEntry, token: Token) -> None:
    """Create the issue for the token of a gateway."""
    placeholders = {
        "serial": str(entry.unique_id),
        "ends": utc_minute(token.expires_at),
        "token_page": TOKEN_PAGE,
    }
    async_create(hass, entry, TOKEN_ENDS, placeholders=placeholders)


@callback
def async_delete_token_issue(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete the issue once there is a new token."""
    async_delete(hass, entry, TOKEN_ENDS)


class TokenRepair(ConfirmRepairFlow):
    """Continue with signing in again."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        if user_input is None or self.data is None:
            return await super().async_step_confirm(user_input)
        entry = self.hass.config_entries.async_get_entry(str(self.data["entry_id"]))
        if entry is None:
            return self.async_abort(reason="not_loaded")
        flow = next(entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}), None)
        if flow is None:
            flow = await self.hass.config_entries.flow.async_init(
                DOMAIN, context={"source": SOURCE_REAUTH, "entry_id": entry.entry_id}, data=dict(entry.data)
            )
        return self.async_create_entry(data={}, next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"]))
