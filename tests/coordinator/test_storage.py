"""The storage coordinator while Home Assistant's clock is set to another time."""

from collections import Counter

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import LIVE_DATA
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.coordinator.storage import StorageCoordinator
from tests.conftest import StartHome
from tests.support.home import Home

HOUR, DAY = 3600.0, 86_400.0
RELAY, GENERATOR, INVENTORY, DRY_CONTACTS = (
    "/ivp/ensemble/relay",
    "/ivp/ensemble/generator",
    "/ivp/ensemble/inventory",
    "/ivp/ensemble/dry_contacts",
)


async def requested(home: Home, seconds: float) -> Counter[str]:
    """Return how often each endpoint is read in the next time."""
    before = len(home.simulator.requests)
    await home.advance(seconds, step=1)
    return Counter(request.path for request in home.simulator.requests[before:])


@pytest.fixture
async def home(start_home: StartHome) -> Home:
    """Set up a site with batteries, a system controller and a generator."""
    return await start_home("storage_ct_split")


@pytest.mark.parametrize("seconds", [DAY, HOUR, -HOUR, -DAY])
async def test_storage_is_read_at_its_intervals_when_the_clock_is_set(home: Home, seconds: float) -> None:
    home.clock.jump(seconds)

    requests = await requested(home, 240)

    assert requests[RELAY] == pytest.approx(240 / 12, abs=2)
    assert requests[GENERATOR] == pytest.approx(240 / 120, abs=1)
    assert requests[INVENTORY] == requests[DRY_CONTACTS] == 0


@pytest.mark.parametrize("seconds", [DAY, HOUR, -HOUR, -DAY])
async def test_an_outage_shows_when_the_clock_was_set(home: Home, seconds: float) -> None:
    await home.advance(60)
    home.simulator.world.command_generator("off")
    home.simulator.world.fail_grid()
    home.clock.jump(seconds)

    await home.advance(60)

    assert home.state("grid_state") == "outage"


async def test_an_answer_that_fails_is_not_outdated_when_the_clock_is_set_ahead(home: Home) -> None:
    await home.advance(60)
    home.simulator.faults.add("status", path="/ivp/ensemble/*", code=503)
    await home.advance(15)
    home.clock.jump(HOUR)

    await home.advance(15)

    assert home.state("grid_state") == "on_grid"
    assert home.state("generator_state") == "stopped"


async def test_an_answer_that_fails_is_outdated_when_the_clock_was_set_back(home: Home) -> None:
    home.clock.jump(DAY)
    await home.advance(60)
    home.clock.jump(-DAY)
    home.simulator.faults.add("status", path="/ivp/ensemble/*", code=503)

    await home.advance(360)

    assert home.state("grid_state") == "unknown"
    assert home.state("generator_state") == "unknown"


async def test_live_data_that_were_read_back_are_read_again_when_the_clock_was_set_back(home: Home) -> None:
    coordinator = home.coordinator(PollGroup.STORAGE)
    assert isinstance(coordinator, StorageCoordinator)
    home.clock.jump(DAY)
    await coordinator.async_read_now([LIVE_DATA])
    home.clock.jump(-DAY)

    await home.advance(360)

    assert home.state("battery_profile") == "self_consumption"
