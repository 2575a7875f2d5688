"""Each fault of the counters has its documented effect."""

from .conftest import Start

READINGS = "/ivp/meters/readings"


async def test_no_readings(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("no_readings")
    assert await client.json(READINGS) == []


async def test_nulls(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("nulls")
    assert (await client.json(READINGS))[0]["actEnergyDlvd"] is None


async def test_negative(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("negative")
    assert (await client.json(READINGS))[0]["actEnergyDlvd"] == -19.677


async def test_hair_lowers_every_other_answer(start: Start) -> None:
    simulator, client = await start()
    true = simulator.world.production.delivered_wh
    simulator.faults.add("hair", wh=3.0)
    shown = [(await client.json(READINGS))[0]["actEnergyDlvd"] for _ in range(4)]
    assert [round(value - true) for value in shown] == [-3, 0, -3, 0]


async def test_replaced_meter(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("replaced_meter")
    assert (await client.json(READINGS))[0]["actEnergyDlvd"] == 0
    before = simulator.world.production.delivered_wh
    simulator_clock = simulator.clock
    simulator.clock = lambda: simulator_clock() + 600
    gained = simulator.world.at(simulator.clock()).production.delivered_wh - before
    assert abs((await client.json(READINGS))[0]["actEnergyDlvd"] - gained) < 0.01


async def test_unsigned_power(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("unsigned_power", always=True)
    assert (await client.json(READINGS))[0]["activePower"] == 4_294_967_292
