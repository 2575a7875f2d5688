"""The issue of a token that expires soon and cannot be renewed in the background."""

from typing import Final

from homeassistant.components.repairs import FlowType, RepairsFlowResult
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType

from ..client import Token
from ..const import CONF_METHOD, DOMAIN, TOKEN_PAGE
from ..formatting import utc_minute
from .fix_flow import FixFlow
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


class TokenRepair(FixFlow):
    """Continue with signing in again, directly with the method that the user chooses."""

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the sign-in methods."""
        return self.show_choice("account", "token")

    async def async_step_account(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Continue with the Enphase account."""
        return await self._sign_in_again("account")

    async def async_step_token(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Continue with a token to paste."""
        return await self._sign_in_again("token")

    async def _sign_in_again(self, method: str) -> RepairsFlowResult:
        entry = self.entry
        if entry is None:
            return self.async_abort(reason="not_loaded")
        flow = next(entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}), None)
        if flow is None:
            flow = await self.hass.config_entries.flow.async_init(
                DOMAIN,
                context={"source": SOURCE_REAUTH, "entry_id": entry.entry_id},
                data={**entry.data, CONF_METHOD: method},
            )
        if flow.get("type") is FlowResultType.ABORT:
            # The stored account was enough.
            return self.async_create_entry(data={})
        return self.async_create_entry(data={}, next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"]))
