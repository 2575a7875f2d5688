"""Command line of scripts/demo: start a gateway and Home Assistant, set up the integration, show its entities."""

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
import os
from pathlib import Path
import signal
import sys
from tempfile import TemporaryDirectory

from simulator.local_days import TIME_ZONE

from . import home_assistant
from .dashboard import open_ready_made_dashboard
from .gateway_setup import (
    DOMAIN,
    Gateway,
    add_gateway,
    ask_credentials,
    fill_energy_dashboard,
    show_every_phase,
)
from .home_assistant import PASSWORD, ROOT, USER, HomeAssistant, machine_time_zone
from .processes import LOOPBACK, DemoError, child, free_port
from .simulator_process import command as simulator_command, wait_until_ready
from .table import Row, read_rows
from .table_display import TableDisplay

DEFAULT_PORT = 8123  # Home Assistant's own
LIMIT_SECONDS = 180  # a first start takes 10-30 s, three times that on a small board
REFRESH_SECONDS = 2.0  # shorter than any interval of the integration (5 s at least)
FOLDER = ROOT / ".demo"


def log_message(text: str) -> None:
    """Print a message to standard error; standard output is for the table only."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


@asynccontextmanager
async def progress(step: str, log: Path) -> AsyncGenerator[None]:
    """Log a step and, every 5 s, its duration so far; raise DemoError when it exceeds LIMIT_SECONDS."""
    clock = asyncio.get_running_loop()
    start = clock.time()
    log_message(f"{step} ...")

    async def tick() -> None:
        while True:
            await asyncio.sleep(5)
            log_message(f"  ... {clock.time() - start:.0f} s")

    ticking = asyncio.create_task(tick())
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            yield
    except TimeoutError:
        raise DemoError(f"{step}: not done after {LIMIT_SECONDS} s (log: {log})") from None
    finally:
        ticking.cancel()
    log_message(f"  done after {clock.time() - start:.0f} s")


async def demo(options: argparse.Namespace, real: Gateway | None) -> None:
    """Run the demo until all values are there (--once) or until canceled, then stop all processes."""
    port = free_port(options.port or DEFAULT_PORT, or_next=options.port is None)
    address = f"http://{LOOPBACK}:{port}"
    log = FOLDER / f"home-assistant-{port}.log"
    async with AsyncExitStack() as stack:
        inverters, time_zone = None, machine_time_zone()
        if real is None:
            simulator_log = FOLDER / f"simulator-{port}.log"
            simulator = await stack.enter_async_context(
                child(
                    "the simulator",
                    simulator_command(options.profile, options.inverters, options.capture),
                    simulator_log,
                )
            )
            async with progress("starting the simulated gateway", simulator_log):
                simulated = await wait_until_ready(simulator)
            gateway, inverters, time_zone = simulated.gateway, simulated.inverters, TIME_ZONE
        else:
            gateway = real
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="home-", dir=FOLDER, ignore_cleanup_errors=True)))
        home_assistant.prepare(folder, DOMAIN, port, time_zone, options.zip)
        process = await stack.enter_async_context(
            child("Home Assistant", home_assistant.command(folder), log, home_assistant.ENVIRONMENT)
        )
        home = await stack.enter_async_context(HomeAssistant(address, process))
        async with progress("starting Home Assistant", log):
            await home.wait_until_up()
            await home.create_owner()
            await home.wait_until_running()
        async with progress(f"adding the gateway at {gateway.host}", log):
            entry_id = await add_gateway(home, gateway)
            await fill_energy_dashboard(home, entry_id)
            await show_every_phase(home, entry_id)
            await open_ready_made_dashboard(home)
            await wait_for_values(home)
        heading = [f"Page     {address}", f"Sign in  {USER} / {PASSWORD}", f"Log      {log.relative_to(ROOT)}", ""]
        if options.once:
            rows = await complete_rows(home, inverters, log)
            TableDisplay(heading).show(rows, whole=True)
            return
        display = TableDisplay([*heading[:-1], "End      Ctrl-C", ""])
        while True:
            display.show(await read_rows(home))
            await asyncio.sleep(REFRESH_SECONDS)


async def wait_for_values(home: HomeAssistant) -> None:
    """Wait until any entity has a value: a change of the options reloads the entry, which removes all of them."""
    while True:
        if any(row.has_value for row in await read_rows(home)):
            return
        await asyncio.sleep(REFRESH_SECONDS / 4)


async def complete_rows(home: HomeAssistant, inverters: int | None, log: Path) -> list[Row]:
    """Wait until every enabled entity has a value and return the rows.

    Raise DemoError with the list of missing values after LIMIT_SECONDS.
    """
    missing = ["everything"]
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            while True:
                rows = await read_rows(home)
                missing = missing_values(rows, inverters)
                if not missing:
                    return rows
                await asyncio.sleep(REFRESH_SECONDS)
    except TimeoutError:
        listing = "".join(f"\n  {name}" for name in missing)
        raise DemoError(f"still missing after {LIMIT_SECONDS} s (log: {log}):{listing}") from None


def missing_values(rows: list[Row], inverters: int | None) -> list[str]:
    """Return descriptions of everything the table lacks: values, rows, or inverters of the simulator."""
    missing = [f"the value of {row.entity_id} ({row.value})" for row in rows if not row.has_value]
    if not rows:
        missing.append("entities of the integration")
    found = sum(row.is_inverter for row in rows)
    if inverters is not None and found != inverters:
        missing.append(f"inverters: {found} of {inverters}")
    return missing


def caller_path(path: str) -> Path:
    """Return a path that the user gave relative to the folder they called scripts/demo from."""
    return Path(os.environ.get("CALLED_FROM", ".")) / path


def read_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Run Home Assistant with a gateway: open it in the browser, see its entities as a table here.",
        epilog="The gateway is simulated unless --host or --capture is set.",
    )
    parser.add_argument("--once", action="store_true", help="exit with status 0 once every enabled entity has a value")
    parser.add_argument(
        "--port", type=int, help=f"port of Home Assistant (default: {DEFAULT_PORT} or the next free one)"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--capture", type=caller_path, metavar="DIR", help="replay a folder of recorded answers")
    source.add_argument("--host", help="use the real gateway at this address; prompts for its token or account")
    parser.add_argument(
        "--token-file", type=caller_path, metavar="FILE", help="with --host: file that contains the token"
    )
    parser.add_argument("--zip", type=caller_path, metavar="FILE", help="install the integration from a released zip")
    parser.add_argument(
        "--profile", default="metered_net_three_phase", help="profile to simulate (default: %(default)s)"
    )
    parser.add_argument("--inverters", type=int, default=20, help="number of inverters (default: %(default)s)")
    return parser.parse_args()


async def until_signal(options: argparse.Namespace, real: Gateway | None) -> int:
    """Run the demo until it ends or a signal stops it; return the exit status."""
    running = asyncio.current_task()
    if running is None:
        raise AssertionError
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await demo(options, real)
    except asyncio.CancelledError:
        log_message("stopped")
        return 130 if options.once else 0
    except DemoError as error:
        log_message(str(error))
        return 1
    return 0


def main() -> int:
    """Run the command line and return the exit status."""
    options = read_options()
    FOLDER.mkdir(exist_ok=True)
    try:
        real = ask_credentials(options.host, options.token_file) if options.host else None
    except (DemoError, OSError) as error:
        log_message(str(error))
        return 1
    return asyncio.run(until_signal(options, real))


if __name__ == "__main__":
    sys.exit(main())
