"""What the tests of the integration share: a simulated gateway, and a Home Assistant in which it is set up."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
import time
from unittest.mock import PropertyMock, patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from simulator import PROFILES, Simulator

type StartSimulator = Callable[..., Awaitable[Simulator]]


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None, enable_custom_integrations: None) -> None:
    """Let everything talk to the simulator on loopback, and let Home Assistant find the integration."""


@pytest.fixture
def all_entities_enabled() -> Iterator[None]:
    """Let entities that are off by default be on."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock,
        return_value=True,
    ):
        yield


@pytest.fixture
async def start_simulator() -> AsyncIterator[StartSimulator]:
    """Start simulators by profile; they stop with the test."""
    async with AsyncExitStack() as stack:

        async def start(
            profile: str = "metered_net_three_phase",
            *,
            inverters: int = 3,
            clock: Callable[[], float] = time.time,
            replay: Path | None = None,
        ) -> Simulator:
            simulator = Simulator(profile=PROFILES[profile], inverters=inverters, clock=clock, replay=replay)
            return await stack.enter_async_context(simulator)

        yield start


async def start_flow(hass: HomeAssistant, simulator: Simulator) -> ConfigFlowResult:
    """Say where the gateway is."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: simulator.address})


async def sign_in(hass: HomeAssistant, result: ConfigFlowResult, simulator: Simulator) -> ConfigFlowResult:
    """Give the flow what the gateway wants."""
    if result["type"] is FlowResultType.MENU:
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": "token"})
        credential = {CONF_TOKEN: simulator.token()}
    else:
        credential = {CONF_USERNAME: simulator.username, CONF_PASSWORD: simulator.password}
    return await hass.config_entries.flow.async_configure(result["flow_id"], credential)


async def set_up(hass: HomeAssistant, simulator: Simulator) -> ConfigEntry:
    """Set a gateway up as a person would."""
    result = await sign_in(hass, await start_flow(hass, simulator), simulator)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    return result["result"]
