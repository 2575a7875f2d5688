"""The layout of a roof on disk: read at set-up, written when an administrator saves it, removed with the entry."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER, UNUSABLE_FILE
from .layout import Layout

_VERSION: Final = 1


class LayoutConflictError(Exception):
    """Another layout was saved since."""


class LayoutStore:
    """Store of the layout of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store = Store[dict[str, Any]](hass, _VERSION, f"{DOMAIN}.{entry_id}.layout", atomic_writes=True)
        self._loaded = False
        self.usable = True
        """False where a file is present that cannot be read, such as one of a newer version."""
        self.layout: Layout | None = None
        """The stored layout, None where there is none."""

    async def async_load(self) -> None:
        """Read the stored layout once; an unusable file stays until a user saves a layout."""
        if self._loaded:
            return
        self._loaded = True
        try:
            data = await self._store.async_load()
            self.layout = None if data is None else Layout.from_json(data)
        except UNUSABLE_FILE as error:
            self.usable = False
            LOGGER.warning("The stored layout of the panels cannot be used: %r", error)

    async def async_save(self, layout: Layout, version: int) -> Layout:
        """Store a layout that was made from the stored one of a version, and return it with its own version.

        Raises:
            LayoutConflictError: the stored layout has another version.
        """
        if version != self.version:
            raise LayoutConflictError
        self.layout = replace(layout, version=version + 1)
        self.usable = True
        await self._store.async_save(self.layout.as_json())
        return self.layout

    @property
    def version(self) -> int:
        """The version of the stored layout, 0 where there is none."""
        return 0 if self.layout is None else self.layout.version

    async def async_remove(self) -> None:
        """Delete the file."""
        self.layout = None
        await self._store.async_remove()
