"""The actions of control: each returns what the gateway has confirmed, and when."""

from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import probatio

from ..client.control.changes import Change, change_grid_relay, change_reserve, change_storage_mode
from ..client.site.storage_values import StorageProfile
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry
from .errors import refusal
from .gateway_control import async_control

SET_STORAGE_MODE: Final = "set_storage_mode"
SET_RESERVE: Final = "set_reserve"
GO_OFF_GRID: Final = "go_off_grid"
GO_ON_GRID: Final = "go_on_grid"

_GATEWAY: Final[dict[Any, Any]] = {probatio.Optional("gateway"): cv.string}
CONTROL_SCHEMAS: Final = {
    SET_STORAGE_MODE: probatio.Schema(
        {**_GATEWAY, probatio.Required("mode"): probatio.In([profile.value for profile in StorageProfile])}
    ),
    SET_RESERVE: probatio.Schema(
        {
            **_GATEWAY,
            probatio.Required("reserve"): probatio.All(probatio.Coerce(float), probatio.Range(min=0, max=100)),
        }
    ),
    GO_OFF_GRID: probatio.Schema(_GATEWAY),
    GO_ON_GRID: probatio.Schema(_GATEWAY),
}


@callback
def async_setup_control_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    handlers = {
        SET_STORAGE_MODE: _async_set_storage_mode,
        SET_RESERVE: _async_set_reserve,
        GO_OFF_GRID: _async_go_off_grid,
        GO_ON_GRID: _async_go_on_grid,
    }
    for name, handler in handlers.items():
        hass.services.async_register(
            DOMAIN, name, handler, CONTROL_SCHEMAS[name], supports_response=SupportsResponse.OPTIONAL
        )


async def _async_set_storage_mode(call: ServiceCall) -> ServiceResponse:
    return await _async_change(call, change_storage_mode(call.data["mode"]))


async def _async_set_reserve(call: ServiceCall) -> ServiceResponse:
    return await _async_change(call, change_reserve(call.data["reserve"]))


async def _async_go_off_grid(call: ServiceCall) -> ServiceResponse:
    return await _async_change(call, change_grid_relay(closed=False))


async def _async_go_on_grid(call: ServiceCall) -> ServiceResponse:
    return await _async_change(call, change_grid_relay(closed=True))


async def _async_change(call: ServiceCall, change: Change) -> ServiceResponse:
    """Change a setting of the gateway that is named, or of the only one."""
    control = async_control(call.hass, _entry(call))
    if control is None:
        raise refusal("control_off")
    confirmation = await control.async_change(change)
    return {
        "setting": change.setting.value,
        "confirmed": confirmation.requested,
        "at": dt_util.as_local(confirmation.at).isoformat(),
    }


def _entry(call: ServiceCall) -> GatewayConfigEntry:
    """Return the entry of the gateway to change.

    Raises:
        ServiceValidationError: It is not set up at the moment, or not the only one and not named.
    """
    meant = [
        entry
        for entry in call.hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False)
        if call.data.get("gateway") in {None, entry.entry_id}
    ]
    if len(meant) != 1:
        raise refusal("which_gateway")
    if meant[0].state is not ConfigEntryState.LOADED:
        raise refusal("not_loaded")
    return cast("GatewayConfigEntry", meant[0])
