"""Each fault of the measurement shows in every document alike."""

import pytest

from .conftest import Start
from .documents import REPORT, entry
from .gateway_client import Clock

READINGS = "/ivp/meters/readings"


@pytest.mark.parametrize("share", [0.0, 0.8])
async def test_a_low_production_ct_measures_a_share_from_then_on(start: Start, clock: Clock, share: float) -> None:
    """The counter goes on from its value."""
    simulator, client = await start()
    before = simulator.world.now.production
    simulator.faults.add("production_ct_low", share=share)
    reading = (await client.json(READINGS))[0]
    assert reading["actEnergyDlvd"] == pytest.approx(before.delivered_wh, abs=0.01)
    clock.advance(hours=1)
    after = simulator.world.now.production
    reading = (await client.json(READINGS))[0]
    assert reading["activePower"] == pytest.approx(share * after.power_w, abs=0.01)
    gained = after.delivered_wh - before.delivered_wh
    assert gained > 100
    assert reading["actEnergyDlvd"] == pytest.approx(before.delivered_wh + share * gained, abs=0.01)


async def test_a_low_production_ct_shows_in_every_document(start: Start, clock: Clock) -> None:
    """The inverters go on reporting what they produce, and the consumption lacks what the CT does."""
    simulator, client = await start()
    simulator.faults.add("production_ct_low")
    await client.json(READINGS)
    clock.advance(hours=1)
    report = await client.json(REPORT)
    made, net, total = (entry(report, kind) for kind in ("production", "net-consumption", "total-consumption"))
    assert made["wNow"] == 0
    assert made["whLifetime"] == pytest.approx((await client.json(READINGS))[0]["actEnergyDlvd"], abs=0.01)
    assert total["wNow"] == pytest.approx(net["wNow"], abs=0.01)
    assert total["wNow"] < 0
    assert (await client.json("/api/v1/production"))["wattsNow"] == 0
    assert report["production"][0]["wNow"] > 1000


async def test_a_low_production_ct_measures_everything_again_once_cleared(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("production_ct_low")
    assert (await client.json(READINGS))[0]["activePower"] == 0
    simulator.faults.clear("production_ct_low")
    assert (await client.json(READINGS))[0]["activePower"] > 1000


async def test_lagging_channels_lag_in_their_active_power_only(start: Start, clock: Clock) -> None:
    """The channels' instantaneousDemand sums to the power of the CT; their activePower was right earlier."""
    simulator, client = await start("metered_net_split_phase")
    earlier = [channel["activePower"] for channel in (await client.json(READINGS))[1]["channels"][:2]]
    clock.advance(seconds=60)
    simulator.faults.add("channels_lag", seconds=60)
    net = (await client.json(READINGS))[1]
    channels = net["channels"][:2]
    assert [channel["activePower"] for channel in channels] == pytest.approx(earlier, abs=0.01)
    assert sum(earlier) != pytest.approx(net["activePower"], abs=0.1)
    assert sum(channel["instantaneousDemand"] for channel in channels) == pytest.approx(net["activePower"], abs=0.01)
    assert net["activePower"] == pytest.approx(simulator.world.net_consumption.power_w, abs=0.01)
