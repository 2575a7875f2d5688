"""Sites with CTs of every kind and number of phases: each document shows what the CTs measure."""

import pytest

from simulator import PROFILES

from .conftest import Start
from .documents import REPORT, entry
from .gateway_client import Clock, GatewayClient, Json

READINGS = "/ivp/meters/readings"
LISTED = [name for name, profile in PROFILES.items() if profile.enabled_cts and profile.meters_list]
# Firmware 8.3.5433 repeats the net consumption as the total (G§6.8).
SUMMED = [
    name
    for name, profile in PROFILES.items()
    if len(profile.enabled_cts - {"storage", "backfeed"}) == 2 and profile.firmware != "D8.3.5433"
]


async def cts(client: GatewayClient) -> dict[str, Json]:
    """Return the readings of the enabled CTs, each with its used channels only."""
    readings = {each["eid"]: each for each in await client.json(READINGS)}
    found = {
        meter["measurementType"]: readings[meter["eid"]]
        | {"channels": readings[meter["eid"]]["channels"][: meter["phaseCount"]]}
        for meter in await client.json("/ivp/meters")
        if meter["state"] == "enabled"
    }
    assert found
    return found


@pytest.mark.parametrize("profile", LISTED)
async def test_channels_add_up_to_their_ct(start: Start, clock: Clock, profile: str) -> None:
    _, client = await start(profile)
    clock.advance(hours=9)
    for found in (await cts(client)).values():
        for key in ("activePower", "instantaneousDemand", "actEnergyDlvd", "actEnergyRcvd", "voltage"):
            assert sum(each[key] for each in found["channels"]) == pytest.approx(found[key], abs=0.01)


@pytest.mark.parametrize("profile", LISTED)
async def test_the_report_agrees_with_the_readings(start: Start, profile: str) -> None:
    """The energy of net consumption depends on the firmware (G§6.4)."""
    _, client = await start(profile)
    report, measured = await client.json(REPORT), await cts(client)
    if profile == "metered_total_split_phase":
        del measured["total-consumption"]  # it repeats the net consumption (G§6.8)
    for kind in measured.keys() - {"storage", "backfeed"}:
        assert entry(report, kind)["wNow"] == pytest.approx(measured[kind]["activePower"], abs=0.01)
        assert entry(report, kind)["activeCount"] == 1


@pytest.mark.parametrize("profile", SUMMED)
async def test_total_is_production_plus_net(start: Start, profile: str) -> None:
    """The gateway calculates one of the two consumptions (G§6.4)."""
    _, client = await start(profile)
    report = await client.json(REPORT)
    made, net, total = (entry(report, kind) for kind in ("production", "net-consumption", "total-consumption"))
    assert total["wNow"] == pytest.approx(made["wNow"] + net["wNow"], abs=0.01)
    assert len(total.get("lines", [])) == len(net.get("lines", []))


@pytest.mark.parametrize("profile", LISTED)
async def test_the_quarter_hour_record_is_that_of_the_ct(start: Start, clock: Clock, profile: str) -> None:
    """It has one channel with values for each phase of the CT (G§5.4)."""
    _, client = await start(profile, firmware="8.3.5169")
    clock.advance(seconds=-clock.now % 900)
    devices = await client.json("/ivp/pdm/device_data")
    for found in (await cts(client)).values():
        channels = devices[str(found["eid"])]["channels"]
        records = [channel["lastReading"]["wh_dlvd_cum"] for channel in channels if channel["lastReading"]]
        assert records == [int(channel["actEnergyDlvd"]) for channel in found["channels"]]


@pytest.mark.parametrize(
    ("profile", "phases"),
    [("metered_production_on_one_of_three_phases", 1), ("metered_production_on_two_of_three_phases", 2)],
)
async def test_a_production_ct_can_have_fewer_phases_than_the_net_ct(start: Start, profile: str, phases: int) -> None:
    """A phase without it adds nothing to the total, which has all phases; voltages are added up (G§6.3)."""
    _, client = await start(profile)
    assert [meter["phaseCount"] for meter in (await client.json("/ivp/meters"))[:2]] == [phases, 3]
    report = await client.json(REPORT)
    made, net, total = (entry(report, kind) for kind in ("production", "net-consumption", "total-consumption"))
    assert [len(each["lines"]) for each in (made, net, total)] == [phases, 3, 3]
    for number in range(3):
        power = made["lines"][number]["wNow"] if number < phases else 0.0
        assert total["lines"][number]["wNow"] == pytest.approx(power + net["lines"][number]["wNow"], abs=0.01)
    assert made["rmsVoltage"] == pytest.approx(231 * phases, rel=0.01)
    assert total["rmsVoltage"] == pytest.approx(231 * 3, rel=0.01)
    unused = (await client.json(READINGS))[0]["channels"][phases:]
    assert {channel["actEnergyDlvd"] for channel in unused} == {0.0}


@pytest.mark.parametrize(
    "profile", ["metered_production_on_one_of_three_phases", "metered_production_on_two_of_three_phases"]
)
async def test_inverters_are_on_the_phases_of_the_production_ct(start: Start, profile: str) -> None:
    """Otherwise the CT would lack some of them."""
    simulator, client = await start(profile)
    produced = [phase.power_w for phase in simulator.world.production.phases]
    measured = (await cts(client))["production"]
    assert sum(produced[len(measured["channels"]) :]) == 0
    assert measured["activePower"] == pytest.approx(sum(produced), abs=0.01)


async def test_a_total_ct_measures_three_phases_and_net_is_calculated(start: Start) -> None:
    """There is no counter of import and export (G§9.7)."""
    simulator, client = await start("metered_total_three_phase")
    measured, report = await cts(client), await client.json(REPORT)
    assert set(measured) == {"production", "total-consumption"}
    assert len(measured["total-consumption"]["channels"]) == 3
    assert measured["total-consumption"]["actEnergyDlvd"] == pytest.approx(simulator.world.now.house_wh, abs=0.01)
    net = simulator.world.net_consumption
    assert entry(report, "net-consumption")["whLifetime"] == pytest.approx(net.energy_wh, abs=0.01)


async def test_without_a_production_ct_the_total_lacks_the_production(start: Start) -> None:
    """It equals the net consumption (G§13.2)."""
    simulator, client = await start("metered_net_only_three_phase")
    report = await client.json(REPORT)
    net, total = entry(report, "net-consumption"), entry(report, "total-consumption")
    assert entry(report, "production")["activeCount"] == 0
    assert net["wNow"] == pytest.approx(simulator.world.net_consumption.power_w, abs=0.01)
    assert (total["wNow"], total["whLifetime"]) == (net["wNow"], net["whLifetime"])


async def test_swapped_phases_leave_the_sum_right(start: Start) -> None:
    """Production of one phase is added to the net consumption of another one, which falls below zero."""
    simulator, client = await start("metered_swapped_phases")
    total = entry(await client.json(REPORT), "total-consumption")
    assert total["wNow"] == pytest.approx(simulator.world.now.house.power_w, abs=0.01)
    assert min(line["wNow"] for line in total["lines"]) < -100
    assert min(line["whLifetime"] for line in total["lines"]) < 0


async def test_a_production_ct_that_measures_nothing_is_normal_for_the_gateway(start: Start, clock: Clock) -> None:
    """Its counter has never counted, and the inverters report thousands of watts."""
    _, client = await start("metered_production_ct_measures_nothing")
    clock.advance(hours=1)
    report, v1 = await client.json(REPORT), await client.json("/api/v1/production")
    made = entry(report, "production")
    assert {meter["meteringStatus"] for meter in await client.json("/ivp/meters")} == {"normal"}
    assert (made["activeCount"], made["wNow"], made["whLifetime"]) == (1, 0, 0)
    assert set(v1.values()) == {0}
    assert report["production"][0]["wNow"] > 1000
    assert entry(report, "total-consumption")["wNow"] < 0


async def test_a_production_ct_can_lack_one_phase(start: Start) -> None:
    """The other phases are right."""
    simulator, client = await start("metered_production_ct_lacks_a_phase")
    measured = [channel["activePower"] for channel in (await cts(client))["production"]["channels"]]
    true = [phase.power_w for phase in simulator.world.production.phases]
    assert measured == pytest.approx([true[0], 0.0, true[2]], abs=0.01)
    assert true[1] > 500


async def test_an_inverter_of_another_maker_makes_the_total_fall(start: Start, clock: Clock) -> None:
    """Production + net is the house less what no CT measures (G§6.4)."""
    simulator, client = await start("metered_third_party_inverter")
    before = entry(await client.json(REPORT), "total-consumption")
    house = simulator.world.now.house_wh
    clock.advance(hours=2)
    after = entry(await client.json(REPORT), "total-consumption")
    assert before["wNow"] < 0
    assert after["whLifetime"] < before["whLifetime"] - 1000
    assert simulator.world.now.house_wh > house


async def test_a_battery_of_another_maker_makes_the_total_fall_in_the_evening(start: Start, clock: Clock) -> None:
    """It stores the surplus by day, which counts as consumption, and sells it from 18:00 on, on the first phase."""
    simulator, client = await start("metered_third_party_battery")
    lifetimes = []
    for hours in (0, 6.5, 1):  # 12:00, 18:30 and 19:30
        clock.advance(hours=hours)
        total = entry(await client.json(REPORT), "total-consumption")
        lifetimes.append(total["whLifetime"] - simulator.world.now.house_wh)
    noon, dusk, later = lifetimes
    assert dusk > noon
    assert later < dusk - 3000
    assert total["lines"][0]["wNow"] < 0 < total["lines"][1]["wNow"]


async def test_a_production_ct_can_measure_an_inverter_of_another_maker_too(start: Start) -> None:
    """The CT shows more than the inverters report, and the consumption is right (8.3.5167_3rd-pv)."""
    simulator, client = await start("metered_third_party_inverter_measured")
    report = await client.json(REPORT)
    assert entry(report, "production")["wNow"] > 1.3 * report["production"][0]["wNow"]
    house = simulator.world.now.house.power_w
    assert entry(report, "total-consumption")["wNow"] == pytest.approx(house, abs=0.01)


@pytest.mark.parametrize("profile", ["metered_storage_split_phase", "metered_storage_three_phase"])
async def test_the_storage_ct_counts_charge_and_discharge(start: Start, clock: Clock, profile: str) -> None:
    """Positive power and delivered energy are discharge (G§9); the battery charges by day only."""
    simulator, client = await start(profile)
    shown = []
    for hours in (0, 9.5, 2):  # 12:00, 21:30 and 23:30
        clock.advance(hours=hours)
        storage = (await cts(client))["storage"]
        truth = simulator.world.now
        assert storage["actEnergyDlvd"] == pytest.approx(truth.battery_discharged_wh, abs=0.01)
        assert storage["actEnergyRcvd"] == pytest.approx(truth.battery_charged_wh, abs=0.01)
        assert len(storage["channels"]) == PROFILES[profile].phases
        shown.append(storage)
    _, evening, night = shown
    assert evening["activePower"] > 100
    assert night["actEnergyDlvd"] > evening["actEnergyDlvd"] + 100
    assert night["actEnergyRcvd"] == evening["actEnergyRcvd"]


@pytest.mark.parametrize("profile", ["metered_storage_split_phase", "metered_storage_three_phase"])
async def test_house_is_production_plus_net_plus_storage(start: Start, clock: Clock, profile: str) -> None:
    """The gateway's total counts charging as consumption (S§23)."""
    clock.advance(hours=-4)  # 08:00: the battery charges, as it is not full yet
    simulator, client = await start(profile)
    measured, truth = await cts(client), simulator.world.now
    power = sum(measured[kind]["activePower"] for kind in ("production", "net-consumption", "storage"))
    total = entry(await client.json(REPORT), "total-consumption")
    assert truth.storage.power_w < -100
    assert power == pytest.approx(truth.house.power_w, abs=0.01)
    assert total["wNow"] == pytest.approx(truth.house.power_w - truth.storage.power_w, abs=0.01)


async def test_device_data_has_the_storage_ct_as_the_fourth_meter(start: Start) -> None:
    """Its eid is that of the list of meters (G§5.2)."""
    simulator, client = await start("metered_storage_three_phase")
    meter = (await client.json("/ivp/pdm/device_data"))["704643840"]
    assert meter["sn"] == f"{simulator.serial}EIM4"
    record = simulator.world.record(simulator.clock())
    shown = sum(each["lastReading"]["wh_neg"] for each in meter["channels"] if each["lastReading"])
    assert shown == pytest.approx(record.battery_charged_wh, abs=3)
