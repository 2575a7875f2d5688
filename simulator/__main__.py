"""Command line of the simulator: `python -m simulator`."""

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
from .panels import Condition
from .profiles import PROFILES
from .simulated_gateway import DEFAULT_SERIAL, Simulator

_PANELS = {
    "weak": "a panel that makes a fifth less than the others",
    "shaded": "a panel in the shade of a chimney in the afternoon",
    "dead": "a panel that makes no power, although its inverter reports",
    "silent": "a panel whose inverter does not report",
}
_ALL_ADDRESSES = ("0.0.0.0:", "[::]:")
_ACCOUNT = ("user@example.com", "password")
# The time the sun is highest, on a day with few clouds for the default seed.
_NOON = datetime(2026, 6, 20, 13, 40, tzinfo=ZoneInfo(TIME_ZONE)).timestamp()


def _help_tables() -> str:
    """Return the list of profiles and faults, one per line."""
    width = max(len(name) for name in (*PROFILES, *FAULTS))
    profiles = "\n".join(f"  {name:{width}}  {profile.description}" for name, profile in PROFILES.items())
    faults = "\n".join(f"  {name:{width}}  {kind.description}" for name, kind in FAULTS.items())
    return f"profiles:\n{profiles}\n\nfaults:\n{faults}\n\nThe site is in time zone {TIME_ZONE}. Press Ctrl-C to stop."


def _parser() -> ArgumentParser:
    """Return the parser of the command line."""
    parser = ArgumentParser(
        prog="python -m simulator",
        description="Simulate an Enphase IQ Gateway and its solar site, to try and test without a real gateway.",
        epilog=_help_tables(),
        formatter_class=RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--profile", default="metered_net_three_phase", metavar="NAME", help="kind of gateway to simulate (see below)")
    add("--inverters", type=int, default=20, metavar="N", help="number of inverters (default: 20)")
    add("--firmware", metavar="VERSION", help="firmware to use instead of the profile's, such as 8.3.5433")
    add("--serial", default=DEFAULT_SERIAL, help="serial number of the gateway, 12 digits")
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)")
    add("--port", type=int, default=0, help="port to listen on (default: any free port)")
    add("--start", metavar="TIME", help="simulated time at the start, such as 2026-06-21T12:00 (default: now)")
    add("--noon", action="store_true", help="start with the sun of a noon in June, whatever the time of day and year")
    add(
        "--speed", type=float, default=1.0, metavar="FACTOR", help="speed of the simulated time (default: 1, real time)"
    )
    add("--seed", type=int, default=1, help="seed of the random clouds and loads (default: 1)")
    add("--replay", type=Path, metavar="DIR", help="replay a folder of recorded answers instead of simulating a site")
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:PATH]",
        help="inject a fault (see below); can be repeated",
    )
    panels = parser.add_argument_group("panels", "N is the place of a panel, from 1; all of them can be repeated")
    for option, text in _PANELS.items():
        panels.add_argument(f"--{option}", action="append", type=int, default=[], metavar="N", help=text)
    add("--cloud", action="store_true", help=f"simulate the Enphase cloud too, account {_ACCOUNT[0]} / {_ACCOUNT[1]}")
    add("--json", action="store_true", help="print the address and the credentials as one line of JSON")
    return parser


def _clock(start: str | None, speed: float) -> Callable[[], float]:
    """Return a clock that starts at a time and runs at a speed.

    Raise ValueError for an invalid time or speed.
    """
    if speed <= 0:
        raise ValueError("--speed must be above 0")
    began = time.time()
    first = began
    if start is not None:
        try:
            local = datetime.fromisoformat(start)
        except ValueError:
            raise ValueError(f"--start '{start}' is not a time; expected something like 2026-06-21T12:00") from None
        first = (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(TIME_ZONE))).timestamp()
    return lambda: first + (time.time() - began) * speed


def _conditions(arguments: Namespace) -> dict[int, Condition]:
    """Return the conditions of the panels by their place, from 0."""
    outputs = dict.fromkeys(arguments.weak, 0.8) | dict.fromkeys(arguments.dead, 0.0)
    return {
        number - 1: Condition(output=outputs.get(number, 1.0), shaded=number in arguments.shaded)
        for number in {*outputs, *arguments.shaded}
    }


def _build(arguments: Namespace) -> Simulator:
    """Return the simulator that the command line asks for.

    Raise ValueError with a message for the user.
    """
    if arguments.profile not in PROFILES:
        raise ValueError(f"Unknown profile '{arguments.profile}'; choose from: {', '.join(PROFILES)}")
    if not 0 <= arguments.port <= 65_535:
        raise ValueError(f"--port {arguments.port} is not in 0..65535")
    if arguments.replay is not None and not (arguments.replay / "info").is_file():
        raise ValueError(f"--replay {arguments.replay} has no file 'info'")
    for option in _PANELS:
        for number in getattr(arguments, option):
            if not 1 <= number <= arguments.inverters:
                raise ValueError(f"--{option} {number} is not in 1..{arguments.inverters}")
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
        conditions=_conditions(arguments),
    )
    serials = list(simulator.world.inverters)
    for number in arguments.silent:
        simulator.world.set_communicating(serials[number - 1], communicating=False)
    for fault in arguments.fault:
        name, _, path = fault.partition(":")
        simulator.faults.add(name, path=path or None)
    return simulator


def _describe(simulator: Simulator, cloud: Cloud | None) -> dict[str, Any]:
    """Return the address, the make-up of the site and the credentials."""
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
    """Serve until SIGINT or SIGTERM."""
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
            # 0.0.0.0 is not an address that a browser can open.
            if simulator.address.startswith(_ALL_ADDRESSES):
                facts["address"] += " (any address of this machine, on this port)"
            lines = "\n".join(f"{name.replace('_', ' ').capitalize() + ':':16}{value}" for name, value in facts.items())
        sys.stdout.write(f"{lines}\n")
        sys.stdout.flush()
        await stop.wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
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
