"""The layout of the panels that the user's Enphase account has, read when an administrator wants it."""

from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import async_response, require_admin, websocket_command
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
import probatio

from ..array.account import fetched_layouts
from ..array.enphase import parse_layout
from ..array.layout import Layout, LayoutError
from ..array.panels import async_panels
from ..array.websocket import loaded_entry, preview_of
from ..client.auth.cloud import CloudError, CloudProblem
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry
from .cloud import async_sign_in_to_cloud

ERR_NO_LAYOUT: Final = "no_layout"
ERR_NO_SESSION: Final = "no_session"
_KEYS: Final = {
    CloudProblem.WRONG_PASSWORD: "cloud_wrong_password",
    CloudProblem.BLOCKED: "cloud_blocked",
    CloudProblem.MULTI_FACTOR: "layout_multi_factor",
}


class LayoutImportError(HomeAssistantError):
    """The account provides no layout; the message is translated."""

    def __init__(self, code: str, key: str) -> None:
        """Set the code for the page, and the key of the message."""
        super().__init__(translation_domain=DOMAIN, translation_key=key)
        self.code = code


@callback
def async_setup_import(hass: HomeAssistant) -> None:
    """Register the command of the page."""
    async_register_command(hass, async_import)


@require_admin
@websocket_command({probatio.Required("type"): f"{DOMAIN}/array/layout/import", probatio.Required("entry_id"): str})
@async_response
async def async_import(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Return the layout that the Enphase account has, and how many of its panels the gateway has; store nothing."""
    if (entry := loaded_entry(hass, connection, msg)) is None:
        return
    try:
        layout = await async_import_layout(hass, entry)
    except LayoutImportError as error:
        connection.send_error(
            msg["id"],
            error.code,
            str(error),
            translation_domain=error.translation_domain,
            translation_key=error.translation_key,
        )
    else:
        connection.send_result(msg["id"], preview_of(hass, entry, layout))


async def async_import_layout(hass: HomeAssistant, entry: GatewayConfigEntry) -> Layout:
    """Return the layout of the account with the stored password, else that of the latest sign-in.

    Raises:
        LayoutImportError: there is neither of them, or it has no panels of this gateway.
    """
    try:
        layout = await _async_fetch_layout(hass, entry)
    except LayoutImportError as error:
        latest = fetched_layouts(hass).latest(str(entry.unique_id))
        if latest is None or error.code != ERR_NO_SESSION:
            raise
        layout = latest
    if not any(panel.serial in layout.panels for panel in async_panels(hass, entry)):
        raise LayoutImportError(ERR_NO_LAYOUT, "layout_of_other_panels")
    return layout


async def _async_fetch_layout(hass: HomeAssistant, entry: GatewayConfigEntry) -> Layout:
    data = entry.data
    if not {CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD} <= set(data):
        raise LayoutImportError(ERR_NO_SESSION, "layout_no_password")
    sign_in = async_sign_in_to_cloud(hass, data[CONF_USERNAME], data[CONF_PASSWORD], str(entry.unique_id))
    try:
        return parse_layout(await sign_in.fetch_layout())
    except CloudError as error:
        key = _KEYS.get(error.problem, "layout_not_read")
        raise LayoutImportError(ERR_NO_SESSION, key) from error
    except LayoutError as error:
        raise LayoutImportError(ERR_NO_LAYOUT, "layout_not_read") from error
    finally:
        sign_in.close()
