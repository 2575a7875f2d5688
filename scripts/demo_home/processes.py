"""Child processes of the demo, which always end with it, and the port of Home Assistant."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import socket

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 30  # Home Assistant needs 1-2 s to write its database and storage, more on a busy machine
LOG_LINES = 15  # at the end of an error message


class DemoError(Exception):
    """An error whose message is shown to the user at the terminal."""


class Child:
    """A process started by the demo, with its log file."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        """Create the child from a running process; `name` is for messages."""
        self.name = name
        self.log = log
        self.process = process

    def check(self) -> None:
        """Raise DemoError if the process has exited."""
        if (code := self.process.returncode) is not None:
            raise DemoError(f"{self.name} exited unexpectedly (exit code {code}){log_excerpt(self.log)}")

    async def stop(self) -> None:
        """Terminate the process; kill it if it does not exit in time or the wait is canceled."""
        try:
            with suppress(ProcessLookupError):
                self.process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        finally:
            if self.process.returncode is None:
                self.process.kill()


@asynccontextmanager
async def child(
    name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[Child]:
    """Run a command with its output in a log file, and stop it when the context ends."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
    running = Child(name, process, log)
    try:
        yield running
    finally:
        await running.stop()


def log_excerpt(log: Path) -> str:
    """Return the last errors and warnings of a log, or else its last lines, for an error message."""
    lines = log.read_text(errors="replace").splitlines()
    problems = [line for line in lines if any(level in line for level in (" ERROR ", " WARNING ", " error: "))]
    return "".join(f"\n  {line}" for line in (problems or lines)[-LOG_LINES:]) + f"\n  (complete log: {log})"


def free_port(wanted: int, *, or_next: bool) -> int:
    """Return the wanted port if it is free, or with `or_next` the next free one.

    Raise DemoError when there is none.
    """
    for port in range(wanted, min(wanted + 100, 65536) if or_next else wanted + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((LOOPBACK, port))
                return port
    raise DemoError(f"port {wanted} is in use; choose another with --port")
