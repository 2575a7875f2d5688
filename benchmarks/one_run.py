"""One integration, one site, one process: prints what it cost as one line of JSON.

With `--turns` it does a part of its work at a time: an empty line says that the part is done, an empty line to it that
the next one may begin. So several of these can be measured in turns, and a machine that is busy is as busy for all.
"""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Callable
from contextlib import ExitStack
import gc
import importlib
import json
import logging
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import IO, Any, cast

from .runs import DEFAULT_HOURS
from .virtual_clock import NIGHT, START, VirtualClock

# Each inverter has spoken; and no coordinator is just due where an hour begins and ends.
WARM_UP_S = 1052.0
# The slowest clocks there are, an inverter's and that of what is stored: one quarter costs the same as another.
QUARTER_S = 900.0
QUARTERS = 4


class GatewayProcess:
    """The simulated gateway, in a process of its own."""

    def __init__(self, arguments: list[str]) -> None:
        """Start it."""
        self._process = subprocess.Popen(  # noqa: S603 - our own simulator
            [sys.executable, "-m", "benchmarks.gateway_process", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.reach: dict[str, str] = self._read()

    def served(self) -> dict[str, Any]:
        """What it has been asked since the last time."""
        to_it = cast("IO[str]", self._process.stdin)
        to_it.write("\n")
        to_it.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(cast("IO[str]", self._process.stdout).readline())
        return said

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def _take_turn() -> None:
    """Say that a part is done, and wait until the next one may begin."""
    sys.stdout.write("\n")
    sys.stdout.flush()
    sys.stdin.readline()


async def run(
    chosen: Namespace, folder: Path, clock: VirtualClock, gateway: GatewayProcess, wait: Callable[[], None]
) -> dict[str, Any]:
    """Set up, warm up, live some hours for the processor time, then one for the events; `wait` between these parts."""
    # Not before the clock is installed: what is imported keeps the time it has found.
    homes = importlib.import_module("benchmarks.home")
    options = {"update_interval": chosen.interval} if chosen.integration == homes.OURS else {}
    home = await homes.open_home(folder, chosen.integration, gateway.reach, clock, options)
    result: dict[str, Any] = {"integration": chosen.integration, "inverters": chosen.inverters}
    with ExitStack() as stack:
        if chosen.all_entities:
            homes.enable_all_entities(stack)
        if chosen.memory:
            measured = importlib.import_module("benchmarks.memory").Memory()
        gc.collect()
        before = homes.cpu_ms()
        await home.set_up()
        result["setup"] = {"cpu_ms": homes.cpu_ms() - before, **gateway.served()}
        if chosen.set_up:
            return result
        await home.live(WARM_UP_S)
        result["entities"] = len(home.hass.states.async_all())
        if chosen.memory:
            result["memory_bytes"] = measured.grown()
            return result
        with ExitStack() as profiling:
            if chosen.profile_to:
                profile = importlib.import_module("benchmarks.profile_hour")
                profiling.enter_context(profile.profiled(chosen.profile_to))
            result["cpu_ms_per_minute"] = costs = []
            for _ in range(chosen.hours):
                gateway.served()
                for _ in range(QUARTERS):
                    wait()
                    costs.append(await home.cost_of(QUARTER_S))
        result["hour"] = gateway.served()
        wait()
        events = importlib.import_module("benchmarks.events").Events(home.hass)
        await home.live(QUARTERS * QUARTER_S)
        result["state_writes"], result["state_reports"] = events.changed, events.reported
        states = home.hass.states.async_all()
        result["without_value"] = sum(state.state in {"unknown", "unavailable"} for state in states)
    return result


def _go_on() -> None:
    """Wait for nobody."""


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.ERROR)
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("integration")
    parser.add_argument("--site", default="metered_net_three_phase", help="a profile of the simulator")
    parser.add_argument("--inverters", type=int, default=20)
    parser.add_argument("--all-entities", action="store_true")
    parser.add_argument("--interval", type=int, default=60, help="of the live coordinator; theirs is 60 s always")
    parser.add_argument("--night", action="store_true")
    parser.add_argument("--hours", type=int, default=DEFAULT_HOURS, help="for the processor time")
    parser.add_argument("--set-up", action="store_true", help="only set-up, no hour")
    parser.add_argument("--memory", action="store_true", help="only what set-up and warm-up leave in memory")
    parser.add_argument("--device-limit", type=int, default=50, help="how many devices device_data lists at most")
    parser.add_argument("--slow-readings", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--turns", action="store_true", help="wait for a line before each part")
    parser.add_argument("--profile-to", type=Path, metavar="FILE", help="write a profile of the hour")
    chosen = parser.parse_args()
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        clock = VirtualClock(folder / "clock", NIGHT if chosen.night else START)
        gateway = GatewayProcess(
            [
                f"--profile={chosen.site}",
                f"--inverters={chosen.inverters}",
                f"--clock={folder / 'clock'}",
                f"--device-limit={chosen.device_limit}",
                f"--slow-readings={chosen.slow_readings}",
            ]
        )
        stack.callback(gateway.stop)
        clock.install()
        wait = _take_turn if chosen.turns else _go_on
        result = asyncio.run(run(chosen, folder, clock, gateway, wait), loop_factory=clock.loop)
        sys.stdout.write(f"{json.dumps(result)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
