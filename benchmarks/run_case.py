"""Measure one case in this process and print the result as one line of JSON.

Run: `python -m benchmarks.run_case '{"integration": "enphase_iq_gateway", "inverters": 20}'` (all fields: `Case`).
"""

import asyncio
from contextlib import ExitStack, nullcontext
from dataclasses import asdict
import gc
import importlib
import json
import logging
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
import time
import tracemalloc
from typing import IO, TYPE_CHECKING, Any, cast

from .cases import Case, Result
from .virtual_clock import VirtualClock

if TYPE_CHECKING:
    from .home import Home

# Every inverter has reported, and no coordinator is due just where an hour begins and ends.
WARM_UP_S = 1052.0
# The longest interval of frequent reads: all quarters of an hour cost the same.
QUARTER_S = 900.0
QUARTERS = 4
HOURS = 3
DAY_QUARTERS = 96


class GatewayProcess:
    """The process of the simulated gateways."""

    def __init__(self, case: Case, clock: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own simulator
            [sys.executable, "-m", "benchmarks.gateway_process", case.to_json(), str(clock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.gateways: list[dict[str, str]] = json.loads(self._line())

    def served(self) -> dict[str, int]:
        """Return the requests, bytes and TLS handshakes since the last call."""
        pipe = cast("IO[str]", self._process.stdin)
        pipe.write("\n")
        pipe.flush()
        counts: dict[str, int] = json.loads(self._line())
        return counts

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate()

    def _line(self) -> str:
        return cast("IO[str]", self._process.stdout).readline()


async def run(case: Case, folder: Path, clock: VirtualClock, gateway: GatewayProcess) -> Result:
    """Set up the case, warm up, and measure."""
    # Imported after the clock is installed: modules keep the functions of `time` that they import.
    homes: Any = importlib.import_module("benchmarks.home")
    home = await homes.open_home(folder, case, gateway.gateways, clock)
    measure = {"hours": hours, "day": day, "memory": memory}[case.measure]
    try:
        if case.measure == "day":
            await homes.start_recorder(home.hass)
        gc.collect()
        if case.measure == "memory":
            tracemalloc.start()
        with homes.all_entities_enabled() if case.all_entities else nullcontext():
            before = cpu_ms()
            await home.set_up()
            setup_cpu_ms = cpu_ms() - before
            await home.pass_time(WARM_UP_S)
            return Result(
                setup_cpu_ms=setup_cpu_ms, entities=len(home.hass.states.async_all()), **await measure(home, gateway)
            )
    finally:
        await home.hass.async_stop(force=True)


async def hours(home: Home, gateway: GatewayProcess) -> dict[str, Any]:
    """Return CPU time and requests of some hours, and the writes of another one."""
    gateway.served()
    costs = []
    for _ in range(HOURS * QUARTERS):
        gc.collect()
        before = cpu_ms()
        await home.pass_time(QUARTER_S)
        costs.append((cpu_ms() - before) * 60 / QUARTER_S)
    served = gateway.served()
    return {
        "cpu_ms_per_minute": costs,
        **{f"{key}_per_hour": count / HOURS for key, count in served.items()},
        # Not before: the listener costs CPU time.
        "unchanged_writes_per_hour": await home.unchanged_writes(QUARTERS * QUARTER_S),
    }


async def day(home: Home, _gateway: GatewayProcess) -> dict[str, Any]:
    """Return the database rows of 24 hours."""
    database: Any = importlib.import_module("benchmarks.database")
    first = await database.count_rows(home.hass)
    for _ in range(DAY_QUARTERS):
        await home.pass_time(QUARTER_S)
        # Waits for the recorder, which must not fall behind.
        last = await database.count_rows(home.hass)
    return {
        "rows": dict((last.by_table - first.by_table).most_common()),
        "rows_by_entity": dict((last.by_entity - first.by_entity).most_common()),
    }


async def memory(_home: Home, _gateway: GatewayProcess) -> dict[str, Any]:
    """Return the memory allocated by set-up and warm-up."""
    gc.collect()
    return {"memory_bytes": tracemalloc.get_traced_memory()[0]}


def cpu_ms() -> float:
    """Return the CPU time of all threads of this process so far."""
    return time.process_time() * 1000


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.ERROR)
    case = Case.from_json(sys.argv[1])
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        clock = VirtualClock(folder / "clock")
        gateway = GatewayProcess(case, folder / "clock")
        stack.callback(gateway.stop)
        clock.install()
        result = asyncio.run(run(case, folder, clock, gateway), loop_factory=clock.loop)
        sys.stdout.write(f"{json.dumps(asdict(result))}\n")


if __name__ == "__main__":
    main()
