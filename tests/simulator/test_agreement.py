"""All endpoints agree, with their real lags and units."""

import pytest

from .conftest import Start
from .documents import REPORT, entry
from .gateway_client import Clock, Json


async def test_readings_show_the_present(start: Start) -> None:
    """The meters are measured every second (G§9)."""
    simulator, client = await start()
    production, net = await client.json("/ivp/meters/readings")
    assert production["activePower"] == pytest.approx(simulator.world.production.power_w, abs=0.01)
    assert production["actEnergyDlvd"] == pytest.approx(simulator.world.production.delivered_wh, abs=0.01)
    assert net["actEnergyDlvd"] == pytest.approx(simulator.world.grid_import_wh, abs=0.01)
    assert net["actEnergyRcvd"] == pytest.approx(simulator.world.grid_export_wh, abs=0.01)


async def test_readings_change_each_second(start: Start, clock: Clock) -> None:
    _, client = await start()
    first = await client.json("/ivp/meters/readings")
    clock.advance(seconds=1)
    second = await client.json("/ivp/meters/readings")
    assert second[0]["activePower"] != first[0]["activePower"]
    assert second[0]["timestamp"] == first[0]["timestamp"] + 1


async def test_production_json_and_readings_agree(start: Start) -> None:
    """Both documents read the same meter (G§6, G§9)."""
    _, client = await start()
    report, readings = await client.json(REPORT), await client.json("/ivp/meters/readings")
    made, net = entry(report, "production"), entry(report, "net-consumption")
    assert made["wNow"] == pytest.approx(readings[0]["activePower"], abs=0.01)
    assert made["whLifetime"] == pytest.approx(readings[0]["actEnergyDlvd"], abs=0.01)
    assert net["whLifetime"] == pytest.approx(readings[1]["actEnergyDlvd"] - readings[1]["actEnergyRcvd"], abs=0.01)


async def test_phases_add_up_to_their_entry(start: Start) -> None:
    _, client = await start()
    for kind in ("production", "net-consumption", "total-consumption"):
        found = entry(await client.json(REPORT), kind)
        assert len(found["lines"]) == 3
        assert sum(line["wNow"] for line in found["lines"]) == pytest.approx(found["wNow"], abs=0.01)
        assert sum(line["whLifetime"] for line in found["lines"]) == pytest.approx(found["whLifetime"], abs=0.01)


async def test_v1_is_the_meters_quarter_hour_record(start: Start, clock: Clock) -> None:
    """It is the record of device_data, which lags the meter (G§3)."""
    _, client = await start()
    clock.advance(seconds=899)
    v1, devices = await client.json("/api/v1/production"), await client.json("/ivp/pdm/device_data")
    meter = devices["704643328"]["channels"]
    filled = [channel for channel in meter if channel["lastReading"]]
    assert v1["wattHoursLifetime"] == sum(channel["lifetime"]["wh_dlvd_cum"] for channel in filled)
    assert {channel["lastReading"]["endDate"] % 900 for channel in filled} == {0}
    assert v1["wattHoursLifetime"] < entry(await client.json(REPORT), "production")["whLifetime"]


async def test_today_is_that_of_the_last_record_and_the_energy_since(start: Start, clock: Clock) -> None:
    """The same applies to the seven days (G§6.5)."""
    _, client = await start("metered_net_single_phase")
    clock.advance(seconds=600)
    v1, made = await client.json("/api/v1/production"), entry(await client.json(REPORT), "production")
    since = made["whLifetime"] - v1["wattHoursLifetime"]
    assert made["whToday"] == pytest.approx(v1["wattHoursToday"] + since, abs=0.01)
    assert made["whLastSevenDays"] == pytest.approx(v1["wattHoursSevenDays"] + since, abs=0.01)


async def test_inverters_report_once_in_their_interval_each_at_its_own_time(start: Start, clock: Clock) -> None:
    """The reports are spread over 15 minutes (G§4)."""
    simulator, client = await start()
    listed = await client.json("/api/v1/production/inverters")
    ages = [clock.now - each["lastReportDate"] for each in listed]
    assert all(0 <= age < 904 for age in ages)
    assert len({each["lastReportDate"] for each in listed}) > 10
    clock.advance(seconds=904)
    later = await client.json("/api/v1/production/inverters")
    assert all(b["lastReportDate"] > a["lastReportDate"] for a, b in zip(listed, later, strict=True))
    assert simulator.world.report_interval_s == 900


async def test_inverter_list_device_data_and_production_json_agree(start: Start) -> None:
    """Watts are joules / duration, and lifetimes add up (G§5.4, G§5.5)."""
    _, client = await start()
    listed = {each["serialNumber"]: each for each in await client.json("/api/v1/production/inverters")}
    devices = await client.json("/ivp/pdm/device_data")
    pcus = [each for each in devices.values() if isinstance(each, dict) and each["devName"] == "pcu"]
    assert {each["sn"] for each in pcus} == set(listed)
    for each in pcus:
        channel, report = each["channels"][0], listed[each["sn"]]
        assert channel["watts"]["now"] == report["lastReportWatts"]
        assert channel["lastReading"]["endDate"] == report["lastReportDate"]
        reading = channel["lastReading"]
        assert round(reading["joulesProduced"] / reading["duration"]) == report["lastReportWatts"]
    summed = (await client.json(REPORT))["production"][0]
    joules = sum(each["channels"][0]["lifetime"]["joulesProduced"] for each in pcus)
    assert summed["whLifetime"] == pytest.approx(joules / 3600, abs=2)
    assert summed["wNow"] == sum(each["lastReportWatts"] for each in listed.values())


async def test_an_inverters_lifetime_grows_by_what_its_reports_produced(start: Start, clock: Clock) -> None:
    """The joules of an interval are added to those of the lifetime (G§5.4)."""
    simulator, client = await start()
    inverter = next(iter(simulator.world.inverters.values()))

    async def channel() -> Json:
        return (await client.json("/ivp/pdm/device_data"))["553648384"]["channels"][0]

    first = await channel()
    clock.advance(seconds=inverter.interval_s)
    second = await channel()
    grown = second["lifetime"]["joulesProduced"] - first["lifetime"]["joulesProduced"]
    assert grown == pytest.approx(second["lastReading"]["joulesProduced"], abs=1)


async def test_at_night_the_last_report_stays(start: Start, clock: Clock) -> None:
    """It shows 0 W and a date that is hours old (G§4)."""
    _, client = await start()
    clock.advance(hours=13)
    first = await client.json("/api/v1/production/inverters")
    clock.advance(hours=1)
    assert await client.json("/api/v1/production/inverters") == first
    assert {each["lastReportWatts"] for each in first} == {0}
    assert all(clock.now - each["lastReportDate"] > 3600 for each in first)


@pytest.mark.slow
async def test_in_the_morning_inverters_wake_one_after_the_other(start: Start, clock: Clock) -> None:
    """Each inverter reports at the end of its own interval (G§4)."""
    simulator, client = await start()
    clock.advance(hours=13)
    night = clock.now
    while (await client.json(REPORT))["production"][0]["readingTime"] < night:
        clock.advance(seconds=60)
    dates = [each["lastReportDate"] for each in await client.json("/api/v1/production/inverters")]
    assert min(dates) < night < simulator.world.daylight.dawn <= max(dates)


async def test_today_starts_again_at_local_midnight(start: Start, clock: Clock) -> None:
    """It is the midnight of the site's time zone, not of UTC (G§3)."""
    _, client = await start("non_metered")
    clock.advance(hours=11.9)  # 23:54 local
    before = await client.json("/api/v1/production")
    clock.advance(hours=0.2)
    after = await client.json("/api/v1/production")
    assert before["wattHoursToday"] > 1000
    assert after["wattHoursToday"] == 0
    assert after["wattHoursLifetime"] == before["wattHoursLifetime"]


@pytest.mark.slow
async def test_the_seven_days_exclude_today(start: Start, clock: Clock) -> None:
    _, client = await start("non_metered")
    first = await client.json("/api/v1/production")
    clock.advance(days=8)
    later = await client.json("/api/v1/production")
    gained = later["wattHoursLifetime"] - first["wattHoursLifetime"]
    rest_of_first_day = gained - later["wattHoursSevenDays"] - later["wattHoursToday"]
    assert rest_of_first_day > 0
    assert later["wattHoursSevenDays"] > 7 * 2000


async def test_the_battery_shows_on_its_ct(start: Start, clock: Clock) -> None:
    """Received energy is charge, delivered energy is discharge (G§9)."""
    simulator, client = await start("metered_storage_split_phase")
    clock.advance(hours=9)
    storage = (await client.json("/ivp/meters/readings"))[2]
    assert storage["activePower"] == pytest.approx(simulator.world.storage.power_w, abs=0.01)
    assert storage["actEnergyRcvd"] == pytest.approx(simulator.world.storage.received_wh, abs=0.01)
    assert storage["actEnergyRcvd"] > 0


async def test_a_disabled_ct_is_disabled_in_the_list_and_measures_noise(start: Start) -> None:
    """Its entry in production.json has activeCount 0 (G§6.7)."""
    simulator, client = await start()
    simulator.world.set_ct("production", enabled=False)
    assert [each["state"] for each in await client.json("/ivp/meters")] == ["disabled", "enabled"]
    assert abs((await client.json("/ivp/meters/readings"))[0]["activePower"]) < 5
    assert entry(await client.json(REPORT), "production")["activeCount"] == 0
