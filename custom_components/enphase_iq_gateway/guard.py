"""Between the lanes and the entities: every counter's samples judged, today derived, all of it kept over restarts.

Pure but for its state: it knows no Home Assistant and no clock; each snapshot brings its own time (DESIGN §5).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Final

from .client import (
    CounterState,
    DailyState,
    Event,
    Flow,
    IntegrationState,
    Inverter,
    Lane,
    Limits,
    Measurement,
    Phased,
    Quantity,
    Reason,
    Site,
    Snapshot,
    Source,
    Sources,
    counter_step,
    daily_step,
    integration_step,
    rebase,
    saved_number,
    take_in,
)
from .counter_limits import counter_limits, inverter_limits

DELIVERED: Final = "energy_delivered_wh"
RECEIVED: Final = "energy_received_wh"
LIFETIME: Final = "energy_lifetime_wh"
_COUNTERS: Final[Mapping[Quantity, tuple[str, ...]]] = {
    Quantity.LIFETIME: (LIFETIME,),
    Quantity.DIRECTIONS: (DELIVERED, RECEIVED),
}
_INVERTER: Final = "inverter."
_WITH_TODAY: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION)
_CONSUMPTION: Final = (Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION)


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterEvent:
    """What became of one counter, for a person to be told."""

    counter: str
    event: Event


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChange:
    """A counter that goes on from another source, because the one it had is gone."""

    counter: str
    before: str
    after: str
    at: float


@dataclass(kw_only=True, slots=True)
class Guard:
    """The state of all counters of one gateway, by name: `flow.field.phase`, or `inverter.serial`."""

    site: Site
    counters: dict[str, CounterState] = field(default_factory=dict[str, CounterState])
    days: dict[str, DailyState] = field(default_factory=dict[str, DailyState])
    integrations: dict[str, IntegrationState] = field(default_factory=dict[str, IntegrationState])
    """Import and export made here of net power, by phase."""
    origins: dict[str, float] = field(default_factory=dict[str, float])
    """What each inverter had counted when it joined their sum."""
    sources: dict[str, str] = field(default_factory=dict[str, str])
    """The source each counter was last taken from; another one starts from another value."""
    rejected: Counter[str] = field(default_factory=Counter[str])
    """Samples turned away since set-up, by reason."""
    events: list[CounterEvent | SourceChange] = field(default_factory=list[CounterEvent | SourceChange])
    """What has happened since somebody last looked."""
    _reported_today: dict[Flow, float | None] = field(default_factory=dict[Flow, float | None])
    _report_interval_s: int = 0
    """The longest of the inverters', as far as they tell it."""

    def check(self, lane: Lane, snapshot: Snapshot, zone: tzinfo) -> Snapshot:
        """Publish of each counter what may be published, and today in `zone` beside it."""
        for flow in _WITH_TODAY:
            if self.site.lane(flow, Quantity.TODAY) is lane:
                self._reported_today[flow] = snapshot.measurement(flow).energy_today_wh
        served = {flow for flow, quantity in self.site.sources if self.site.lane(flow, quantity) is lane}
        self._report_interval_s = max(
            (inverter.report_interval_s or 0 for inverter in snapshot.inverters.values()),
            default=self._report_interval_s,
        )
        inverters = {serial: self._inverter(inverter, snapshot.at) for serial, inverter in snapshot.inverters.items()}
        snapshot = replace(snapshot, inverters=inverters)
        return replace(
            snapshot, flows={flow: self._flow(lane, flow, snapshot, zone) for flow in Flow if flow in served}
        )

    def take_in(self, counter: str, amount_wh: float) -> None:
        """Add a jump that was left out: a person says it was real energy.

        Raises:
            KeyError: there is no such counter any more.
        """
        self.counters[counter] = take_in(self.counters[counter], amount_wh)

    def _flow(self, lane: Lane, flow: Flow, snapshot: Snapshot, zone: tzinfo) -> Phased:
        """One flow of a lane, also when this snapshot has nothing of it: its counters stand."""
        measured = self._with_own_counters(flow, lane, snapshot)
        phased = []
        for phase, measurement in enumerate(measured):
            changed: dict[str, float | None] = {"energy_today_wh": None}
            for quantity, names in _COUNTERS.items():
                if self.site.lane(flow, quantity) is not lane:
                    continue
                source = self._source(flow, quantity)
                limits = counter_limits(self.site, flow, quantity, phase, self._report_interval_s)
                for name in names:
                    value = getattr(measurement, name)
                    changed[name] = self._step(f"{flow}.{name}.{phase}", value, snapshot.at, limits, source)
            lifetime = changed.get(LIFETIME)
            if phase == 0 and flow in _WITH_TODAY and lifetime is not None:
                changed["energy_today_wh"] = self._today(flow, lifetime, snapshot.at, zone)
            phased.append(replace(measurement, **changed))
        return tuple(phased)

    def _with_own_counters(self, flow: Flow, lane: Lane, snapshot: Snapshot) -> list[Measurement]:
        """What was measured of a flow and each of its phases, with the counters that are made here."""
        count = max(len(snapshot.flows.get(flow, ())), 1 + self.site.phases(flow))
        measured = [snapshot.measurement(flow, phase) for phase in range(count)]
        sources = self.site.sources
        if lane is Lane.LIVE and sources.get((flow, Quantity.DIRECTIONS)) is Source.INTEGRATED:
            return self._integrated(flow, measured, snapshot.at)
        if lane is Lane.INVERTERS and sources.get((flow, Quantity.LIFETIME)) is Source.DEVICE_DATA:
            measured[0] = replace(measured[0], energy_lifetime_wh=self._inverters_together(measured[0], snapshot))
        return measured

    def _integrated(self, flow: Flow, measured: list[Measurement], at: float) -> list[Measurement]:
        """Import and export of net power, phase by phase as a gateway's own counters are, then together (G§9)."""
        phases = range(1, len(measured)) if len(measured) > 1 else range(1)
        for phase in phases:
            before, power = self.integrations.get(str(phase)), measured[phase].power_w
            limit_w = counter_limits(self.site, flow, Quantity.DIRECTIONS, phase).rise_w
            state = integration_step(power, at, limit_w=limit_w, state=before)
            if state is None:
                continue
            if state is before and power is not None:
                self.rejected[Reason.JUMP] += 1
            self.integrations[str(phase)] = state
            measured[phase] = replace(
                measured[phase], energy_delivered_wh=state.import_wh, energy_received_wh=state.export_wh
            )
        states = [self.integrations[str(phase)] for phase in phases if str(phase) in self.integrations]
        if len(states) == len(phases):
            measured[0] = replace(
                measured[0],
                energy_delivered_wh=sum(state.import_wh for state in states),
                energy_received_wh=sum(state.export_wh for state in states),
            )
        for phase, measurement in enumerate(measured):
            for name in (DELIVERED, RECEIVED):
                # What begins here begins at zero, which elsewhere is a gateway that is not ready.
                if (value := getattr(measurement, name)) is not None:
                    self.counters.setdefault(f"{flow}.{name}.{phase}", rebase(CounterState(), value, at))
        return measured

    def _inverters_together(self, measurement: Measurement, snapshot: Snapshot) -> float | None:
        """What all inverters have counted, once each of them has said its part (G§5.5).

        One that is missing or gone keeps its share, a new one adds what it makes from now on: the sum never falls.
        """
        known = {serial: inverter.energy_lifetime_wh for serial, inverter in snapshot.inverters.items()}
        if self.sources.get(f"{Flow.PRODUCTION}.{LIFETIME}.0") != Source.DEVICE_DATA:
            if measurement.energy_lifetime_wh is None:
                return None
            self.origins = {serial: 0.0 for serial, lifetime in known.items() if lifetime is not None}
        for serial, lifetime in known.items():
            if lifetime is not None:
                self.origins.setdefault(serial, lifetime)
        return sum((self.counters[f"{_INVERTER}{serial}"].published or 0) - at for serial, at in self.origins.items())

    def _inverter(self, inverter: Inverter, at: float) -> Inverter:
        """One inverter with its lifetime judged."""
        name = f"{_INVERTER}{inverter.serial}"
        before, lifetime = self.counters.get(name), inverter.energy_lifetime_wh
        if lifetime is None:  # nothing said is nothing turned away: at night that goes on for hours
            return replace(inverter, energy_lifetime_wh=before.published) if before else inverter
        limits = inverter_limits(1, inverter.report_interval_s)
        lifetime = self._step(name, lifetime, at, limits, "inverter")
        if before and before.published and lifetime is not None and lifetime < before.published:
            # It began again at zero; their sum goes on.
            self.origins[inverter.serial] = self.origins.get(inverter.serial, 0.0) - before.published
        if lifetime == inverter.energy_lifetime_wh:
            return inverter
        return replace(inverter, energy_lifetime_wh=lifetime)

    def _source(self, flow: Flow, quantity: Quantity) -> str:
        """Name where a counter starts from: with the other kind of consumption CT the same source starts anew."""
        source = self.site.sources[flow, quantity]
        measured = self.site.sources.get((Flow.NET_CONSUMPTION, Quantity.DIRECTIONS))
        if flow not in _CONSUMPTION or measured is None or source is Source.INTEGRATED:
            return source
        return f"{source}.{Flow.TOTAL_CONSUMPTION if measured is Source.INTEGRATED else Flow.NET_CONSUMPTION}"

    def _step(self, counter: str, value: float | None, at: float, limits: Limits, source: str) -> float | None:
        """Judge one sample."""
        state = self.counters.get(counter)
        if state is None and value is None:
            return None
        if value is not None:
            before = self.sources.get(counter, source)
            if before != source and state is not None:
                if value == 0 and source is not Source.INTEGRATED:
                    return state.published  # not ready yet: going on from zero would make a jump of the next value
                state = rebase(state, value, at)
                self.events.append(SourceChange(counter=counter, before=before, after=source, at=at))
            self.sources[counter] = source
        step = counter_step(value, at, limits, state)
        self.counters[counter] = step.state
        if step.reason is not None:
            self.rejected[step.reason] += 1
        if step.event is not None:
            self.events.append(CounterEvent(counter=counter, event=step.event))
        return step.publish

    def _today(self, flow: Flow, lifetime: float, at: float, zone: tzinfo) -> float:
        """Today of a guarded lifetime counter."""
        today, self.days[flow] = daily_step(
            lifetime,
            at,
            zone,
            gateway_today=self._reported_today.get(flow),
            rise_w=counter_limits(self.site, flow, Quantity.LIFETIME, 0).rise_w,
            state=self.days.get(flow),
        )
        return today

    def as_json(self) -> dict[str, object]:
        """Return what `restore` takes."""
        return {
            "counters": {name: state.as_json() for name, state in self.counters.items()},
            "days": {name: state.as_json() for name, state in self.days.items()},
            "integrations": {name: state.as_json() for name, state in self.integrations.items()},
            "origins": dict(self.origins),
            "sources": dict(self.sources),
            "rejected": dict(self.rejected),
        }

    def restore(self, data: Mapping[str, object]) -> None:
        """Take up what `as_json` gave.

        Raises:
            ValueError: it is anything else; then nothing is taken.
        """
        parts = {name: fields_of(data, name) for name in self.as_json()}
        counters = {name: CounterState.from_json(state) for name, state in parts["counters"].items()}
        days = {name: DailyState.from_json(state) for name, state in parts["days"].items()}
        integrations = {name: IntegrationState.from_json(state) for name, state in parts["integrations"].items()}
        origins = {name: saved_number(parts["origins"], name, "origins") for name in parts["origins"]}
        if missing := {f"{_INVERTER}{serial}" for serial in origins} - counters.keys():
            raise ValueError(f"stored counters: {len(missing)} of the inverters' sum are missing")
        rejected = Counter({name: int(saved_number(parts["rejected"], name, "rejected")) for name in parts["rejected"]})
        self.sources = {name: str(source) for name, source in parts["sources"].items()}
        self.counters, self.days, self.integrations = counters, days, integrations
        self.origins, self.rejected = origins, rejected

    def as_diagnostics(self) -> dict[str, object]:
        """All of the state for a person to look at, the inverters by number instead of their serials."""
        serials = sorted({name for name in self.counters if name.startswith(_INVERTER)})
        names = {name: f"{_INVERTER}{number}" for number, name in enumerate(serials, start=1)}
        state = self.as_json()
        return {
            part: {
                names.get(name, names.get(f"{_INVERTER}{name}", name)): value
                for name, value in fields_of(state, part).items()
            }
            for part in state
        }


def locked_sources(data: Mapping[str, object]) -> Sources:
    """The source that each counter of the stored state has come from, for `decide`.

    Raises:
        ValueError: it is not what `Guard.as_json` gave.
    """
    locked: dict[tuple[Flow, Quantity], Source] = {}
    for counter, source in fields_of(data, "sources").items():
        flow, _, rest = counter.partition(".")
        if rest == f"{LIFETIME}.0":
            locked[Flow(flow), Quantity.LIFETIME] = Source(str(source).partition(".")[0])
    return locked


def fields_of(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    """One part of the stored state."""
    part = data.get(name)
    if not isinstance(part, dict):
        raise ValueError(f"stored counters: {name} must be an object")  # noqa: TRY004 - one kind of error for the caller
    return part
