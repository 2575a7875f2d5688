"""A clock that jumps from timer to timer, shared by two processes: an hour takes as long as its work."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
import mmap
from pathlib import Path
import selectors
import struct
import time
from typing import Final, override
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util

# Late in the morning of the longest day at the simulated site: every value changes.
START: Final = datetime(2026, 6, 21, 10, tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()

_REAL_MONOTONIC: Final = time.monotonic
_EPOCH: Final = struct.Struct("d")


class VirtualClock:
    """Virtual time: it stands still during work, passes in real time during a wait for an answer, and jumps otherwise.

    So nothing depends on the speed of the machine. The other process reads the time from a file.
    """

    def __init__(self, path: Path) -> None:
        path.write_bytes(_EPOCH.pack(START))
        self._shared = _open(path)
        # Not read back from the file: reading the time is part of the cost that is measured.
        self._epoch = START
        self._elapsed = 0.0
        self.is_busy: Callable[[], bool] = _always
        """Return whether the loop has to wait for something real: an answer or a thread."""

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return a new event loop that runs by this clock."""
        return asyncio.SelectorEventLoop(_JumpingSelector(self))

    @contextmanager
    def jumping(self, is_busy: Callable[[], bool]) -> Iterator[None]:
        """Jump to the next timer whenever the loop has nothing to wait for."""
        self.is_busy = is_busy
        try:
            yield
        finally:
            self.is_busy = _always

    def time(self) -> float:
        """Return the virtual epoch."""
        return self._epoch

    def monotonic(self) -> float:
        """Return the virtual monotonic time, which starts at 0 for the precision of small steps."""
        return self._elapsed

    def skip(self, seconds: float) -> None:
        """Move the clock forward."""
        self._elapsed += seconds
        self._epoch = START + self._elapsed
        _EPOCH.pack_into(self._shared, 0, self._epoch)

    def now(self, zone: tzinfo | None = None) -> datetime:
        """Return the virtual time in a zone (default: Home Assistant's), like `homeassistant.util.dt.now`."""
        return datetime.fromtimestamp(self._epoch, zone or dt_util.get_default_time_zone())

    def install(self) -> None:
        """Replace the time of this process, for all modules imported from now on."""
        patch.object(time, "time", self.time).start()
        patch.object(time, "monotonic", self.monotonic).start()
        patch.object(dt_util, "utcnow", lambda: datetime.fromtimestamp(self._epoch, UTC)).start()
        patch.object(dt_util, "now", self.now).start()


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that moves the clock forward instead of waiting for the loop's next timer."""

    def __init__(self, clock: VirtualClock) -> None:
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
    """Return a function that returns the virtual epoch of the process that made the file."""
    shared = _open(path)
    return lambda: float(_EPOCH.unpack_from(shared)[0])


def _always() -> bool:
    return True


def _open(path: Path) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 0)
