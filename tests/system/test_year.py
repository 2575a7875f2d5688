"""A year of a site, with all that happens in one: what is published adds up to the true energy."""

from collections.abc import Iterator
from datetime import UTC, datetime
import json
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.enphase_iq_gateway.client import (
    INFO,
    METERS,
    READINGS,
    REPORT_DETAILED,
    Documents,
    Endpoint,
    Flow,
    GatewayResponseError,
    PollGroup,
    Snapshot,
    decide,
    measure,
)
from custom_components.enphase_iq_gateway.counters.counter import EventKind
from custom_components.enphase_iq_gateway.counters.guard import CounterEvent, Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.state import GuardState
from simulator import PROFILES
from simulator.faults import Faults
from simulator.firmware import Firmware
from simulator.routes import answer
from simulator.server import Request
from simulator.simulated_site import SimulatedSite
from simulator.world import World

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 1, 1, tzinfo=ZONE).timestamp()
DAY = 86_400
LIVE_S, REPORT_S = 600, 1800
FAULTS = ("zeros", "spike", "wrap", "nulls", "negative", "hair", "total_is_net", "today_is_lifetime", "html", "status")
FAULTY_SHARE = 0.01
WRAP_DAY, METER_DAY = 130, 222
FIRMWARE = {60: "D8.3.1598", 300: "D8.3.5289"}
RESTART_DAYS = range(15, 365, 30)
COUNTERS = {
    "production": (Flow.PRODUCTION, "energy_lifetime_wh", PollGroup.LIVE),
    "consumption": (Flow.TOTAL_CONSUMPTION, "energy_lifetime_wh", PollGroup.REPORT),
    "import": (Flow.NET_CONSUMPTION, "energy_delivered_wh", PollGroup.LIVE),
    "export": (Flow.NET_CONSUMPTION, "energy_received_wh", PollGroup.LIVE),
}


class Year:
    """One gateway, read without a network, and what is published of it."""

    def __init__(self) -> None:
        """Begin at midnight of New Year."""
        profile = PROFILES["metered_net_single_phase"]
        self.at = START
        self.world = World(
            profile, inverters=12, clock=lambda: self.at, seed=1, report_interval_s=900, lifetime_wh=9_000_000
        )
        self.site = SimulatedSite(profile, Firmware.parse(profile.firmware), "122300000001", self.world)
        self.faults = Faults(lambda: self.at)
        self.chance = random.Random(1)  # noqa: S311 - which fault comes when is no secret
        self.state = GuardState()
        self.told: list[CounterEvent | object] = []
        self.summed = dict.fromkeys(COUNTERS, 0.0)
        self.last: dict[str, float] = {}
        self.falls: list[str] = []
        self.today: list[tuple[float, float]] = []
        self.guard = self.set_up()

    def set_up(self) -> Guard:
        """Probe, as every start does, with what the last run has stored."""
        state = GuardState.from_json(json.loads(json.dumps(self.state.as_json())))
        documents = Documents(info=self.sure(INFO))
        for endpoint in (METERS, READINGS, REPORT_DETAILED):
            documents = documents.with_answer(endpoint, self.sure(endpoint))
        return Guard(site=decide(documents, state.locked_sources()), state=state)

    def sure[T](self, endpoint: Endpoint[T]) -> T:
        """Read an endpoint as it should be, but for what has happened to the counters for good."""
        document = self.read(endpoint)
        assert document is not None, endpoint.path
        return document

    def read[T](self, endpoint: Endpoint[T]) -> T | None:
        """Read an endpoint with the faults that are in; None where that gives nothing."""
        path, _, query = endpoint.path.partition("?")
        request = Request(method="GET", target=endpoint.path, headers={}, body=b"", connection=1)
        got = self.faults.apply(request, answer(self.site, path, query, self.at))
        try:
            return endpoint.read(got.body) if got.status == 200 else None
        except GatewayResponseError:
            return None

    def sample(self, coordinator: PollGroup) -> None:
        """Read a coordinator, perhaps wrongly, and count what is published as Home Assistant does."""
        if faulty := self.chance.random() < FAULTY_SHARE:
            fault = self.faults.add(self.chance.choice(FAULTS))
        info, meters = self.guard.site.info, self.guard_meters
        endpoint = READINGS if coordinator is PollGroup.LIVE else REPORT_DETAILED
        documents = Documents(info=info).with_answer(METERS, meters).with_answer(endpoint, self.read(endpoint))
        if faulty:
            self.faults.active.remove(fault)
        checked = self.guard.check(coordinator, measure(self.guard.site, coordinator, documents, self.at), ZONE)
        self.told += self.guard.take_events()
        self.count(coordinator, checked)

    def count(self, coordinator: PollGroup, snapshot: Snapshot) -> None:
        """Add up what the counters have gained; a fall to less than 90 % is a new start (sensor/recorder.py)."""
        for name, (flow, field, its_lane) in COUNTERS.items():
            value = getattr(snapshot.counters(flow), field)
            if its_lane is not coordinator or value is None:
                continue
            last = self.last.setdefault(name, value)
            if value < last:
                self.falls.append(name)
            self.summed[name] += value if value < 0.9 * last else value - last
            self.last[name] = value
        if coordinator is PollGroup.LIVE and (today := snapshot.counters(Flow.PRODUCTION).energy_today_wh) is not None:
            self.today.append((self.at, today))

    def true(self) -> dict[str, float]:
        """What has truly flowed so far."""
        now = self.world.now
        return {
            "production": now.production.delivered_wh,
            "consumption": now.total_consumption.delivered_wh,
            "import": now.net_consumption.delivered_wh,
            "export": now.net_consumption.received_wh,
        }

    def live(self) -> dict[str, float]:
        """Live through the year; give the true energy of it."""
        self.guard_meters = self.sure(METERS)
        self.sample(PollGroup.REPORT)
        self.sample(PollGroup.LIVE)
        before = self.true()
        for day in range(365):
            self.happen(day)
            midnight = START + day * DAY
            for self.at in moments(midnight):
                self.sample(PollGroup.LIVE)
                if (self.at - midnight) % REPORT_S == 0:
                    self.sample(PollGroup.REPORT)
        return {name: value - before[name] for name, value in self.true().items()}

    def happen(self, day: int) -> None:
        """What does not happen every day."""
        if day in FIRMWARE:
            self.site = SimulatedSite(self.site.profile, Firmware.parse(FIRMWARE[day]), self.site.serial, self.world)
        if day == WRAP_DAY:
            self.faults.add("wrap")
        if day == METER_DAY:
            self.faults.clear()
            self.faults.add("replaced_meter")
        if day in FIRMWARE or day in RESTART_DAYS:
            self.state = self.guard.state
            self.guard = self.set_up()
            self.told += self.guard.take_events()


def moments(midnight: float) -> Iterator[float]:
    """When the live coordinator is read on a day."""
    for number in range(1, DAY // LIVE_S + 1):
        yield midnight + number * LIVE_S


@pytest.fixture(scope="module")
def year() -> tuple[Year, dict[str, float]]:
    """Live through it once."""
    year = Year()
    return year, year.live()


@pytest.mark.parametrize("name", COUNTERS)
def test_a_year_adds_up(year: tuple[Year, dict[str, float]], name: str) -> None:
    """Within 0.1 %."""
    lived, true = year
    assert lived.summed[name] == pytest.approx(true[name], rel=0.001)


def test_nothing_falls_but_a_replaced_meter(year: tuple[Year, dict[str, float]]) -> None:
    """Once each."""
    assert sorted(year[0].falls) == sorted(COUNTERS)


def test_nobody_is_asked_anything(year: tuple[Year, dict[str, float]]) -> None:
    """No jump, no source that has changed: the new meter speaks for itself."""
    told = {told.counter: told.event.kind for told in year[0].told if isinstance(told, CounterEvent)}
    # Net energy is the difference of two that began again; nobody is asked about that one.
    assert told.pop(FlowCounter(Flow.NET_CONSUMPTION, CounterField.LIFETIME)) is EventKind.JUMP
    assert len(told) == len(year[0].told) - 1 == len(COUNTERS)
    assert set(told.values()) == {EventKind.RESET}


def test_today_ends_each_day_with_what_the_day_has_made(year: tuple[Year, dict[str, float]]) -> None:
    """Days of 23 and 25 hours included: at night nothing is made, so the sum of all days is the year."""
    lived, true = year
    last_of_day: dict[str, float] = {}
    for at, today in lived.today:
        last_of_day[f"{datetime.fromtimestamp(at, UTC).astimezone(ZONE):%Y-%m-%d}"] = today
    assert len(last_of_day) == 366  # the last moment is New Year's
    assert sum(last_of_day.values()) == pytest.approx(true["production"], rel=0.002)
