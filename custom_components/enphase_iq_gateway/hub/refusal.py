"""Credentials that are refused: the user is asked for others, and the stored ones are tried again meanwhile.

A gateway whose clock is wrong after a power cut refuses a token that is valid until its clock is right again.
"""

import time

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..client import GatewayError, Token
from ..client.auth.token import TokenError
from ..errors import described, translated


@callback
def async_failure(
    hass: HomeAssistant, entry: ConfigEntry, error: GatewayError, retry: type[HomeAssistantError] = UpdateFailed
) -> HomeAssistantError:
    """Return the exception for a failure, and ask the user for other credentials where the stored ones are refused.

    Home Assistant tries again after `retry`, but never after `ConfigEntryAuthFailed`.
    """
    failure = translated(error, retry)
    if not isinstance(failure, ConfigEntryAuthFailed) or not may_be_accepted(entry):
        return failure
    entry.async_start_reauth(hass)
    return described(error, retry)


@callback
def async_end_reauth(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Stop asking the user, now that the gateway accepts the credentials; a sign-in that has begun continues."""
    for flow in list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})):
        if flow.get("step_id") == "reauth_confirm":
            hass.config_entries.flow.async_abort(flow["flow_id"])


def may_be_accepted(entry: ConfigEntry) -> bool:
    """Return whether the gateway may accept the stored credentials later: not a token that has expired."""
    if CONF_TOKEN not in entry.data:
        return True
    try:
        Token.parse(entry.data[CONF_TOKEN]).check(str(entry.unique_id), time.time())
    except TokenError:
        return False
    return True
