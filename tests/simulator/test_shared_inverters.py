"""Two gateways list the same inverters, each with the last report that it has received."""

from collections.abc import AsyncIterator

import pytest

from simulator import PROFILES, Simulator

from .conftest import Start
from .gateway_client import Clock, GatewayClient, Json

type Pair = tuple[Simulator, GatewayClient, Simulator, GatewayClient]


@pytest.fixture
async def pair(start: Start) -> AsyncIterator[Pair]:
    """Start a gateway of five inverters and another one of four, two of which are the same."""
    first, client = await start("non_metered_token", inverters=5)
    async with (
        Simulator(
            PROFILES["metered_without_cts"],
            serial="122300000002",
            inverters=4,
            clock=first.clock,
            neighbor=first,
            shared=2,
        ) as second,
        GatewayClient(second) as second_client,
    ):
        yield first, client, second, second_client


async def reports(client: GatewayClient) -> dict[str, Json]:
    """Return the entries of the list of inverters by serial."""
    return {each["serialNumber"]: each for each in await client.json("/api/v1/production/inverters")}


async def test_the_last_inverters_of_one_are_the_first_of_the_other(pair: Pair) -> None:
    _, client, _, second_client = pair
    first, second = list(await reports(client)), list(await reports(second_client))
    assert first[3:] == second[:2]
    assert not set(first[:3]) & set(second[2:])


async def test_an_inverter_is_the_same_at_both(pair: Pair, clock: Clock) -> None:
    first, _, second, _ = pair
    for hours in (0, 5, 30):
        clock.advance(hours=hours)
        for serial in list(second.world.inverters)[:2]:
            assert second.world.inverter_power_w(serial) == pytest.approx(first.world.inverter_power_w(serial))
            energy = first.world.inverter_energy_wh(serial)
            assert second.world.inverter_energy_wh(serial) == pytest.approx(energy, abs=0.01)


async def test_each_gateway_receives_reports_of_its_own(pair: Pair, clock: Clock) -> None:
    """The newer report is at either gateway in turn."""
    _, client, _, second_client = pair
    newer = set()
    for _ in range(30):
        clock.advance(seconds=60)
        first, second = await reports(client), await reports(second_client)
        serial = next(iter(second))
        newer.add(first[serial]["lastReportDate"] > second[serial]["lastReportDate"])
    assert newer == {True, False}


@pytest.mark.slow
async def test_an_inverter_that_moved_keeps_its_old_report_at_the_old_gateway(pair: Pair, clock: Clock) -> None:
    first, client, second, second_client = pair
    serial = next(iter(second.world.inverters))
    first.world.set_communicating(serial, communicating=False)
    old = (await reports(client))[serial]
    clock.advance(days=5)
    assert (await reports(client))[serial] == old
    assert clock.now - (await reports(second_client))[serial]["lastReportDate"] < 1000
    channel = (await second_client.json("/ivp/pdm/device_data"))["553648384"]["channels"][0]
    energy = first.world.inverter_energy_wh(serial)
    assert channel["lifetime"]["joulesProduced"] / 3600 == pytest.approx(energy, abs=100)


async def test_an_inverter_can_move_back(pair: Pair, clock: Clock) -> None:
    first, client, second, _ = pair
    serial = next(iter(second.world.inverters))
    first.world.set_communicating(serial, communicating=False)
    clock.advance(days=1)
    first.world.set_communicating(serial, communicating=True)
    assert clock.now - (await reports(client))[serial]["lastReportDate"] < 1000


@pytest.mark.slow
async def test_a_replaced_gateway_hands_all_its_inverters_over_days_later(clock: Clock) -> None:
    """Its successor begins with the inverters' lifetimes."""
    old = Simulator(PROFILES["metered_net_three_phase"], inverters=3, clock=clock)
    clock.advance(days=12)
    new = Simulator(PROFILES["metered_net_three_phase"], inverters=3, clock=clock, neighbor=old, shared=3)
    clock.advance(hours=2)
    energies = [old.world.inverter_energy_wh(serial) for serial in old.world.inverters]
    assert [new.world.inverter_energy_wh(serial) for serial in old.world.inverters] == pytest.approx(energies)


@pytest.mark.parametrize("shared", [-1, 3])
def test_more_shared_inverters_than_there_are_are_refused(shared: int, clock: Clock) -> None:
    old = Simulator(inverters=2, clock=clock)
    with pytest.raises(ValueError, match="cannot share"):
        Simulator(inverters=4, clock=clock, neighbor=old, shared=shared)


def test_shared_inverters_need_a_neighbor(clock: Clock) -> None:
    with pytest.raises(ValueError, match="cannot share"):
        Simulator(inverters=4, clock=clock, shared=1)
