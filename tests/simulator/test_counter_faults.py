"""Each fault of the counters has its documented effect."""

import pytest

from .conftest import Start
from .documents import REPORT, entry
from .gateway_client import Clock

READINGS = "/ivp/meters/readings"


async def test_the_list_of_readings_can_be_empty(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("no_readings")
    assert await client.json(READINGS) == []


async def test_counters_can_be_null(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("nulls")
    assert (await client.json(READINGS))[0]["actEnergyDlvd"] is None


async def test_counters_can_be_negative(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("negative")
    assert (await client.json(READINGS))[0]["actEnergyDlvd"] == -19.677


async def test_hair_lowers_every_other_answer(start: Start) -> None:
    simulator, client = await start()
    true = simulator.world.production.delivered_wh
    simulator.faults.add("hair", wh=3.0)
    shown = [(await client.json(READINGS))[0]["actEnergyDlvd"] for _ in range(4)]
    assert [round(value - true) for value in shown] == [-3, 0, -3, 0]


async def test_a_replaced_meter_counts_from_zero(start: Start, clock: Clock) -> None:
    simulator, client = await start()
    simulator.faults.add("replaced_meter")
    assert (await client.json(READINGS))[0]["actEnergyDlvd"] == 0
    before = simulator.world.production.delivered_wh

    clock.advance(seconds=600)

    gained = simulator.world.production.delivered_wh - before
    assert gained > 100
    assert (await client.json(READINGS))[0]["actEnergyDlvd"] == pytest.approx(gained, abs=0.01)


async def test_a_small_negative_power_can_be_sent_unsigned(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("unsigned_power", always=True)
    assert (await client.json(READINGS))[0]["activePower"] == 4_294_967_292


async def test_impossible_power_is_the_lifetime_in_every_document(start: Start) -> None:
    simulator, client = await start(inverters=2)
    simulator.faults.add("impossible_power")
    reading = (await client.json(READINGS))[0]
    assert reading["activePower"] == reading["instantaneousDemand"] == reading["actEnergyDlvd"] > 1_000_000
    made = entry(await client.json(REPORT), "production")
    assert made["wNow"] == made["whLifetime"]
    v1 = await client.json("/api/v1/production")
    assert v1["wattsNow"] == v1["wattHoursLifetime"]
    listed = await client.json("/api/v1/production/inverters")
    assert [each["lastReportWatts"] for each in listed] == [600_000, 600_000]
    channel = (await client.json("/ivp/pdm/device_data"))["553648384"]["channels"][0]
    mean = channel["lastReading"]["joulesProduced"] / channel["lastReading"]["duration"]
    assert mean == channel["watts"]["now"] == pytest.approx(600_000, rel=0.1)


async def test_impossible_power_ends_with_its_count(start: Start) -> None:
    """The gateway sends it a few times after a restart."""
    simulator, client = await start()
    simulator.reboot()
    simulator.faults.add("impossible_power", path=READINGS, count=2)
    shown = [(await client.json(READINGS))[0]["activePower"] for _ in range(3)]
    assert [power > 1_000_000 for power in shown] == [True, True, False]


async def test_absurd_interval_and_energy_of_today_of_the_inverters(start: Start) -> None:
    simulator, client = await start(inverters=2)
    path, key = "/ivp/pdm/device_data", "553648384"
    before = (await client.json(path))[key]["channels"][0]
    simulator.faults.add("absurd_interval", wh=1_000.0)
    simulator.faults.add("inverter_today", wh=57_134.0)
    channel = (await client.json(path))[key]["channels"][0]
    assert channel["lifetime"]["joulesProduced"] - before["lifetime"]["joulesProduced"] == 3_600_000
    assert (channel["lastReading"]["duration"], channel["wattHours"]["today"]) == (90_000_000, 57_134.0)
