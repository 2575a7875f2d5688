"""The commands of the page: subscribe to a roof, read its past days, save and check its layout."""

from datetime import date
from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_INVALID_FORMAT, ERR_NOT_FOUND, TYPE_RESULT
from homeassistant.components.websocket_api.decorators import async_response, require_admin, websocket_command
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import probatio

from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry
from .enphase import parse_pasted
from .feed import Message, RoofFeed, async_roof_feed
from .layout import Layout, LayoutError
from .panels import async_panels
from .past import NoRecorderError, async_day
from .store import LayoutConflictError

ERR_CONFLICT: Final = "conflict"
ERR_NO_RECORDER: Final = "no_recorder"
ERR_NOT_LOADED: Final = "not_loaded"
_FIRST_DAY: Final = date(2000, 1, 1)


@callback
def async_setup_commands(hass: HomeAssistant) -> None:
    """Register the commands, which exist whether an entry is loaded or not."""
    for command in (async_subscribe, async_read_day, async_save_layout, async_read_layout):
        async_register_command(hass, command)


@callback
def loaded_entry(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> GatewayConfigEntry | None:
    """Return the entry that a command names; None, and an error is sent, unless it is loaded."""
    entry = hass.config_entries.async_get_entry(msg["entry_id"])
    if entry is None or entry.domain != DOMAIN:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "There is no such gateway")
        return None
    if entry.state is not ConfigEntryState.LOADED:
        connection.send_error(msg["id"], ERR_NOT_LOADED, "The gateway is not set up")
        return None
    return entry


@websocket_command({probatio.Required("type"): f"{DOMAIN}/array/subscribe", probatio.Required("entry_id"): str})
@async_response
async def async_subscribe(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Send the roof, and its values now and after every reading."""
    if (entry := loaded_entry(hass, connection, msg)) is None:
        return
    can_edit = connection.user.is_admin

    @callback
    def send(message: Message) -> None:
        event = message | {"can_edit": can_edit} if message["kind"] == "roof" else message
        connection.send_event(msg["id"], event)

    connection.send_result(msg["id"])
    # The page may close or unsubscribe while the recorder is read, which removes this.
    connection.subscriptions[msg["id"]] = lambda: None
    unsubscribe = await async_roof_feed(hass, entry.entry_id).async_subscribe(send)
    if msg["id"] in connection.subscriptions:
        connection.subscriptions[msg["id"]] = unsubscribe
    else:
        unsubscribe()


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/array/day",
        probatio.Required("entry_id"): str,
        probatio.Required("date"): cv.date,
    }
)
@async_response
async def async_read_day(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Return power and energy of the panels on a day."""
    if (entry := loaded_entry(hass, connection, msg)) is None:
        return
    if not _FIRST_DAY <= msg["date"] <= dt_util.now().date():
        connection.send_error(msg["id"], ERR_INVALID_FORMAT, "date: expected a day until today")
        return
    try:
        day = await async_day(hass, async_panels(hass, entry), msg["date"])
    except NoRecorderError:
        connection.send_error(msg["id"], ERR_NO_RECORDER, "There is no recorder")
    else:
        connection.send_result(msg["id"], day)


@require_admin
@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/array/layout/save",
        probatio.Required("entry_id"): str,
        probatio.Required("version"): probatio.All(int, probatio.Range(min=0)),
        probatio.Required("layout"): dict,
    }
)
@async_response
async def async_save_layout(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Store a layout, unless another one was stored since the version that the page has read."""
    if (entry := loaded_entry(hass, connection, msg)) is None:
        return
    feed = async_roof_feed(hass, entry.entry_id)
    try:
        saved = await feed.async_save(Layout.from_json(msg["layout"]), msg["version"])
    except LayoutError as error:
        connection.send_error(msg["id"], ERR_INVALID_FORMAT, str(error))
    except LayoutConflictError:
        connection.send_message(_conflict(msg["id"], feed))
    else:
        connection.send_result(msg["id"], {"version": saved.version})


@require_admin
@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/array/layout/read",
        probatio.Required("entry_id"): str,
        probatio.Required("document"): probatio.Any(str, dict),
    }
)
@callback
def async_read_layout(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Return the layout in a document of Enphase, and how many of its panels the gateway has; nothing is stored."""
    if (entry := loaded_entry(hass, connection, msg)) is None:
        return
    try:
        layout = parse_pasted(msg["document"])
    except LayoutError as error:
        connection.send_error(
            msg["id"],
            ERR_INVALID_FORMAT,
            str(error),
            translation_domain=DOMAIN,
            translation_key="not_a_layout",
        )
    else:
        connection.send_result(msg["id"], preview_of(hass, entry, layout))


def preview_of(hass: HomeAssistant, entry: GatewayConfigEntry, layout: Layout) -> dict[str, Any]:
    """Return a layout that isn't stored, and how many of its panels the gateway has."""
    known = sum(panel.serial in layout.panels for panel in async_panels(hass, entry))
    return {"layout": layout.as_json(), "known": known, "unknown": len(layout.panels) - known}


def _conflict(message_id: int, feed: RoofFeed) -> dict[str, Any]:
    """Return an error that has the stored layout, so that the user can choose."""
    layout = feed.layouts.layout
    return {
        "id": message_id,
        "type": TYPE_RESULT,
        "success": False,
        "error": {
            "code": ERR_CONFLICT,
            "message": "Another layout was saved",
            "version": feed.layouts.version,
            "layout": None if layout is None else layout.as_json(),
        },
    }
