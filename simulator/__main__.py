"""The command line: `python -m simulator`."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
import asyncio
from collections.abc import Callable
import contextlib
from datetime import datetime
from pathlib import Path
import signal
import sys
import time
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from .cloud import Cloud
from .faults import FAULTS
from .local_days import TIME_ZONE
from .profiles import PROFILES
from .simulated_gateway import DEFAULT_SERIAL, Simulator

_EVERYWHERE = ("0.0.0.0:", "[::]:")
_ACCOUNT = ("user@example.com", "password")
# When the sun is highest, on a day that has few clouds with the default seed.
_NOON = datetime(2026, 6, 20, 13, 40, tzinfo=ZoneInfo(TIME_ZONE)).timestamp()


def _help_tables() -> str:
    """List profiles and faults with a line each."""
    width = max(len(name) for name in (*PROFILES, *FAULTS))
    profiles = "\n".join(f"  {name:{width}}  {profile.description}" for name, profile in PROFILES.items())
    faults = "\n".join(f"  {name:{width}}  {kind.description}" for name, kind in FAULTS.items())
    return f"profiles:\n{profiles}\n\nfaults:\n{faults}\n\nThe site lies in the time zone {TIME_ZONE}. End with Ctrl-C."


def _parser() -> ArgumentParser:
    """Describe the command line."""
    parser = ArgumentParser(
        prog="python -m simulator",
        description="Simulate an Enphase IQ Gateway with its solar site, for trying and testing without a real one.",
        epilog=_help_tables(),
        formatter_class=RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--profile", default="metered_net_three_phase", metavar="NAME", help="the kind of gateway (see below)")
    add("--inverters", type=int, default=20, metavar="N", help="how many inverters the site has (default 20)")
    add("--firmware", metavar="VERSION", help="another firmware than the profile's, such as 8.3.5433")
    add("--serial", default=DEFAULT_SERIAL, help="the gateway's serial number, 12 digits")
    add("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1: this machine alone)")
    add("--port", type=int, default=0, help="the port to listen on (default: any free one)")
    add("--start", metavar="TIME", help="the simulated time to begin at, such as 2026-06-21T12:00 (default: now)")
    add("--noon", action="store_true", help="begin with the sun of a noon in June, by whatever time of day and year")
    add(
        "--speed", type=float, default=1.0, metavar="FACTOR", help="how much faster than real the time runs (default 1)"
    )
    add("--seed", type=int, default=1, help="another number gives other clouds and another house")
    add("--replay", type=Path, metavar="DIR", help="answer from a folder of recorded answers instead")
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:PATH]",
        help="put a fault in (see below); may be repeated",
    )
    add("--cloud", action="store_true", help=f"simulate the cloud's sign-in too, for {_ACCOUNT[0]} / {_ACCOUNT[1]}")
    add("--json", action="store_true", help="say where it listens in one line of JSON")
    return parser


def _clock(start: str | None, speed: float) -> Callable[[], float]:
    """Give a clock that begins at a time and runs at a speed; raise ValueError for senseless ones."""
    if speed <= 0:
        raise ValueError("--speed must be above 0")
    began = time.time()
    first = began
    if start is not None:
        try:
            moment = datetime.fromisoformat(start)
        except ValueError:
            raise ValueError(f"--start '{start}' is no time; expected something like 2026-06-21T12:00") from None
        first = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(TIME_ZONE))).timestamp()
    return lambda: first + (time.time() - began) * speed


def _build(arguments: Namespace) -> Simulator:
    """Build what was asked for; raise ValueError with words for the user."""
    if arguments.profile not in PROFILES:
        raise ValueError(f"There is no profile '{arguments.profile}'; there are: {', '.join(PROFILES)}")
    if not 0 <= arguments.port <= 65_535:
        raise ValueError(f"--port {arguments.port} is not in 0..65535")
    if arguments.replay is not None and not (arguments.replay / "info").is_file():
        raise ValueError(f"--replay {arguments.replay} has no file 'info'")
    clock = _clock(arguments.start, arguments.speed)
    simulator = Simulator(
        PROFILES[arguments.profile],
        inverters=arguments.inverters,
        firmware=arguments.firmware,
        serial=arguments.serial,
        clock=clock,
        sun_ahead_s=_NOON - clock() if arguments.noon else 0.0,
        seed=arguments.seed,
        host=arguments.host,
        port=arguments.port,
        replay=arguments.replay,
    )
    for fault in arguments.fault:
        name, _, path = fault.partition(":")
        simulator.faults.add(name, path=path or None)
    return simulator


def _describe(simulator: Simulator, cloud: Cloud | None) -> dict[str, Any]:
    """Say where it listens and how to sign in."""
    facts: dict[str, Any] = {
        "address": simulator.address,
        "serial": simulator.serial,
        "firmware": simulator.software,
        "profile": simulator.recorded.name if simulator.recorded else simulator.profile.name,
    }
    if simulator.recorded is None:
        facts["inverters"] = len(simulator.world.inverters) - simulator.profile.retired_inverters
    if simulator.uses_tokens:
        facts |= {"token": simulator.token(), "fingerprint": simulator.fingerprint}
    else:
        facts |= {"username": simulator.username, "password": simulator.password}
    if cloud is not None:
        facts |= {"enlighten_url": cloud.enlighten_url, "entrez_url": cloud.entrez_url}
        facts |= {"cloud_username": _ACCOUNT[0], "cloud_password": _ACCOUNT[1]}
    return facts


async def _run(simulator: Simulator, *, with_cloud: bool, as_json: bool) -> None:
    """Serve until the process is told to end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(simulator)
        cloud = await stack.enter_async_context(Cloud(simulator, dict([_ACCOUNT]))) if with_cloud else None
        facts = _describe(simulator, cloud)
        if as_json:
            lines = orjson.dumps(facts).decode()
        else:
            # Nobody can go to 0.0.0.0.
            if simulator.address.startswith(_EVERYWHERE):
                facts["address"] += " (any address of this machine, and this port)"
            lines = "\n".join(f"{name.replace('_', ' ').capitalize() + ':':16}{value}" for name, value in facts.items())
        sys.stdout.write(f"{lines}\n")
        sys.stdout.flush()
        await stop.wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; give the exit status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        simulator = _build(chosen)
    except ValueError as error:
        parser.error(str(error))
    try:
        asyncio.run(_run(simulator, with_cloud=chosen.cloud, as_json=chosen.json))
    except OSError as error:
        parser.error(f"cannot listen on {chosen.host} port {chosen.port}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
