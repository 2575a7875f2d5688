"""`python -m simulator` prints its address, serves, and ends at Ctrl-C."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
import signal
import socket
import sys

import aiohttp
import orjson
import pytest

from simulator import FAULTS, PROFILES, Simulator
from simulator.__main__ import main

from .gateway_client import Json

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the command line and stop it with SIGINT."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


async def described(process: asyncio.subprocess.Process) -> Json:
    """Return the parsed line of JSON."""
    assert process.stdout is not None
    return orjson.loads(await process.stdout.readline())


@pytest.mark.slow
async def test_the_printed_address_and_token_can_be_used(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ("--json", "--inverters", "3", "--start", "2026-06-21T12:00", "--fault", "status:/ivp/meters")
    async with running(*arguments) as process, aiohttp.ClientSession() as session:
        facts = await described(process)
        pinned = aiohttp.Fingerprint(bytes.fromhex(facts["fingerprint"]))
        headers = {"Authorization": f"Bearer {facts['token']}"}
        async with session.get(
            f"https://{facts['address']}/api/v1/production/inverters", headers=headers, ssl=pinned
        ) as r:
            assert len(await r.json()) == facts["inverters"] == 3
        async with session.get(f"https://{facts['address']}/ivp/meters", headers=headers, ssl=pinned) as r:
            assert r.status == 503
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
async def test_with_noon_the_sun_shines_on_a_winter_night_and_reports_are_recent() -> None:
    """A simulator that is started in the evening has power and recent reports."""
    night = "2026-12-21T23:30+01:00"
    async with running("--json", "--noon", "--start", night) as process, aiohttp.ClientSession() as session:
        facts = await described(process)
        pinned = aiohttp.Fingerprint(bytes.fromhex(facts["fingerprint"]))
        headers = {"Authorization": f"Bearer {facts['token']}"}
        url = f"https://{facts['address']}/api/v1/production/inverters"
        async with session.get(url, headers=headers, ssl=pinned) as response:
            inverters = await response.json()
    assert min(inverter["lastReportWatts"] for inverter in inverters) > 100
    oldest = min(inverter["lastReportDate"] for inverter in inverters)
    assert datetime.fromisoformat(night).timestamp() - oldest < 1000


@pytest.mark.slow
async def test_readable_lines_are_printed_without_json() -> None:
    async with running("--profile", "non_metered", "--cloud") as process:
        assert process.stdout is not None
        lines = [(await process.stdout.readline()).decode() for _ in range(10)]
    assert lines[0].startswith("Address:")
    assert any(line.split() == ["Password:", "000001"] for line in lines)
    assert any(line.startswith("Enlighten url:") for line in lines)


@pytest.mark.slow
async def test_an_address_that_means_all_addresses_is_explained() -> None:
    """A browser cannot open 0.0.0.0."""
    async with running("--host", "0.0.0.0") as process:  # noqa: S104 - as in the README, for a moment
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
    assert line.startswith("Address:        0.0.0.0:")
    assert line.endswith("(any address of this machine, on this port)\n")


@pytest.mark.slow
async def test_a_folder_is_replayed(tmp_path: Path) -> None:
    (tmp_path / "info").write_text("<i><sn>121600000042</sn><software>D5.0.62</software></i>")
    async with running("--json", "--replay", str(tmp_path)) as process:
        facts = await described(process)
    assert (facts["serial"], facts["password"], facts["firmware"]) == ("121600000042", "000042", "D5.0.62")


def test_help_lists_every_profile_and_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert [name for name in (*PROFILES, *FAULTS) if name not in text] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "x"], "Unknown profile 'x'; choose from: legacy"),
        (["--firmware", "new"], "'new' is not a firmware version"),
        (["--fault", "fire"], "Unknown fault 'fire'"),
        (["--port", "70000"], "--port 70000 is not in 0..65535"),
        (["--start", "noon"], "--start 'noon' is not a time"),
        (["--speed", "0"], "--speed must be above 0"),
        (["--inverters", "0"], "at least one inverter"),
        (["--inverters", "many"], "invalid int value"),
        (["--replay", "nowhere"], "has no file 'info'"),
        (["--inverters", "4", "--weak", "5"], "--weak 5 is not in 1..4"),
    ],
)
def test_invalid_input_is_explained(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_panels_are_spoiled_by_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Simulator] = []

    async def keep(simulator: Simulator, **_: bool) -> None:
        built.append(simulator)

    monkeypatch.setattr("simulator.__main__._run", keep)
    main(["--inverters", "5", "--noon", "--weak", "1", "--dead", "2", "--dead", "3", "--shaded", "1", "--silent", "5"])

    inverters = list(built[0].world.inverters.values())
    assert [inverter.condition.output for inverter in inverters] == [0.8, 0.0, 0.0, 1.0, 1.0]
    assert [inverter.condition.shaded for inverter in inverters] == [True, False, False, False, False]
    assert [inverter.communicating for inverter in inverters] == [True, True, True, True, False]


@pytest.mark.slow
async def test_a_port_in_use_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulator", "--port", str(port), cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in errors.decode()
    assert "Traceback" not in errors.decode()
