"""Every class of gateway and every firmware behaves as docs/reference/gateway.md describes it."""

import pytest

from simulator import PROFILES, Simulator

from .conftest import Start
from .documents import REPORT, WRAP_WH, entry
from .gateway_client import Clock, Json


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_profile_has_its_serial_and_firmware_in_info(start: Start, profile: str) -> None:
    simulator, client = await start(profile)
    info = (await client.request("/info"))[1].decode()
    assert f"<sn>{simulator.serial}</sn>" in info
    assert f"<software>{PROFILES[profile].firmware}</software>" in info
    assert ("<web-tokens>true</web-tokens>" in info) == simulator.uses_tokens


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
async def test_every_profile_lists_its_inverters(start: Start, profile: str) -> None:
    _, client = await start(profile, inverters=7)
    listed = await client.json("/api/v1/production/inverters")
    assert sum(each.get("devType", 1) == 1 for each in listed) == 7


async def test_legacy_answers_html_instead_of_json(start: Start) -> None:
    """The status is 200 (G§7)."""
    _, client = await start("legacy")
    response, body = await client.get(REPORT)
    assert response.status == 200
    assert body.startswith(b"<!DOCTYPE html")


async def test_legacy_lists_inverters_without_a_device_type(start: Start) -> None:
    """Later firmware adds it (G§4)."""
    _, client = await start("legacy")
    assert "devType" not in (await client.json("/api/v1/production/inverters"))[0]


async def test_non_metered_has_no_meters_and_no_consumption(start: Start) -> None:
    """The lists are empty and the consumption key is missing (G§8, G§6.1)."""
    _, client = await start("non_metered")
    assert await client.json("/ivp/meters") == []
    assert await client.json("/ivp/meters/readings") == []
    assert set(await client.json(REPORT)) == {"production", "storage"}


async def test_v1_of_non_metered_is_the_sum_of_the_inverters(start: Start) -> None:
    """It does not wrap (G§3)."""
    _, client = await start("non_metered")
    listed = await client.json("/api/v1/production/inverters")
    v1 = await client.json("/api/v1/production")
    assert v1["wattsNow"] == sum(each["lastReportWatts"] for each in listed)
    assert v1["wattHoursLifetime"] == pytest.approx((await client.json(REPORT))["production"][0]["whLifetime"], abs=2)


async def test_the_site_total_wraps_on_seven(start: Start) -> None:
    """It wraps by whole multiples of 2^32 J (G§6.6)."""
    _, client = await start("non_metered_token")
    v1 = (await client.json("/api/v1/production"))["wattHoursLifetime"]
    wrapped = (await client.json(REPORT))["production"][0]["whLifetime"]
    assert wrapped < WRAP_WH < v1
    assert (v1 - wrapped) / WRAP_WH == pytest.approx(round((v1 - wrapped) / WRAP_WH), abs=1e-5)


async def test_a_single_inverter_wraps_on_later_firmware(start: Start) -> None:
    """Each inverter beyond 1.19 MWh lowers the sum by one wrap (G§6.6)."""
    _, client = await start("metered_without_cts", inverters=6, lifetime_wh=7_070_000.0)
    devices = await client.json("/ivp/pdm/device_data")
    true = [
        each["channels"][0]["lifetime"]["joulesProduced"] / 3600
        for each in devices.values()
        if isinstance(each, dict) and each["devName"] == "pcu"
    ]
    wraps = sum(each > WRAP_WH for each in true)
    assert 0 < wraps < 6
    sent = (await client.json(REPORT))["production"][0]["whLifetime"]
    assert sent == pytest.approx(sum(true) - wraps * WRAP_WH, abs=6)


async def test_newest_non_metered_has_zeros_at_v1(start: Start) -> None:
    """8.3.5422 returns four zeros (G§3)."""
    _, client = await start("non_metered_new")
    assert set((await client.json("/api/v1/production")).values()) == {0}


@pytest.mark.parametrize(("profile", "lifetime"), [("metered_without_cts", 1583), ("metered_without_cts_old", 0)])
async def test_without_cts_v1_is_frozen(start: Start, clock: Clock, profile: str, lifetime: int) -> None:
    """It is frozen at an invalid value from 8.2.4264 on, at zero before (G§3)."""
    _, client = await start(profile)
    before = await client.json("/api/v1/production")
    clock.advance(days=1)
    assert await client.json("/api/v1/production") == before
    assert before["wattHoursLifetime"] == lifetime


async def test_production_only_shows_inactive_consumption_and_retired_inverters(start: Start) -> None:
    """8.3.5289 does (G§5.2, G§6.7)."""
    _, client = await start("metered_production_only", inverters=12)
    report, devices = await client.json(REPORT), await client.json("/ivp/pdm/device_data")
    assert entry(report, "production")["activeCount"] == 1
    assert entry(report, "total-consumption")["activeCount"] == 0
    retired = [each for each in devices.values() if isinstance(each, dict) and not each["active"]]
    assert [each["channels"][0]["lastReading"] for each in retired] == [{}, {}, {}]
    assert devices["deviceCount"] == 12 + 3 + 2 + 1  # active, retired, meters, a relay


async def test_net_lifetime_is_import_only_on_old_firmware(start: Start) -> None:
    """It is import - export only from 7.3.517 on (G§6.4)."""
    simulator, client = await start("metered_digest")
    net = entry(await client.json(REPORT), "net-consumption")
    assert net["whLifetime"] == pytest.approx(simulator.world.grid_import_wh, abs=0.01)


async def test_total_equals_net_with_a_total_ct_on_the_newest(start: Start) -> None:
    """The readings of the CT itself are correct (G§6.8)."""
    simulator, client = await start("metered_total_split_phase")
    report = await client.json(REPORT)
    total, net = entry(report, "total-consumption"), entry(report, "net-consumption")
    assert (total["wNow"], total["whLifetime"]) == (net["wNow"], net["whLifetime"])
    readings = {each["eid"]: each for each in await client.json("/ivp/meters/readings")}
    measured = readings[704643584]["actEnergyDlvd"]
    assert measured == pytest.approx(simulator.world.total_consumption.energy_wh, abs=0.01)


async def test_a_lost_record_makes_today_the_lifetime(start: Start) -> None:
    """The same applies to the seven days (G§6.5)."""
    _, client = await start("metered_total_split_phase")
    made = entry(await client.json(REPORT), "production")
    assert made["whToday"] == made["whLastSevenDays"] == made["whLifetime"]


async def test_split_phase_of_the_newest_has_a_third_line_of_zeros(start: Start) -> None:
    """The power factors of the lines are added up (G§6.3)."""
    _, client = await start("metered_total_split_phase")
    made = entry(await client.json(REPORT), "production")
    assert len(made["lines"]) == 3
    assert set(made["lines"][2].values()) == {0.0}
    assert made["pwrFactor"] > 1


@pytest.mark.parametrize(("firmware", "extra"), [("8.2.4345", 0), ("8.3.1598", 1), ("8.3.5433", 1)])
async def test_an_extra_reading_without_a_meter_from_8_3_1598(start: Start, firmware: str, extra: int) -> None:
    """Its eid is not in the list of meters (G§9 rule 2)."""
    _, client = await start("metered_net_split_phase", firmware=firmware)
    eids = [each["eid"] for each in await client.json("/ivp/meters")]
    read = [each["eid"] for each in await client.json("/ivp/meters/readings")]
    assert read == eids + [1023410688] * extra


@pytest.mark.parametrize(("firmware", "status"), [("7.6.175", 404), ("8.2.4286", 404), ("8.2.4345", 200)])
async def test_device_data_exists_from_8_2_4345(start: Start, firmware: str, status: int) -> None:
    """The body of a 404 depends on the firmware (G§5, G§2.6)."""
    _, client = await start(firmware=firmware)
    response, body = await client.get("/ivp/pdm/device_data")
    assert response.status == status
    assert status == 200 or body == b'{ "err": "404 - Not Found" }'


async def test_device_data_is_cut_at_fifty_devices(start: Start) -> None:
    """Meters count as devices; the list of inverters is complete (G§5.1)."""
    _, client = await start(inverters=60)
    devices = await client.json("/ivp/pdm/device_data")
    assert devices["deviceCount"] == 62
    assert sum(isinstance(each, dict) for each in devices.values()) == devices["deviceDataLimit"] == 50
    assert len(await client.json("/api/v1/production/inverters")) == 60


async def test_phase_mode_is_three_where_one_phase_is_used(start: Start) -> None:
    """Every meter has three channels (G§8, G§9)."""
    _, client = await start("metered_net_single_phase")
    meter = (await client.json("/ivp/meters"))[0]
    assert (meter["phaseMode"], meter["phaseCount"]) == ("three", 1)
    assert [len(each["channels"]) for each in await client.json("/ivp/meters/readings")] == [3, 3]


async def test_the_list_of_meters_can_be_missing(start: Start) -> None:
    """Then activeCount is the only sign of an enabled CT (G§6.7)."""
    _, client = await start("metered_without_meters_list")
    assert (await client.get("/ivp/meters"))[0].status == 404
    assert entry(await client.json(REPORT), "production")["activeCount"] == 1


async def test_ac_batteries_are_among_the_inverters(start: Start) -> None:
    """Their devType is 11; the report counts inverters only (G§4, G§6.9)."""
    simulator, client = await start("acb")
    listed = await client.json("/api/v1/production/inverters")
    assert sum(each["devType"] == 11 for each in listed) == 2
    report = await client.json(REPORT)
    stored = simulator.world.at(report["storage"][0]["readingTime"]).energies.stored[1:]
    assert report["storage"][0]["percentFull"] == pytest.approx(100 * sum(stored) / 2480, abs=2)
    assert report["production"][0]["activeCount"] == 20


async def test_the_net_cts_unused_channel_repeats_the_storage_ct(start: Start) -> None:
    """Firmware 8.2.127 to 8.2.4286 does this (G§9 rule 4)."""
    _, client = await start("metered_storage_split_phase")
    _, net, storage = await client.json("/ivp/meters/readings")
    assert net["channels"][2]["actEnergyDlvd"] == storage["channels"][1]["actEnergyDlvd"]


async def test_negative_watts_of_a_meter_are_sent_unsigned(start: Start, clock: Clock) -> None:
    """The production CT measures a negative power at night (G§5.3)."""
    _, client = await start("metered_net_single_phase")
    clock.advance(hours=13)
    channel = (await client.json("/ivp/pdm/device_data"))["704643328"]["channels"][0]
    assert channel["lastReading"]["curr_w"] < 0
    assert channel["watts"]["now"] == channel["lastReading"]["curr_w"] + 2**32


async def test_lines_come_with_details_only(start: Start) -> None:
    """/production has none either (G§6.3, G§7)."""
    _, client = await start()
    documents: list[Json] = [await client.json(path) for path in (REPORT, "/production.json", "/production")]
    assert ["lines" in document["production"][1] for document in documents] == [True, False, False]


async def test_ivp_answers_have_no_content_type_and_reports_are_chunked(start: Start) -> None:
    """A client must not rely on Content-Type or Content-Length (G§2.8)."""
    _, client = await start()
    assert "Content-Type" not in (await client.get("/ivp/meters"))[0].headers
    response = (await client.get(REPORT))[0]
    assert response.headers["Transfer-Encoding"] == "chunked"


async def test_old_firmware_closes_each_connection_and_sends_two_dates(start: Start) -> None:
    """Firmware 4.x and 5.x do (G§2.2)."""
    simulator, client = await start("non_metered")
    response, _ = await client.get("/info")
    await client.get("/info")
    assert response.headers["Connection"] == "close"
    assert len(response.headers.getall("Date")) == 2
    assert simulator.connections == 2


async def test_a_firmware_update_adds_endpoints(start: Start) -> None:
    """Enphase updates gateways without notice (G§1.3)."""
    simulator, client = await start(firmware="8.2.4286")
    simulator.set_firmware("8.2.4345")
    assert b"D8.2.4345" in (await client.request("/info"))[1]
    assert (await client.get("/ivp/pdm/device_data"))[0].status == 200


def test_an_update_across_seven_is_refused() -> None:
    """It would change the port and the sign-in."""
    with pytest.raises(ValueError, match="transport"):
        Simulator(PROFILES["non_metered"]).set_firmware("7.6.175")


def test_an_invalid_firmware_is_refused() -> None:
    with pytest.raises(ValueError, match="not a firmware version"):
        Simulator(firmware="latest")
