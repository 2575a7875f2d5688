"""Home Assistant with a recorder, core's integration and this one, both reading one simulated gateway."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import logging

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from tests.conftest import StartSimulator
from tests.support.virtual_time import disable_loop_debug, virtual_time

from .two_integrations import TwoIntegrations

_LOUD = ("sqlalchemy.engine", "homeassistant.components.recorder", "asyncio")


@pytest.fixture(autouse=True)
def _real_sockets(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    socket_enabled: None,
    enable_custom_integrations: None,
    hass_storage: dict[str, object],
) -> None:
    """Begin with the recorder's database, allow sockets to the simulator, and keep the files in memory."""


@pytest.fixture
async def home(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[TwoIntegrations]:
    """Set up both integrations at noon of a sunny day; the parameter is the profile of the gateway."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    for name in _LOUD:
        caplog.set_level(logging.CRITICAL, name)
    # That has set the level of the handler too.
    caplog.handler.setLevel(logging.NOTSET)
    disable_loop_debug()
    with virtual_time(datetime(2026, 6, 20, 10, 0, tzinfo=UTC)) as clock:
        await async_setup_recorder_instance(hass)
        assert await async_setup_component(hass, "homeassistant", {})
        assert await async_setup_component(hass, "energy", {})
        profile = getattr(request, "param", "metered_net_three_phase")
        simulator = await start_simulator(profile, inverters=2, clock=clock.now)
        home = TwoIntegrations(hass=hass, clock=clock, simulator=simulator, caplog=caplog)
        await home.set_up()
        yield home
        await home.unload()
