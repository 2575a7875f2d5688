"""Run the simulated gateways of a case, in a process of their own.

It prints how to reach them, then for every line it reads what they have served since the last one, both as JSON.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
import json
from pathlib import Path
import sys
from unittest.mock import patch

from simulator import PROFILES, Simulator

from .cases import Case
from .virtual_clock import clock_of

_FIRST_GATEWAY = 122300000001
_FIRST_INVERTER = 482_300_000_001
_INVERTERS_APART = 1_000_000
# Longer than the virtual date will be away from the real one for years.
_TOKEN_LIFETIME_S = 20 * 365 * 86_400


def gateways(case: Case, clock: Callable[[], float]) -> list[Simulator]:
    """Return the gateways, none of them with a serial of another."""
    made, profile = [], PROFILES[case.profile]
    if not case.batteries:
        profile = replace(profile, storage=None)
    for number in range(case.gateways):
        with patch("simulator.world._FIRST_SERIAL", _FIRST_INVERTER + number * _INVERTERS_APART):
            serial = str(_FIRST_GATEWAY + number)
            made.append(Simulator(profile, inverters=case.inverters, serial=serial, clock=clock, seed=number + 1))
    return made


def served(simulators: list[Simulator]) -> dict[str, int]:
    """Return what was served since the last call."""
    requests = [request for simulator in simulators for request in simulator.requests if request.status]
    counts = {
        "requests": len(requests),
        "bytes": sum(request.size for request in requests),
        "handshakes": sum(simulator.handshakes for simulator in simulators),
    }
    for simulator in simulators:
        simulator.requests.clear()
        simulator.handshakes = 0
    return counts


def write(document: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(f"{json.dumps(document)}\n")
    sys.stdout.flush()


async def run(case: Case, clock: Callable[[], float]) -> None:
    """Serve until the other process closes the pipe."""
    async with AsyncExitStack() as stack:
        simulators = [await stack.enter_async_context(simulator) for simulator in gateways(case, clock)]
        write(
            [
                {
                    "host": simulator.address,
                    "serial": simulator.serial,
                    "token": simulator.token(lifetime_s=_TOKEN_LIFETIME_S),
                }
                for simulator in simulators
            ]
        )
        while await asyncio.to_thread(sys.stdin.readline):
            write(served(simulators))


def main() -> None:
    """Run the command line: the case as JSON and the file of the clock."""
    case, clock = Case.from_json(sys.argv[1]), clock_of(Path(sys.argv[2]))
    with patch("simulator.documents.device_data.DEVICE_LIMIT", case.device_limit):
        asyncio.run(run(case, clock))


if __name__ == "__main__":
    main()
