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
    Inverter,
    Lane,
    Limits,
    Phased,
    Quantity,
    Site,
    Snapshot,
    Source,
    counter_step,
    daily_step,
    rebase,
)

# The largest CT that Enphase sells for these gateways carries 200 A; 277 V is the highest phase voltage they take.
CT_LIMIT_W: Final = 200 * 277
# The largest microinverter gives 640 W (IQ8D); a tenth more for rounding over its report interval.
INVERTER_LIMIT_W: Final = 700
# A CT's source moves each second; a minute bridges a gateway that is busy (G§9).
_CT_INTERVAL_S: Final = 60.0
_COUNTERS: Final[Mapping[Quantity, tuple[str, ...]]] = {
    Quantity.LIFETIME: ("energy_lifetime_wh",),
    Quantity.DIRECTIONS: ("energy_delivered_wh", "energy_received_wh"),
}
_WITH_TODAY: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION)
_FROM_CTS: Final = frozenset({Source.READINGS, Source.REPORT})
_INVERTER: Final = Limits(rise_w=INVERTER_LIMIT_W)


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterEvent:
    """What became of one counter, for a person to be told."""

    counter: str
    event: Event


@dataclass(kw_only=True, slots=True)
class Guard:
    """The state of all counters of one gateway."""

    site: Site
    counters: dict[str, CounterState] = field(default_factory=dict[str, CounterState])
    days: dict[str, DailyState] = field(default_factory=dict[str, DailyState])
    sources: dict[str, str] = field(default_factory=dict[str, str])
    """The source each counter was last taken from; another one starts from another value."""
    rejected: Counter[str] = field(default_factory=Counter[str])
    """Samples turned away since set-up, by reason."""
    events: list[CounterEvent] = field(default_factory=list[CounterEvent])
    """What has happened since somebody last looked."""
    _reported_today: dict[Flow, float | None] = field(default_factory=dict[Flow, float | None])

    def check(self, lane: Lane, snapshot: Snapshot, zone: tzinfo) -> Snapshot:
        """Publish of each counter what may be published, and today in `zone` beside it."""
        for flow in _WITH_TODAY:
            if self.site.lane(flow, Quantity.TODAY) is lane:
                self._reported_today[flow] = snapshot.measurement(flow).energy_today_wh
        served = {flow for flow, quantity in self.site.sources if self.site.lane(flow, quantity) is lane}
        return replace(
            snapshot,
            flows={flow: self._flow(lane, flow, snapshot, zone) for flow in Flow if flow in served},
            inverters={
                serial: self._inverter(inverter, snapshot.at) for serial, inverter in snapshot.inverters.items()
            },
        )

    def _flow(self, lane: Lane, flow: Flow, snapshot: Snapshot, zone: tzinfo) -> Phased:
        """One flow of a lane, also when this snapshot has nothing of it: its counters stand."""
        phased = []
        for phase in range(max(len(snapshot.flows.get(flow, ())), 1 + self.site.phases(flow))):
            measurement = snapshot.measurement(flow, phase)
            changed: dict[str, float | None] = {"energy_today_wh": None}
            for quantity, names in _COUNTERS.items():
                if self.site.lane(flow, quantity) is not lane:
                    continue
                source = self._source(flow, quantity, snapshot)
                limits = self._limits(flow, quantity, phase)
                for name in names:
                    value = getattr(measurement, name)
                    changed[name] = self._step(f"{flow}.{name}.{phase}", value, snapshot.at, limits, source)
            lifetime = changed.get("energy_lifetime_wh")
            if phase == 0 and flow in _WITH_TODAY and lifetime is not None:
                changed["energy_today_wh"] = self._today(flow, lifetime, snapshot.at, zone)
            phased.append(replace(measurement, **changed))
        return tuple(phased)

    def _source(self, flow: Flow, quantity: Quantity, snapshot: Snapshot) -> str:
        """Name where a counter starts from: a sum of inverters starts anew when one comes or goes."""
        source = self.site.sources[flow, quantity]
        return f"{source}:{','.join(sorted(snapshot.inverters))}" if source is Source.DEVICE_DATA else source

    def _limits(self, flow: Flow, quantity: Quantity, phase: int) -> Limits:
        """What the site can do to a counter: by its CT's phases, else by its inverters."""
        source = self.site.sources[flow, quantity]
        if source not in _FROM_CTS:
            return Limits(rise_w=INVERTER_LIMIT_W * max(self.site.inverter_count, 1))
        watts = CT_LIMIT_W * (1 if phase else self.site.phase_counts.get(flow, 1))
        falls = (flow, quantity) == (Flow.NET_CONSUMPTION, Quantity.LIFETIME)
        return Limits(rise_w=watts, fall_w=watts if falls else None, interval_s=_CT_INTERVAL_S)

    def _inverter(self, inverter: Inverter, at: float) -> Inverter:
        """One inverter with its lifetime judged."""
        lifetime = self._step(f"inverter.{inverter.serial}", inverter.energy_lifetime_wh, at, _INVERTER, "inverter")
        if lifetime == inverter.energy_lifetime_wh:
            return inverter
        return replace(inverter, energy_lifetime_wh=lifetime)

    def _step(self, counter: str, value: float | None, at: float, limits: Limits, source: str) -> float | None:
        """Judge one sample."""
        state = self.counters.get(counter)
        if state is None and value is None:
            return None
        if state is not None and value is not None and self.sources.get(counter) != source:
            state = rebase(state, value, at)
        if value is not None:
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
            rise_w=self._limits(flow, Quantity.LIFETIME, 0).rise_w,
            state=self.days.get(flow),
        )
        return today

    def as_json(self) -> dict[str, object]:
        """Return what `restore` takes."""
        return {
            "counters": {name: state.as_json() for name, state in self.counters.items()},
            "days": {name: state.as_json() for name, state in self.days.items()},
            "sources": dict(self.sources),
            "rejected": dict(self.rejected),
        }

    def restore(self, data: Mapping[str, object]) -> None:
        """Take up what `as_json` gave.

        Raises:
            ValueError: it is anything else; then nothing is taken.
        """
        counters = {name: CounterState.from_json(state) for name, state in _mapping(data, "counters").items()}
        days = {name: DailyState.from_json(state) for name, state in _mapping(data, "days").items()}
        sources = {name: str(source) for name, source in _mapping(data, "sources").items()}
        rejected = Counter({name: int(str(count)) for name, count in _mapping(data, "rejected").items()})
        self.counters, self.days, self.sources, self.rejected = counters, days, sources, rejected


def _mapping(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    """One part of the stored state."""
    part = data.get(name)
    if not isinstance(part, dict):
        raise ValueError(f"stored counters: {name} must be an object")  # noqa: TRY004 - one kind of error for the caller
    return part
