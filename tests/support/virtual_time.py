"""Virtual time: Home Assistant, its event loop and the simulator on one clock that the test advances."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
import sys
import time
from unittest.mock import patch

from freezegun import freeze_time
from homeassistant.core import HomeAssistant


class VirtualTime:
    """The clock of a test: frozen until the test advances it."""

    def __init__(self, start: datetime, tick: Callable[[float], object]) -> None:
        """Initialize the clock with its start and the function that advances the frozen wall and monotonic clocks."""
        self._tick = tick
        # Counted here too, as a frozen clock searches the stack of its caller whenever it is read.
        self._seconds = start.timestamp()

    def now(self) -> float:
        """Return epoch seconds by a clock without jumps, as the gateway's own."""
        return self._seconds

    def monotonic(self) -> float:
        """Return the seconds of a clock without jumps."""
        return self._seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock only, as a time server does."""
        self._tick(seconds)

    def tick(self, seconds: float) -> None:
        """Advance the time; timers that are due run when the event loop does."""
        self._tick(seconds)
        self._seconds = round(self._seconds + seconds, 6)


@contextmanager
def virtual_time(start: datetime) -> Iterator[VirtualTime]:
    """Freeze every clock within a running event loop; sockets work as usual."""
    with freeze_time(start) as frozen, ExitStack() as patches:
        clock = VirtualTime(start, frozen.tick)
        patches.enter_context(patch.object(asyncio.get_running_loop(), "time", clock.monotonic))
        for name, module in list(sys.modules.items()):
            if name.startswith("custom_components.") and hasattr(module, "monotonic"):
                patches.enter_context(patch.object(module, "monotonic", clock.monotonic))
        yield clock


def disable_loop_debug() -> None:
    """Turn the debug mode of the running event loop off, which Home Assistant's test plugin turns on.

    It extracts a stack for every callback, half of the time of a test over many virtual hours, and warns of every
    callback in which virtual time has passed.
    """
    asyncio.get_running_loop().set_debug(enabled=False)


async def settle(hass: HomeAssistant) -> None:
    """Wait until everything that has begun has ended; do not use it while a request hangs."""
    await asyncio.sleep(0)
    await hass.async_block_till_done(wait_background_tasks=True)


async def pass_time(hass: HomeAssistant, clock: VirtualTime, seconds: float, *, step: float = 30.0) -> None:
    """Advance the clock step by step, and wait each time until everything that is due has ended."""
    for _ in range(round(seconds / step)):
        clock.tick(step)
        await settle(hass)


def real_seconds() -> float:
    """Return the seconds of a clock that is not frozen."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


async def until(condition: Callable[[], bool]) -> None:
    """Run the event loop until a condition holds that depends on real sockets.

    Raises:
        TimeoutError: if it does not hold within ten real seconds.
    """
    end = real_seconds() + 10
    while not condition():
        if real_seconds() > end:
            raise TimeoutError
        await asyncio.sleep(0)
