"""How often states were written, and how often a write changed nothing."""

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, EventStateChangedData, EventStateReportedData, HomeAssistant, callback


class Events:
    """Counts from now on; made only after the processor time was measured, since listening costs some."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen."""
        self.changed = 0
        self.reported = 0
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._change)
        hass.bus.async_listen(EVENT_STATE_REPORTED, self._report, event_filter=self._all)

    @callback
    def _all(self, _: EventStateReportedData) -> bool:
        return True

    @callback
    def _change(self, _: Event[EventStateChangedData]) -> None:
        self.changed += 1

    @callback
    def _report(self, _: Event[EventStateReportedData]) -> None:
        self.reported += 1
