"""A clock that can be put forward, in two processes at once: an hour takes as long as its work does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
import mmap
from pathlib import Path
import struct
import time
from typing import Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

# The longest day of the year in the late morning, where the simulated gateways are: everything changes.
START: Final = datetime(2026, 6, 21, 10, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
# And the hour after it has got dark: the last inverter has said its last.
NIGHT: Final = datetime(2026, 6, 22, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()

_REAL_TIME: Final = time.time
_REAL_MONOTONIC: Final = time.monotonic
_OFFSET: Final = struct.Struct("d")


@dataclass(frozen=True, slots=True)
class VirtualClock:
    """How far the virtual time is ahead of the real one, in a file that both processes see."""

    offset: mmap.mmap
    began: float
    """The offset at the beginning: a monotonic clock counts from there."""

    @classmethod
    def create(cls, path: Path, start: float) -> VirtualClock:
        """Make the file; the virtual time is `start` now."""
        path.write_bytes(_OFFSET.pack(start - _REAL_TIME()))
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> VirtualClock:
        """Take the clock of a file that is there."""
        with path.open("r+b") as file:
            offset = mmap.mmap(file.fileno(), 0)
        (began,) = _OFFSET.unpack_from(offset)
        return cls(offset, began)

    def time(self) -> float:
        """The virtual epoch."""
        return _REAL_TIME() + float(_OFFSET.unpack_from(self.offset)[0])

    def monotonic(self) -> float:
        """The virtual monotonic time."""
        return _REAL_MONOTONIC() + float(_OFFSET.unpack_from(self.offset)[0]) - self.began

    def skip(self, seconds: float) -> None:
        """Put the clock forward."""
        _OFFSET.pack_into(self.offset, 0, _OFFSET.unpack_from(self.offset)[0] + max(seconds, 0.0))

    def install(self) -> None:
        """Be the time of this process, for everything that is imported from now on."""
        replacements: dict[str, Callable[[], float]] = {"time": self.time, "monotonic": self.monotonic}
        for name, replacement in replacements.items():
            patch.object(time, name, replacement).start()
