"""Over a simulated year with every kind of fault, the published counters add up to the true energy."""

from collections.abc import Iterator
from datetime import UTC, datetime
import json
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.enphase_iq_gateway.client import GatewayResponseError
from custom_components.enphase_iq_gateway.client.endpoints import INFO, METERS, READINGS, REPORT_DETAILED, Endpoint
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.const import UPDATE_INTERVAL_DEFAULT_S
from custom_components.enphase_iq_gateway.counters.counter import EventKind
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.lines import CounterEvent
from custom_components.enphase_iq_gateway.counters.state import GuardState
from simulator import PROFILES
from simulator.faults import Faults
from simulator.firmware import Firmware
from simulator.profiles import STORAGE
from simulator.routes import answer
from simulator.server import Request
from simulator.simulated_site import SimulatedSite
from simulator.world import World

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 1, 1, tzinfo=ZONE).timestamp()
MINUTE, HOUR, DAY = 60, 3600, 86_400
LIVE_S, LEAST_REPORT_S = HOUR, 1800
FAULTS = ("zeros", "spike", "wrap", "nulls", "negative", "hair", "total_is_net", "today_is_lifetime", "html", "status")
FAULTY_SHARE = 0.05
WRAP_DAY, METER_DAY = 130, 222
FIRMWARE = {60: "D8.3.1598", 300: "D8.3.5289"}
RESTART_DAYS = range(15, 365, 30)
COUNTERS = {
    "production": (Flow.PRODUCTION, "energy_lifetime_wh", PollGroup.LIVE),
    "consumption": (Flow.TOTAL_CONSUMPTION, "energy_lifetime_wh", PollGroup.REPORT),
    "import": (Flow.NET_CONSUMPTION, "energy_delivered_wh", PollGroup.LIVE),
    "export": (Flow.NET_CONSUMPTION, "energy_received_wh", PollGroup.LIVE),
}
STORAGE_COUNTERS = {
    **COUNTERS,
    "consumption": (Flow.TOTAL_CONSUMPTION, "energy_lifetime_wh", PollGroup.LIVE),
    "discharged": (Flow.STORAGE, "energy_delivered_wh", PollGroup.LIVE),
    "charged": (Flow.STORAGE, "energy_received_wh", PollGroup.LIVE),
}
"""With a storage CT, consumption is calculated from the CTs of the same reading."""


class Year:
    """One gateway, read without a network, and its published counters."""

    def __init__(
        self,
        profile_name: str = "metered_net_single_phase",
        live_s: int = LIVE_S,
        faulty_share: float = FAULTY_SHARE,
    ) -> None:
        profile = PROFILES[profile_name]
        self.live_s, self.report_s = live_s, max(LEAST_REPORT_S, 2 * live_s)
        self.faulty_share = faulty_share
        self.counters = STORAGE_COUNTERS if STORAGE in profile.enabled_cts else COUNTERS
        self.at = START
        self.world = World(
            profile,
            inverters=12,
            clock=lambda: self.at,
            seed=1,
            report_interval_s=900,
            lifetime_wh=9_000_000,
            step_s=HOUR if live_s >= HOUR else MINUTE,
        )
        self.site = SimulatedSite(profile, Firmware.parse(profile.firmware), "122300000001", self.world)
        self.faults = Faults(lambda: self.at)
        self.chance = random.Random(1)  # noqa: S311 - the times of the faults are no secrets
        self.state = GuardState()
        self.events: list[CounterEvent | object] = []
        self.summed = dict.fromkeys(self.counters, 0.0)
        self.last: dict[str, float] = {}
        self.falls_wh: dict[str, list[float]] = {name: [] for name in self.counters}
        self.balanced_wh = (0.0, 0.0)
        self.today: list[tuple[float, float]] = []
        self.guard = self.set_up()

    def set_up(self) -> Guard:
        """Decide the sources, as every start does, with the state that the last run has stored."""
        state = GuardState.from_json(json.loads(json.dumps(self.state.as_json())))
        documents = Documents(info=self.read_reliably(INFO))
        for endpoint in (METERS, READINGS, REPORT_DETAILED):
            documents = documents.with_answer(endpoint, self.read_reliably(endpoint))
        return Guard(site=decide(documents, state.locked_sources()), state=state)

    def read_reliably[T](self, endpoint: Endpoint[T]) -> T:
        """Read an endpoint without passing faults; permanent ones stay."""
        document = self.read(endpoint)
        assert document is not None, endpoint.path
        return document

    def read[T](self, endpoint: Endpoint[T]) -> T | None:
        """Read an endpoint with the present faults; return None without a valid answer."""
        path, _, query = endpoint.path.partition("?")
        request = Request(method="GET", target=endpoint.path, headers={}, body=b"", connection=1)
        answered = self.faults.apply(request, answer(self.site, path, query, self.at))
        try:
            return endpoint.parse(answered.body) if answered.status == 200 else None
        except GatewayResponseError:
            return None

    def sample(self, coordinator: PollGroup) -> None:
        """Read what a coordinator reads, sometimes with a fault, and count the result."""
        if faulty := self.chance.random() < self.faulty_share:
            fault = self.faults.add(self.chance.choice(FAULTS))
        info, meters = self.guard.site.info, self.guard_meters
        endpoint = READINGS if coordinator is PollGroup.LIVE else REPORT_DETAILED
        documents = Documents(info=info).with_answer(METERS, meters).with_answer(endpoint, self.read(endpoint))
        if faulty:
            self.faults.active.remove(fault)
        checked = self.guard.check(coordinator, measure(self.guard.site, coordinator, documents, self.at), ZONE)
        self.events += self.guard.take_events()
        self.count(coordinator, checked)

    def count(self, coordinator: PollGroup, snapshot: Snapshot) -> None:
        """Sum the counters as Home Assistant's statistics do: a fall below 90 % is a reset (sensor/recorder.py)."""
        for name, (flow, field, group) in self.counters.items():
            value = getattr(snapshot.counters(flow), field)
            if group is not coordinator or value is None:
                continue
            last = self.last.setdefault(name, value)
            if value < last:
                self.falls_wh[name].append(last - value)
            self.summed[name] += value if value < 0.9 * last else value - last
            self.last[name] = value
        net = snapshot.counters(Flow.NET_CONSUMPTION)
        if net.energy_import_balanced_wh is not None and net.energy_export_balanced_wh is not None:
            self.balanced_wh = (net.energy_import_balanced_wh, net.energy_export_balanced_wh)
        if coordinator is PollGroup.LIVE and (today := snapshot.counters(Flow.PRODUCTION).energy_today_wh) is not None:
            self.today.append((self.at, today))

    def true(self) -> dict[str, float]:
        """Return the true energies so far in Wh.

        Where consumption is calculated, the counter of production leaves out what the inverters use at night, so it is
        consumption.
        """
        now = self.world.now
        energies = {
            "production": now.production.delivered_wh,
            "consumption": now.total_consumption.delivered_wh,
            "import": now.net_consumption.delivered_wh,
            "export": now.net_consumption.received_wh,
        }
        if self.counters is STORAGE_COUNTERS:
            energies["consumption"] = now.house.delivered_wh + now.production.received_wh
            energies["discharged"], energies["charged"] = now.storage.delivered_wh, now.storage.received_wh
        return energies

    def true_balanced(self) -> tuple[float, float]:
        """Return the true balanced import and export so far in Wh."""
        return self.world.now.balanced_import_wh, self.world.now.balanced_export_wh

    def run(self, days: int = 365) -> dict[str, float]:
        """Run the year, or its first days, and return the true energies in Wh."""
        self.guard_meters = self.read_reliably(METERS)
        self.sample(PollGroup.REPORT)
        self.sample(PollGroup.LIVE)
        before = self.true()
        for day in range(days):
            self.begin_day(day)
            midnight, interval = START + day * DAY, self.live_s
            for self.at in moments(midnight, interval):
                self.sample(PollGroup.LIVE)
                if (self.at - midnight) % self.report_s == 0:
                    self.sample(PollGroup.REPORT)
        return {name: value - before[name] for name, value in self.true().items()}

    def begin_day(self, day: int) -> None:
        """Change firmware, restart, or replace the meter on the days for it."""
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
            self.events += self.guard.take_events()


def moments(midnight: float, live_s: int) -> Iterator[float]:
    """Yield the times of the live readings of a day."""
    for number in range(1, DAY // live_s + 1):
        yield midnight + number * live_s


@pytest.fixture(scope="module")
def year() -> tuple[Year, dict[str, float]]:
    """Run the year once for all tests."""
    year = Year()
    return year, year.run()


@pytest.mark.parametrize("name", COUNTERS)
def test_a_year_adds_up(year: tuple[Year, dict[str, float]], name: str) -> None:
    """Within 0.1 %."""
    result, true = year
    assert result.summed[name] == pytest.approx(true[name], rel=0.001)


@pytest.mark.parametrize("name", ["production", "import", "export"])
def test_a_counter_that_only_rises_falls_once_with_the_replaced_meter(
    year: tuple[Year, dict[str, float]], name: str
) -> None:
    assert len(year[0].falls_wh[name]) == 1


def test_total_consumption_may_fall_but_does_not_as_the_true_one_rises(year: tuple[Year, dict[str, float]]) -> None:
    """Neither a fault, nor the wrap, nor the replaced meter is a fall of what the house has consumed."""
    assert year[0].falls_wh["consumption"] == []


def test_no_counter_jumps(year: tuple[Year, dict[str, float]]) -> None:
    """The new meter is a reset, and total consumption continues without a step."""
    kinds = {
        (event.counter, event.event.kind) if isinstance(event, CounterEvent) else (event, None)
        for event in year[0].events
    }
    assert kinds == {
        (FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME), EventKind.RESET),
        (FlowCounter(Flow.NET_CONSUMPTION, CounterField.DELIVERED), EventKind.RESET),
        (FlowCounter(Flow.NET_CONSUMPTION, CounterField.RECEIVED), EventKind.RESET),
        (FlowCounter(Flow.TOTAL_CONSUMPTION, CounterField.LIFETIME), EventKind.FALL),
    }


@pytest.mark.long
def test_a_year_with_storage_adds_up_without_a_jump() -> None:
    """Two minutes of CPU time; with the meter, all counters of the CTs begin again."""
    year = Year("metered_storage_split_phase", live_s=600, faulty_share=0.01)
    true = year.run()
    assert year.summed == pytest.approx(true, rel=0.001)
    assert year.falls_wh["consumption"] == []
    assert {event.event.kind for event in year.events if isinstance(event, CounterEvent)} == {EventKind.RESET}
    assert all(isinstance(event, CounterEvent) for event in year.events)


def net_wh(result: Year) -> tuple[float, float]:
    """Return import - export: balanced, and by the CT's own counters."""
    imported, exported = result.balanced_wh
    return imported - exported, result.summed["import"] - result.summed["export"]


def test_balanced_import_less_export_is_exactly_the_cts_own_on_three_phases() -> None:
    year = Year("metered_net_three_phase", live_s=7200)
    year.run()
    balanced, counted = net_wh(year)
    assert balanced == pytest.approx(counted, abs=1.0)


@pytest.mark.long
def test_a_month_that_is_read_every_half_minute_is_balanced_like_a_utility_meter() -> None:
    """The default interval; one reading in a hundred is wrong. It takes a minute and a half of CPU time."""
    month = Year("metered_net_three_phase", live_s=UPDATE_INTERVAL_DEFAULT_S, faulty_share=0.01)
    before = month.true_balanced()
    month.run(days=31)
    balanced, counted = net_wh(month)
    true = tuple(after - start for after, start in zip(month.true_balanced(), before, strict=True))
    assert balanced == pytest.approx(counted, abs=1.0)
    assert month.balanced_wh == pytest.approx(true, rel=0.001)


def test_today_ends_every_day_with_the_production_of_the_day(year: tuple[Year, dict[str, float]]) -> None:
    """Some days have 23 or 25 hours. Nothing is produced at midnight, so all days add up to the year."""
    result, true = year
    last_of_day: dict[str, float] = {}
    for at, today in result.today:
        last_of_day[f"{datetime.fromtimestamp(at, UTC).astimezone(ZONE):%Y-%m-%d}"] = today
    assert len(last_of_day) == 366  # the last moment is New Year's
    assert sum(last_of_day.values()) == pytest.approx(true["production"], rel=0.002)
