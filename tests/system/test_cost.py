"""What an hour costs, counted, at the default interval: for a site of each class and of each way to sign in.

Seconds and milliseconds are no matter for tests: `benchmarks/compare.py` measures them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, EventStateChangedData, EventStateReportedData, callback
import pytest

from custom_components.enphase_iq_gateway.client import PollGroup, endpoints
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
# Frozen time moves in whole microseconds: a timer must not be missed by a part of one for ever.
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
    """What was counted in an hour."""

    requests: dict[str, int]
    size: int
    """Bytes of the answers."""
    handshakes: int
    connections: int
    writes: int
    """States that changed."""
    reports: int = 0
    """States that were written without a change."""


async def live(home: Home, seconds: float) -> None:
    """Let time pass from timer to timer, so that each is exactly on time."""
    loop = home.hass.loop
    end = loop.time() + seconds
    while True:
        timers = loop._scheduled  # type: ignore[attr-defined]  # noqa: SLF001 - nobody else knows
        due = min((timer.when() for timer in timers if not timer.cancelled()), default=end)
        if due > end:
            break
        home.clock.tick(max(due - loop.time(), 0) + _CLOCK_STEP_S)
        await settle(home.hass)
    home.clock.tick(end - loop.time())


async def count_an_hour(home: Home) -> Hour:
    """Count what happens in an hour, after the quarter of an hour in which every inverter has reported."""
    await live(home, 900)
    simulator = home.simulator
    simulator.requests.clear()
    handshakes, connections = simulator.handshakes, simulator.connections
    written: Counter[str] = Counter()

    @callback
    def count(event: Event[EventStateChangedData] | Event[EventStateReportedData]) -> None:
        written[str(event.event_type)] += 1

    @callback
    def every(_: EventStateReportedData) -> bool:
        return True

    bus = home.hass.bus
    stop = (
        bus.async_listen(EVENT_STATE_CHANGED, count),
        bus.async_listen(EVENT_STATE_REPORTED, count, event_filter=every),
    )
    await live(home, HOUR_S)
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
    """Let each coordinator read at the same part of a second: the last digits of what the gateway measures count as bytes."""
    monkeypatch.setattr("homeassistant.helpers.update_coordinator.randint", lambda low, _: low)


# Size and writes are those of the simulated site: a change of its documents changes them.
SITES = {
    "legacy": Hour(
        requests={SUMMARY: 60, INVERTER_LIST: 24, INFO: 12}, size=44844, handshakes=0, connections=12, writes=647
    ),
    "non_metered": Hour(
        requests={SUMMARY: 60, INVERTER_LIST: 24, INFO: 12}, size=49368, handshakes=0, connections=96, writes=647
    ),
    "non_metered_token": Hour(
        requests={SUMMARY: 60, INVERTER_LIST: 12}, size=33432, handshakes=0, connections=0, writes=647
    ),
    "metered_without_cts": Hour(
        requests={REPORT: 60, DEVICE_DATA: 12, METERS: 1, READINGS: 1},
        size=429300,
        handshakes=0,
        connections=0,
        writes=392,
    ),
    "metered_net_three_phase": Hour(
        requests={READINGS: 120, REPORT: 12, DEVICE_DATA: 12, METERS: 1},
        size=619916,
        handshakes=0,
        connections=0,
        writes=2148,
    ),
}


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
@pytest.mark.parametrize("profile", SITES)
async def test_an_hour_costs_exactly_this(start_home: StartHome, profile: str) -> None:
    """Requests, bytes, handshakes and connections, writes, and not one write without a change."""
    home = await start_home(profile, inverters=INVERTERS)

    assert await count_an_hour(home) == SITES[profile]


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_no_entity_is_written_without_a_change(start_home: StartHome) -> None:
    """With everything enabled."""
    home = await start_home(inverters=INVERTERS)

    assert (await count_an_hour(home)).reports == 0


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_details_that_the_gateway_cuts_are_read_each_quarter_of_an_hour(start_home: StartHome) -> None:
    """G§5.1: the list beside them has each report."""
    home = await start_home(inverters=49)

    requests = (await count_an_hour(home)).requests

    assert (requests[DEVICE_DATA], requests[INVERTER_LIST]) == (4, 12)


@pytest.mark.parametrize("clock", [MIDSUMMER_NIGHT], indirect=True)
async def test_at_night_the_inverters_are_asked_each_quarter_of_an_hour(start_home: StartHome) -> None:
    """None of them says anything until dawn."""
    home = await start_home(inverters=INVERTERS)

    assert (await count_an_hour(home)).requests == {READINGS: 120, REPORT: 12, DEVICE_DATA: 4, METERS: 1}


@pytest.mark.parametrize("clock", [MIDSUMMER_NOON], indirect=True)
async def test_live_mode_asks_for_the_readings_alone(start_home: StartHome) -> None:
    """Twelve times a minute, over the connection that is there."""
    home = await start_home(inverters=INVERTERS)
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_UPDATE_INTERVAL: 5})
    await home.hass.config_entries.async_reload(home.entry.entry_id)

    hour = await count_an_hour(home)

    assert (hour.requests, hour.handshakes) == ({READINGS: 720, REPORT: 12, DEVICE_DATA: 12, METERS: 1}, 0)


async def test_live_mode_slows_itself_where_readings_take_two_seconds(start_home: StartHome) -> None:
    """To three times what they take, and the diagnostics say so."""
    home = await start_home(inverters=INVERTERS)
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_UPDATE_INTERVAL: 5})
    await home.hass.config_entries.async_reload(home.entry.entry_id)

    def answer_slowly() -> float:
        home.clock.tick(2.0)
        return home.clock.now()

    home.simulator.faults = Faults(answer_slowly)
    home.simulator.faults.add("slow", path=READINGS, delay_s=0.0)
    await live(home, 30)
    home.simulator.faults.clear()

    diagnostics = await async_get_config_entry_diagnostics(home.hass, home.entry)
    coordinators = diagnostics["coordinators"]
    assert isinstance(coordinators, dict)
    told = coordinators[PollGroup.LIVE]
    assert (told["wished_interval_s"], told["slowest_answer_s"], told["interval_s"]) == (5, 2.0, 6.0)


async def test_set_up_asks_for_nothing_twice(start_home: StartHome) -> None:
    """The first values are those of the probe."""
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
    ]


async def test_an_answer_that_repeats_the_last_one_is_not_parsed_again(start_home: StartHome) -> None:
    """It is the same object, and another one when it says something else."""
    home = await start_home(inverters=INVERTERS)
    gateway = home.entry.runtime_data.gateway

    first = await gateway.read(endpoints.DEVICE_DATA)
    again = await gateway.read(endpoints.DEVICE_DATA)
    home.clock.tick(HOUR_S)
    later = await gateway.read(endpoints.DEVICE_DATA)

    assert (again is first, later == first) == (True, False)


async def test_an_inverter_that_has_said_nothing_new_is_the_same_object(start_home: StartHome) -> None:
    """Though others of the same reading have."""
    home = await start_home(inverters=INVERTERS)
    coordinator = home.coordinator(PollGroup.INVERTERS)
    before = coordinator.data.inverters

    home.clock.tick(300)  # each reports once in 900 s
    await coordinator.async_refresh()

    kept = {serial for serial, inverter in coordinator.data.inverters.items() if inverter is before[serial]}
    same = {serial for serial, inverter in coordinator.data.inverters.items() if inverter == before[serial]}
    assert kept == same
    assert 0 < len(kept) < INVERTERS
