"""The counters' state on disk: read at set-up, written now and then, removed with the entry."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER
from .state import GuardState

_VERSION: Final = 1
# A crash loses the state of this time. It costs no energy, because the counters themselves continue in the gateway.
_SAVE_DELAY_S: Final = 900


class CounterStore:
    """Store of the counters' state of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store = Store[dict[str, Any]](hass, _VERSION, f"{DOMAIN}.{entry_id}", atomic_writes=True)
        self._state: GuardState | None = None
        self._waiting = False

    async def async_load(self) -> GuardState:
        """Return the stored state; an empty one, with a line in the log, where it is missing or unusable."""
        data: object = None
        try:
            data = await self._store.async_load()
            self._state = GuardState() if data is None else GuardState.from_json(data)
        # Another version, an unreadable file, or content that no store has written.
        except (HomeAssistantError, NotImplementedError, AttributeError, LookupError, TypeError, ValueError) as error:
            LOGGER.warning("The stored state of the counters cannot be used, they start afresh: %r", error)
            self._state = GuardState()
        else:
            if data is None:
                LOGGER.info("No state of the counters is stored, they start afresh")
        return self._state

    @callback
    def async_save_soon(self) -> None:
        """Schedule a write within some minutes, or when Home Assistant stops if that is sooner."""
        # Another call would put off the write that is scheduled.
        if not self._waiting:
            self._waiting = True
            self._store.async_delay_save(self._data, _SAVE_DELAY_S)

    async def async_save(self) -> None:
        """Write the state now, if one was loaded."""
        if self._state is not None:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _data(self) -> dict[str, Any]:
        """Return the JSON form of the state."""
        self._waiting = False
        return GuardState().as_json() if self._state is None else self._state.as_json()
