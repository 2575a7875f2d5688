"""Home Assistants in processes of their own, with configuration folders and a simulated gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
import json
from pathlib import Path
import shutil
import time
from typing import Any, Final
from zoneinfo import ZoneInfo

from custom_components.enphase_iq_gateway.const import DOMAIN
from simulator import Simulator
from tests.support.gauntlet import flow_truths
from tests.support.pages import ROOT
from tests.support.takeover_process import LIFETIMES, NEVER

RUNNING: Final = "running"
MOST_KWH: Final = 0.01
_NOON: Final = datetime(2026, 6, 20, 13, 40, tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()
_RUN_S: Final = 300

type Seen = dict[str, Any]


class Homes:
    """Configuration folders, and the Home Assistants that run on them."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process, simulator: Simulator) -> None:
        self.folder = folder
        self.simulator = simulator
        self._process = process

    def copy(self, name: str, new: str) -> str:
        """Copy a folder."""
        shutil.copytree(self.folder / name, self.folder / new, symlinks=True)
        return new

    async def run(self, name: str, command: str, point: int = NEVER, order: str = RUNNING) -> Seen | None:
        """Run a command to its end; return what is seen and true then, None if Home Assistant was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {"folder": str(self.folder / name), "command": command, "point": point, "order": order}
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        async with asyncio.timeout(_RUN_S):
            seen: Seen | None = json.loads(await self._process.stdout.readline())
        return None if seen is None else {**seen, "true": self._true_kwh()}

    async def complete(self, name: str, command: str, order: str = RUNNING) -> Seen:
        """Run a command without killing Home Assistant."""
        seen = await self.run(name, command, order=order)
        assert seen is not None
        return seen

    def stage(self, name: str) -> str | None:
        """Return how far the takeover has come according to the journal that is on disk."""
        journals = (self.folder / name / ".storage").glob(f"{DOMAIN}.takeover.*")
        return next((json.loads(journal.read_bytes())["data"]["stage"] for journal in journals), None)

    def counters(self, seen: Seen) -> dict[str, str]:
        """Return the lifetime counters of core's integration by entity id."""
        ids = {row[2]: row[0] for row in seen["rows"].values() if row[1] == "enphase_envoy"}
        return {ids[f"{self.simulator.serial}_{key}"]: key for key in LIFETIMES}

    def _true_kwh(self) -> dict[str, float]:
        truths, now = flow_truths(self.simulator, ct=True), self.simulator.clock()
        return {key: truths[own](now) / 1000 for key, own in LIFETIMES.items()}


def lost(before: Seen, after: Seen) -> list[str]:
    """Return the sensors of which the recorder does not have every row any more."""
    now = after["recorded"]
    return [
        entity_id
        for entity_id, old in before["recorded"].items()
        for kind, rows in old.items()
        if entity_id not in now or now[entity_id][kind][: len(rows)] != rows
    ]


def errors_kwh(before: Seen, after: Seen, counters: dict[str, str]) -> dict[str, float]:
    """Return the energy that the statistics have counted too much since, where it is more than 0.01 kWh.

    Raises:
        AssertionError: a sensor has no new states or statistics.
    """
    found = {}
    for entity_id, key in counters.items():
        old, new = before["recorded"][entity_id], after["recorded"][entity_id]
        assert all(len(new[kind]) > len(old[kind]) for kind in old), entity_id
        counted = new["rows"][-1][2] - old["rows"][-1][2]
        found[entity_id] = counted - (after["true"][key] - before["true"][key])
    return {entity_id: error for entity_id, error in found.items() if abs(error) > MOST_KWH}


@asynccontextmanager
async def run_homes(python: str, folder: Path, db_url: str | None = None) -> AsyncIterator[Homes]:
    """Start the processes, and a gateway at noon of a sunny day, so that its counters rise."""
    _ignore_killed_peers()
    async with Simulator(inverters=2, sun_ahead_s=_NOON - time.time()) as simulator:
        site = {"address": simulator.address, "serial": simulator.serial, "token": simulator.token(), "db_url": db_url}
        process = await asyncio.create_subprocess_exec(
            python,
            *("-m", "tests.support.takeover_process", json.dumps(site)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        try:
            yield Homes(folder, process, simulator)
        finally:
            process.terminate()
            await process.wait()


def _ignore_killed_peers() -> None:
    """Ignore connections to the simulator that a killed Home Assistant has reset."""
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    assert handler is not None

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), ConnectionResetError):
            handler(loop, context)

    loop.set_exception_handler(handle)
