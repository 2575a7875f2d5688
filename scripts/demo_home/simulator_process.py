"""The process of the simulated gateway, which prints its address and credentials as one line of JSON."""

import asyncio
from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Any

from .gateway_setup import Gateway
from .processes import Child

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSimulator:
    """A simulator that is ready; `inverters` is None when it replays recorded answers."""

    gateway: Gateway
    inverters: int | None


def command(profile: str, inverters: int, capture: Path | None) -> list[str]:
    """Return the command that simulates a profile, always in sunshine, or replays a folder of recorded answers."""
    site = ["--profile", profile, "--inverters", str(inverters), "--noon"]
    source = ["--replay", str(capture)] if capture else site
    return [sys.executable, "-m", "simulator", "--json", *source]


async def wait_until_ready(simulator: Child) -> RunningSimulator:
    """Wait until the simulator listens and return its description; raise DemoError when it exits first."""
    while True:
        simulator.check()
        for line in simulator.log.read_text().splitlines(keepends=True):
            if line.startswith("{") and line.endswith("\n"):
                return read_description(json.loads(line))
        await asyncio.sleep(POLL_SECONDS)


def read_description(description: dict[str, Any]) -> RunningSimulator:
    """Return the description that the simulator prints as JSON."""
    secrets = {key: description[key] for key in ("token", "username", "password") if key in description}
    return RunningSimulator(
        gateway=Gateway(host=description["address"], **secrets), inverters=description.get("inverters")
    )
