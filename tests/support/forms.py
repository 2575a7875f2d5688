"""Filling in the forms of the set-up."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant

from custom_components.enphase_iq_gateway.const import CONF_REMEMBER_PASSWORD
from tests.conftest import PASSWORD, USERNAME


async def go_to(hass: HomeAssistant, result: ConfigFlowResult, step: str) -> ConfigFlowResult:
    """Choose a way to sign in."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": step})


async def give(hass: HomeAssistant, result: ConfigFlowResult, **answers: object) -> ConfigFlowResult:
    """Submit a form."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answers)


def account(password: str = PASSWORD, *, remember: bool = False) -> dict[str, object]:
    """Give what a person types into the form of the account."""
    return {CONF_USERNAME: USERNAME, CONF_PASSWORD: password, CONF_REMEMBER_PASSWORD: remember}
