"""Home Assistant is killed before each of its writes to disk during a takeover and its undo: nothing is lost."""

import asyncio
import json
from pathlib import Path
import shutil
import signal
import sys
from typing import Any

import pytest

from simulator import Simulator
from tests.conftest import StartSimulator
from tests.support.pages import ROOT
from tests.support.takeover_process import NEVER

pytestmark = pytest.mark.long
POINTS = 10
"""In each direction; the last ones may come after the last write."""


class Homes:
    """Configuration folders, and the processes that run on them."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.folder = folder
        self._gateway = json.dumps(
            {"address": simulator.address, "serial": simulator.serial, "token": simulator.token()}
        )

    def copy(self, name: str, new: str) -> str:
        """Copy a folder."""
        shutil.copytree(self.folder / name, self.folder / new, symlinks=True)
        return new

    async def run(self, name: str, command: str, point: int = NEVER) -> dict[str, Any] | None:
        """Run a command to its end; return None if it was killed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.support.takeover_process", str(self.folder / name), command, str(point), self._gateway),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await asyncio.wait_for(process.communicate(), 300)
        if process.returncode == -signal.SIGKILL:
            return None
        assert process.returncode == 0, errors.decode()[-2000:]
        seen: dict[str, Any] = json.loads(out.splitlines()[-1])
        return seen


@pytest.fixture
async def homes(start_simulator: StartSimulator, tmp_path: Path) -> Homes:
    """Set both integrations up in the folder `before`."""
    homes = Homes(tmp_path, await start_simulator(inverters=2))
    (tmp_path / "before").mkdir()
    assert await homes.run("before", "set_up") is not None
    return homes


def of(seen: dict[str, Any], platform: str) -> dict[str, Any]:
    """Return the rows of an integration, without those that only hold a place."""
    return {key: row for key, row in seen["rows"].items() if row[1] == platform and row[4] != "user"}


async def test_killed_at_every_write(homes: Homes) -> None:
    before = await homes.run(homes.copy("before", "check"), "check")
    moved = await homes.run(homes.copy("before", "moved"), "take_over")
    assert before is not None
    assert moved is not None
    ids = set(before["rows"]) & {key for key, row in moved["rows"].items() if row[1] == "enphase_iq_gateway"}
    ids = {key for key in ids if before["rows"][key][1] == "enphase_envoy"}
    assert len(ids) == 13
    killed = 0
    for point in range(POINTS):
        name = homes.copy("before", f"take_over_{point}")
        killed += await homes.run(name, "take_over", point) is None
        # Before the journal is on disk, nothing has happened; after it, the next start finishes the takeover.
        seen = await homes.run(name, "check")
        assert seen is not None
        expected = before if point == 0 else moved
        assert {key: seen["rows"][key] for key in ids} == {key: expected["rows"][key] for key in ids}, point
        assert of(seen, "enphase_envoy").keys() == of(expected, "enphase_envoy").keys(), point
        assert seen["disabled"] is (point > 0)

        name = homes.copy("moved", f"undo_{point}")
        killed += await homes.run(name, "undo", point) is None
        seen = await homes.run(name, "check")
        assert seen is not None
        expected = moved if point == 0 else before
        assert {key: seen["rows"][key] for key in ids} == {key: expected["rows"][key] for key in ids}, point
        assert of(seen, "enphase_envoy").keys() == of(expected, "enphase_envoy").keys(), point
    assert killed >= POINTS
