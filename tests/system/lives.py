"""Whole lives of simulated gateways with spoiled answers: from the answers to what the entities would show.

In each life a site is read several times, at any interval. Answers are spoiled, replaced by those of another gateway or
missing, the state of the counters is stored and read back, also after a crash from an older state, the site is decided
anew, and the clock is set. The truth is what the same gateway sends at the same times without faults. A life fails

* with any exception but a `GatewayError`,
* where a number that is shown is not finite, or impossible for its unit,
* where a counter that only rises falls without a reset or a spike that is taken back,
* where a counter or energy of today is less after a crash,
* where a counter rises beyond the truth in any reading: without a fault not at all, with one by no more than the energy
  that one answer proves,
* where a counter ends higher than the truth, once the faults have been over for an hour.

Run: `python -m tests.system.lives --minutes 30 --seed 1`; a failed life runs again with `--seed 1 --life 4711`.
"""

import argparse
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import tzinfo
import random
import sys
import time
import traceback
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from custom_components.enphase_iq_gateway.client import GatewayError
from custom_components.enphase_iq_gateway.client.endpoints import Endpoint
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.grid_state import GridState
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Site
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.client.site.storage import measure_storage
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_site import decide_storage
from custom_components.enphase_iq_gateway.client.site.storage_snapshot import StorageSnapshot
from custom_components.enphase_iq_gateway.counters.allowance import AT_ONCE_S, NEGLIGIBLE_SHARE, most_wh
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import (
    COUNTERS_OF,
    CounterKey,
    FlowCounter,
    may_be_negative,
)
from custom_components.enphase_iq_gateway.counters.limits import LONGEST_REPORT_S, counter_limits, inverter_limits
from custom_components.enphase_iq_gateway.counters.state import GuardState
from custom_components.enphase_iq_gateway.counters.steady_clock import SteadyClock, clock_after_start
from custom_components.enphase_iq_gateway.polling.inverter_health import InverterHealth
from simulator import PROFILES, World, routes
from simulator.firmware import Firmware
from simulator.simulated_site import SimulatedSite
from tests.support.answered_documents import ANSWERED, documents_of, storage_of
from tests.support.crashing import Kept, check_continued
from tests.support.promises import Broken, check_falls, check_storage, check_values
from tests.support.sent_counters import Truth
from tests.support.spoiling import spoil

_ZONES: Final = tuple(
    ZoneInfo(name)
    for name in ("Europe/Amsterdam", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns")
)
_SERIALS: Final = ("122300000001", "122300000002")
_BEGIN: Final = 1_767_225_600  # 2026 begins
_DAY: Final = 86_400.0
_INTERVALS_S: Final = (5.0, 30.0, 30.0, 60.0, 60.0, 60.0, 300.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 30 * 3600.0)
_CLOCK_STEPS_S: Final = (30.0, 3600.0, _DAY, 400 * _DAY)
_RECOVERY: Final = 14
"""Readings without faults at the end of a life, every five minutes: as long as a spike may stay that is taken back."""
_TOLERANCE_WH: Final = 100.0
"""While a counter is read, or a negligible share, which on a large counter is more: it may stand for a while."""
_SPIKE_SHARE: Final = 10.0
"""A spike of more than a tenth of its counter stays counted: Home Assistant would take its end for a reset."""


@dataclass(kw_only=True)
class Shown:
    """One guard and what it has published."""

    guard: Guard
    kept: Kept = field(default_factory=lambda: Kept(gateway=_SERIALS[0]))
    health: InverterHealth = field(default_factory=InverterHealth)
    first: dict[CounterKey, float] = field(default_factory=dict[CounterKey, float])
    above: dict[CounterKey, float] = field(default_factory=dict[CounterKey, float])
    """How far each counter began above what the gateway sends: it is compared from there on."""
    excess: dict[CounterKey, float] = field(default_factory=dict[CounterKey, float])
    """By how much each counter has risen beyond the truth, negative where energy is missing."""

    grid: GridState | None = None

    def read(self, documents: Documents, at: float, monotonic: float, zone: tzinfo) -> list[Snapshot]:
        """Measure the documents and check their counters, as the coordinators do, at the times of two clocks."""
        snapshots = []
        clock_error_s = at - self.guard.clock.accepted(at, monotonic)
        for group in PollGroup:
            snapshot = measure(self.guard.site, group, documents, at)
            if group is PollGroup.INVERTERS:
                snapshot = self.health.judge(snapshot)
            snapshot = replace(snapshot, clock_error_s=clock_error_s, clock_confirmed=self.guard.clock.confirmed)
            snapshots.append(self.guard.check(group, snapshot, zone))
        return snapshots

    def read_storage(self, documents: StorageDocuments, at: float) -> StorageSnapshot:
        """Measure the documents about storage and check the counters of AC Batteries."""
        snapshot = measure_storage(self.guard.site.storage, documents, at, previous=self.grid)
        self.grid = snapshot.grid_state
        return replace(snapshot, ac_batteries=self.guard.check_ac_batteries(snapshot.ac_batteries, at))

    def keep(self, at: float, *, stored: bool) -> None:
        """Record what is shown, and store the state now and then, and at once after an event."""
        self.kept.record(self.guard.state, at)
        if stored or self.guard.events:
            self.kept.store(self.guard.state)

    def restart(self, site: Site, clock: SteadyClock) -> None:
        """Restart with the stored state."""
        stored = orjson.loads(orjson.dumps(self.guard.state.as_json()))
        self.guard = Guard(site=site, state=GuardState.from_json(stored), clock=clock)

    def crash(self, site: Site, clock: SteadyClock, zone: tzinfo) -> None:
        """Restart with the state that was stored last and the values that were shown since.

        Raises:
            Broken: A counter is lower than before.
        """
        before = self.guard.state
        self.guard = Guard(site=site, state=self.kept.recovered(site, zone), clock=clock)
        check_continued(self.guard, before)
        if not self.kept.disk:
            # A spike that is shown while the state is lost stays: what is below it may be a lost offset.
            self.above.clear()
            self.excess.clear()


@dataclass(kw_only=True)
class Life:
    """One gateway from set-up on."""

    chance: random.Random
    now: float
    """The true time, epoch seconds."""
    clock_s: float = 0.0
    """How much the clock of Home Assistant is ahead of it."""
    clock_was_set: bool = False
    """Whether the recorder may have newer values with an older time."""

    def __post_init__(self) -> None:
        """Build the gateway and another one, whose answers may be confused with its own."""
        self.zone = self.chance.choice(_ZONES)
        self.site, self.other = (self._gateway(serial) for serial in _SERIALS)

    def _gateway(self, serial: str) -> SimulatedSite:
        profile = PROFILES[self.chance.choice(list(PROFILES))]
        world = World(
            profile,
            inverters=self.chance.randint(1, 5),
            clock=lambda: self.now,
            seed=self.chance.randrange(1000),
            report_interval_s=self.chance.choice((300, 900, 3600)),
            lifetime_wh=self.chance.choice((1e3, 1e6, 3e7)),
        )
        return SimulatedSite(profile, Firmware.parse(profile.firmware), serial, world)

    def bodies(self, site: SimulatedSite) -> dict[Endpoint[object], bytes]:
        """Return the answers of a gateway now, empty where it has none."""
        answers = {}
        for endpoint in ANSWERED:
            answer = routes.answer(site, *endpoint.path.partition("?")[::2], self.now)
            answers[endpoint] = answer.body if answer.status == 200 else b""
        return answers

    def spoiled(self, bodies: Mapping[Endpoint[object], bytes]) -> dict[Endpoint[object], bytes]:
        """Return answers of which some are spoiled, of another gateway or missing."""
        spoiled = dict(bodies)
        others: Mapping[Endpoint[object], bytes] | None = None
        for endpoint in self.chance.sample(list(spoiled), self.chance.randint(1, 3)):
            kind = self.chance.random()
            if kind < 0.1:
                spoiled[endpoint] = b""
            elif kind < 0.2:
                others = self.bodies(self.other) if others is None else others
                spoiled[endpoint] = others[endpoint]
            else:
                spoiled[endpoint] = spoil(spoiled[endpoint], self.chance)
        return spoiled

    def pass_time(self) -> None:
        """Let some time pass, and set the clock wrong or right again now and then."""
        self.now += self.chance.choice(_INTERVALS_S)
        if self.chance.random() < 0.05:
            step = self.chance.choice(_CLOCK_STEPS_S) * self.chance.choice((1, -1))
            self.clock_s = 0.0 if self.clock_s else step
            self.clock_was_set = True

    def live(self) -> int:
        """Live, and return the number of readings.

        Raises:
            Broken: A promise is broken.
            GatewayError: The gateway could not be set up.
        """
        self.site.world.plant.stream_until = self.now + 400 * _DAY
        clean = first = documents_of(bodies := self.bodies(self.site))
        truth = Truth(site=decide(clean, {}, decide_storage(storage_of(bodies, self.now))))
        if self.chance.random() < 0.2:
            first = documents_of(bodies := self.spoiled(bodies))
        shown = Shown(guard=Guard(site=decide(first, {}, decide_storage(storage_of(bodies, self.now)))))
        readings = self.chance.randint(6, 40)
        for number in range(readings + _RECOVERY):
            faulty = number < readings and self.chance.random() < 0.4
            bodies = self.bodies(self.site)
            clean = documents = documents_of(bodies)
            if faulty:
                with suppress(GatewayError):
                    documents = documents_of(spoiled := self.spoiled(bodies))
                    bodies = spoiled
            at = self.now + self.clock_s
            storage = storage_of(bodies, at)
            before = dict(shown.guard.state.counters)
            snapshots = shown.read(documents, at, self.now, self.zone)
            check_values(shown.guard.site, snapshots)
            check_storage(shown.read_storage(storage, at))
            shown.keep(at, stored=self.chance.random() < 0.2)
            check_falls(shown.guard, before)
            truth.read(clean, self.now)
            check_rises(shown, truth, before, faulty=faulty)
            # Of a site that was set up from spoiled answers, nothing reads some counters until it is set up again.
            unread = number == readings and bool(truth.site.sources.keys() - shown.guard.site.sources.keys())
            if unread or (number < readings and self.chance.random() < 0.15):
                self._restart(shown, documents, storage)
            if number < readings:
                self.pass_time()
            else:
                self.now += 300.0
                self.clock_s = 0.0
        check_end(shown)
        return readings + _RECOVERY

    def _restart(self, shown: Shown, documents: Documents, storage: StorageDocuments) -> None:
        """Store the state and read it back, or crash; decide the site anew, maybe from spoiled answers."""
        site = shown.guard.site
        with suppress(GatewayError):
            site = decide(documents, shown.guard.state.locked_sources(), decide_storage(storage))
        clock = clock_after_start(-self.clock_s)
        if self.clock_was_set or self.chance.random() < 0.5:
            shown.restart(site, clock)
        else:
            shown.crash(site, clock, self.zone)


def check_rises(shown: Shown, truth: Truth, before: Mapping[CounterKey, CounterState], *, faulty: bool) -> None:
    """Check that no counter has risen by more than the energy that there was, or with a fault than one answer proves.

    `before` are the states before the reading.

    A counter is compared from the first reading without a fault that it follows, and anew where its source has changed.

    Raises:
        Broken: One has.
    """
    for key, state in shown.guard.state.counters.items():
        true = truth.value(key, shown.guard.state.origins.get(key))
        if state.published is None or true is None or may_be_negative(key):
            shown.above.pop(key, None)
            shown.excess.pop(key, None)
            continue
        tolerance = max(_TOLERANCE_WH, NEGLIGIBLE_SHARE * state.published)
        if key not in shown.above:
            if not faulty and abs(state.published - state.offset - true) <= _TOLERANCE_WH:
                shown.first[key], shown.above[key], shown.excess[key] = state.published, state.published - true, 0.0
            continue
        excess = state.published - true - shown.above[key]
        most = max(shown.excess[key], 0.0) + tolerance
        if faulty:
            most += proven_wh(shown.guard.site, key)
        if excess > most:
            raise Broken(f"{key} has risen by {excess:.0f} Wh too much, before by {shown.excess[key]:.0f}: {state}")
        # A counter that is held or not read stands while the true one rises, and afterwards has its excess again.
        stands = state.held is not None or state == before.get(key)
        shown.excess[key] = max(excess, shown.excess[key]) if stands else excess


def proven_wh(site: Site, key: CounterKey) -> float:
    """Return the energy that a single answer proves at most, in Wh; none where the site has no source of it."""
    if isinstance(key, FlowCounter):
        quantity = next(quantity for quantity, counters in COUNTERS_OF.items() if key.field in counters)
        if (key.flow, quantity) not in site.sources:
            return 0.0
        limits = counter_limits(site, key.flow, quantity, key.phase, LONGEST_REPORT_S)
    else:
        limits = inverter_limits(1, LONGEST_REPORT_S)
    return most_wh(limits.rise_w, AT_ONCE_S, limits)


def check_end(shown: Shown) -> None:
    """Check that every spike was taken back, but one that Home Assistant would take for a reset.

    Raises:
        Broken: One was not.
    """
    for key, excess in shown.excess.items():
        if excess > _TOLERANCE_WH and shown.first[key] > _SPIKE_SHARE * excess:
            raise Broken(f"{key} is still {excess:.0f} Wh too high: {shown.guard.state.counters[key]}")


def new_life(seed: int, number: int) -> Life:
    """Return one life; the same for the same numbers."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - reproducible, no secrets
    return Life(chance=chance, now=_BEGIN + chance.uniform(0, 365 * _DAY))


@dataclass(kw_only=True)
class Result:
    """What became of some lives."""

    lives: int = 0
    readings: int = 0
    refused: int = 0
    """Lives whose gateway could not be set up from its first, spoiled answers."""
    broken: list[str] = field(default_factory=list[str])


def run(
    seed: int,
    *,
    lives: int | None = None,
    cpu_s: float | None = None,
    most_broken: int = 5,
    report: Callable[[str], object] | None = None,
) -> Result:
    """Run so many lives or for so much CPU time; report a broken one at once."""
    result = Result()
    began = time.process_time()
    while (lives is None or result.lives < lives) and (cpu_s is None or time.process_time() - began < cpu_s):
        number = result.lives
        result.lives += 1
        try:
            result.readings += new_life(seed, number).live()
        except GatewayError:
            result.refused += 1
        except Exception:  # noqa: BLE001 - each is a finding
            result.broken.append(f"life {seed}/{number}: {traceback.format_exc()}")
            if report is not None:
                report(result.broken[-1])
            if len(result.broken) >= most_broken:
                break
    return result


def main() -> int:
    """Run for some minutes of CPU time, or one life again; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=30.0, help="CPU time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--life", type=int, help="run only this life")
    arguments = parser.parse_args()
    if arguments.life is not None:
        readings = new_life(arguments.seed, arguments.life).live()
        sys.stdout.write(f"{readings} readings\n")
        return 0
    result = run(arguments.seed, cpu_s=60 * arguments.minutes, report=lambda broken: sys.stderr.write(f"{broken}\n"))
    sys.stdout.write(
        f"seed {arguments.seed}: {result.lives} lives, {result.readings} readings, {result.refused} not set up,"
        f" {len(result.broken)} broken\n"
    )
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
