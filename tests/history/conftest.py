"""Home Assistant with a recorder and with the actions, but without a gateway."""

import logging

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.const import DOMAIN


@pytest.fixture(autouse=True)
def _quiet_database(caplog: pytest.LogCaptureFixture) -> None:
    """Log no SQL statements, as formatting thousands of them would take most of the time."""
    caplog.set_level(logging.WARNING, "sqlalchemy.engine")


@pytest.fixture
async def action(async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant) -> None:
    """Set the integration up."""
    await async_setup_recorder_instance(hass)
    assert await async_setup_component(hass, DOMAIN, {})
