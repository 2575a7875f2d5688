"""Another device at the address of a gateway that is set up, and what it has received."""

from datetime import timedelta

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE_CHECK, DOMAIN
from simulator import Simulator
from tests.conftest import Network, Reachable

from .entries import ADDRESS, set_up_at

OTHER_SERIAL = "121900000099"


async def set_up_checked(
    hass: HomeAssistant, network: Network, simulator: Simulator, check: str = "renewals"
) -> ConfigEntry:
    """Set up a gateway whose certificate is checked as chosen in the options."""
    entry = await set_up_at(hass, network, simulator, options={CONF_CERTIFICATE_CHECK: check})
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def take_over(hass: HomeAssistant, entry: ConfigEntry, network: Network, device: Reachable, *, how: str) -> None:
    """Put a device at the address, while the integration runs or before a reload."""
    before = network[ADDRESS]
    network[ADDRESS] = device
    if isinstance(before, Simulator):
        before.reboot()  # the cable is pulled
    if how == "reload":
        await hass.config_entries.async_reload(entry.entry_id)
    else:
        await poll(hass, entry)


async def poll(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Refresh every coordinator, or retry set-up; several times, because coordinators bridge a failure."""
    for _ in range(3):
        if entry.state is ConfigEntryState.LOADED:
            for coordinator in entry.runtime_data.coordinators.values():
                await coordinator.async_refresh()
        else:
            async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=15))
        await hass.async_block_till_done(wait_background_tasks=True)


def readable(entry: ConfigEntry) -> bool:
    """Return whether the gateway is read."""
    return entry.state is ConfigEntryState.LOADED and all(
        coordinator.last_update_success for coordinator in entry.runtime_data.coordinators.values()
    )


def issues(hass: HomeAssistant) -> dict[str | None, ir.IssueEntry]:
    """Return the issues by kind."""
    registry = ir.async_get(hass).issues
    return {issue.translation_key: issue for (domain, _), issue in registry.items() if domain == DOMAIN}
