"""Every fault at every endpoint: exactly its coordinator fails, is logged once, and recovers within one interval.

`pytest tests/system/test_faults.py -s` prints the matrix.
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

from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.hub import api as entry_gateway
from tests.support.home import Home

READINGS = "/ivp/meters/readings"
REPORT = "/production.json"
DEVICES = "/ivp/pdm/device_data"
LIST = "/api/v1/production/inverters"
METERS = "/ivp/meters"
INFO = "/info"
EVERYTHING = (READINGS, REPORT, DEVICES, LIST, METERS)


ALL = frozenset({PollGroup.LIVE, PollGroup.REPORT, PollGroup.INVERTERS})
"""The poll groups of the site, which has no storage."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The endpoints with a fault, and its consequences."""

    paths: tuple[str, ...]
    lost: frozenset[PollGroup]
    lines: int
    """Lines in the log when the fault begins, and again when it is over."""


PLACES = {
    "readings": Place(paths=(READINGS,), lost=frozenset({PollGroup.LIVE}), lines=1),
    "report": Place(paths=(REPORT,), lost=frozenset({PollGroup.REPORT}), lines=1),
    # The list replaces device data; only the details are missing.
    "device data": Place(paths=(DEVICES,), lost=frozenset(), lines=1),
    "device data, list": Place(paths=(DEVICES, LIST), lost=frozenset({PollGroup.INVERTERS}), lines=1),
    "list": Place(paths=(LIST,), lost=frozenset(), lines=0),
    "all data": Place(paths=EVERYTHING, lost=ALL, lines=3),
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
# Missing details of the inverters are logged after two readings, one every 300 s, each with up to two time-outs.
LOST_WITHIN_S = 720
HANGING = {"slow drip", "hang"}
INTERVALS = {PollGroup.LIVE: 30.0, PollGroup.REPORT: 300.0, PollGroup.INVERTERS: 300.0}


@pytest.fixture(scope="module", autouse=True)
def matrix() -> Iterator[dict[str, dict[str, str]]]:
    """Collect the results and print them in the end."""
    rows: dict[str, dict[str, str]] = {}
    yield rows
    lines = [f"{'fault':<14}" + "".join(f"{place:<19}" for place in PLACES)]
    lines += [f"{fault:<14}" + "".join(f"{seen[place]:<19}" for place in PLACES) for fault, seen in rows.items()]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")


def add_fault(home: Home, fault: str, path: str) -> None:
    """Add a fault of the table."""
    name, parameters = FAULTS[fault]
    home.simulator.faults.add(name, path=path).parameters.update(parameters)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_fails_its_coordinator_and_no_other(
    home: Home, fault: str, matrix: dict[str, dict[str, str]]
) -> None:
    hangs = fault in HANGING
    advance, step = (home.advance_hanging, 15) if hangs else (home.advance, 30)
    seen: dict[str, str] = {}
    wanted: dict[str, str] = {}
    for title, place in PLACES.items():
        for path in place.paths:
            add_fault(home, fault, path)
        for _ in range(0, LOST_WITHIN_S if place.lines else 330, step):
            await advance(step, step=step)
            if place.lines and len(home.log()) >= place.lines:
                break
        lost, lost_lines = home.lost(), len(home.log())
        home.simulator.faults.clear()
        # A request that hangs does so until its time-out.
        await home.advance_hanging(50 if hangs else 0, step=10)
        await home.advance(max((INTERVALS[coordinator] for coordinator in place.lost), default=300.0) + 45, step=step)
        back_lines = len(home.log()) - lost_lines
        home.caplog.clear()
        seen[title] = _words(lost, lost_lines, back_lines, home.lost(), home.tasks())
        wanted[title] = _words(place.lost, place.lines, place.lines, frozenset(), set())
    matrix[fault] = seen

    assert seen == wanted


async def test_a_connection_reset_after_the_answer_does_no_harm(home: Home) -> None:
    faults = [home.simulator.faults.add("reset", path=path, when="after") for path in (READINGS, REPORT, DEVICES)]

    await home.advance(700, step=30)

    assert min(fault.hits for fault in faults) > 1
    assert home.lost() == set()
    assert home.log() == []


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in HANGING])
async def test_without_an_identity_nothing_is_read(home: Home, fault: str) -> None:
    """`/info` is read first on a new connection; all coordinators fail with it and recover with it."""
    add_fault(home, fault, INFO)
    home.simulator.reboot()
    before = len(home.simulator.requests)

    await home.advance(390, step=30)

    assert home.lost() == ALL
    assert {request.path for request in home.simulator.requests[before:]} == {INFO}
    assert [level for level, _ in home.log()] == ["WARNING"] * 3
    home.simulator.faults.clear()
    await home.advance(390, step=30)
    assert home.lost() == set()
    assert [level for level, _ in home.log()] == ["WARNING"] * 3 + ["INFO"] * 3


async def test_all_recovers_after_a_server_without_tls(home: Home) -> None:
    """A server that does not use TLS receives no credential."""
    received = b""

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        received += await reader.read(65536)
        writer.write(b"no TLS here\r\n")
        writer.close()

    host, _, port = home.simulator.address.rpartition(":")
    await home.simulator.stop()
    async with await asyncio.start_server(babble, host, int(port)):
        await home.advance(390, step=30)
        assert home.lost() == ALL
    await home.simulator.start()

    await home.advance(390, step=30)

    assert home.lost() == set()
    assert received
    assert b"GET" not in received
    assert [level for level, _ in home.log()] == ["WARNING"] * 3 + ["INFO"] * 3


class Names(AbstractResolver):
    """A resolver that resolves every name until it fails."""

    def __init__(self) -> None:
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


async def test_all_recovers_after_a_name_that_cannot_be_resolved(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
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
    await home.advance(390, step=30)
    assert home.lost() == ALL
    names.works = True

    await home.advance(390, step=30)

    assert home.lost() == set()
    assert [level for level, _ in home.log()] == ["WARNING"] * 3 + ["INFO"] * 3


@pytest.mark.parametrize("seconds", [86_400.0, 3600.0, -3600.0, -86_400.0])
async def test_nothing_fails_when_the_clock_jumps(home: Home, seconds: float) -> None:
    requests = len(home.simulator.requests)
    before = float(home.state("production_energy_lifetime"))
    home.clock.jump(seconds)

    for _ in range(60):
        await home.advance(30)
        assert home.lost() == set()

    assert 30 <= sum(request.path == READINGS for request in home.simulator.requests[requests:]) <= 61
    assert float(home.state("production_energy_lifetime")) >= before
    assert [text for level, text in home.log() if level != "INFO"] == []


def _words(
    lost: frozenset[PollGroup] | set[PollGroup],
    lines: int,
    more: int,
    still: set[PollGroup] | frozenset[PollGroup],
    tasks: set[str],
) -> str:
    """Return the consequences of a fault in a few words."""
    which = "all" if lost == ALL else ",".join(sorted(lost)) or "nothing"
    words = f"{which} {lines}+{more}"
    if still:
        words += f" still {','.join(sorted(still))}"
    return words + f" tasks {tasks}" if tasks else words
