"""Repair issues: each module raises and clears its own, as listener of the coordinators."""

from homeassistant.core import HomeAssistant, callback

from ..coordinator import GatewayConfigEntry
from . import counters, ct_checkup, cts, identity, inverters, panels, takeover


@callback
def async_setup_issues(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Keep the issues of a loaded entry up to date with every update of its coordinators."""
    for module in (counters, ct_checkup, cts, identity, inverters, panels, takeover):
        module.async_setup(hass, entry)
