"""Home Assistant is killed around each of its writes to disk during a takeover and its undo: nothing is lost.

`HOME_ASSISTANT_PYTHON` is the Python of another Home Assistant (`scripts/test --ha`), by default that of the tests.
"""

import asyncio
from collections.abc import AsyncIterator
import json
import os
from pathlib import Path
import shutil
import sys
from typing import Any, Final

import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.journal import Stage
from tests.conftest import StartSimulator
from tests.support.pages import ROOT
from tests.support.takeover_process import NEVER, SAVE_DELAYS_S

pytestmark = pytest.mark.long
POINTS: Final = 20
"""In each direction, at least, at which the journal is on disk."""
RUNNING: Final = "running"

type Seen = dict[str, Any]


class Homes:
    """Configuration folders, and the Home Assistants that run on them."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process) -> None:
        self.folder = folder
        self._process = process

    def copy(self, name: str, new: str) -> str:
        """Copy a folder."""
        shutil.copytree(self.folder / name, self.folder / new, symlinks=True)
        return new

    async def run(self, name: str, command: str, point: int = NEVER, order: str = RUNNING) -> Seen | None:
        """Run a command to its end; return None if Home Assistant was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"folder": str(self.folder / name), "command": command, "point": point, "order": order}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        async with asyncio.timeout(300):
            seen: Seen | None = json.loads(await self._process.stdout.readline())
        return seen

    def stage(self, name: str) -> str | None:
        """Return how far the takeover has come according to the journal that is on disk."""
        journals = (self.folder / name / ".storage").glob(f"{DOMAIN}.takeover.*")
        return next((json.loads(journal.read_bytes())["data"]["stage"] for journal in journals), None)

    async def complete(self, name: str, command: str, order: str = RUNNING) -> Seen:
        """Run a command without killing Home Assistant."""
        seen = await self.run(name, command, order=order)
        assert seen is not None
        return seen


def ignore_killed_peers() -> None:
    """Ignore connections to the simulator that a killed Home Assistant has reset."""
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    assert handler is not None

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), ConnectionResetError):
            handler(loop, context)

    loop.set_exception_handler(handle)


@pytest.fixture
async def homes(start_simulator: StartSimulator, tmp_path: Path) -> AsyncIterator[Homes]:
    """Set both integrations up in the folder `before`."""
    ignore_killed_peers()
    simulator = await start_simulator(inverters=2)
    gateway = {"address": simulator.address, "serial": simulator.serial, "token": simulator.token()}
    process = await asyncio.create_subprocess_exec(
        os.environ.get("HOME_ASSISTANT_PYTHON", sys.executable),
        *("-m", "tests.support.takeover_process", json.dumps(gateway)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    homes = Homes(tmp_path, process)
    (tmp_path / "before").mkdir()
    await homes.complete("before", "set_up")
    yield homes
    process.terminate()
    await process.wait()


def of(seen: Seen, platform: str) -> Seen:
    """Return the rows of an integration, without those that only hold a place."""
    return {key: row for key, row in seen["rows"].items() if row[1] == platform and row[4] != "user"}


@pytest.mark.parametrize("command", ["take_over", "undo"])
async def test_killed_at_every_write(homes: Homes, command: str) -> None:
    """Before the journal is on disk, nothing has happened; after it, the next start finishes what has begun."""
    before = await homes.complete(homes.copy("before", "unchanged"), "check")
    moved = await homes.complete(homes.copy("before", "moved"), "take_over")
    ids = {key for key in of(before, "enphase_envoy") if moved["rows"][key][1] == "enphase_iq_gateway"}
    assert len(ids) == 13
    start, begin, end, stage = {
        "take_over": ("before", before, moved, Stage.MOVING),
        "undo": ("moved", moved, before, Stage.RETURNING),
    }[command]
    begun = 0
    for order in SAVE_DELAYS_S:
        point = 0
        while await homes.run(name := homes.copy(start, f"{order}_{point}"), command, point, order) is None:
            expected = end if homes.stage(name) == stage else begin
            begun += expected is end
            seen = await homes.complete(name, "check")
            assert {key: seen["rows"][key] for key in ids} == {key: expected["rows"][key] for key in ids}, (
                order,
                point,
            )
            assert of(seen, "enphase_envoy").keys() == of(expected, "enphase_envoy").keys(), (order, point)
            assert seen["disabled"] is (expected is moved), (order, point)
            point += 1
    assert begun >= POINTS
