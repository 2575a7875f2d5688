"""Batteries that come and go: the entry is reloaded when the list of them has really changed."""

from collections.abc import Callable

import pytest

from custom_components.enphase_iq_gateway.coordinator import GatewayRuntime
from simulator import Faults
from tests.conftest import StartHome
from tests.support.home import Home

INVENTORY = "/ivp/ensemble/inventory"
SITES = pytest.mark.parametrize("profile", ["storage", "storage_single_phase", "collar"])


def batteries(home: Home) -> int:
    """Return the number of batteries that the site has."""
    return len(home.entry.runtime_data.site.storage.batteries)


async def reloads(home: Home, seconds: float) -> int:
    """Return how often the entry is reloaded in the next time."""
    seen: list[GatewayRuntime] = [home.entry.runtime_data]
    for _ in range(int(seconds / 30)):
        await home.advance(30, step=10)
        if home.entry.runtime_data is not seen[-1]:
            seen.append(home.entry.runtime_data)
    return len(seen) - 1


@SITES
async def test_a_battery_that_is_gone_reloads_the_entry_once(start_home: StartHome, profile: str) -> None:
    home = await start_home(profile)
    before = batteries(home)
    home.simulator.faults.add("battery_missing")

    assert await reloads(home, 1800) == 1
    assert batteries(home) == before - 1


@SITES
async def test_a_list_that_is_incomplete_for_minutes_reloads_nothing(start_home: StartHome, profile: str) -> None:
    home = await start_home(profile)
    fault = home.simulator.faults.add("battery_missing")
    count = await reloads(home, 420)
    home.simulator.faults.active.remove(fault)

    assert count + await reloads(home, 1200) == 0


async def test_a_list_that_cannot_be_read_reloads_nothing(start_home: StartHome) -> None:
    home = await start_home("storage_single_phase")
    runtime = home.entry.runtime_data
    home.simulator.faults.add("status", path=INVENTORY, code=503)

    await home.advance(2700, step=60)

    assert home.state("battery_state_of_charge") != "unavailable"
    assert home.entry.runtime_data is runtime


async def test_a_list_that_keeps_changing_reloads_nothing(start_home: StartHome) -> None:
    home = await start_home("storage")
    count = 0
    for _ in range(6):
        fault = home.simulator.faults.add("battery_missing")
        count += await reloads(home, 300)
        home.simulator.faults.active.remove(fault)
        count += await reloads(home, 300)

    assert count == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda faults: faults.add("status", path=INVENTORY, code=503),
        lambda faults: faults.add("battery_group_empty"),
    ],
    ids=["failed", "empty"],
)
async def test_batteries_that_a_starting_gateway_does_not_list_are_found_within_six_minutes(
    start_home: StartHome, spoil: Callable[[Faults], object]
) -> None:
    home = await start_home("storage_single_phase")
    await home.advance(60)
    before = batteries(home)
    spoil(home.simulator.faults)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert batteries(home) == 0
    home.simulator.faults.clear()

    await home.advance(360, step=30)

    assert batteries(home) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda faults: faults.add("status", path=INVENTORY, code=503),
        lambda faults: faults.add("status", path=INVENTORY, code=404),
        lambda faults: faults.add("html", path=INVENTORY),
        lambda faults: faults.add("battery_group_empty"),
    ],
    ids=["busy", "missing", "html", "empty"],
)
async def test_batteries_that_a_starting_gateway_does_not_list_for_long_are_found_soon_after(
    start_home: StartHome, spoil: Callable[[Faults], object]
) -> None:
    home = await start_home("storage_single_phase")
    await home.advance(60)
    before = batteries(home)
    spoil(home.simulator.faults)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.advance(1000, step=30)
    assert batteries(home) == 0
    home.simulator.faults.clear()

    await home.advance(360, step=30)

    assert batteries(home) == before
