"""Hours within moments: Home Assistant, its event loop and the simulator on one clock that a test moves."""

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
    """The one clock: frozen, until a test moves it on, and every timer that falls due with it."""

    def __init__(self, tick: Callable[[float], object]) -> None:
        """Take what moves the wall clock and the monotonic one, and so the event loop's."""
        self._tick = tick
        self._jumped = 0.0
        self._frozen_monotonic = time.monotonic

    def now(self) -> float:
        """Give the time, epoch seconds, by a clock that nobody sets: the gateway's own."""
        return time.time() - self._jumped

    def monotonic(self) -> float:
        """Give the seconds of a clock that nobody sets."""
        return self._frozen_monotonic() - self._jumped

    def jump(self, seconds: float) -> None:
        """Set the wall clock and no other, as a person or a time server does."""
        self._tick(seconds)
        self._jumped += seconds

    def tick(self, seconds: float) -> None:
        """Let time pass, and nothing happen yet."""
        self._tick(seconds)


@contextmanager
def virtual_time(start: datetime) -> Iterator[VirtualTime]:
    """Freeze every clock at a moment, within a running loop. Sockets work as ever."""
    with freeze_time(start) as frozen, ExitStack() as patches:
        clock = VirtualTime(frozen.tick)
        patches.enter_context(patch.object(asyncio.get_running_loop(), "time", clock.monotonic))
        for name, module in list(sys.modules.items()):
            if name.startswith("custom_components.") and hasattr(module, "monotonic"):
                patches.enter_context(patch.object(module, "monotonic", clock.monotonic))
        yield clock


async def settle(hass: HomeAssistant) -> None:
    """Let everything that has begun end; never with an answer that does not come."""
    await asyncio.sleep(0)
    await hass.async_block_till_done(wait_background_tasks=True)


async def pass_time(hass: HomeAssistant, clock: VirtualTime, seconds: float, *, step: float = 30.0) -> None:
    """Advance the clock step by step, and wait each time until everything that is due has ended."""
    for _ in range(round(seconds / step)):
        clock.tick(step)
        await settle(hass)


def real_seconds() -> float:
    """Give the seconds of a clock that cannot be frozen."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something has happened on a real socket.

    Raises:
        TimeoutError: it has not, in ten real seconds.
    """
    end = real_seconds() + 10
    while not condition():
        if real_seconds() > end:
            raise TimeoutError
        await asyncio.sleep(0)
