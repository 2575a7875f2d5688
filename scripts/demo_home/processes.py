"""Child processes that never outlive the demo, and the port of its page."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import socket

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 30  # Home Assistant writes its database and storage when it stops: 1-2 s, more on a busy machine
LOG_LINES = 15  # what a person reads of a log in an error message


class DemoError(Exception):
    """Something the person at the terminal has to know; the message says what."""


class Child:
    """A process started by the demo, and where its output goes."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        """Hold the process under the name that messages use."""
        self.name = name
        self.log = log
        self.process = process

    def check(self) -> None:
        """Raise DemoError when the process has ended by itself."""
        if (code := self.process.returncode) is not None:
            raise DemoError(f"{self.name} ended by itself (exit code {code}){log_excerpt(self.log)}")

    async def stop(self) -> None:
        """End the process: asked first, forced when it does not, or when waiting for it is broken off."""
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
    """Run a command with its output in a log file, and end it on every way out."""
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
    """Return the last lines of a log for an error message, errors and warnings before everything else."""
    lines = log.read_text(errors="replace").splitlines()
    telling = [line for line in lines if any(sign in line for sign in (" ERROR ", " WARNING ", " error: "))] or lines
    return "".join(f"\n  {line}" for line in telling[-LOG_LINES:]) + f"\n  (all of it: {log})"


def free_port(wanted: int, *, or_next: bool) -> int:
    """Return the wanted port, or the next free one; DemoError when the wanted one is in use and no other will do."""
    for port in range(wanted, min(wanted + 100, 65536) if or_next else wanted + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((LOOPBACK, port))
                return port
    raise DemoError(f"port {wanted} is in use; choose another with --port")
