"""Submit the forms of the config flow."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant

from custom_components.enphase_iq_gateway.const import CONF_REMEMBER_PASSWORD
from tests.conftest import PASSWORD, USERNAME


async def go_to(hass: HomeAssistant, result: ConfigFlowResult, step: str) -> ConfigFlowResult:
    """Choose an item of the sign-in menu."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": step})


async def submit(hass: HomeAssistant, result: ConfigFlowResult, **answers: object) -> ConfigFlowResult:
    """Submit a form with these fields."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answers)


def account(password: str = PASSWORD, *, remember: bool = False) -> dict[str, object]:
    """Return the fields of the account form."""
    return {CONF_USERNAME: USERNAME, CONF_PASSWORD: password, CONF_REMEMBER_PASSWORD: remember}
