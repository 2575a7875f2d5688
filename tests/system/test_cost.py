"""Requests, bytes, connections and state writes of an hour at the default interval, by kind of site and sign-in.

`benchmarks/compare.py` measures what depends on the machine.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, EventStateChangedData, EventStateReportedData, callback
import pytest

from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import CONF_UPDATE_INTERVAL
from custom_components.enphase_iq_gateway.diagnostics import async_get_config_entry_diagnostics
from simulator import Faults
from tests.conftest import StartHome
from tests.support.home import Home
from tests.support.virtual_time import settle

MIDSUMMER_NOON = datetime(2026, 6, 21, 11, 0, tzinfo=UTC)
MIDSUMMER_NIGHT = datetime(2026, 6, 21, 23, 0, tzinfo=UTC)
INVERTERS = 20
HOUR_S = 3600.0
# Frozen time has whole microseconds, so a timer between two of them would never be due.
_CLOCK_STEP_S = 1e-6

INFO = "/info"
METERS = "/ivp/meters"
READINGS = "/ivp/meters/readings"
REPORT = "/production.json?details=1"
SUMMARY = "/api/v1/production"
INVERTER_LIST = "/api/v1/production/inverters"
DEVICE_DATA = "/ivp/pdm/device_data"


@dataclass(frozen=True, kw_only=True)
class Hour:
    """The counts of an hour."""

    requests: dict[str, int]
    size: int
    """Bytes of the answers."""
    handshakes: int
    connections: int
    writes: int
    """States that changed."""
    reports: int = 0
    """States that were written without a change."""


async def advance_by_timers(home: Home, seconds: float) -> None:
    """Advance the time from timer to timer, so that each runs exactly on time."""
    loop = home.hass.loop
    end = loop.time() + seconds
    while True:
        timers = loop._scheduled  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio has no other list of timers
        due = min((timer.when() for timer in timers if not timer.cancelled()), default=end)
        if due > end:
            break
        home.clock.tick(max(due - loop.time(), 0) + _CLOCK_STEP_S)
        await settle(home.hass)
    home.clock.tick(end - loop.time())


async def count_an_hour(home: Home) -> Hour:
    """Count an hour, after the quarter of an hour in which every inverter reports."""
    await advance_by_timers(home, 900)
    simulator = home.simulator
    simulator.requests.clear()
    handshakes, connections = simulator.handshakes, simulator.connections
    written: Counter[str] = Counter()

    @callback
    def count(event: Event[EventStateChangedData] | Event[EventStateReportedData]) -> None:
        written[str(event.event_type)] += 1

    @callback
    def accept(_: EventStateReportedData) -> bool:
        return True

    bus = home.hass.bus
    stop = (
        bus.async_listen(EVENT_STATE_CHANGED, count),
        bus.async_listen(EVENT_STATE_REPORTED, count, event_filter=accept),
    )
    await advance_by_timers(home, HOUR_S)
    for remove in stop:
        remove()
    return Hour(
        requests=dict(Counter(request.path for request in simulator.requests)),
        size=sum(request.size for request in simulator.requests),
        handshakes=simulator.handshakes - handshakes,
        connections=simulator.connections - connections,
        writes=written[str(EVENT_STATE_CHANGED)],
        reports=written[str(EVENT_STATE_REPORTED)],
    )


@pytest.fixture(autouse=True)
def _exact_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the random part of the intervals: the digits of a measurement, and so its bytes, depend on its time."""
    monkeypatch.setattr("homeassistant.helpers.update_coordinator.randint", lambda low, _: low)


# Size and writes depend on the documents of the simulator.
SITES = {
    "legacy": Hour(
        requests={SUMMARY: 60, INVERTER_LIST: 24, INFO: 12}, size=44844, handshakes=0, connections=12, writes=415
    ),
    "non_metered": Hour(
        requests={SUMMARY: 60, INVERTER_LIST: 24, INFO: 13, METERS: 2},
        size=50698,
        handshakes=0,
        connections=99,
        writes=415,
    ),
    "non_metered_token": Hour(
        requests={SUMMARY: 60, INVERTER_LIST: 12, METERS: 1}, size=33434, handshakes=0, connections=0, writes=415
    ),
    "metered_without_cts": Hour(
        requests={REPORT: 60, DEVICE_DATA: 12, METERS: 1, READINGS: 1},
        size=429378,
        handshakes=0,
        connections=0,
        writes=230,
    ),
    "metered_net_three_phase": Hour(
        requests={READINGS: 120, REPORT: 12, DEVICE_DATA: 12, METERS: 1},
        size=619564,
        handshakes=0,
        connections=0,
        writes=978,
    ),
}


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
@pytest.mark.parametrize("profile", SITES)
async def test_an_hour_has_exactly_the_expected_requests_bytes_and_writes(start_home: StartHome, profile: str) -> None:
    """The site has no write without a change."""
    home = await start_home(profile, inverters=INVERTERS)

    assert await count_an_hour(home) == SITES[profile]


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_no_entity_is_written_without_a_change(start_home: StartHome) -> None:
    home = await start_home(inverters=INVERTERS)

    assert (await count_an_hour(home)).reports == 0


OF_STORAGE = ("/ivp/ensemble/", "/ivp/ss/", "/ivp/sc/", "/ivp/livedata/", "/admin/lib/")


def of_storage(home: Home) -> tuple[int, int, int, int]:
    """Return the requests about storage, all others, and the bytes of both."""
    storage = [request for request in home.simulator.requests if request.path.startswith(OF_STORAGE)]
    others = [request for request in home.simulator.requests if not request.path.startswith(OF_STORAGE)]
    return len(storage), len(others), sum(each.size for each in storage), sum(each.size for each in others)


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_batteries_double_the_requests_at_most(start_home: StartHome) -> None:
    home = await start_home("storage_single_phase", inverters=INVERTERS)
    await count_an_hour(home)

    requests, other_requests, size, other_size = of_storage(home)

    assert 0 < requests <= other_requests
    assert 0 < size <= other_size


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_a_grid_relay_is_read_every_12_s_for_few_bytes(start_home: StartHome) -> None:
    """So that its state is right within 15 s."""
    home = await start_home("storage", inverters=INVERTERS)
    relay = (await count_an_hour(home)).requests["/ivp/ensemble/relay"]

    requests, other_requests, size, other_size = of_storage(home)

    assert 295 <= relay <= 305
    assert requests - relay <= other_requests
    assert size < other_size / 2


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_truncated_details_are_read_every_quarter_of_an_hour(start_home: StartHome) -> None:
    """The list of the inverters has every report as well (G§5.1)."""
    home = await start_home(inverters=49)

    requests = (await count_an_hour(home)).requests

    assert (requests[DEVICE_DATA], requests[INVERTER_LIST]) == (4, 12)


@pytest.mark.parametrize("clock", [MIDSUMMER_NIGHT], indirect=True)
async def test_at_night_the_inverters_are_read_every_quarter_of_an_hour(start_home: StartHome) -> None:
    home = await start_home(inverters=INVERTERS)

    assert (await count_an_hour(home)).requests == {READINGS: 120, REPORT: 12, DEVICE_DATA: 4, METERS: 1}


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_live_mode_reads_the_readings_only(start_home: StartHome) -> None:
    """Twelve times a minute, over one connection."""
    home = await start_home(inverters=INVERTERS)
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_UPDATE_INTERVAL: 5})
    await home.hass.config_entries.async_reload(home.entry.entry_id)

    hour = await count_an_hour(home)

    assert (hour.requests, hour.handshakes) == ({READINGS: 720, REPORT: 12, DEVICE_DATA: 12, METERS: 1}, 0)


async def test_live_mode_slows_itself_where_readings_take_two_seconds(start_home: StartHome) -> None:
    """The interval is three times their duration, and in the diagnostics."""
    home = await start_home(inverters=INVERTERS)
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_UPDATE_INTERVAL: 5})
    await home.hass.config_entries.async_reload(home.entry.entry_id)

    def answer_slowly() -> float:
        home.clock.tick(2.0)
        return home.clock.now()

    home.simulator.faults = Faults(answer_slowly)
    home.simulator.faults.add("slow", path=READINGS, delay_s=0.0)
    await advance_by_timers(home, 30)
    home.simulator.faults.clear()

    diagnostics = await async_get_config_entry_diagnostics(home.hass, home.entry)
    coordinators = diagnostics["coordinators"]
    assert isinstance(coordinators, dict)
    live = coordinators[PollGroup.LIVE]
    assert (live["base_interval_s"], live["slowest_answer_s"], live["interval_s"]) == (5, 2.0, 6.0)


async def test_set_up_reads_nothing_twice(start_home: StartHome) -> None:
    """The first values are those that were read to find the sources."""
    home = await start_home(inverters=INVERTERS)
    home.simulator.requests.clear()

    await home.hass.config_entries.async_reload(home.entry.entry_id)

    assert [request.path for request in home.simulator.requests] == [
        INFO,
        "/auth/check_jwt",
        METERS,
        READINGS,
        DEVICE_DATA,
        REPORT,
        "/ivp/ensemble/inventory",
    ]
