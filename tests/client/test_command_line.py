"""The client's command line: what a gateway has, and a capture of it, without Home Assistant."""

import asyncio
import os
from pathlib import Path
import sys

import pytest

from custom_components.enphase_iq_gateway.client import __main__ as command_line
from simulator import PROFILES, Simulator
from tests.support.pages import ROOT

INTEGRATION = ROOT / "custom_components" / "enphase_iq_gateway"
# A module that is None cannot be imported.
WITHOUT_HOME_ASSISTANT = """
import runpy, sys
sys.modules["homeassistant"] = None
sys.argv[0] = "client"
runpy.run_module("client", run_name="__main__")
"""


def simulated(profile: str = "metered_net_three_phase") -> Simulator:
    """Return a gateway with three inverters."""
    return Simulator(PROFILES[profile], inverters=3)


def token_file(folder: Path, simulator: Simulator) -> list[str]:
    """Write a file with a token; return the arguments that name it."""
    file = folder / "token.txt"
    file.write_text(f"{simulator.token()}\n")
    return ["--token-file", str(file)]


async def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command line in a process that has no Home Assistant; return its status, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WITHOUT_HOME_ASSISTANT,
        *arguments,
        env={**os.environ, "PYTHONPATH": str(INTEGRATION)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


@pytest.mark.slow
async def test_the_command_line_shows_what_the_gateway_has_without_home_assistant(tmp_path: Path) -> None:
    async with simulated() as simulator:
        status, output, errors = await run(simulator.address, *token_file(tmp_path, simulator))

    assert (status, errors) == (0, "")
    assert output.splitlines()[:2] == [
        "gateway: IQ System Controller INT, part number 800-00649-r01",
        "firmware: 8.2.4345",
    ]
    assert "sign-in: token of an owner, valid until 20" in output
    assert "inverters: 3\n" in output
    assert "phases of production: 3\n" in output
    assert "production power: readings\n" in output
    assert simulator.serial not in output


@pytest.mark.slow
async def test_a_capture_can_be_replayed_and_contains_no_serial(tmp_path: Path) -> None:
    folder = tmp_path / "capture"
    async with simulated() as simulator:
        arguments = [simulator.address, *token_file(tmp_path, simulator), "--record", str(folder)]
        status, output, _ = await run(*arguments)
        serials = [simulator.serial, *simulator.world.inverters]
    assert status == 0
    assert f"recorded: 9 answers in {folder}" in output
    recorded = "".join(file.read_text() for file in folder.iterdir())
    assert [serial for serial in serials if serial in recorded] == []

    async with Simulator(PROFILES["metered_net_three_phase"], replay=folder) as replayed:
        status, again, _ = await run(replayed.address, *token_file(tmp_path, replayed))

    assert status == 0
    shown = [line for line in again.splitlines() if not line.startswith("sign-in")]
    assert shown == [line for line in output.splitlines() if not line.startswith(("sign-in", "recorded"))]


async def main(*arguments: str) -> int:
    """Run the command line in this process."""
    return await asyncio.to_thread(command_line.main, list(arguments))


class Terminal:
    """A terminal at which a secret is entered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, entered: str) -> None:
        monkeypatch.setattr("sys.stdin", self)
        monkeypatch.setattr(command_line, "getpass", lambda _: entered)

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


async def test_a_token_can_be_entered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async with simulated() as simulator:
        Terminal(monkeypatch, simulator.token())
        simulator.set_firmware("8.3.6086")

        assert await main(simulator.address) == 0

    assert "known faults: ct_interrupted, storage_ct_channel, frozen_live_data\n" in capsys.readouterr().out


async def test_old_firmware_needs_its_local_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async with simulated("non_metered") as simulator:
        Terminal(monkeypatch, "")

        assert await main(simulator.address, "--record", str(tmp_path / "capture")) == 0

    output = capsys.readouterr().out
    assert "sign-in: local account\n" in output
    assert "no answer: /ivp/pdm/device_data: status 404" in output


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["{address}"], "no credential; use --token-file"),
        (["{address}", "--token-file", "/no/such/file"], "No such file"),
        (["two words"], "space"),
        (["127.0.0.1:1"], "/info"),
        (["{address}", "--token-file", "{token}", "--record", "/"], "exists"),
    ],
)
async def test_an_error_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], error: str
) -> None:
    async with simulated() as simulator:
        _, file = token_file(tmp_path, simulator)
        filled_in = [argument.format(address=simulator.address, token=file) for argument in arguments]

        assert await main(*filled_in) == 1

    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.startswith("client: ")
    assert error in line
