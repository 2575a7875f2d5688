"""Submit the forms of the config flow."""

import asyncio
from collections.abc import Coroutine

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant

from custom_components.enphase_iq_gateway.const import CONF_REMEMBER_PASSWORD
from simulator.cloud import Cloud
from tests.conftest import PASSWORD, USERNAME

from .virtual_time import VirtualTime, until


async def go_to(hass: HomeAssistant, result: ConfigFlowResult, step: str) -> ConfigFlowResult:
    """Choose an item of the sign-in menu."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": step})


async def submit(hass: HomeAssistant, result: ConfigFlowResult, **answers: object) -> ConfigFlowResult:
    """Submit a form with these fields."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answers)


def account(password: str = PASSWORD, *, remember: bool = False) -> dict[str, object]:
    """Return the fields of the account form."""
    return {CONF_USERNAME: USERNAME, CONF_PASSWORD: password, CONF_REMEMBER_PASSWORD: remember}


async def time_out_unanswered(
    cloud: Cloud, clock: VirtualTime, step: Coroutine[object, object, ConfigFlowResult]
) -> ConfigFlowResult:
    """Return the result of a step, after its time-out where the cloud leaves a request unanswered."""
    task = asyncio.ensure_future(step)
    await until(lambda: task.done() or bool(cloud.requests and cloud.requests[-1].status == 0))
    clock.tick(2.0)
    return await task
