"""Fixtures: a clock and a running simulator."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from simulator import PROFILES, Simulator

from .gateway_client import Clock, GatewayClient, Json

type Start = Callable[..., Awaitable[tuple[Simulator, GatewayClient]]]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that is stopped at noon in midsummer."""
    return Clock()


@pytest.fixture
async def start(clock: Clock) -> AsyncIterator[Start]:
    """Return a function that starts a simulator of a profile and a client of it."""
    async with AsyncExitStack() as stack:

        async def run(profile: str = "metered_net_three_phase", **options: Json) -> tuple[Simulator, GatewayClient]:
            simulator = Simulator(PROFILES[profile], clock=clock, **options)
            await stack.enter_async_context(simulator)
            return simulator, await stack.enter_async_context(GatewayClient(simulator))

        yield run
