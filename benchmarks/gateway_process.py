"""The simulated gateway in a process of its own: says how to reach it, and at each line what it has served."""

from argparse import ArgumentParser
import asyncio
from collections import Counter
from collections.abc import Callable
import json
from pathlib import Path
import sys
from typing import Any
from unittest.mock import patch

from simulator import PROFILES, Simulator

from .virtual_clock import clock_of

# Longer than the distance between the virtual and the real date will be for years.
_TOKEN_LIFETIME_S = 20 * 365 * 86_400


def served(simulator: Simulator) -> dict[str, Any]:
    """What has been asked since the last time."""
    requests = [request for request in simulator.requests if request.status]
    counts = {
        "requests": len(requests),
        "paths": dict(Counter(request.path for request in requests)),
        "bytes": sum(request.size for request in requests),
        "handshakes": simulator.handshakes,
    }
    simulator.requests.clear()
    simulator.handshakes = 0
    return counts


async def run(profile: str, inverters: int, clock: Callable[[], float], slow_readings_s: float) -> None:
    """Listen until the other side hangs up."""
    async with Simulator(PROFILES[profile], inverters=inverters, clock=clock) as simulator:
        if slow_readings_s:
            simulator.faults.add("slow", path="/ivp/meters/readings", delay_s=slow_readings_s)
        said: dict[str, Any] = {"address": simulator.address, "serial": simulator.serial}
        if simulator.uses_tokens:
            said["token"] = simulator.token(lifetime_s=_TOKEN_LIFETIME_S)
        else:
            said |= {"username": simulator.username, "password": simulator.password}
        while True:
            sys.stdout.write(f"{json.dumps(said)}\n")
            sys.stdout.flush()
            if not await asyncio.to_thread(sys.stdin.readline):
                return
            said = served(simulator)


def main() -> None:
    """Run the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--inverters", type=int, required=True)
    parser.add_argument("--clock", type=Path, required=True)
    parser.add_argument("--slow-readings", type=float, default=0.0)
    parser.add_argument("--device-limit", type=int, default=50)
    chosen = parser.parse_args()
    patch("simulator.documents.device_data.DEVICE_LIMIT", chosen.device_limit).start()
    asyncio.run(run(chosen.profile, chosen.inverters, clock_of(chosen.clock), chosen.slow_readings))


if __name__ == "__main__":
    main()
