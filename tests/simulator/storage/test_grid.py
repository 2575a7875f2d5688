"""Outages, commanded separations and the generator: their states, powers and times (S§25)."""

import aiohttp
import pytest

from tests.simulator.conftest import Start
from tests.simulator.gateway_client import MIDSUMMER, Clock, GatewayClient

from .sites import check_balance, world

RELAY = "/ivp/ensemble/relay"
GENERATOR = "/ivp/ensemble/generator"
LIVE_DATA = "/ivp/livedata/status"


async def relay_states(client: GatewayClient) -> tuple[str, str]:
    """Return the commanded and the real position of the relay."""
    relay = await client.json(RELAY)
    return relay["mains_admin_state"], relay["mains_oper_state"]


async def test_an_outage_opens_the_relay_at_once_and_ends_after_70_seconds(start: Start, clock: Clock) -> None:
    simulator, client = await start("storage")
    assert await relay_states(client) == ("closed", "closed")
    simulator.world.fail_grid()
    assert await relay_states(client) == ("closed", "open")
    clock.advance(hours=1)
    assert await relay_states(client) == ("closed", "open")
    simulator.world.restore_grid()
    seen = []
    for _ in range(16):
        seen.append((await relay_states(client))[1])
        clock.advance(seconds=5)
    assert seen == ["open synchronizing"] * 12 + ["open synchronized"] * 2 + ["closed"] * 2


def test_in_an_outage_the_batteries_carry_the_house_and_the_sun_is_missing_for_45_seconds() -> None:
    clock = Clock()
    site = world(clock)
    site.fail_grid()
    without_sun = 0
    for _ in range(120):
        state = site.now
        check_balance(state)
        assert sum(abs(each) for each in state.powers.net) == 0
        assert state.powers.alive
        without_sun += state.production.power_w < 0
        clock.advance(seconds=1)
    assert without_sun == 45
    assert site.now.production.power_w > 500


def test_inverters_are_throttled_when_the_batteries_are_full() -> None:
    clock = Clock()
    site = world(clock, inverters=20)
    clock.advance(hours=3)
    free = site.now.production.power_w
    site.fail_grid()
    clock.advance(hours=1)
    state = site.now
    assert site.battery_percent == pytest.approx(100, abs=1)
    assert state.production.power_w < free / 3
    assert state.production.power_w == pytest.approx(state.house.power_w, abs=150)


@pytest.mark.slow
async def test_the_gateway_is_off_in_an_outage_that_empties_the_batteries(start: Start, clock: Clock) -> None:
    """It is back with the grid."""
    clock.now = MIDSUMMER + 180 * 86_400
    simulator, client = await start("storage", inverters=1)
    simulator.world.fail_grid()
    clock.advance(hours=30)
    assert simulator.world.battery_percent == pytest.approx(10, abs=0.5)
    assert simulator.world.now.house.power_w == 0
    with pytest.raises(aiohttp.ClientError):
        await client.json(RELAY)
    simulator.world.restore_grid()
    clock.advance(seconds=80)
    assert await relay_states(client) == ("closed", "closed")


async def test_without_a_relay_there_is_no_power_in_an_outage(start: Start) -> None:
    simulator, client = await start("storage_single_phase")
    simulator.world.fail_grid()
    state = simulator.world.now
    assert [state.house.power_w, state.production.power_w, state.powers.battery, state.grid_w] == [0, 0, 0, 0]
    with pytest.raises(aiohttp.ClientError):
        await client.json(RELAY)
    simulator.world.restore_grid()
    assert simulator.world.now.house.power_w > 0


async def test_a_commanded_separation_synchronizes_and_never_is_just_open(start: Start, clock: Clock) -> None:
    """First a top-off for 27 s, at last the grid to synchronize with; never just open (S§25)."""
    simulator, client = await start("storage")
    simulator.world.command_relay("open")
    seen = []
    for _ in range(10):
        seen.append(await relay_states(client))
        clock.advance(seconds=9)
    assert seen[:3] == [("open", "closed")] * 3
    assert seen[3] == ("open", "open synchronizing")
    assert seen[4:] == [("open", "open synchronized")] * 6
    simulator.world.command_relay("closed")
    assert await relay_states(client) == ("closed", "open synchronized")
    clock.advance(seconds=9)
    assert await relay_states(client) == ("closed", "open synchronized")
    clock.advance(seconds=2)
    assert await relay_states(client) == ("closed", "closed")


def test_before_a_commanded_separation_the_batteries_charge_from_the_grid() -> None:
    clock = Clock()
    site = world(clock)
    site.command_relay("open")
    clock.advance(seconds=20)
    state = site.now
    assert state.powers.battery == pytest.approx(-3220)
    assert state.production.power_w < 0


async def test_an_outage_during_a_separation_leaves_the_relay_open(start: Start, clock: Clock) -> None:
    """It doesn't close on command before the grid is back."""
    simulator, client = await start("storage")
    simulator.world.command_relay("open")
    clock.advance(seconds=100)
    simulator.world.fail_grid()
    assert await relay_states(client) == ("open", "open")
    simulator.world.command_relay("closed")
    clock.advance(seconds=100)
    assert await relay_states(client) == ("closed", "open")
    simulator.world.command_relay("open")
    simulator.world.restore_grid()
    clock.advance(seconds=100)
    assert await relay_states(client) == ("open", "open synchronized")


async def test_a_collar_shows_the_separation_in_its_admin_state_only(start: Start) -> None:
    simulator, client = await start("collar")
    simulator.world.fail_grid()
    groups = {each["type"]: each["devices"] for each in await client.json("/ivp/ensemble/inventory")}
    collar = groups["COLLAR"][0]
    assert (collar["admin_state_str"], collar["mid_state"], collar["grid_state"]) == (
        "ENCMN_MDE_OFF_GRID",
        "open",
        "on_grid",
    )
    assert "ENPOWER" not in groups


@pytest.mark.parametrize(
    ("event", "relay", "generator"), [("fail", 0, 5), ("open", 3, 5), ("generator", 0, 6), ("", 1, 5)]
)
async def test_the_live_data_have_numbers_for_the_relays(
    start: Start, clock: Clock, event: str, relay: int, generator: int
) -> None:
    simulator, client = await start("storage_ct_split")
    site = simulator.world
    if event == "fail":
        site.fail_grid()
    elif event == "open":
        site.command_relay("open")
    elif event == "generator":
        site.command_generator("on")
    clock.advance(seconds=400)
    site.plant.stream_until = clock.now + 60
    meters = (await client.json(LIVE_DATA))["meters"]
    assert (meters["main_relay_state"], meters["gen_relay_state"]) == (relay, generator)


async def test_a_generator_starts_and_stops_by_the_state_of_charge(start: Start, clock: Clock) -> None:
    """It warms up for five minutes; meanwhile the batteries carry the house (S§8)."""
    clock.now = MIDSUMMER + 12 * 3600
    simulator, client = await start("storage_ct_split", inverters=12)
    site = simulator.world
    site.fail_grid()
    levels, running = [], []
    for _ in range(36 * 60):
        clock.advance(seconds=60)
        state = site.now
        check_balance(state)
        levels.append(site.battery_percent)
        running.append(state.generator_w > 0)
    assert any(running)
    begin = running.index(True)
    end = running.index(False, begin)
    assert 26 < levels[begin] < 30.1
    assert levels[end] == pytest.approx(70, abs=1.5)
    assert not any(running[:begin])
    assert (await client.json(GENERATOR))["admin_mode"] == 2


async def test_on_the_generator_the_controller_reports_a_closed_generator_and_an_open_relay(
    start: Start, clock: Clock
) -> None:
    """These are the states of 8.2.127_with_generator_running; the net CT measures the generator, as there."""
    simulator, client = await start("storage_ct_split")
    simulator.world.command_generator("on")
    clock.advance(seconds=310)
    generator = await client.json(GENERATOR)
    assert (generator["admin_state"], generator["oper_state"], generator["admin_mode"]) == ("close", "close", 1)
    assert await relay_states(client) == ("closed", "open")
    clock.advance(seconds=20)
    groups = {each["type"]: each["devices"] for each in await client.json("/ivp/ensemble/inventory")}
    enpower = groups["ENPOWER"][0]
    assert (enpower["admin_state"], enpower["Enpwr_curr_state_id"], enpower["Enchg_grid_mode"]) == (
        30,
        128,
        "multimode-generator",
    )
    state = simulator.world.now
    assert state.grid_w == pytest.approx(0)
    assert state.net_consumption.power_w == pytest.approx(state.generator_w)
    simulator.world.command_generator("off")
    clock.advance(seconds=400)
    assert (await client.json(GENERATOR))["oper_state"] == "open"
    assert await relay_states(client) == ("closed", "closed")


async def test_a_generator_exercises_once_a_week(start: Start, clock: Clock) -> None:
    """It runs on Sunday at 12:30 without feeding the house."""
    _, client = await start("storage_ct_split")
    exercising = []
    for _ in range(8):
        exercising.append((await client.json(GENERATOR))["exc_on"])
        clock.advance(seconds=600)
    assert exercising == [0, 0, 0, 1, 1, 1, 0, 0]


def test_a_site_without_a_generator_ignores_commands_for_one() -> None:
    clock = Clock()
    site = world(clock)
    site.command_generator("on")
    clock.advance(seconds=600)
    assert site.now.generator_w == 0
    assert site.plant.relay.at(clock.now).connected


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown event 'storm'"):
        world(Clock()).plant.plan_relay(0.0, "storm")


def test_the_state_of_the_grid_is_available_for_past_times() -> None:
    """Other tests compare with it."""
    clock = Clock()
    site = world(clock)
    clock.advance(seconds=30)
    site.fail_grid()
    clock.advance(seconds=30)
    relay = site.plant.relay
    assert [relay.at(clock.now - each).outage for each in (31, 30, 0)] == [False, True, True]
