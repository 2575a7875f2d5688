"""The guard between the gateway's counters and the entities: checks every sample and derives today from them.

It reads no clock: the time comes with every snapshot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Final

from ..client.models import Flow, Inverter, Measurement
from ..client.site.limits import INVERTER_LIMIT_W
from ..client.site.site import CALCULATED, PollGroup, Quantity, Site, Source
from ..client.site.snapshot import Snapshot, TotalAndPhases
from ..client.storage_models import AcBattery
from .ac_battery import with_counters
from .balancing import balance_phase, measured_by_ct, with_balanced
from .composed import (
    checking_order,
    late_change,
    late_parts_of,
    late_value,
    line_change,
    move_line,
    part_is_held,
    parts_of,
)
from .counter import Reason, accept_jump, follow, rebase
from .counter_state import CounterState
from .daily import step as daily_step
from .inverter_sum import begin_again, is_in_sum, sum_of_inverters
from .key import (
    CHARGED,
    COUNTERS_OF,
    DISCHARGED,
    EXPORT,
    IMPORT,
    PRODUCTION,
    TOTAL_CONSUMPTION,
    CounterField,
    CounterKey,
    FlowCounter,
    InverterCounter,
)
from .limits import LONGEST_REPORT_S, counter_limits, inverter_limits
from .lines import CounterEvent, Lines, SourceChange
from .new_start import is_new_start
from .origin import Origin, origin_of
from .state import GuardState
from .steady_clock import SteadyClock
from .storage_energy import integrate as integrate_storage, with_storage

_WITH_TODAY: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION)
# How far the gateway's own today may be above the sum of the inverters': they report up to an interval later.
_TODAY_SHARE: Final = 1.5
_TODAY_MARGIN_WH: Final = 1000.0


@dataclass(kw_only=True, slots=True)
class Guard:
    """Checks all counters of one gateway."""

    site: Site
    state: GuardState = field(default_factory=GuardState)
    clock: SteadyClock = field(default_factory=SteadyClock)
    """One for all coordinators of the gateway, which read it for their snapshots."""
    _lines: Lines = field(init=False)
    _reported_today: dict[Flow, float | None] = field(default_factory=dict[Flow, float | None])
    _inverters_today_wh: float | None = None
    """The inverters' own sum of today, None while one of them is missing."""
    _report_interval_s: int = 0
    """The longest plausible report interval of the inverters, 0 while unknown."""
    _ac_reported: dict[str, int | None] = field(default_factory=dict[str, int | None])
    """When each AC Battery reported its last sample that was checked."""

    def __post_init__(self) -> None:
        """Check single counters with the same state."""
        self._lines = Lines(state=self.state)

    @property
    def events(self) -> Sequence[CounterEvent | SourceChange]:
        """Return what has happened since the last `take_events`."""
        return self._lines.events

    def check(self, group: PollGroup, snapshot: Snapshot, zone: tzinfo) -> Snapshot:
        """Return the snapshot with the counters to publish, today's energy in the time zone `zone` among them.

        Every counter that `group` serves is in it, also where this snapshot has no value: then it stands.
        """
        for flow in _WITH_TODAY:
            if self.site.group(flow, Quantity.TODAY) is group:
                self._reported_today[flow] = snapshot.measurement(flow).energy_today_wh
        if snapshot.rejected_powers:
            self.state.rejected[Reason.POWER] += snapshot.rejected_powers
        if snapshot.inverters:
            snapshot = self._check_inverters(snapshot, zone)
        if self.site.group(Flow.STORAGE, Quantity.POWER) is group:
            self.integrate(snapshot)
        served = {flow for flow, quantity in self.site.sources if self.site.group(flow, quantity) is group}
        self._lines.before = dict(self.state.counters)
        flows = [flow for flow in checking_order(self.site) if flow in served]
        counted = {flow: self._check_flow(group, flow, snapshot, zone) for flow in flows}
        if self.site.group(Flow.TOTAL_CONSUMPTION, Quantity.LIFETIME) is not group:
            self._follow_late_parts(snapshot.at)
        return replace(snapshot, counted=counted)

    def integrate(self, snapshot: Snapshot) -> None:
        """Add to the calculated energies of storage a snapshot whose counters are not checked."""
        integrate_storage(self.site, self.state.storage, snapshot)

    def check_ac_batteries(self, batteries: Mapping[str, AcBattery], at: float) -> dict[str, AcBattery]:
        """Return AC Batteries with the counters to publish."""
        return {
            serial: with_counters(battery, at, self.state, self._lines.check_device, self._ac_reported)
            for serial, battery in batteries.items()
        }

    def take_events(self) -> list[CounterEvent | SourceChange]:
        """Return what has happened since the last call."""
        events, self._lines.events = self._lines.events, []
        return events

    def accept_jump(self, counter: CounterKey, amount_wh: float) -> None:
        """Add a jump that was left out, because the user confirmed that it was energy.

        Raises:
            KeyError: there is no such counter any more.
        """
        self.state.counters[counter] = accept_jump(self.state.counters[counter], amount_wh)
        if isinstance(counter, InverterCounter) and is_in_sum(self.state, counter.serial):
            # The sum contains the counter with its jump from now on, so it stays on its line.
            offset = self.state.counters[PRODUCTION].offset
            self.accept_jump(PRODUCTION, amount_wh)
            self.state.counters[PRODUCTION] = replace(self.state.counters[PRODUCTION], offset=offset)
        if not isinstance(counter, FlowCounter):
            return
        for key, state in self.state.counters.items():
            if isinstance(key, FlowCounter) and key.field is CounterField.LIFETIME and state.published is not None:
                parts = parts_of(self.site, key.flow, key.phase) or late_parts_of(self.site, key.flow, key.phase)
                share = parts.get(counter, 0)
                self.state.counters[key] = accept_jump(state, share * amount_wh) if share else state

    def _check_flow(self, group: PollGroup, flow: Flow, snapshot: Snapshot, zone: tzinfo) -> TotalAndPhases:
        """Return the counters of one flow and its phases, and today's energy beside the total."""
        # Import and export first: net lifetime is computed from them.
        quantities = [quantity for quantity in reversed(COUNTERS_OF) if self.site.group(flow, quantity) is group]
        checked = [
            self._check_phase(flow, phase, measurement, quantities, snapshot)
            for phase, measurement in enumerate(self._measured(flow, group, snapshot))
        ]
        if flow is Flow.NET_CONSUMPTION and Quantity.IMPORT_EXPORT in quantities:
            checked = self._balance(checked, snapshot.at)
        total, *phases = checked
        if flow in _WITH_TODAY and total.energy_lifetime_wh is not None:
            today = self._today(flow, total.energy_lifetime_wh, snapshot, zone)
            total = replace(total, energy_today_wh=today, energy_today_reset_at=self.state.days[flow].reset_at)
        return (total, *phases)

    def _check_phase(
        self, flow: Flow, phase: int, measurement: Measurement, quantities: list[Quantity], snapshot: Snapshot
    ) -> Measurement:
        """Return the counters of one phase, 0 for all together."""
        published: dict[CounterField, float | None] = {}
        for quantity in quantities:
            if self.site.sources[flow, quantity] is Source.INTEGRATED:
                continue
            if self.site.sources[flow, quantity] is Source.INVERTERS_AND_NET:
                published[CounterField.LIFETIME] = None if phase else self._follow_late_parts(snapshot.at)
                continue
            if self.site.sources[flow, quantity] in CALCULATED:
                published |= self._follow_storage(phase)
                continue
            limits = counter_limits(self.site, flow, quantity, phase, self._report_interval_s)
            origin = origin_of(
                self.site,
                flow,
                quantity,
                total_from_net=snapshot.total_from_net,
                total_with_storage=snapshot.total_with_storage,
            )
            for counter in COUNTERS_OF[quantity]:
                key = FlowCounter(flow, counter, phase)
                if counter is CounterField.LIFETIME and self._waits_for_parts(key, snapshot.at):
                    state = self.state.counters.get(key)
                    published[counter] = state.published if state else None
                    continue
                published[counter] = self._lines.check_from(key, counter.read(measurement), snapshot.at, limits, origin)
        return Measurement(
            energy_delivered_wh=published.get(CounterField.DELIVERED),
            energy_received_wh=published.get(CounterField.RECEIVED),
            energy_lifetime_wh=published.get(CounterField.LIFETIME),
        )

    def _waits_for_parts(self, key: FlowCounter, at: float) -> bool:
        """Move a computed counter to the lines of its parts; return whether it stands because one of them is held."""
        parts = parts_of(self.site, key.flow, key.phase)
        if (state := self.state.counters.get(key)) is not None:
            change = sum(
                factor * line_change(self._lines.before.get(part), self.state.counters.get(part))
                for part, factor in parts.items()
            )
            self.state.counters[key] = move_line(state, change)
        return part_is_held(parts, self.state.counters, at)

    def _measured(self, flow: Flow, group: PollGroup, snapshot: Snapshot) -> list[Measurement]:
        """Return what was measured of a flow and each of its phases, the inverters' sum included."""
        count = max(len(snapshot.flows.get(flow, ())), 1 + self.site.phases(flow))
        measured = [snapshot.measurement(flow, phase) for phase in range(count)]
        if flow is Flow.TOTAL_CONSUMPTION and snapshot.total_with_storage and self.site.calculates_storage:
            measured = [with_storage(each, self.state.storage.get(phase)) for phase, each in enumerate(measured)]
        source = self.site.sources.get((flow, Quantity.LIFETIME))
        if group is PollGroup.INVERTERS and source is Source.DEVICE_DATA:
            lifetime = sum_of_inverters(self.state, snapshot.inverters, measured[0].energy_lifetime_wh)
            measured[0] = replace(measured[0], energy_lifetime_wh=lifetime)
        return measured

    def _balance(self, phases: list[Measurement], at: float) -> list[Measurement]:
        """Return the counters of net consumption and its phases with balanced import and export.

        With a net CT they are further counters of all phases together. With a total CT they are the only ones.
        """
        if measured_by_ct(self.site) is Flow.NET_CONSUMPTION:
            state = balance_phase(self.site, self.state, Flow.NET_CONSUMPTION, 0)
            return [with_balanced(phases[0], state), *phases[1:]]
        published = []
        for phase, measurement in enumerate(phases):
            state = balance_phase(self.site, self.state, Flow.TOTAL_CONSUMPTION, phase)
            imported, exported = (state.import_wh, state.export_wh) if state else (None, None)
            counted = replace(
                measurement,
                energy_delivered_wh=self._lines.follow(IMPORT.at(phase), imported, at, Source.INTEGRATED),
                energy_received_wh=self._lines.follow(EXPORT.at(phase), exported, at, Source.INTEGRATED),
            )
            published.append(with_balanced(counted, state) if phase == 0 else counted)
        return published

    def _follow_storage(self, phase: int) -> dict[CounterField, float | None]:
        """Return the energies of storage that are calculated from its power."""
        source, energy = self.site.sources[Flow.STORAGE, Quantity.IMPORT_EXPORT], self.state.storage.get(phase)
        discharged_wh, charged_wh, at = energy.counters if energy else (None, None, 0.0)
        return {
            DISCHARGED.field: self._lines.follow(DISCHARGED.at(phase), discharged_wh, at, source),
            CHARGED.field: self._lines.follow(CHARGED.at(phase), charged_wh, at, source),
        }

    def _follow_late_parts(self, at: float) -> float | None:
        """Return total consumption whose parts two coordinators read, with what they have counted in this snapshot.

        They are checked counters, so it needs no check of its own.
        """
        key, origin = TOTAL_CONSUMPTION, Origin(Source.INVERTERS_AND_NET)
        parts, state = late_parts_of(self.site, key.flow, key.phase), self.state.counters.get(key)
        published = state.published if state else None
        if not parts:
            return published
        if state is not None and published is not None and self.state.origins.get(key, origin) == origin:
            change = late_change(parts, self._lines.before, self.state.counters)
            state = follow(state, published - state.offset + change, at)
        elif (value := late_value(parts, self.state.counters)) is None:
            return published
        elif state is None or published is None:
            state = rebase(CounterState(), value, at)
        else:
            state = self._lines.continue_from(key, state, value, at, origin)
        self.state.counters[key], self.state.origins[key] = state, origin
        return state.published

    def _check_inverters(self, snapshot: Snapshot, zone: tzinfo) -> Snapshot:
        """Return the snapshot with the inverters' counters to publish and today's energy of each."""
        inverters = snapshot.inverters.values()
        intervals = [inverter.details.report_interval_s or 0 for inverter in inverters]
        self._report_interval_s = max((each for each in intervals if each <= LONGEST_REPORT_S), default=0)
        reported = [inverter.details.energy_today_wh for inverter in inverters]
        today = [each for each in reported if each is not None]
        self._inverters_today_wh = sum(today) if len(today) == len(reported) else None
        return replace(
            snapshot, inverters={each.serial: self._check_inverter(each, snapshot, zone) for each in inverters}
        )

    def _check_inverter(self, inverter: Inverter, snapshot: Snapshot, zone: tzinfo) -> Inverter:
        """Return an inverter with the lifetime counter to publish and today's energy of it."""
        lifetime_wh = self._lifetime_of_inverter(inverter, snapshot)
        if lifetime_wh is None:
            return replace(inverter, energy_lifetime_wh=None)
        key, details = InverterCounter(inverter.serial), inverter.details
        today, self.state.days[key] = daily_step(
            lifetime_wh,
            snapshot.at - snapshot.clock_error_s,
            zone,
            confirmed=snapshot.clock_confirmed,
            gateway_today=details.energy_today_wh,
            rise_w=INVERTER_LIMIT_W,
            state=self.state.days.get(key),
        )
        return replace(inverter, energy_lifetime_wh=lifetime_wh, details=replace(details, energy_today_wh=today))

    def _lifetime_of_inverter(self, inverter: Inverter, snapshot: Snapshot) -> float | None:
        """Return the lifetime counter of an inverter to publish."""
        key = InverterCounter(inverter.serial)
        state, lifetime = self.state.counters.get(key), inverter.energy_lifetime_wh
        before = state.published if state else None
        if lifetime is None or snapshot.details_kept or not self.state.counts(key):
            # At night there is no value for hours, which is no rejected reading.
            return before
        if self._lines.waits_for_restart(key, lifetime, snapshot.at):
            return before
        published = self._lines.check(
            key, lifetime, snapshot.at, inverter_limits(1, inverter.details.report_interval_s)
        )
        # A smaller fall is a spike that is undone, in the sum too.
        if before is not None and published is not None and is_new_start(before, published):
            begin_again(self.state, inverter.serial, before)
        return published

    def _today(self, flow: Flow, lifetime: float, snapshot: Snapshot, zone: tzinfo) -> float:
        """Return today's energy of a checked lifetime counter."""
        limits = counter_limits(self.site, flow, Quantity.LIFETIME, 0)
        today, self.state.days[flow] = daily_step(
            lifetime,
            snapshot.at - snapshot.clock_error_s,
            zone,
            confirmed=snapshot.clock_confirmed,
            gateway_today=self._gateway_today(flow),
            rise_w=limits.likely_w or limits.rise_w,
            falls=limits.fall_w is not None,
            state=self.state.days.get(flow),
        )
        return today

    def _gateway_today(self, flow: Flow) -> float | None:
        """Return the gateway's own figure of today, None where the inverters cannot have produced it."""
        today, most = self._reported_today.get(flow), self._inverters_today_wh
        if flow is not Flow.PRODUCTION or today is None or most is None:
            return today
        return today if today <= most * _TODAY_SHARE + _TODAY_MARGIN_WH else None
