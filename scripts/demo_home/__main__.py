"""The demo from start to end: gateway, Home Assistant, owner, integration, table."""

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
from .gateway_setup import DOMAIN, Gateway, add_gateway, ask_credentials, fill_energy_dashboard
from .home_assistant import PASSWORD, ROOT, USER, HomeAssistant, machine_time_zone
from .processes import LOOPBACK, DemoError, child, free_port
from .simulator_process import command as simulator_command, wait_until_ready
from .table import Row, read_rows
from .table_display import TableDisplay

DEFAULT_PORT = 8123  # Home Assistant's own
LIMIT_SECONDS = 180  # a first start takes 10-30 s; three times that on a small board, and some to spare
REFRESH_SECONDS = 2.0  # faster than any of the integration's lanes (5 s at least)
FOLDER = ROOT / ".demo"


def log_progress(text: str) -> None:
    """Tell the person what happens; the table alone goes to standard output."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


@asynccontextmanager
async def progress(what: str, log: Path) -> AsyncGenerator[None]:
    """Say what is waited for, every few seconds how long already; DemoError when it takes too long."""
    clock = asyncio.get_running_loop()
    start = clock.time()
    log_progress(f"{what} ...")

    async def tick() -> None:
        while True:
            await asyncio.sleep(5)
            log_progress(f"  ... {clock.time() - start:.0f} s")

    ticking = asyncio.create_task(tick())
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            yield
    except TimeoutError:
        raise DemoError(f"{what}: not done after {LIMIT_SECONDS} s (log: {log})") from None
    finally:
        ticking.cancel()
    log_progress(f"  done after {clock.time() - start:.0f} s")


async def demo(options: argparse.Namespace, real: Gateway | None) -> None:
    """Run everything until the values are there (--once) or for ever; whatever was started is ended on the way out."""
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
            async with progress("the simulated gateway starts", simulator_log):
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
        async with progress("Home Assistant starts", log):
            await home.wait_until_up()
            await home.create_owner()
            await home.wait_until_running()
        async with progress(f"adding the gateway at {gateway.host}", log):
            await fill_energy_dashboard(home, await add_gateway(home, gateway))
        heading = [f"Page     {address}", f"Sign in  {USER} / {PASSWORD}", f"Log      {log.relative_to(ROOT)}", ""]
        if options.once:
            rows = await complete_rows(home, inverters, log)
            TableDisplay(heading).show(rows, whole=True)
            return
        display = TableDisplay([*heading[:-1], "End      Ctrl-C", ""])
        while True:
            display.show(await read_rows(home))
            await asyncio.sleep(REFRESH_SECONDS)


async def complete_rows(home: HomeAssistant, inverters: int | None, log: Path) -> list[Row]:
    """Return the rows once every enabled entity has a value; DemoError naming those that have none in time."""
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
        raise DemoError(f"after {LIMIT_SECONDS} s this is still missing (log: {log}):{listing}") from None


def missing_values(rows: list[Row], inverters: int | None) -> list[str]:
    """Return what a complete table would have: a value in each row, rows at all, and the simulator's inverters."""
    missing = [f"a value of {row.entity_id} ({row.value})" for row in rows if not row.has_value]
    if not rows:
        missing.append("entities of the integration")
    found = len({row.device for row in rows if row.of_inverter})
    if inverters is not None and found != inverters:
        missing.append(f"inverters: {found} of {inverters}")
    return missing


def caller_path(path: str) -> Path:
    """Return a path as the person meant it, who may have called from another folder."""
    return Path(os.environ.get("CALLED_FROM", ".")) / path


def read_options() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A gateway in a real Home Assistant: its page in the browser, its entities as a table here.",
        epilog="Without --host or --capture the gateway is simulated.",
    )
    parser.add_argument("--once", action="store_true", help="end with 0 once every enabled entity has a value")
    parser.add_argument("--port", type=int, help=f"port of the page (default: {DEFAULT_PORT}, or the next free one)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--capture", type=caller_path, metavar="DIR", help="replay a folder of recorded answers")
    source.add_argument("--host", help="use a real gateway at this address; asks for its token or account")
    parser.add_argument(
        "--token-file", type=caller_path, metavar="FILE", help="with --host: the file that holds the token"
    )
    parser.add_argument(
        "--zip", type=caller_path, metavar="FILE", help="install the integration from the zip of a release"
    )
    parser.add_argument("--profile", default="metered_net_three_phase", help="what is simulated (default: %(default)s)")
    parser.add_argument("--inverters", type=int, default=20, help="how many of them (default: %(default)s)")
    return parser.parse_args()


async def until_signal(options: argparse.Namespace, real: Gateway | None) -> int:
    """Run the demo; the first Ctrl-C or termination ends it in order. Return the exit code."""
    running = asyncio.current_task()
    if running is None:
        raise AssertionError
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await demo(options, real)
    except asyncio.CancelledError:
        log_progress("ended")
        return 130 if options.once else 0
    except DemoError as error:
        log_progress(str(error))
        return 1
    return 0


def main() -> int:
    """Read the command line, ask what has to be asked, run. Return the exit code."""
    options = read_options()
    FOLDER.mkdir(exist_ok=True)
    try:
        real = ask_credentials(options.host, options.token_file) if options.host else None
    except (DemoError, OSError) as error:
        log_progress(str(error))
        return 1
    return asyncio.run(until_signal(options, real))


if __name__ == "__main__":
    sys.exit(main())
