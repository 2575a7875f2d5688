"""Each fault has its documented effect, on its paths and as often as requested."""

import asyncio
import re

import aiohttp
import orjson
import pytest

from simulator import FAULTS, Simulator

from .conftest import Start
from .documents import REPORT, WRAP_WH, entry
from .gateway_client import Clock, Json

V1 = "/api/v1/production"
READINGS = "/ivp/meters/readings"
DEVICES = "/ivp/pdm/device_data"


@pytest.mark.slow
def test_every_fault_cites_its_source() -> None:
    """Two faults were seen at no gateway, but a client has to handle them."""
    source = re.compile(r"\(([GS]§\d|[\w.-]+/[\w.-]+#\d)")
    without = {name for name, kind in FAULTS.items() if not source.search(kind.description)}
    assert without == {"absurd_interval", "huge"}


@pytest.mark.parametrize("code", [401, 403, 404, 503, 504])
async def test_a_status_is_sent_with_a_page(start: Start, code: int) -> None:
    simulator, client = await start()
    simulator.faults.add("status", code=code)
    response, body = await client.get(V1)
    assert response.status == code
    assert body.startswith(b"<html>")


async def test_a_redirect_is_sent_with_its_location(start: Start) -> None:
    """Firmware 7 and 8 redirect plain HTTP (G§2.1)."""
    simulator, client = await start()
    simulator.faults.add("status", code=301)
    response, _ = await client.request("/info", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (301, "https://localhost/")


async def test_an_answer_can_be_empty(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("empty")
    response, body = await client.get(V1)
    assert (response.status, body) == (200, b"")


async def test_an_answer_can_be_a_page_instead_of_json(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("html")
    response, body = await client.get(V1)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    assert body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("path", [V1, REPORT], ids=["with a length", "chunked"])
async def test_a_truncated_answer_ends_the_connection_early(start: Start, path: str) -> None:
    simulator, client = await start()
    simulator.faults.add("truncated")
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.get(path)


@pytest.mark.parametrize(("path", "shape"), [(V1, list), (READINGS, dict)])
async def test_a_document_can_be_a_list_instead_of_an_object_and_vice_versa(
    start: Start, path: str, shape: type
) -> None:
    simulator, client = await start()
    simulator.faults.add("wrong_shape")
    assert isinstance(await client.json(path), shape)


async def test_a_huge_answer_has_the_given_size(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("huge", size=3_000_000)
    body = (await client.get(V1))[1]
    assert len(body) == 3_000_000
    assert isinstance(orjson.loads(body), str)


async def test_an_answer_can_arrive_in_small_pieces(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("slow_drip", size=4, pause_s=0.01)
    began = asyncio.get_running_loop().time()
    assert set(await client.json(V1)) > {"wattsNow"}
    assert asyncio.get_running_loop().time() - began > 0.2


async def test_a_request_can_stay_without_an_answer(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("hang", path=V1)
    with pytest.raises(TimeoutError):
        await client.request(V1, headers=client.headers, timeout=aiohttp.ClientTimeout(total=0.2))
    assert simulator.requests[-1].status == 0


async def test_an_answer_can_be_delayed(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("slow", delay_s=0.1)
    began = asyncio.get_running_loop().time()
    await client.get(V1)
    assert asyncio.get_running_loop().time() - began >= 0.1


@pytest.mark.parametrize("profile", ["metered_net_three_phase", "non_metered"])
@pytest.mark.parametrize("when", ["before", "within"])
async def test_a_connection_can_be_reset_before_or_within_the_answer(start: Start, profile: str, when: str) -> None:
    simulator, client = await start(profile)
    simulator.faults.add("reset", when=when)
    with pytest.raises(aiohttp.ClientError):
        await client.request(V1, headers=client.headers)
    simulator.faults.clear()
    assert (await client.get(V1))[0].status == 200


async def test_a_reset_after_the_body_keeps_the_answer(start: Start) -> None:
    """The next request finds the connection closed and opens a new one."""
    simulator, client = await start()
    simulator.faults.add("reset", when="after")
    await client.get(V1)
    before = simulator.connections
    assert (await client.get(V1))[0].status == 200
    assert simulator.connections == before + 1


def lifetimes(documents: dict[str, Json]) -> list[float]:
    """Return the lifetime production in Wh in each document that has one."""
    return [
        documents[V1]["wattHoursLifetime"],
        entry(documents[REPORT], "production")["whLifetime"],
        documents[READINGS][0]["actEnergyDlvd"],
        documents[DEVICES]["553648384"]["channels"][0]["lifetime"]["joulesProduced"] / 3600,
    ]


@pytest.mark.parametrize(("name", "difference"), [("spike", 5_000_000.0), ("zeros", None)])
async def test_counters_jump_in_every_document(start: Start, name: str, difference: float | None) -> None:
    """Each of the four documents has its own unit."""
    simulator, client = await start()
    paths = (V1, REPORT, READINGS, DEVICES)
    true = lifetimes({path: await client.json(path) for path in paths})
    simulator.faults.add(name)
    sent = lifetimes({path: await client.json(path) for path in paths})
    expected = [0.0 if difference is None else value + difference for value in true]
    assert sent == pytest.approx(expected, abs=1)


async def test_a_counter_below_a_wrap_has_not_wrapped(start: Start) -> None:
    """The counters of the site are above it, that of an inverter is not."""
    simulator, client = await start()
    paths = (V1, REPORT, READINGS, DEVICES)
    *true, inverter = lifetimes({path: await client.json(path) for path in paths})
    simulator.faults.add("wrap")
    sent = lifetimes({path: await client.json(path) for path in paths})
    assert sent == pytest.approx([*(value - WRAP_WH for value in true), inverter], abs=1)


async def test_the_energy_of_today_can_be_the_lifetime(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("today_is_lifetime")
    for kind in ("production", "total-consumption"):
        found = entry(await client.json(REPORT), kind)
        assert found["whToday"] == found["whLastSevenDays"] == found["whLifetime"]


async def test_total_consumption_can_repeat_net_consumption(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("total_is_net")
    report = await client.json(REPORT)
    total, net = entry(report, "total-consumption"), entry(report, "net-consumption")
    assert (total["wNow"], total["whLifetime"]) == (net["wNow"], net["whLifetime"])
    assert total["lines"][1]["wNow"] == net["lines"][1]["wNow"]


async def test_the_active_count_can_alternate(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("active_count_flicker")
    counts = [entry(await client.json(REPORT), "production")["activeCount"] for _ in range(4)]
    assert counts == [0, 1, 0, 1]


async def test_the_production_summary_can_be_frozen(start: Start, clock: Clock) -> None:
    simulator, client = await start()
    simulator.faults.add("frozen_v1")
    first = await client.json(V1)
    clock.advance(hours=2)
    assert await client.json(V1) == first
    simulator.faults.clear("frozen_v1")
    assert await client.json(V1) != first


async def test_the_production_summary_can_be_all_zero(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("zero_v1")
    assert set((await client.json(V1)).values()) == {0}


async def test_a_missing_device_has_no_reading(start: Start) -> None:
    simulator, client = await start()
    serial = list(simulator.world.inverters)[4]
    simulator.faults.add("missing_device", serial=serial)
    devices = await client.json(DEVICES)
    empty = [
        each["sn"] for each in devices.values() if isinstance(each, dict) and not each["channels"][0]["lastReading"]
    ]
    assert empty == [serial]


async def test_a_negative_power_of_a_meter_is_sent_unsigned(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("uint32_negative")
    assert (await client.json(DEVICES))["704643328"]["channels"][0]["watts"]["now"] == 4294967292


async def test_a_channel_of_a_storage_ct_can_be_lost(start: Start, clock: Clock) -> None:
    simulator, client = await start("metered_storage_split_phase")
    clock.advance(days=1)
    true = await client.json(READINGS)
    simulator.faults.add("storage_channel_lost")
    production, _, storage = await client.json(READINGS)
    assert production == true[0]
    assert storage["channels"][0]["actEnergyDlvd"] == 0.0
    assert storage["actEnergyDlvd"] == storage["channels"][1]["actEnergyDlvd"] < true[2]["actEnergyDlvd"]


async def test_the_info_can_have_another_serial(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("wrong_serial", serial="122311111111")
    body = (await client.get("/info"))[1]
    assert b"<sn>122311111111</sn>" in body


async def test_the_info_can_have_white_space_around_it(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("info_white_space")
    body = (await client.get("/info"))[1]
    assert body.startswith(b"\n<?xml")
    assert body.endswith(b"</envoy_info>\n\0")


async def test_a_wrong_clock_moves_every_date(start: Start, clock: Clock) -> None:
    simulator, client = await start()
    reports = [each["lastReportDate"] for each in await client.json(f"{V1}/inverters")]
    simulator.faults.add("clock_off", seconds=-900)
    off = clock.now - 900
    assert f"<time>{int(off)}</time>".encode() in (await client.get("/info"))[1]
    assert (await client.json(READINGS))[0]["timestamp"] == off
    assert entry(await client.json(REPORT), "production")["readingTime"] == off
    assert [each["lastReportDate"] for each in await client.json(f"{V1}/inverters")] == [at - 900 for at in reports]
    assert (await client.json(DEVICES))["553648384"]["channels"][0]["lastReading"]["endDate"] == reports[0] - 900


async def test_a_wrong_clock_leaves_a_date_of_zero(start: Start) -> None:
    """It means that there is none (G§9)."""
    simulator, client = await start("metered_net_single_phase")
    simulator.faults.add("clock_off", seconds=3500)
    channels = (await client.json(DEVICES))["704643328"]["channels"]
    assert [channel["created"] for channel in channels[1:]] == [0, 0]


async def test_refused_reports_leave_the_lists_and_readings_open(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("reports_refused")
    paths = (REPORT, "/production", V1, DEVICES, f"{V1}/inverters", "/ivp/meters", READINGS)
    assert [(await client.get(path))[0].status for path in paths] == [401, 401, 401, 401, 200, 200, 200]


async def test_the_gateway_is_away_for_minutes_at_night(start: Start, clock: Clock) -> None:
    simulator, client = await start()
    simulator.faults.add("nightly_outage")
    clock.advance(hours=11)  # 23:00 local
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get(V1)
    clock.advance(seconds=120)
    assert (await client.get(V1))[0].status == 200


async def test_a_fault_skips_the_first_requests_and_ends_after_its_count(start: Start) -> None:
    simulator, client = await start()
    fault = simulator.faults.add("status", path=V1, after=1, count=2)
    assert [(await client.get(V1))[0].status for _ in range(5)] == [200, 503, 503, 200, 200]
    assert fault.hits == 2


async def test_a_fault_affects_only_its_paths(start: Start) -> None:
    simulator, client = await start()
    simulator.faults.add("status", path="/ivp/*")
    assert [(await client.get(path))[0].status for path in (V1, READINGS, DEVICES)] == [200, 503, 503]


async def test_faults_are_cleared_by_name_or_all_at_once() -> None:
    faults = Simulator().faults
    for name in ("hang", "zeros", "zeros"):
        faults.add(name)
    faults.clear("zeros")
    assert [fault.kind.name for fault in faults.active] == ["hang"]
    faults.clear()
    assert faults.active == []


def test_an_unknown_fault_is_refused_with_the_list() -> None:
    """Otherwise a typing error would look like a test that passes."""
    with pytest.raises(ValueError, match=r"Unknown fault 'fire'; choose from: .*zeros"):
        Simulator().faults.add("fire")


def test_an_unknown_parameter_is_refused_with_the_list() -> None:
    """It is refused when the fault is injected, not when it takes effect."""
    with pytest.raises(ValueError, match="no parameter speed; it has: delay_s"):
        Simulator().faults.add("slow", speed=3)
