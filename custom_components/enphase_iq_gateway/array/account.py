"""The layouts that Enphase accounts have, read during sign-ins."""

import asyncio
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from ..client.auth.cloud import CloudError
from ..client.auth.cloud_sign_in import CloudSignIn
from ..const import DOMAIN, LOGGER
from .enphase import parse_layout
from .layout import Layout, LayoutError

# A user waits for the end of the sign-in; the layout can be read later.
_LIMIT_S: Final = 5.0


class FetchedLayouts:
    """The layouts of the latest sign-ins by the serial of the gateway, in memory only."""

    def __init__(self) -> None:
        self._layouts: dict[str, Layout] = {}
        self._new: set[str] = set()

    async def async_fetch(self, sign_in: CloudSignIn, serial: str) -> None:
        """Read the layout at the end of a sign-in; a failure does not fail the sign-in."""
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

    def forget(self, serial: str) -> None:
        """Drop the layout of a gateway that is being deleted."""
        self._new.discard(serial)
        self._layouts.pop(serial, None)


_LAYOUTS: HassKey[FetchedLayouts] = HassKey(f"{DOMAIN}_fetched_layouts")


@singleton(_LAYOUTS)
def fetched_layouts(_hass: HomeAssistant) -> FetchedLayouts:
    """Return the layouts of the latest sign-ins."""
    return FetchedLayouts()
