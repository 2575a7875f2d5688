"""The documents of storage show the same moment of the same site, each with the lag of a real one."""

import pytest

from tests.simulator.conftest import Start
from tests.simulator.documents import INVENTORY, batteries
from tests.simulator.gateway_client import MIDSUMMER, Clock

from .sites import WITH_STORAGE

POWER = "/ivp/ensemble/power"
SECCTRL, LIVE_DATA = "/ivp/ensemble/secctrl", "/ivp/livedata/status"
STREAM = "/ivp/livedata/stream"


async def test_reports_of_batteries_are_8_to_298_seconds_old(start: Start, clock: Clock) -> None:
    """Their percentages are those of the report (S§2.1)."""
    simulator, client = await start("storage")
    clock.advance(hours=-5)
    ages = set()
    for _ in range(60):
        clock.advance(seconds=97)
        for number, device in enumerate(await batteries(client)):
            ages.add(round(clock.now - device["last_rpt_date"]))
            stored = simulator.world.at(device["last_rpt_date"]).energies.stored[number]
            assert device["percentFull"] == round(stored / 50)
    assert 8 <= min(ages) < 40
    assert 260 < max(ages) <= 298


@pytest.mark.parametrize("profile", ["storage", "storage_ct_split", "collar", "acb"])
async def test_the_aggregates_follow_from_the_devices(start: Start, clock: Clock, profile: str) -> None:
    """Percentages and energies are truncated (S§4)."""
    clock.advance(hours=9)
    _, client = await start(profile)
    devices, secctrl = await batteries(client), await client.json(SECCTRL)
    capacity = sum(each["encharge_capacity"] for each in devices)
    energy = sum(each["percentFull"] * each["encharge_capacity"] for each in devices) // 100
    assert secctrl["Enc_max_available_capacity"] == capacity
    assert secctrl["ENC_agg_avail_energy"] == energy
    assert secctrl["ENC_agg_soc"] == 100 * energy // capacity
    total = secctrl["Max_energy"]
    assert total == capacity + (2480 if profile == "acb" else 0)
    assert secctrl["agg_soc"] == 100 * (energy + secctrl["ACB_agg_energy"]) // total


async def test_the_batteries_own_figure_is_7_to_17_percent_low(start: Start, clock: Clock) -> None:
    """The sum lies below that of the storage CT (S§3)."""
    clock.advance(hours=-4)
    simulator, client = await start("storage_ct_split")
    compared = 0
    for _ in range(60):
        clock.advance(seconds=600)
        true = simulator.world.now.powers.battery
        shown = sum(each["real_power_mw"] for each in (await client.json(POWER))["devices:"]) / 1000
        if abs(true) > 250:
            compared += 1
            assert 0.82 < shown / true < 0.93
    assert compared > 15


@pytest.mark.slow
async def test_the_led_follows_from_the_power(start: Start, clock: Clock) -> None:
    """12 charging, 13 discharging, 14 idle and full, 17 idle at the reserve (S§24)."""
    _, client = await start("storage")
    seen = {}
    for _ in range(120):
        clock.advance(hours=1.0)
        shown = (await client.json(POWER))["devices:"][0]
        seen[(await batteries(client))[0]["led_status"]] = (shown["real_power_mw"], shown["soc"])
    assert seen[12][0] < -30_000
    assert seen[13][0] > 30_000
    assert seen[14][1] >= 99
    assert set(seen) <= {12, 13, 14, 15, 17}


async def test_the_temperature_of_an_enpower_is_in_fahrenheit(start: Start) -> None:
    """That of a battery and of a collar is in degrees Celsius (S§24)."""
    _, client = await start("storage")
    groups = {each["type"]: each["devices"][0] for each in await client.json(INVENTORY)}
    assert 70 < groups["ENPOWER"]["temperature"] < 110
    assert 15 < groups["ENCHARGE"]["temperature"] < 40


async def test_the_live_data_are_fresh_while_the_stream_is_on(start: Start, clock: Clock) -> None:
    """It ends after some minutes; then the last values stay (S§14)."""
    _, client = await start("storage")
    stale = await client.json(LIVE_DATA)
    clock.advance(hours=4)
    assert (await client.json(LIVE_DATA))["meters"] == stale["meters"]
    assert stale["connection"]["sc_stream"] == "disabled"
    assert "info" in stale
    assert await client.write("POST", STREAM, {"enable": 1}) == (200, {"sc_stream": "enabled"})
    clock.advance(seconds=30)
    live = await client.json(LIVE_DATA)
    assert live["connection"]["sc_stream"] == "enabled"
    assert live["meters"]["last_update"] == int(clock.now - 1)
    assert "info" not in live
    clock.advance(seconds=600)
    ended = await client.json(LIVE_DATA)
    assert ended["connection"]["sc_stream"] == "disabled"
    assert ended["meters"]["last_update"] == int(clock.now - 30)


@pytest.mark.parametrize("profile", WITH_STORAGE)
async def test_the_load_of_the_live_data_is_that_of_the_house(start: Start, clock: Clock, profile: str) -> None:
    """It is grid + pv + storage to the mW, on every phase (S§14.1)."""
    clock.advance(hours=-4, seconds=600)
    simulator, client = await start(profile)
    simulator.world.plant.stream_until = clock.now + 60
    meters = (await client.json(LIVE_DATA))["meters"]
    truth = simulator.world.at(clock.now - 1)
    for key in ("agg_p_mw", "agg_p_ph_a_mw"):
        parts = [meters[each][key] for each in ("grid", "pv", "storage")]
        assert meters["load"][key] == sum(parts)
    assert meters["load"]["agg_p_mw"] == pytest.approx(1000 * truth.house.power_w, abs=5)
    assert meters["storage"]["agg_p_mw"] == pytest.approx(1000 * truth.powers.battery, abs=5)


async def test_the_live_values_stall_at_times_while_their_date_moves(start: Start, clock: Clock) -> None:
    """For up to 57 s on 8.3.6086 (S§14.1)."""
    simulator, client = await start("storage")
    simulator.world.plant.stream_until = clock.now + 7200
    longest = length = 0
    last = None
    clock.advance(seconds=1150 - clock.now % 1200)
    for _ in range(130):
        clock.advance(seconds=1)
        meters = (await client.json(LIVE_DATA))["meters"]
        assert meters["last_update"] == clock.now - 1
        same = meters["load"] == last
        last = meters["load"]
        length = length + 1 if same else 0
        longest = max(longest, length)
    assert 50 <= longest <= 57


async def test_under_the_optimizer_the_tariff_is_not_in_force(start: Start) -> None:
    """Reserves and shutdown levels differ from each other (S§26)."""
    _, client = await start("acb")
    tariff, secctrl = await client.json("/admin/lib/tariff"), await client.json(SECCTRL)
    stored = tariff["tariff"]["storage_settings"]
    assert stored["opt_schedules"] is True
    assert (stored["reserved_soc"], secctrl["configured_backup_soc"]) == (30.0, 0)
    assert tariff["schedule"]["source"] == ""
    assert tariff["schedule"]["opt_schedules"] is False
    assert "tariff" not in tariff["schedule"]["schedule"]


async def test_the_scheduler_has_the_permission_in_force(start: Start) -> None:
    """It exists from 8.3.6086 on (S§10)."""
    _, client = await start("storage")
    scheduler = await client.json("/ivp/sc/sched")
    assert scheduler["Charge From Grid Allowed"] is False
    assert (scheduler["Num_of_enc"], scheduler["max_energy"]) == (2, 10_000)
    _, other = await start("storage", firmware="8.3.5169")
    assert await other.status("/ivp/sc/sched", headers=other.headers) == 404


async def test_ac_batteries_report_every_quarter_of_an_hour(start: Start, clock: Clock) -> None:
    """Each has its own counters and its own time; all endpoints have the same report (S§13)."""
    clock.now = MIDSUMMER - 4 * 3600
    simulator, client = await start("acb", firmware="8.3.5169")
    dates = set()
    for _ in range(40):
        clock.advance(seconds=90)
        data = await client.json("/ivp/pdm/device_data")
        listed = {each["type"]: each["devices"] for each in await client.json("/inventory.json?deleted=1")}
        rows = {each["serialNumber"]: each for each in await client.json("/api/v1/production/inverters")}
        summary = (await client.json("/production.json"))["storage"][0]
        devices = [each for each in data.values() if isinstance(each, dict) and each["devName"] == "acb"]
        powers = []
        for number, (device, item) in enumerate(zip(devices, listed["ACB"], strict=True), start=1):
            channel = device["channels"][0]
            reading, lifetime = channel["lastReading"], channel["lifetime"]
            dates.add(reading["endDate"])
            assert 0 <= clock.now - reading["endDate"] < 900
            assert (item["last_rpt_date"], item["percentFull"]) == (str(reading["endDate"]), reading["SOC"])
            truth = simulator.world.at(reading["endDate"]).energies
            assert lifetime["joulesProduced"] == round(3600 * truth.units_discharged[number])
            assert lifetime["joulesUsed"] == round(3600 * truth.units_charged[number])
            power = (reading["joulesProduced"] - reading["joulesUsed"]) / reading["duration"]
            assert rows[device["sn"]]["lastReportWatts"] == max(0, round(power))
            powers.append(round(power))
        assert summary["wNow"] == sum(powers)
        assert summary["activeCount"] == 2
    assert len(dates) in {8, 9, 10}


async def test_the_home_page_counts_the_ac_batteries(start: Start) -> None:
    _, client = await start("acb")
    comm = (await client.json("/home.json"))["comm"]
    assert comm["acb"] == {"num": 2, "level": 4}
    assert comm["encharge"][0]["num"] == 1


async def test_the_inventory_of_the_older_devices_has_the_controller(start: Start) -> None:
    """IQ Batteries are not among them (S§13)."""
    _, client = await start("storage")
    listed = {each["type"]: each["devices"] for each in await client.json("/inventory.json?deleted=1")}
    assert [each["dev_type"] for each in listed["ESUB"]] == [19]
    assert listed["ACB"] == []
    assert "ENCHARGE" not in listed


async def test_loads_behind_dry_contacts_are_shed_off_grid(start: Start) -> None:
    """Only the contact that is set so opens, and the house consumes less (S§7.2)."""
    simulator, client = await start("storage")
    before = simulator.world.now.house.power_w
    simulator.world.fail_grid()
    shown = {each["id"]: each["status"] for each in (await client.json("/ivp/ensemble/dry_contacts"))["dry_contacts"]}
    assert shown == {"NC1": "closed", "NC2": "open", "NO1": "open", "NO2": "open"}
    assert simulator.world.now.house.power_w == pytest.approx(before - 250, abs=1)
