"""Hours within moments: Home Assistant, its event loop and the simulator on one clock that a test moves."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
import time

from freezegun import freeze_time
from freezegun.api import real_monotonic
from homeassistant.core import HomeAssistant


class VirtualTime:
    """The one clock: frozen, until a test moves it on, and every timer that falls due with it."""

    def __init__(self, tick: Callable[[float], object]) -> None:
        """Take what moves the wall clock and the monotonic one, and so the event loop's."""
        self._tick = tick

    def now(self) -> float:
        """Give the time, epoch seconds, as a clock for the simulator."""
        return time.time()

    def tick(self, seconds: float) -> None:
        """Let time pass, and nothing happen yet."""
        self._tick(seconds)


@contextmanager
def virtual_time(start: datetime) -> Iterator[VirtualTime]:
    """Freeze every clock at a moment. Sockets work as ever."""
    with freeze_time(start) as frozen:
        yield VirtualTime(frozen.tick)


async def settle(hass: HomeAssistant) -> None:
    """Let everything that has begun end; never with an answer that does not come."""
    await asyncio.sleep(0)
    await hass.async_block_till_done(wait_background_tasks=True)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something has happened on a real socket.

    Raises:
        TimeoutError: it has not, in ten real seconds.
    """
    end = real_monotonic() + 10
    while not condition():
        if real_monotonic() > end:
            raise TimeoutError
        await asyncio.sleep(0)
