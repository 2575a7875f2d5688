"""Whole lives of simulated gateways with spoiled answers: from the answers to what the entities would show.

In each life a site is read several times, at any interval. Answers are spoiled, replaced by those of another gateway or
missing, the state of the counters is stored and read back, the site is decided anew, and the clock is set. A second
guard, the truth, reads the same gateway at the same times without faults. A life fails

* with any exception but a `GatewayError`,
* where a number that is shown is not finite, or impossible for its unit,
* where a counter that only rises falls without a reset, a spike that is taken back, or an event,
* where a counter ends higher than the truth, once the faults have been over for an hour.

Run: `python -m tests.system.lives --minutes 30 --seed 1`; a failed life runs again with `--seed 1 --life 4711`.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
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

from custom_components.enphase_iq_gateway.client import (
    DEVICE_DATA,
    INFO,
    INVENTORY,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Documents,
    Endpoint,
    GatewayError,
    PollGroup,
    Site,
    Snapshot,
    decide,
    measure,
)
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState
from custom_components.enphase_iq_gateway.counters.guard import CounterEvent, Guard
from custom_components.enphase_iq_gateway.counters.key import CounterKey, FlowCounter
from custom_components.enphase_iq_gateway.counters.limits import may_fall
from custom_components.enphase_iq_gateway.counters.state import GuardState
from custom_components.enphase_iq_gateway.polling.inverter_health import InverterHealth
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.gateway import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from simulator import PROFILES, World, routes
from simulator.firmware import Firmware
from simulator.simulated_site import SimulatedSite
from tests.support.ranges import impossible_numbers
from tests.support.spoiling import spoil

_ENDPOINTS: Final[tuple[Endpoint[object], ...]] = (
    METERS,
    READINGS,
    REPORT_DETAILED,
    REPORT,
    PRODUCTION_SUMMARY,
    INVERTER_LIST,
    DEVICE_DATA,
    INVENTORY,
)
_ZONES: Final = tuple(
    ZoneInfo(name)
    for name in ("Europe/Amsterdam", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns")
)
_BEGIN: Final = 1_767_225_600  # 2026 begins
_DAY: Final = 86_400.0
_INTERVALS_S: Final = (5.0, 30.0, 30.0, 60.0, 60.0, 60.0, 300.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 30 * 3600.0)
_CLOCK_STEPS_S: Final = (30.0, 3600.0, _DAY, 400 * _DAY)
_RECOVERY: Final = 14
"""Readings without faults at the end of a life, every five minutes: as long as a spike may stay that is taken back."""
_TOLERANCE_WH: Final = 100.0
_RESET_SHARE: Final = 0.9
_SPIKE_SHARE: Final = 10.0
"""A spike of more than a tenth of its counter stays counted: Home Assistant would take its end for a reset."""


class Broken(AssertionError):  # noqa: N818 - a finding, not an error of the program
    """A life broke a promise."""


@dataclass(kw_only=True)
class Shown:
    """One guard and what it has published."""

    guard: Guard
    health: InverterHealth = field(default_factory=InverterHealth)
    first: dict[CounterKey, float] = field(default_factory=dict[CounterKey, float])

    def read(self, documents: Documents, at: float, zone: tzinfo) -> list[Snapshot]:
        """Measure the documents and check their counters, as the coordinators do."""
        snapshots = []
        for group in PollGroup:
            snapshot = measure(self.guard.site, group, documents, at)
            if group is PollGroup.INVERTERS:
                snapshot = self.health.judge(snapshot)
            snapshots.append(self.guard.check(group, snapshot, zone))
        for key, state in self.guard.state.counters.items():
            if state.published is not None:
                self.first.setdefault(key, state.published)
        return snapshots

    def store(self, site: Site) -> None:
        """Restart with the stored state."""
        stored = orjson.loads(orjson.dumps(self.guard.state.as_json()))
        self.guard = Guard(site=site, state=GuardState.from_json(stored))


@dataclass(kw_only=True)
class Life:
    """One gateway from set-up on."""

    chance: random.Random
    now: float
    """The true time, epoch seconds."""
    clock_s: float = 0.0
    """How much the clock of Home Assistant is ahead of it."""

    def __post_init__(self) -> None:
        """Build the gateway and another one, whose answers may be confused with its own."""
        self.zone = self.chance.choice(_ZONES)
        self.site, self.other = (self._gateway(serial) for serial in ("122300000001", "122300000002"))

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
        for endpoint in (INFO, *_ENDPOINTS):
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

    def live(self) -> int:
        """Live, and return the number of readings.

        Raises:
            Broken: A promise is broken.
            GatewayError: The gateway could not be set up.
        """
        clean = documents_of(self.bodies(self.site))
        truth = Shown(guard=Guard(site=decide(clean)))
        first = documents_of(self.spoiled(self.bodies(self.site))) if self.chance.random() < 0.2 else clean
        shown = Shown(guard=Guard(site=decide(first)))
        readings = self.chance.randint(6, 40)
        for number in range(readings + _RECOVERY):
            faulty = number < readings and self.chance.random() < 0.4
            bodies = self.bodies(self.site)
            clean = documents_of(bodies)
            documents = clean
            if faulty:
                with suppress(GatewayError):
                    documents = documents_of(self.spoiled(bodies))
            at = self.now + self.clock_s
            before = dict(shown.guard.state.counters)
            snapshots = shown.read(documents, at, self.zone)
            check_values(shown.guard.site, snapshots)
            check_falls(shown.guard, before)
            truth.read(clean, at, self.zone)
            if number < readings and self.chance.random() < 0.15:
                self._restart(shown, documents)
            if number < readings:
                self.pass_time()
            else:
                self.now += 300.0
                self.clock_s = 0.0
        check_rises(shown, truth)
        return readings + _RECOVERY

    def _restart(self, shown: Shown, documents: Documents) -> None:
        """Store the state and read it back; decide the site anew, maybe from spoiled answers."""
        site = shown.guard.site
        with suppress(GatewayError):
            site = decide(documents, shown.guard.state.locked_sources())
        shown.store(site)


def documents_of(bodies: Mapping[Endpoint[object], bytes]) -> Documents:
    """Return the documents in answers; those that are no documents are missing.

    Raises:
        GatewayError: The gateway cannot be identified.
    """
    documents = Documents(info=INFO.read(bodies[INFO]))
    failed = set()
    for endpoint in _ENDPOINTS:
        try:
            document = endpoint.read(bodies[endpoint])
        except GatewayError:
            failed.add(endpoint)
        else:
            documents = documents.with_answer(endpoint, document)
    report = REPORT if REPORT_DETAILED in failed and REPORT not in failed else REPORT_DETAILED
    return replace(documents, report_endpoint=report, failed=frozenset(failed))


def check_values(site: Site, snapshots: list[Snapshot]) -> None:
    """Check that everything that is shown is a possible number.

    Raises:
        Broken: Something is not.
    """
    for group, snapshot in zip(PollGroup, snapshots, strict=True):
        odd = impossible_numbers(dict(states(site, group, snapshot)))
        odd += impossible_numbers((*snapshot.flows.values(), *snapshot.counted.values(), snapshot.inverters))
        if odd:
            raise Broken(f"impossible in {group}: {odd[:5]}")


def states(site: Site, group: PollGroup, snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    """Return the values of the entities of one group by their keys."""
    for row in FLOW_SENSORS:
        for flow in row.flows:
            if site.group(flow, row.quantity) is group and row.exists_on(site, flow):
                for phase in range(1 + (site.phases(flow) if row.phases else 0)):
                    description = row.at(site, flow, phase)
                    measured = snapshot.counters(flow, phase) if row.counted else snapshot.measurement(flow, phase)
                    yield description.key, description.value(measured)
                    yield f"{description.key}_reset", description.reset_fn(measured)
    for gateway_row in GATEWAY_SENSORS:
        if gateway_row.group is group:
            yield gateway_row.key, gateway_row.value_fn(snapshot)
    for serial, inverter in snapshot.inverters.items():
        for inverter_row in INVERTER_SENSORS:
            yield f"{serial}_{inverter_row.key}", inverter_row.value_fn(inverter)


def check_falls(guard: Guard, before: Mapping[CounterKey, CounterState]) -> None:
    """Check that no counter that only rises has fallen without a reason.

    Raises:
        Broken: One has.
    """
    events = {event.counter for event in guard.take_events() if isinstance(event, CounterEvent)}
    for key, state in guard.state.counters.items():
        was = before.get(key)
        if was is None or was.published is None or state.published is None or falls(guard.site, key) or key in events:
            continue
        # What has risen in the last windows may be taken back, as far as Home Assistant does not take it for a reset.
        if state.published < was.published and state.published < max(was.floor, was.published * _RESET_SHARE) - 1e-6:
            raise Broken(f"{key} fell from {was} to {state}")


def falls(site: Site, key: CounterKey) -> bool:
    """Return whether a counter may fall."""
    return isinstance(key, FlowCounter) and any(
        may_fall(site, key.flow, quantity)
        for flow, quantity in site.sources
        if flow is key.flow and quantity.name.startswith("LIFETIME") and key.field.name == "LIFETIME"
    )


def check_rises(shown: Shown, truth: Shown) -> None:
    """Check that no counter has risen by more than the energy that there was.

    Raises:
        Broken: One has.
    """
    for key, first in shown.first.items():
        state, true = shown.guard.state.counters[key].published, truth.guard.state.counters.get(key)
        if state is None or true is None or true.published is None or falls(shown.guard.site, key):
            continue
        if shown.guard.state.origins.get(key) != truth.guard.state.origins.get(key):
            continue
        rise, true_rise = state - first, true.published - truth.first[key]
        if rise > true_rise + _TOLERANCE_WH and state > _SPIKE_SHARE * (rise - true_rise):
            raise Broken(f"{key} rose by {rise:.0f} Wh, in truth by {true_rise:.0f}: {shown.guard.state.counters[key]}")


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
