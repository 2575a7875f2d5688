"""The coordinators under failure: which data is kept, what is logged, when it recovers."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import ModuleType
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.coordinator import live, polled
from simulator import Faults
from tests.conftest import StartHome
from tests.support.home import Home
from tests.support.virtual_time import settle, until

READINGS = "/ivp/meters/readings"
REPORT = "/production.json"
DEVICES = "/ivp/pdm/device_data"


@pytest.mark.slow
async def test_one_failed_sample_keeps_the_last_value(home: Home) -> None:
    before = home.states()
    fault = home.simulator.faults.add("status", path=READINGS, code=503, count=1)

    await home.advance(32)

    assert fault.hits == 1
    assert home.states() == before
    assert home.log() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "coordinator", "seconds"),
    [
        (READINGS, PollGroup.LIVE, 75),
        (REPORT, PollGroup.REPORT, 345),
        ("*production/inverters", PollGroup.INVERTERS, 345),
    ],
)
async def test_two_failures_in_a_row_make_only_the_values_of_that_coordinator_unavailable(
    home: Home, path: str, coordinator: PollGroup, seconds: float
) -> None:
    home.simulator.faults.add("html", path=path)
    if coordinator is PollGroup.INVERTERS:
        home.simulator.faults.add("html", path=DEVICES)

    await home.advance(seconds)

    assert home.lost() == {coordinator}


@pytest.mark.slow
async def test_inverters_are_read_while_the_clocks_cannot_be_compared(start_home: StartHome) -> None:
    home = await start_home(spoil=lambda faults: faults.add("clock_off", seconds=3500))
    home.simulator.faults.add("status", path="/info", code=503)

    await home.advance(1200, step=30)

    assert PollGroup.INVERTERS not in home.lost()


@pytest.mark.slow
async def test_a_coordinator_that_fails_is_logged_once_with_the_reason(home: Home) -> None:
    home.simulator.faults.add("status", path=READINGS, code=500)

    await home.advance(1800)

    assert home.log() == [
        ("WARNING", f"Error fetching {home.entry.title} live data: {READINGS}: status 500, expected 200")
    ]
    assert [record.exc_info for record in home.caplog.records if record.levelname == "WARNING"] == [None]


@pytest.mark.slow
async def test_counters_stand_while_their_coordinator_fails_and_another_one_does_not(home: Home) -> None:
    before = home.state("total_consumption_energy_lifetime")
    home.simulator.faults.add("truncated", path=REPORT)

    await home.advance(900)

    assert home.coordinator(PollGroup.REPORT).last_update_success is False
    assert home.state("total_consumption_energy_lifetime") == before
    assert home.state("total_consumption_energy_today") != "unavailable"


async def test_the_lifetime_of_an_inverter_stands_while_the_inverters_cannot_be_read(home: Home) -> None:
    serial = next(iter(home.simulator.world.inverters))
    before = home.state("energy_lifetime", serial)
    for path in (DEVICES, "*production/inverters"):
        home.simulator.faults.add("html", path=path)

    await home.advance(345)

    assert home.state("power", serial) == "unavailable"
    assert home.state("energy_lifetime", serial) == before


async def test_counters_are_unavailable_once_nothing_of_the_gateway_answers(home: Home) -> None:
    home.simulator.faults.add("truncated", path=REPORT)
    await home.advance(600)

    home.simulator.faults.add("status", code=503)
    await home.advance(660)

    assert {state for _, state in home.states().values()} == {"unavailable"}


@pytest.mark.parametrize("clock", [datetime(2026, 11, 20, 22, 50, tzinfo=UTC)], indirect=True)
async def test_the_energy_of_today_does_not_stand_beyond_midnight(home: Home) -> None:
    home.simulator.faults.add("truncated", path=REPORT)
    await home.advance(570, step=30)
    assert home.state("total_consumption_energy_today") != "unavailable"

    await home.advance(330, step=30)

    assert home.state("total_consumption_energy_today") == "unavailable"
    assert float(home.state("total_consumption_energy_lifetime")) > 0


@pytest.mark.slow
async def test_a_broken_document_is_read_again_after_half_a_minute_which_doubles(home: Home) -> None:
    home.simulator.faults.add("truncated", path=REPORT)

    await home.advance(300 + 30 + 60 + 120 + 240 + 300 + 60)

    requested = [request.at for request in home.simulator.requests if request.path.startswith(REPORT)]
    waited = [after - before for before, after in pairwise(requested[-6:])]
    assert waited == pytest.approx([30, 60, 120, 240, 300], abs=10)


async def test_a_coordinator_that_recovers_is_logged_once(home: Home) -> None:
    home.simulator.faults.add("status", path=READINGS, code=500)
    await home.advance(75)
    home.simulator.faults.clear()
    home.caplog.clear()

    await home.advance(300)

    assert home.lost() == set()
    assert home.log() == [("INFO", f"Fetching {home.entry.title} live data recovered")]


@pytest.mark.slow
async def test_values_stay_available_where_every_other_request_fails(home: Home) -> None:
    for after in range(0, 240, 2):
        home.simulator.faults.add("reset", path=READINGS, after=after, count=1)
    lost: set[PollGroup] = set()

    for _ in range(60):
        await home.advance(60)
        lost |= home.lost()

    assert lost == set()


@pytest.mark.slow
async def test_broken_device_data_make_only_the_details_unknown(home: Home) -> None:
    serial = next(iter(home.simulator.world.inverters))
    home.simulator.faults.add("status", path=DEVICES, code=500)

    await home.advance(1260)

    states = home.states()
    assert home.lost() == set()
    assert states[f"{serial}_temperature"][1] == "unknown"
    assert float(states[f"{serial}_power"][1]) > 0
    assert home.log() == [("WARNING", f"inverters: continuing without {DEVICES}: status 500, expected 200")]
    home.caplog.clear()
    home.simulator.faults.clear()

    await home.advance(305)

    assert float(home.states()[f"{serial}_temperature"][1]) > 0
    assert home.log() == [("INFO", f"inverters: {DEVICES} answers again")]


async def test_one_sample_without_device_data_keeps_the_details(home: Home) -> None:
    serial = next(iter(home.simulator.world.inverters))
    fault = home.simulator.faults.add("truncated", path=DEVICES, count=1)

    await home.advance(305)

    assert fault.hits == 1
    assert float(home.states()[f"{serial}_temperature"][1]) > 0


async def test_an_inverter_without_a_reading_is_unknown_and_the_others_are_not(home: Home) -> None:
    first, second, *_ = home.simulator.world.inverters
    home.simulator.faults.add("missing_device", serial=first)

    await home.advance(900)

    states = home.states()
    assert (states[f"{first}_power"][1], states[f"{first}_temperature"][1]) == ("unknown", "unknown")
    assert float(states[f"{second}_power"][1]) > 0
    assert home.log() == [("INFO", f"inverter {first} is listed without a reading")]


@pytest.mark.slow
async def test_after_hours_without_a_gateway_all_coordinators_recover_with_the_first(home: Home) -> None:
    home.simulator.faults.add("reset")
    await home.advance(7200)
    assert home.lost() == set(home.entry.runtime_data.coordinators)
    home.simulator.faults.clear()
    before = len(home.simulator.requests)
    while len(home.simulator.requests) == before:
        await home.advance(5)

    await home.advance(35)

    assert home.lost() == set()


async def test_a_slow_report_is_read_less_often(start_home: StartHome) -> None:
    home = await start_home("metered_without_cts_old")
    taken_s = 33.0

    def answer_slowly() -> float:
        home.clock.tick(taken_s)
        return home.clock.now()

    home.simulator.faults = Faults(answer_slowly)
    home.simulator.faults.add("slow", path="/production*", delay_s=0.0)
    await home.advance(70)
    assert home.coordinator(PollGroup.LIVE).update_interval == timedelta(seconds=99)
    taken_s = 0.5

    await home.advance(105)

    assert home.coordinator(PollGroup.LIVE).update_interval == timedelta(seconds=60)


@pytest.mark.parametrize("module", [polled, live])
async def test_a_report_is_measured_by_the_gateway_s_clock(start_home: StartHome, module: ModuleType) -> None:
    """The age of what it has of AC Batteries depends on it; without readings, the live coordinator reads it."""
    with patch.object(module, "measure", wraps=measure) as measured:
        await start_home(spoil=lambda faults: faults.add("clock_off", seconds=7000))

    assert [call.kwargs["clock_ahead_s"] for call in measured.call_args_list] == [7000]


@pytest.mark.slow
async def test_a_hanging_endpoint_times_out_and_delays_no_other_coordinator(home: Home) -> None:
    home.simulator.faults.add("hang", path=REPORT)

    await home.advance_hanging(650)

    assert home.lost() == {PollGroup.REPORT}


async def test_a_coordinator_that_cannot_be_read_at_set_up_comes_later(start_home: StartHome) -> None:
    home = await start_home(spoil=lambda faults: faults.add("status", path="/production*", code=503))
    assert home.entry.state is ConfigEntryState.LOADED
    assert PollGroup.REPORT not in {coordinator for coordinator, _ in home.states().values()}
    home.simulator.faults.clear()

    await home.advance(35)

    assert float(home.state("total_consumption_energy_lifetime")) > 0
    assert [text for _, text in home.log() if "report data" in text] == [
        f"Error fetching {home.entry.title} report data: it could not be read during set-up",
        f"Fetching {home.entry.title} report data recovered",
    ]


# Half a minute before the maintenance, in Amsterdam.
at_night = pytest.mark.parametrize("clock", [datetime(2026, 11, 20, 21, 59, 30, tzinfo=UTC)], indirect=True)


@at_night
async def test_values_stay_available_during_two_minutes_of_maintenance(home: Home) -> None:
    home.simulator.faults.add("nightly_outage")
    lost: set[PollGroup] = set()

    for _ in range(20):
        await home.advance(30)
        lost |= home.lost()

    assert home.simulator.requests[-1].status == 200
    assert lost == set()
    assert home.log() == []


@at_night
async def test_a_long_maintenance_makes_values_unavailable_after_five_minutes_without_a_warning(home: Home) -> None:
    home.simulator.faults.add("reset")
    await home.advance(300)
    assert home.lost() == set()
    await home.advance(180)
    assert PollGroup.LIVE in home.lost()
    polls = 180 / 30 + 2  # of the live coordinator, and one of each of the others
    assert sum(request.at > home.clock.now() - 180 for request in home.simulator.requests) <= 2 * polls
    home.simulator.faults.clear()

    await home.advance(32)

    assert PollGroup.LIVE not in home.lost()
    assert "WARNING" not in [level for level, _ in home.log()]


@at_night
@pytest.mark.slow
async def test_a_maintenance_that_does_not_end_is_an_outage(home: Home) -> None:
    home.simulator.faults.add("reset", path=READINGS)

    await home.advance(3600)

    assert [level for level, _ in home.log()] == ["INFO", "WARNING"]


@pytest.mark.slow
async def test_a_reboot_never_lets_a_counter_fall(home: Home) -> None:
    seen = [float(home.state("production_energy_lifetime"))]
    home.simulator.reboot()
    home.simulator.faults.add("status", code=503)
    await home.advance(360)
    home.simulator.faults.clear()
    home.simulator.faults.add("zeros")
    await home.advance(300)
    for _ in range(12):
        await home.advance(60)
        seen.append(float(home.state("production_energy_lifetime")))
    home.simulator.faults.clear()

    await home.advance(600)

    seen.append(float(home.state("production_energy_lifetime")))
    assert seen == sorted(seen)
    assert seen[0] < seen[-1] < seen[0] + 5
    assert home.lost() == set()


async def test_no_coordinator_starts_again_before_its_last_run_ended(home: Home) -> None:
    before = len(home.simulator.requests)
    home.simulator.faults.add("hang", path=READINGS)
    home.clock.tick(31)
    await until(lambda: len(home.simulator.requests) > before)

    refresh = home.hass.async_create_task(home.coordinator(PollGroup.LIVE).async_request_refresh())
    await home.turn()

    assert [request.path for request in home.simulator.requests[before:]] == [READINGS]
    home.simulator.faults.clear()
    home.clock.tick(21)
    await refresh
    await settle(home.hass)
