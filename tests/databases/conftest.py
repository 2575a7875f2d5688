"""Each test runs on SQLite, MariaDB and PostgreSQL; the servers are those of this machine, for this run only."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from importlib import import_module
from itertools import count

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.patch_time import HAFakeDatetime
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator
from pytest_socket import enable_socket

from tests.conftest import StartSimulator
from tests.history.takeover.two_integrations import TwoIntegrations, run_both
from tests.support.databases import NoServerError, Server, mariadb, postgresql

converters = import_module("pymysql.converters")
SERVERS = {"mysql": mariadb, "postgresql": postgresql}
_numbers = count()


@pytest.fixture(scope="session", params=["sqlite", *SERVERS])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def server(dialect: str) -> Iterator[Server | None]:
    """Run the server of a database; SQLite has none."""
    enable_socket()
    # The driver has a converter for each class, and none for that of a frozen clock.
    converters.conversions[HAFakeDatetime] = converters.escape_datetime
    with ExitStack() as stack:
        try:
            yield stack.enter_context(SERVERS[dialect]()) if dialect in SERVERS else None
        except NoServerError as error:
            pytest.skip(f"{error}: apt-get install mariadb-server postgresql")


@pytest.fixture
def recorder_db_url(server: Server | None) -> Iterator[str]:
    """Replace the fixture of Home Assistant's test plugin, which has one server for all tests."""
    if server is None:
        yield "sqlite://"
        return
    enable_socket()
    name = f"homeassistant_{next(_numbers)}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
async def home(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[TwoIntegrations]:
    """Set up core's integration and this one."""
    async with run_both(hass, async_setup_recorder_instance, start_simulator, caplog) as home:
        yield home
