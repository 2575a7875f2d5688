"""The state of the grid while the grid fails, the relay is switched and the generator runs, every 5 s."""

from collections.abc import Callable, Iterator

import pytest

from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from tests.conftest import StartHome
from tests.support.home import Home

# Two readings of the relay at most, 12 s and 1 s apart, and the step of the test.
WITHIN_S = 15.0
OUTAGE_WITHIN_S = 60.0
RELAY = "/ivp/ensemble/relay"


async def watched(home: Home, seconds: float) -> list[tuple[float, str, str]]:
    """Return what is shown in the next time, with the seconds from its begin, whenever it changes."""
    seen: list[tuple[float, str, str]] = []
    step = 1.0
    for number in range(int(seconds / step)):
        await home.advance(step, step=step)
        now = (home.state("grid_state"), home.state("grid_connected"))
        if not seen or seen[-1][1:] != now:
            seen.append(((number + 1) * step, *now))
    return seen


def states(seen: list[tuple[float, str, str]]) -> list[tuple[str, str]]:
    """Return the states without their times."""
    return [(state, connected) for _, state, connected in seen]


@pytest.fixture
async def home(start_home: StartHome) -> Home:
    """Set up a site with a system controller and a generator."""
    home = await start_home("storage_ct_split")
    await home.advance(60)
    assert (home.state("grid_state"), home.state("grid_connected")) == ("on_grid", "on")
    return home


async def test_an_outage_shows_within_15_s_and_is_named_within_60_s(home: Home) -> None:
    home.simulator.world.command_generator("off")
    home.simulator.world.fail_grid()

    seen = await watched(home, 120)

    assert states(seen) == [("on_grid", "on"), ("off_grid", "off"), ("outage", "off")]
    assert seen[1][0] <= WITHIN_S
    assert seen[2][0] <= OUTAGE_WITHIN_S


async def test_the_grid_is_back_within_15_s_of_the_relay(home: Home) -> None:
    home.simulator.world.command_generator("off")
    home.simulator.world.fail_grid()
    await home.advance(120)
    home.simulator.world.restore_grid()

    seen = await watched(home, 180)

    assert states(seen) == [("outage", "off"), ("synchronizing", "off"), ("on_grid", "on")]
    assert seen[1][0] <= WITHIN_S
    assert seen[2][0] <= 70 + WITHIN_S


async def test_a_commanded_switch_is_never_an_outage(home: Home) -> None:
    home.simulator.world.command_relay("open")
    away = await watched(home, 180)
    home.simulator.world.command_relay("closed")

    back = await watched(home, 120)

    assert states(away) == [("on_grid", "on"), ("off_grid", "off")]
    assert away[1][0] <= 27 + WITHIN_S
    assert {state for state, _ in states(back)} <= {"off_grid", "synchronizing", "on_grid"}
    assert states(back)[-1] == ("on_grid", "on")
    assert back[-1][0] <= 10 + WITHIN_S


async def test_the_generator_is_no_outage(home: Home) -> None:
    home.simulator.world.fail_grid()
    home.simulator.world.command_generator("on")
    await home.advance(600)

    seen = await watched(home, 120)

    assert states(seen) == [("generator", "off")]
    assert home.state("generator_state") == "running"


def _events(home: Home) -> Iterator[tuple[float, Callable[[], object]]]:
    """Yield what happens in a long afternoon, with the time until the next event."""
    world = home.simulator.world
    yield 300, world.fail_grid
    yield 900, world.restore_grid
    yield 300, lambda: world.command_relay("open")
    yield 300, lambda: world.command_relay("closed")
    yield 60, lambda: world.command_generator("on")
    yield 600, world.fail_grid
    yield 600, lambda: world.command_generator("off")
    yield 600, world.restore_grid
    yield 300, lambda: None


async def test_an_afternoon_with_two_outages_a_switch_and_a_generator_run_has_no_false_outage(home: Home) -> None:
    """One in twenty requests fails; what is shown may lag behind the relay, but no outage is shown without one."""
    world = home.simulator.world
    world.command_generator("off")
    wrong_for, longest, false_outages, step = 0.0, 0.0, 0, 5.0
    for seconds, event in _events(home):
        event()
        for _ in range(int(seconds / step)):
            # The same requests fail in every run.
            home.simulator.faults.clear()
            if len(home.simulator.requests) % 20 == 0:
                home.simulator.faults.add("status", path="*", code=503, count=1)
            await home.advance(step, step=step)
            relay = world.plant.relay.at(home.clock.now())
            right = home.state("grid_connected") == ("on" if relay.connected else "off")
            wrong_for = 0.0 if right else wrong_for + step
            longest = max(longest, wrong_for)
            false_outages += home.state("grid_state") == "outage" and (relay.connected or relay.admin == "open")

    assert false_outages == 0
    assert longest <= WITHIN_S + step


async def test_a_relay_that_cannot_be_read_is_replaced_by_the_inventory(home: Home) -> None:
    home.simulator.faults.add("status", path=RELAY, code=500)
    await home.advance(180)
    assert home.state("grid_state") == "on_grid"
    home.simulator.world.command_generator("off")
    home.simulator.world.fail_grid()

    await home.advance(180)

    assert (home.state("grid_state"), home.state("grid_connected")) == ("outage", "off")


async def test_without_relay_and_inventory_the_state_is_unknown(home: Home) -> None:
    home.simulator.faults.add("status", path=RELAY, code=500)
    home.simulator.faults.add("status", path="/ivp/ensemble/inventory", code=500)

    await home.advance(240)

    assert (home.state("grid_state"), home.state("grid_connected")) == ("unknown", "unknown")
    assert home.coordinator(PollGroup.STORAGE).last_update_success


async def test_behind_a_collar_islanding_shows_within_15_s(start_home: StartHome) -> None:
    home = await start_home("collar")
    await home.advance(60)
    home.simulator.world.fail_grid()

    seen = await watched(home, 120)

    assert states(seen) == [("on_grid", "on"), ("off_grid", "off"), ("outage", "off")]
    assert seen[1][0] <= WITHIN_S


async def test_behind_a_collar_a_commanded_switch_is_never_an_outage(start_home: StartHome) -> None:
    home = await start_home("collar")
    await home.advance(60)
    home.simulator.world.command_relay("open")
    away = await watched(home, 180)
    home.simulator.world.command_relay("closed")

    back = await watched(home, 60)

    assert states(away) == [("on_grid", "on"), ("off_grid", "off")]
    assert {state for state, _ in states(back)} == {"off_grid", "on_grid"}


@pytest.mark.parametrize("profile", ["storage_single_phase", "acb", "metered_net_three_phase"])
async def test_a_site_without_a_relay_has_no_state_of_the_grid(start_home: StartHome, profile: str) -> None:
    home = await start_home(profile)

    await home.advance(120)

    assert {key for key in home.states() if "grid_state" in key or "grid_connected" in key} == set()


async def test_one_failed_reading_of_the_relay_is_repeated_after_a_second(home: Home) -> None:
    home.simulator.faults.add("status", path=RELAY, code=503, count=1)
    home.simulator.world.command_generator("off")
    home.simulator.world.fail_grid()

    seen = await watched(home, 30)

    assert states(seen) == [("on_grid", "on"), ("off_grid", "off")]
    assert seen[1][0] <= WITHIN_S + 5
