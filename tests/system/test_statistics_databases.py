"""Statistics are repaired, and repairs undone, alike on every database that Home Assistant supports."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator
from pytest_socket import enable_socket

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.support.databases import NoServerError, Server, mariadb, postgresql
from tests.support.statistics import (
    HOURS,
    LIFETIME,
    PER_HOUR,
    PER_KWH,
    counted,
    put,
    put_five_minutes,
    repair,
    sums,
    undo,
)

SERVERS = {"mysql": mariadb, "postgresql": postgresql}
_numbers = count()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session", params=["sqlite", *SERVERS])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def server(dialect: str) -> Iterator[Server | None]:
    """Run the server of a database; SQLite has none."""
    enable_socket()
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


@pytest.fixture(autouse=True)
def _real_sockets(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    enable_custom_integrations: None,
    hass_storage: dict[str, Any],
) -> None:
    """Begin with the recorder's database, which must be there before Home Assistant; keep its files in memory."""


@pytest.mark.parametrize("unit", PER_KWH)
async def test_a_repair_and_its_undo(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    dialect: str,
    unit: str,
) -> None:
    await async_setup_recorder_instance(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    assert get_instance(hass).dialect_name == dialect
    readings = [(hour, 0.0 if hour in (100, 180) else LIFETIME + PER_HOUR * hour) for hour in range(HOURS)]
    rows = counted(readings, PER_KWH[unit])
    await put(hass, rows, unit=unit)
    await put_five_minutes(hass, rows[-3:])
    before = await sums(hass, unit=unit), await sums(hass, "5minute", unit)

    assert (await repair(hass, {"dry_run": False}))["unit"] == unit

    assert (await sums(hass))[-1] == pytest.approx(PER_HOUR * (HOURS - 1))
    assert (await sums(hass, "5minute"))[-1] == pytest.approx(PER_HOUR * (HOURS - 1))
    assert (await repair(hass, {"dry_run": False}))["changes"] == []
    assert len((await undo(hass))["changes"]) == 2
    assert await sums(hass, unit=unit) == pytest.approx(before[0], rel=1e-12)
    assert await sums(hass, "5minute", unit) == pytest.approx(before[1], rel=1e-12)
