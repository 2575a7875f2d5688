"""Every fault at every endpoint: what is lost is exactly its coordinator, it is told once, it is back within one interval.

`pytest tests/test_faults.py -s` prints the matrix.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
import socket
import sys
from typing import override
from unittest.mock import AsyncMock

from aiohttp.abc import AbstractResolver, ResolveResult
from homeassistant.const import CONF_HOST
import pytest

from custom_components.enphase_iq_gateway.client import PollGroup
from custom_components.enphase_iq_gateway.hub import api as entry_gateway
from tests.support.home import Home

READINGS = "/ivp/meters/readings"
REPORT = "/production.json"
DEVICES = "/ivp/pdm/device_data"
LIST = "/api/v1/production/inverters"
METERS = "/ivp/meters"
INFO = "/info"
EVERYTHING = (READINGS, REPORT, DEVICES, LIST, METERS)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a fault strikes, and what must come of it."""

    paths: tuple[str, ...]
    lost: frozenset[PollGroup]
    lines: int
    """In the log, when it is there and again when it is over."""


PLACES = {
    "readings": Place(paths=(READINGS,), lost=frozenset({PollGroup.LIVE}), lines=1),
    "report": Place(paths=(REPORT,), lost=frozenset({PollGroup.REPORT}), lines=1),
    # The list stands in: only the details are gone.
    "device data": Place(paths=(DEVICES,), lost=frozenset(), lines=1),
    "device data, list": Place(paths=(DEVICES, LIST), lost=frozenset({PollGroup.INVERTERS}), lines=1),
    "list": Place(paths=(LIST,), lost=frozenset(), lines=0),
    "all data": Place(paths=EVERYTHING, lost=frozenset(PollGroup), lines=3),
}
FAULTS: dict[str, tuple[str, dict[str, int | str]]] = {
    **{f"status {code}": ("status", {"code": code}) for code in (400, 401, 403, 404, 429, 500, 502, 503, 504)},
    "empty": ("empty", {}),
    "HTML as JSON": ("html", {}),
    "truncated": ("truncated", {}),
    "wrong shape": ("wrong_shape", {}),
    "huge": ("huge", {"size": 5 * 2**20}),
    "slow drip": ("slow_drip", {}),
    "hang": ("hang", {}),
    "reset before": ("reset", {"when": "before"}),
    "reset within": ("reset", {"when": "within"}),
}
# The details of the inverters are missed after two readings, one each 300 s, of which each may take two time-outs.
LOST_WITHIN_S = 720
INTERVALS = {PollGroup.LIVE: 30.0, PollGroup.REPORT: 300.0, PollGroup.INVERTERS: 300.0}


@pytest.fixture(scope="module", autouse=True)
def matrix() -> Iterator[dict[str, dict[str, str]]]:
    """Collect what was seen, and print it in the end."""
    rows: dict[str, dict[str, str]] = {}
    yield rows
    lines = [f"{'fault':<14}" + "".join(f"{place:<19}" for place in PLACES)]
    lines += [f"{fault:<14}" + "".join(f"{seen[place]:<19}" for place in PLACES) for fault, seen in rows.items()]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")


def add_fault(home: Home, fault: str, path: str) -> None:
    """Put a fault of the table in."""
    name, parameters = FAULTS[fault]
    home.simulator.faults.add(name, path=path).parameters.update(parameters)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_takes_its_lane_and_no_other(home: Home, fault: str, matrix: dict[str, dict[str, str]]) -> None:
    """At one endpoint after the other: lost, told once; then back within one interval, told once; nothing left."""
    seen: dict[str, str] = {}
    wanted: dict[str, str] = {}
    for title, place in PLACES.items():
        for path in place.paths:
            add_fault(home, fault, path)
        for _ in range(0, LOST_WITHIN_S if place.lines else 330, 15):
            await home.advance_hanging(15, step=15)
            if place.lines and len(home.log()) >= place.lines:
                break
        lost, lost_lines = home.lost(), len(home.log())
        home.simulator.faults.clear()
        # What hangs still hangs until its time is up.
        await home.advance_hanging(50 if fault in {"hang", "slow drip"} else 0, step=10)
        await home.advance(max((INTERVALS[coordinator] for coordinator in place.lost), default=300.0) + 45, step=15)
        back_lines = len(home.log()) - lost_lines
        home.caplog.clear()
        seen[title] = _words(lost, lost_lines, back_lines, home.lost(), home.tasks())
        wanted[title] = _words(place.lost, place.lines, place.lines, frozenset(), set())
    matrix[fault] = seen

    assert seen == wanted


async def test_an_answer_after_which_the_connection_breaks_is_an_answer(home: Home) -> None:
    """A reset after each body: the next request makes a new connection; nothing is lost, nothing is said."""
    for path in EVERYTHING:
        home.simulator.faults.add("reset", path=path, when="after")

    await home.advance(700, step=15)

    assert home.lost() == set()
    assert home.log() == []


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in {"slow drip", "hang"}])
async def test_without_an_identity_nothing_is_read(home: Home, fault: str) -> None:
    """On a new connection `/info` comes before any credential: broken, it takes all coordinators, and gives them back."""
    add_fault(home, fault, INFO)
    home.simulator.reboot()
    before = len(home.simulator.requests)

    await home.advance(390, step=15)

    assert home.lost() == set(PollGroup)
    assert {request.path for request in home.simulator.requests[before:]} <= {INFO, READINGS}
    assert [level for level, _ in home.log()] == ["WARNING"] * 3
    home.simulator.faults.clear()
    await home.advance(390, step=15)
    assert home.lost() == set()
    assert [level for level, _ in home.log()] == ["WARNING"] * 3 + ["INFO"] * 3


async def test_a_broken_tls_server_loses_all_and_gives_it_back(home: Home) -> None:
    """Something answers at the port that is no TLS, and no credential goes to it."""
    received = b""

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        received += await reader.read(65536)
        writer.write(b"no TLS here\r\n")
        writer.close()

    host, _, port = home.simulator.address.rpartition(":")
    await home.simulator.stop()
    async with await asyncio.start_server(babble, host, int(port)):
        await home.advance(390, step=15)
        assert home.lost() == set(PollGroup)
    await home.simulator.start()

    await home.advance(390, step=15)

    assert home.lost() == set()
    assert received
    assert b"GET" not in received
    assert [level for level, _ in home.log()] == ["WARNING"] * 3 + ["INFO"] * 3


class Names(AbstractResolver):
    """Knows where the gateway is, until it does not."""

    def __init__(self) -> None:
        """Begin with all well."""
        self.works = True

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if not self.works:
            raise OSError(socket.EAI_NONAME, "Name or service not known")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    @override
    async def close(self) -> None:
        pass


async def test_a_name_that_cannot_be_resolved_loses_all_and_gives_it_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was given as a name, and the router has forgotten it."""
    names = Names()
    monkeypatch.setattr(entry_gateway, "_async_local_resolver", AsyncMock(return_value=names))
    port = home.simulator.address.rpartition(":")[2]
    home.hass.config_entries.async_update_entry(
        home.entry, data={**home.entry.data, CONF_HOST: f"gateway.invalid:{port}"}
    )
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    home.caplog.clear()
    names.works = False
    home.simulator.reboot()
    await home.advance(390, step=15)
    assert home.lost() == set(PollGroup)
    names.works = True

    await home.advance(390, step=15)

    assert home.lost() == set()
    assert [level for level, _ in home.log()] == ["WARNING"] * 3 + ["INFO"] * 3


@pytest.mark.parametrize("seconds", [86_400.0, 3600.0, -3600.0, -86_400.0])
async def test_a_jump_of_the_clock_loses_nothing(home: Home, seconds: float) -> None:
    """The coordinators go on at their intervals, and production with them."""
    asked = len(home.simulator.requests)
    before = float(home.state("production_energy_lifetime"))
    home.clock.jump(seconds)

    for _ in range(60):
        await home.advance(30)
        assert home.lost() == set()

    assert 30 <= sum(request.path == READINGS for request in home.simulator.requests[asked:]) <= 61
    assert float(home.state("production_energy_lifetime")) >= before
    assert [text for level, text in home.log() if level != "INFO"] == []


def _words(
    lost: frozenset[PollGroup] | set[PollGroup],
    lines: int,
    more: int,
    still: set[PollGroup] | frozenset[PollGroup],
    tasks: set[str],
) -> str:
    """Put what came of a fault in a few words."""
    which = "all" if lost == set(PollGroup) else ",".join(sorted(lost)) or "nothing"
    words = f"{which} {lines}+{more}"
    if still:
        words += f" still {','.join(sorted(still))}"
    return words + f" tasks {tasks}" if tasks else words
