"""A clock that is put forward, in two processes at once: an hour takes as long as its work does."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
import mmap
from pathlib import Path
import selectors
import struct
import time
from typing import Final, override
from unittest.mock import patch
from zoneinfo import ZoneInfo

# The longest day of the year in the late morning, where the simulated gateways are: everything changes.
START: Final = datetime(2026, 6, 21, 10, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
# And the hour after it has got dark: the last inverter has said its last.
NIGHT: Final = datetime(2026, 6, 22, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()

_REAL_MONOTONIC: Final = time.monotonic
_EPOCH: Final = struct.Struct("d")


class VirtualClock:
    """Stands still while something is done, goes with the real time while an answer is waited for, and jumps otherwise.

    So nothing depends on how fast the machine is, nor on who has his turn meanwhile. The other process reads the time
    from a file.
    """

    def __init__(self, path: Path, start: float) -> None:
        """Make the file; the virtual time is `start` now."""
        path.write_bytes(_EPOCH.pack(start))
        self._shared = _open(path)
        # Plain numbers beside the file: each look at the time is part of what is measured.
        self._start = self._epoch = start
        self._elapsed = 0.0
        self.is_busy: Callable[[], bool] = _always
        """Whether something is under way that is to be waited for: an answer, a thread."""

    def loop(self) -> asyncio.AbstractEventLoop:
        """Make the event loop that goes by this clock."""
        return asyncio.SelectorEventLoop(_JumpingSelector(self))

    @contextmanager
    def jumping(self, is_busy: Callable[[], bool]) -> Iterator[None]:
        """Put the clock forward to the next timer whenever the loop is not busy."""
        self.is_busy = is_busy
        try:
            yield
        finally:
            self.is_busy = _always

    def time(self) -> float:
        """The virtual epoch."""
        return self._epoch

    def monotonic(self) -> float:
        """The virtual monotonic time: from zero, where a float tells the smallest steps apart."""
        return self._elapsed

    def skip(self, seconds: float) -> None:
        """Put the clock forward."""
        self._elapsed += seconds
        self._epoch = self._start + self._elapsed
        _EPOCH.pack_into(self._shared, 0, self._epoch)

    def install(self) -> None:
        """Be the time of this process, for everything that is imported from now on."""
        replacements: dict[str, Callable[[], float]] = {"time": self.time, "monotonic": self.monotonic}
        for name, replacement in replacements.items():
            patch.object(time, name, replacement).start()


class _JumpingSelector(selectors.DefaultSelector):
    """Where a loop would wait for nothing but its next timer, the clock is put forward instead.

    Nothing else stands between the loop and what it runs, so that an hour costs what it does cost.
    """

    def __init__(self, clock: VirtualClock) -> None:
        """Begin as any other selector."""
        super().__init__()
        self._clock = clock

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0 and not self._clock.is_busy():
            self._clock.skip(timeout)
            timeout = 0
        if timeout == 0:
            return super().select(0)
        began = _REAL_MONOTONIC()
        ready = super().select(timeout)
        self._clock.skip(_REAL_MONOTONIC() - began)
        return ready


def clock_of(path: Path) -> Callable[[], float]:
    """Give the virtual epoch of the process that has made the file."""
    shared = _open(path)
    return lambda: float(_EPOCH.unpack_from(shared)[0])


def _always() -> bool:
    return True


def _open(path: Path) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 0)
