"""The layout that the user's Enphase account has: read in passing at a sign-in, and when an administrator wants it."""

import asyncio
from typing import Final

from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from ..client import CloudError, CloudProblem, CloudSignIn
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry
from ..hub.cloud import async_sign_in_to_cloud
from .enphase import parse_layout
from .layout import Layout, LayoutError
from .panels import async_panels

# A user waits for the end of the sign-in; the layout can be had later.
_LIMIT_S: Final = 5.0
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


class FetchedLayouts:
    """The layouts of the latest sign-ins by the serial of the gateway, in memory only."""

    def __init__(self) -> None:
        self._layouts: dict[str, Layout] = {}
        self._new: set[str] = set()

    async def async_fetch(self, sign_in: CloudSignIn, serial: str) -> None:
        """Read the layout at the end of a sign-in; a failure is none of the sign-in."""
        try:
            async with asyncio.timeout(_LIMIT_S):
                self._layouts[serial] = parse_layout(await sign_in.fetch_layout())
        except (CloudError, LayoutError, TimeoutError) as error:
            LOGGER.info("Enphase has not provided the layout of the panels: %s", error)
        else:
            self._new.add(serial)

    def new(self, serial: str) -> Layout | None:
        """Return the layout of a sign-in since the last call, None where there was none."""
        if serial not in self._new:
            return None
        self._new.remove(serial)
        return self._layouts[serial]

    def latest(self, serial: str) -> Layout | None:
        """Return the layout of the latest sign-in, None where there is none."""
        return self._layouts.get(serial)


_LAYOUTS: HassKey[FetchedLayouts] = HassKey(f"{DOMAIN}_fetched_layouts")


@singleton(_LAYOUTS)
def fetched_layouts(_hass: HomeAssistant) -> FetchedLayouts:
    """Return the layouts of the latest sign-ins."""
    return FetchedLayouts()


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
