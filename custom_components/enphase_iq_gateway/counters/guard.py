"""Between the groups and the entities: every counter's samples judged, today derived, all of it kept over restarts.

Pure but for its state: it knows no Home Assistant and no clock; each snapshot brings its own time (DESIGN §5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import cache
from typing import Final

from ..client import Flow, Inverter, Measurement, PollGroup, Quantity, Site, Snapshot, Source, TotalAndPhases
from .counter import CounterState, Event, Limits, Reason, accept_jump, rebase, step as counter_step
from .daily import step as daily_step
from .integration import step as integration_step
from .limits import counter_limits, inverter_limits
from .state import INVERTER, LIFETIME, GuardState

DELIVERED: Final = "energy_delivered_wh"
RECEIVED: Final = "energy_received_wh"
_COUNTERS: Final[Mapping[Quantity, tuple[str, ...]]] = {
    Quantity.LIFETIME: (LIFETIME,),
    Quantity.IMPORT_EXPORT: (DELIVERED, RECEIVED),
}
_WITH_TODAY: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION)
_TOTAL_FROM_NET: Final = "total_from_net"
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
    """Looks over all counters of one gateway."""

    site: Site
    state: GuardState = field(default_factory=GuardState)
    events: list[CounterEvent | SourceChange] = field(default_factory=list[CounterEvent | SourceChange])
    """What has happened since somebody last looked."""
    _reported_today: dict[Flow, float | None] = field(default_factory=dict[Flow, float | None])
    _report_interval_s: int = 0
    """The longest of the inverters', as far as they tell it."""

    def check(self, group: PollGroup, snapshot: Snapshot, zone: tzinfo) -> Snapshot:
        """Publish of each counter what may be published, and today in `zone` beside it."""
        for flow in _WITH_TODAY:
            if self.site.group(flow, Quantity.TODAY) is group:
                self._reported_today[flow] = snapshot.measurement(flow).energy_today_wh
        served = {flow for flow, quantity in self.site.sources if self.site.group(flow, quantity) is group}
        self._report_interval_s = max(
            (inverter.details.report_interval_s or 0 for inverter in snapshot.inverters.values()),
            default=self._report_interval_s,
        )
        inverters = {serial: self._inverter(inverter, snapshot) for serial, inverter in snapshot.inverters.items()}
        if inverters:
            snapshot = replace(snapshot, inverters=inverters)
        return replace(
            snapshot, counted={flow: self._flow(group, flow, snapshot, zone) for flow in Flow if flow in served}
        )

    def take_events(self) -> list[CounterEvent | SourceChange]:
        """Give what has happened since the last call, and forget it."""
        events, self.events = self.events, []
        return events

    def accept_jump(self, counter: str, amount_wh: float) -> None:
        """Add a jump that was left out: a person says it was real energy.

        Raises:
            KeyError: there is no such counter any more.
        """
        self.state.counters[counter] = accept_jump(self.state.counters[counter], amount_wh)

    def _flow(self, group: PollGroup, flow: Flow, snapshot: Snapshot, zone: tzinfo) -> TotalAndPhases:
        """The counters of one flow, also when this snapshot has nothing of it: they stand."""
        measured = self._with_own_counters(flow, group, snapshot)
        counted = [
            (quantity, names, self._source(flow, quantity, snapshot))
            for quantity, names in _COUNTERS.items()
            if self.site.group(flow, quantity) is group
        ]
        phased = []
        for phase, measurement in enumerate(measured):
            values: dict[str, float | None] = {}
            for quantity, names, source in counted:
                limits = counter_limits(self.site, flow, quantity, phase, self._report_interval_s)
                for name in names:
                    value = getattr(measurement, name)
                    values[name] = self._step(_counter(flow, name, phase), value, snapshot.at, limits, source)
            lifetime = values.get(LIFETIME)
            if phase == 0 and flow in _WITH_TODAY and lifetime is not None:
                values["energy_today_wh"] = self._today(flow, lifetime, snapshot.at, zone)
            phased.append(Measurement(**values))
        return tuple(phased)

    def _with_own_counters(self, flow: Flow, group: PollGroup, snapshot: Snapshot) -> list[Measurement]:
        """What was measured of a flow and each of its phases, with the counters that are made here."""
        count = max(len(snapshot.flows.get(flow, ())), 1 + self.site.phases(flow))
        measured = [snapshot.measurement(flow, phase) for phase in range(count)]
        sources = self.site.sources
        if group is PollGroup.LIVE and sources.get((flow, Quantity.IMPORT_EXPORT)) is Source.INTEGRATED:
            return self._integrated(flow, measured, snapshot.at)
        if group is PollGroup.INVERTERS and sources.get((flow, Quantity.LIFETIME)) is Source.DEVICE_DATA:
            measured[0] = replace(measured[0], energy_lifetime_wh=self._inverters_together(measured[0], snapshot))
        return measured

    def _integrated(self, flow: Flow, measured: list[Measurement], at: float) -> list[Measurement]:
        """Import and export of net power, phase by phase as a gateway's own counters are, then together (G§9)."""
        phases = range(1, len(measured)) if len(measured) > 1 else range(1)
        for phase in phases:
            before, power = self.state.integrations.get(str(phase)), measured[phase].power_w
            limit_w = counter_limits(self.site, flow, Quantity.IMPORT_EXPORT, phase).rise_w
            state = integration_step(power, at, limit_w=limit_w, state=before)
            if state is None:
                continue
            if state is before and power is not None:
                self.state.rejected[Reason.JUMP] += 1
            self.state.integrations[str(phase)] = state
            measured[phase] = replace(
                measured[phase], energy_delivered_wh=state.import_wh, energy_received_wh=state.export_wh
            )
        states = [self.state.integrations[str(phase)] for phase in phases if str(phase) in self.state.integrations]
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
                    self.state.counters.setdefault(_counter(flow, name, phase), rebase(CounterState(), value, at))
        return measured

    def _inverters_together(self, measurement: Measurement, snapshot: Snapshot) -> float | None:
        """What all inverters have counted, once each of them has said its part (G§5.5).

        One that is missing or gone keeps its share, a new one adds what it makes from now on: the sum never falls.
        """
        known = {serial: inverter.energy_lifetime_wh for serial, inverter in snapshot.inverters.items()}
        if self.state.sources.get(f"{Flow.PRODUCTION}.{LIFETIME}.0") != Source.DEVICE_DATA:
            if measurement.energy_lifetime_wh is None:
                return None
            self.state.origins = {serial: 0.0 for serial, lifetime in known.items() if lifetime is not None}
        for serial, lifetime in known.items():
            if lifetime is not None:
                self.state.origins.setdefault(serial, lifetime)
        return sum(
            (self.state.counters[f"{INVERTER}{serial}"].published or 0) - at
            for serial, at in self.state.origins.items()
        )

    def _inverter(self, inverter: Inverter, snapshot: Snapshot) -> Inverter:
        """One inverter with its lifetime judged."""
        name = f"{INVERTER}{inverter.serial}"
        before, lifetime = self.state.counters.get(name), inverter.energy_lifetime_wh
        if lifetime is None or snapshot.details_kept:
            # Nothing said is nothing turned away: at night that goes on for hours.
            return replace(inverter, energy_lifetime_wh=before.published) if before else inverter
        limits = inverter_limits(1, inverter.details.report_interval_s)
        lifetime = self._step(name, lifetime, snapshot.at, limits, "inverter")
        if before and before.published and lifetime is not None and lifetime < before.published:
            # It began again at zero; their sum goes on.
            self.state.origins[inverter.serial] = self.state.origins.get(inverter.serial, 0.0) - before.published
        return replace(inverter, energy_lifetime_wh=lifetime)

    def _source(self, flow: Flow, quantity: Quantity, snapshot: Snapshot) -> str:
        """Name where a counter starts from: with the other kind of consumption CT the same source starts anew.

        So does a total that is put together of production and net: what the gateway gives differs by kWh (G§6.8).
        """
        source = self.site.sources[flow, quantity]
        measured = self.site.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT))
        if flow not in _CONSUMPTION or source is Source.INTEGRATED:
            return source
        if flow is Flow.TOTAL_CONSUMPTION and source is Source.REPORT and snapshot.total_from_net:
            return f"{source}.{_TOTAL_FROM_NET}"
        if measured is None:
            return source
        return f"{source}.{Flow.TOTAL_CONSUMPTION if measured is Source.INTEGRATED else Flow.NET_CONSUMPTION}"

    def _step(self, counter: str, value: float | None, at: float, limits: Limits, source: str) -> float | None:
        """Judge one sample."""
        state = self.state.counters.get(counter)
        if state is None and value is None:
            return None
        if value is not None:
            before = self.state.sources.get(counter, source)
            if before != source and state is not None:
                if value == 0 and source is not Source.INTEGRATED:
                    return state.published  # not ready yet: going on from zero would make a jump of the next value
                if _TOTAL_FROM_NET in before + source:
                    state = self._other_line(counter, state, before=before, source=source, value=value, at=at)
                else:
                    state = rebase(state, value, at)
                    self.events.append(SourceChange(counter=counter, before=before, after=source, at=at))
            self.state.sources[counter] = source
        step = counter_step(value, at, limits, state)
        self.state.counters[counter] = step.state
        if step.reason is not None:
            self.state.rejected[step.reason] += 1
        if step.event is not None:
            self.state.offsets.pop(counter, None)
            self.events.append(CounterEvent(counter=counter, event=step.event))
        return step.publish

    def _other_line(
        self, counter: str, state: CounterState, *, before: str, source: str, value: float, at: float
    ) -> CounterState:
        """Go over to the other way a total is told, where the gateway may go back and forth between the two.

        The first time costs what has flowed since the last sample; after that it is known how far the two are apart.
        """
        offsets = self.state.offsets.setdefault(counter, {})
        offsets[before] = state.offset
        if source in offsets:
            return replace(state, offset=offsets[source], held=None)
        return rebase(state, value, at)

    def _today(self, flow: Flow, lifetime: float, at: float, zone: tzinfo) -> float:
        """Today of a guarded lifetime counter."""
        today, self.state.days[flow] = daily_step(
            lifetime,
            at,
            zone,
            gateway_today=self._reported_today.get(flow),
            rise_w=counter_limits(self.site, flow, Quantity.LIFETIME, 0).rise_w,
            state=self.state.days.get(flow),
        )
        return today


@cache
def _counter(flow: Flow, name: str, phase: int) -> str:
    """Name a counter; put together once, as it is asked for at each reading."""
    return f"{flow}.{name}.{phase}"
