"""Gateways with a token of any age, and the state of its renewal."""

from datetime import timedelta
import time

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.enphase_iq_gateway.client import Token
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import DOMAIN
from simulator import Simulator
from tests.conftest import PASSWORD, USERNAME, set_up

from .virtual_time import settle

MINUTE, DAY = 60.0, 86_400.0
YEAR = 365 * DAY
INSTALLER = 12 * 60 * MINUTE


class Clock:
    """A clock for the simulator, which can be set back to issue an old token."""

    shift_s = 0.0

    def __call__(self) -> float:
        """Return epoch seconds."""
        return time.time() + self.shift_s


async def set_up_with(
    hass: HomeAssistant,
    simulator: Simulator,
    clock: Clock,
    *,
    left_s: float,
    lifetime_s: float = YEAR,
    remembered: bool = True,
) -> ConfigEntry:
    """Set up a gateway whose token expires in `left_s` seconds."""
    clock.shift_s = left_s - lifetime_s
    token = simulator.token(lifetime_s=lifetime_s)
    clock.shift_s = 0
    entry = await set_up(hass, simulator)
    account = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD} if remembered else {}
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: token, **account})
    await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    return entry


async def pass_time(hass: HomeAssistant, seconds: float) -> None:
    """Run the timers that are due within so many seconds."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await settle(hass)


async def poll(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Refresh the live coordinator."""
    await entry.runtime_data.coordinators[PollGroup.LIVE].async_refresh()
    await settle(hass)


def is_read(entry: ConfigEntry) -> bool:
    """Return whether the live coordinator has values."""
    return bool(entry.runtime_data.coordinators[PollGroup.LIVE].last_update_success)


def life_left_s(entry: ConfigEntry) -> float:
    """Return the seconds until the stored token expires."""
    return Token.parse(entry.data[CONF_TOKEN]).expires_at - time.time()


def token_issue(hass: HomeAssistant, entry: ConfigEntry) -> ir.IssueEntry | None:
    """Return the issue for a token that expires soon."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"token_ends_{entry.entry_id}")


def is_asked(hass: HomeAssistant) -> bool:
    """Return whether Home Assistant asks the user to sign in again."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return any(flow["context"]["source"] == SOURCE_REAUTH for flow in flows)
