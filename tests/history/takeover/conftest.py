"""Home Assistant with a recorder, core's integration and this one, both reading one simulated gateway."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from tests.conftest import StartSimulator

from .two_integrations import TwoIntegrations, run_both


@pytest.fixture
async def home(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[TwoIntegrations]:
    """Set up both integrations; the parameter is the profile of the gateway."""
    profile = getattr(request, "param", "metered_net_three_phase")
    async with run_both(hass, async_setup_recorder_instance, start_simulator, caplog, profile) as home:
        yield home
