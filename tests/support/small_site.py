"""A small site for tests that look at no entity of an inverter or a phase."""

from collections.abc import Awaitable, Callable

from simulator import Simulator


def with_small_sites(start_simulator: Callable[..., Awaitable[Simulator]]) -> Callable[..., Awaitable[Simulator]]:
    """Return a function that starts a simulator, with one inverter on one phase unless the test names others.

    Home Assistant registers a third of the entities, which saves a fifth of the time of such a test.
    """

    async def start(profile: str = "metered_net_single_phase", *, inverters: int = 1, **others: object) -> Simulator:
        return await start_simulator(profile, inverters=inverters, **others)

    return start
