"""Fixtures of the integration's tests: simulated gateways, and a Home Assistant with one of them set up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from functools import partialmethod
import gc
from inspect import iscoroutinefunction
import logging
from pathlib import Path
import time
from typing import Protocol
from unittest.mock import PropertyMock, patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
import pytest
from pytest_homeassistant_custom_component import patch_time
from pytest_homeassistant_custom_component.common import mock_storage
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager
from syrupy.assertion import SnapshotAssertion
from yarl import URL

from custom_components.enphase_iq_gateway.client import Address
from custom_components.enphase_iq_gateway.client.auth.cloud import CloudUrls
from custom_components.enphase_iq_gateway.client.transport.address import Scheme
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.flow.base import GatewayFlow
from custom_components.enphase_iq_gateway.polling.maintenance import in_maintenance
from simulator import PROFILES, Faults, Simulator
from simulator.certificate import Certificate
from simulator.cloud import Cloud
from simulator.simulated_gateway import DEFAULT_SERIAL
from tests.support.commits import commit_events_together
from tests.support.home import Home
from tests.support.virtual_time import VirtualTime, disable_loop_debug, virtual_time

_IN_MAINTENANCE = "custom_components.enphase_iq_gateway.coordinator.base.in_maintenance"
USERNAME = "owner@example.com"
PASSWORD = "correct horse"

# cryptography keeps the first `datetime` class that it meets; it must not be freezegun's.
Certificate.make(not_before=datetime.now(UTC), days_valid=1)

# Home Assistant's test plugin logs to stderr, with every SQL statement, and so between pytest's dots. pytest itself
# shows the log of a failed test.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
# A line for every entity and component that is set up, which took a tenth of the time of tests that look at the log.
for name in ("helpers.entity_registry", "components.sensor", "components.binary_sensor", "loader", "setup"):
    logging.getLogger(f"homeassistant.{name}").setLevel(logging.WARNING)
logging.root.handlers = [handler for handler in logging.root.handlers if type(handler) is not logging.StreamHandler]

# Python's own thresholds cost an eighth of the time. Home Assistant's test plugin collects garbage after each module.
gc.set_threshold(500_000, 20, 50)

# freezegun looks at every module whenever a test freezes the time, and hashes the names of all that it defines to see
# whether there are more. Their number is enough, and saves a thirtieth of the time of such tests.
patch_time.ha_get_module_attributes_hash = lambda module: f"{id(module)}-{len(vars(module))}"
_LOOP_FIXTURES = {"configure_event_loop", "enable_event_loop_debug", "verify_cleanup"}
_HOME_ASSISTANT_FIXTURES = {"_no_maintenance", "disable_http_server", "fail_on_log_exception", "skip_stop_scripts"}


class Reachable(Protocol):
    """A device in the simulated network."""

    @property
    def address(self) -> object:
        """Return host and port."""

    @property
    def uses_tokens(self) -> bool:
        """Return whether the device uses TLS."""


type Network = dict[str, Reachable]
type StartCloud = Callable[[Simulator], Awaitable[Cloud]]
type StartSimulator = Callable[..., Awaitable[Simulator]]
type StartHome = Callable[..., Awaitable[Home]]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave out fixtures of Home Assistant's test plugin that a test does not need, and put the recorder's first.

    The plugin has some for every test, which together take longer than most tests: they patch Home Assistant, and
    create an event loop even for a test that is no coroutine. The recorder's database must exist before Home Assistant.
    """
    if not isinstance(item, pytest.Function):
        return
    item.fixturenames.sort(key="async_test_recorder".__ne__)
    if "hass" not in item.fixturenames:
        unused = _HOME_ASSISTANT_FIXTURES | (set() if iscoroutinefunction(item.function) else _LOOP_FIXTURES)
        item.fixturenames[:] = [name for name in item.fixturenames if name not in unused]


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None) -> None:
    """Allow sockets to the simulator on loopback."""


@pytest.fixture
def hass(hass: HomeAssistant) -> HomeAssistant:
    """Allow custom integrations in Home Assistant, which starts only for tests that need it."""
    hass.data.pop(DATA_CUSTOM_COMPONENTS)
    return hass


@pytest.fixture
def hass_storage() -> Iterator[dict[str, object]]:
    """Keep what Home Assistant stores in memory.

    This replaces a fixture of Home Assistant's test plugin. That one derives mocks from the methods that it replaces,
    which takes a fiftieth of the time of a test; the functions behind the mocks are enough.
    """

    def patch_with_function(target: str, *, side_effect: Callable[..., object], **_: object) -> object:
        return patch(target, side_effect)

    with ExitStack() as stack:
        with patch("pytest_homeassistant_custom_component.common.patch", patch_with_function):
            stored = stack.enter_context(mock_storage())
        yield stored


@pytest.fixture
def async_test_recorder(
    async_test_recorder: RecorderInstanceContextManager, monkeypatch: pytest.MonkeyPatch
) -> RecorderInstanceContextManager:
    """Commit events together, not each on its own, which took most of the time of tests with a recorder."""
    commit_events_together(monkeypatch)
    return async_test_recorder


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Enable the checks of the event loop's debug mode, but not the stack of every callback, task and future.

    This replaces a fixture of Home Assistant's test plugin. Extracting the stacks was half of the time of most tests,
    and of the teardown of the others, so it stays off until the loop is closed.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(enabled=True)
    vars(loop)["get_debug"] = lambda: False


@pytest.fixture(autouse=True)
def _no_maintenance() -> Iterator[None]:
    """Turn the gateway's nightly maintenance off, so that tests on the real clock pass at any hour."""
    with patch(_IN_MAINTENANCE, return_value=False):
        yield


@pytest.fixture
def all_entities_enabled() -> Iterator[None]:
    """Enable the entities that are disabled by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock,
        return_value=True,
    ):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Use the snapshot format of Home Assistant's own tests."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def start_simulator() -> AsyncIterator[StartSimulator]:
    """Return a function that starts a simulator, which stops with the test."""
    async with AsyncExitStack() as stack:

        async def start(
            profile: str = "metered_net_three_phase",
            *,
            inverters: int = 3,
            serial: str = DEFAULT_SERIAL,
            clock: Callable[[], float] = time.time,
            replay: Path | None = None,
            neighbor: Simulator | None = None,
            shared: int = 0,
        ) -> Simulator:
            simulator = Simulator(
                profile=PROFILES[profile],
                inverters=inverters,
                serial=serial,
                clock=clock,
                replay=replay,
                neighbor=neighbor,
                shared=shared,
            )
            return await stack.enter_async_context(simulator)

        yield start


@pytest.fixture
async def start_cloud(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StartCloud]:
    """Return a function that starts the cloud with the tokens of a simulator; time-outs are short."""
    monkeypatch.setattr("custom_components.enphase_iq_gateway.client.auth.cloud.TIMEOUT_S", 1.0)
    async with AsyncExitStack() as stack:

        async def start(simulator: Simulator) -> Cloud:
            cloud = await stack.enter_async_context(Cloud(simulator, {USERNAME: PASSWORD}))
            urls = CloudUrls(enlighten=cloud.enlighten_url, entrez=cloud.entrez_url)
            monkeypatch.setattr("custom_components.enphase_iq_gateway.hub.cloud.CLOUD_URLS", urls)
            return cloud

        yield start


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Return the devices by IP address; each answers at its usual port, any other connection is refused."""
    devices: Network = {}
    real_url = Address.url

    def url(address: Address, scheme: Scheme, path: str) -> URL:
        device = devices.get(address.host)
        # A gateway has one of the two ports closed (G§2.1).
        is_open = device is not None and device.uses_tokens is (scheme == "https")
        return real_url(Address.parse(str(device.address) if device and is_open else "127.0.0.1:1"), scheme, path)

    monkeypatch.setattr(Address, "url", url)
    return devices


@pytest.fixture
async def clock(hass: HomeAssistant, request: pytest.FixtureRequest) -> AsyncIterator[VirtualTime]:
    """Freeze the time at noon in Amsterdam, where the simulated gateways are, or at the test's parameter."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    disable_loop_debug()
    noon = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    with virtual_time(getattr(request, "param", noon)) as clock, patch(_IN_MAINTENANCE, in_maintenance):
        yield clock


@pytest.fixture
def start_home(
    hass: HomeAssistant, start_simulator: StartSimulator, clock: VirtualTime, caplog: pytest.LogCaptureFixture
) -> StartHome:
    """Return a function that sets up a gateway of a profile on virtual time, after `spoil` has added its faults."""

    async def start(
        profile: str = "metered_net_three_phase",
        *,
        inverters: int = 3,
        spoil: Callable[[Faults], object] | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Home:
        simulator = await start_simulator(profile, inverters=inverters, clock=clock.now)
        if spoil is not None:
            spoil(simulator.faults)
        entry = await set_up(hass, simulator, options)
        return Home(hass=hass, clock=clock, simulator=simulator, entry=entry, caplog=caplog)

    return start


@pytest.fixture
async def home(request: pytest.FixtureRequest, start_home: StartHome) -> Home:
    """Set up a gateway with all three coordinators and every entity enabled, and clear the log."""
    request.getfixturevalue("all_entities_enabled")
    home = await start_home()
    home.caplog.clear()
    return home


async def start_flow(hass: HomeAssistant, simulator: Simulator) -> ConfigFlowResult:
    """Start the config flow and submit the address."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: simulator.address})


async def sign_in(hass: HomeAssistant, result: ConfigFlowResult, simulator: Simulator) -> ConfigFlowResult:
    """Submit the credential that the gateway needs."""
    if result["type"] is FlowResultType.MENU:
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": "token"})
        credential = {CONF_TOKEN: simulator.token()}
    else:
        credential = {CONF_USERNAME: simulator.username, CONF_PASSWORD: simulator.password}
    return await hass.config_entries.flow.async_configure(result["flow_id"], credential)


async def set_up(hass: HomeAssistant, simulator: Simulator, options: Mapping[str, object] | None = None) -> ConfigEntry:
    """Set up a gateway as a user does; options are there from the start, which saves a second set-up."""
    result = await start_flow(hass, simulator)
    assert not result.get("errors")
    with patch.object(
        GatewayFlow, "async_create_entry", partialmethod(GatewayFlow.async_create_entry, options=options or {})
    ):
        result = await sign_in(hass, result, simulator)
    assert not result.get("errors")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    return result["result"]
