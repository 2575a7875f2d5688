"""What this gateway has, and which source serves which quantity: the decision table of G§13 as one pure function."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from awesomeversion import AwesomeVersion

from ..endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from ..exceptions import GatewayUnsupportedError
from ..models import DeviceData, Flow, Info, InverterList, Meter, ProductionSummary, Reading, Report

# The first firmware whose reported net lifetime is import - export; before, it is import only (G§6.4).
NET_LIFETIME_IS_SIGNED = AwesomeVersion("7.3.517")
# From here on `/api/v1/production` of a metered gateway without CTs stands still (G§1.3, §13.4).
SUMMARY_FROZEN_WITHOUT_CTS = AwesomeVersion("8.2.4264")
# An honest summary is never below what the inverters' own, possibly wrapped, total says; 1 % for its age (G§3).
SUMMARY_SANITY = 0.99
LEGACY_MAJOR = 3


class GatewayClass(StrEnum):
    """The classes of G§13.2."""

    LEGACY = "legacy"
    NON_METERED = "non_metered"
    METERED_WITHOUT_CT = "metered_without_ct"
    METERED = "metered"


class Source(StrEnum):
    """Where a quantity is taken from."""

    READINGS = "readings"
    REPORT = "report"
    REPORTED_INVERTERS = "reported_inverters"
    SUMMARY = "summary"
    DEVICE_DATA = "device_data"
    INTEGRATED = "integrated"
    """Made here from net power, where no CT counts import and export (G§9)."""


class Quantity(StrEnum):
    """What of a flow comes from one source together."""

    POWER = "power"
    LIFETIME = "lifetime"
    IMPORT_EXPORT = "directions"
    """The two one-way counters."""
    TODAY = "today"
    LAST_7_DAYS = "last_7_days"
    ELECTRICAL = "electrical"
    """Voltage, current, apparent and reactive power, power factor, frequency."""


class PollGroup(StrEnum):
    """The clocks of DESIGN §1."""

    LIVE = "live"
    REPORT = "report"
    INVERTERS = "inverters"


type Sources = Mapping[tuple[Flow, Quantity], Source]

_REPORTED = (Quantity.TODAY, Quantity.LAST_7_DAYS)
_MEASURED = (Quantity.POWER, Quantity.LIFETIME, Quantity.ELECTRICAL)
_OTHER_CTS = (Flow.STORAGE, Flow.BACKFEED, Flow.LOAD, Flow.EVSE, Flow.PV3P)


@dataclass(frozen=True, kw_only=True, slots=True)
class Documents:
    """What was read at one time; None where an endpoint was not read, is not there, or could not be read."""

    info: Info
    meters: tuple[Meter, ...] | None = None
    readings: tuple[Reading, ...] | None = None
    report: Report | None = None
    report_endpoint: Endpoint[Report] = REPORT_DETAILED
    summary: ProductionSummary | None = None
    inverter_list: InverterList | None = None
    device_data: DeviceData | None = None
    details_kept: bool = False
    """`device_data` is what was read earlier: nothing in it is a new sample of a counter."""
    failed: frozenset[Endpoint[object]] = frozenset()
    """Endpoints that could not be read this time but may well be there: time-outs, lost connections, 5xx."""

    def possible(self, source: Source) -> bool:
        """Whether a source is there, as far as this reading tells."""
        match source:
            case Source.READINGS | Source.INTEGRATED:
                return self.readings is not None or READINGS in self.failed
            case Source.REPORT | Source.REPORTED_INVERTERS:
                return self.report is not None or not self.failed.isdisjoint({REPORT, REPORT_DETAILED})
            case Source.SUMMARY:
                return self.summary is not None or PRODUCTION_SUMMARY in self.failed
            case _:  # device data
                return self.device_data is not None or DEVICE_DATA in self.failed


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What one gateway has. Equal sites have the same entities from the same sources."""

    info: Info = field(compare=False)
    gateway_class: GatewayClass
    phase_counts: Mapping[Flow, int]
    """Phases in use by flow, 1 to 3."""
    sources: Sources
    report_endpoint: Endpoint[Report]
    inverter_endpoints: frozenset[Endpoint[object]]
    inverter_count: int = field(compare=False)
    # What follows from the sources, made once: it is asked for dozens of times at each reading.
    _groups: Mapping[tuple[Flow, Quantity], PollGroup] = field(init=False, compare=False, repr=False)
    _reads: Mapping[PollGroup, frozenset[Endpoint[object]]] = field(init=False, compare=False, repr=False)
    _quantities: Mapping[Source, Mapping[Flow, frozenset[Quantity]]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Look up once which group serves and reads what."""
        groups = {key: self.group_of(source) for key, source in self.sources.items()}
        object.__setattr__(self, "_groups", groups)
        object.__setattr__(self, "_reads", {group: self._find_reads(group) for group in PollGroup})
        object.__setattr__(self, "_quantities", {source: self._find_quantities(source) for source in Source})

    def group_of(self, source: Source) -> PollGroup:
        """The group that reads a source: the report gets a clock of its own only where readings are faster."""
        match source:
            case Source.READINGS | Source.INTEGRATED:
                return PollGroup.LIVE
            case Source.DEVICE_DATA:
                return PollGroup.INVERTERS
            case _:
                return PollGroup.REPORT if Source.READINGS in self.sources.values() else PollGroup.LIVE

    def group(self, flow: Flow, quantity: Quantity) -> PollGroup | None:
        """The group that serves a quantity, None where the gateway has no source of it."""
        return self._groups.get((flow, quantity))

    def quantities(self, source: Source) -> Mapping[Flow, frozenset[Quantity]]:
        """What a source serves, by flow."""
        return self._quantities[source]

    def _find_quantities(self, source: Source) -> dict[Flow, frozenset[Quantity]]:
        served: dict[Flow, set[Quantity]] = {}
        for (flow, quantity), its_source in self.sources.items():
            if its_source is source:
                served.setdefault(flow, set()).add(quantity)
        return {flow: frozenset(quantities) for flow, quantities in served.items()}

    def phases(self, flow: Flow) -> int:
        """How many phases of a flow are told apart: 0 on a single-phase site."""
        count = self.phase_counts.get(flow, 1)
        return count if count > 1 else 0

    def reads(self, group: PollGroup) -> frozenset[Endpoint[object]]:
        """The endpoints that a group reads."""
        return self._reads[group]

    def _find_reads(self, group: PollGroup) -> frozenset[Endpoint[object]]:
        endpoints: dict[Source, Endpoint[object]] = {
            Source.READINGS: READINGS,
            Source.INTEGRATED: READINGS,
            Source.REPORT: self.report_endpoint,
            Source.REPORTED_INVERTERS: self.report_endpoint,
            Source.SUMMARY: PRODUCTION_SUMMARY,
            Source.DEVICE_DATA: DEVICE_DATA,
        }
        flows = frozenset(endpoints[source] for source in self.sources.values() if self.group_of(source) is group)
        return flows | self.inverter_endpoints if group is PollGroup.INVERTERS else flows


def endpoints_of(sources: Sources) -> frozenset[Endpoint[object]]:
    """What has to be read for some sources; the report with details or without, as the gateway has it."""
    endpoints: dict[Source, frozenset[Endpoint[object]]] = {
        Source.READINGS: frozenset({METERS, READINGS}),
        Source.INTEGRATED: frozenset({METERS, READINGS}),
        Source.REPORT: frozenset({REPORT_DETAILED, REPORT}),
        Source.REPORTED_INVERTERS: frozenset({REPORT_DETAILED, REPORT}),
        Source.SUMMARY: frozenset({PRODUCTION_SUMMARY}),
        Source.DEVICE_DATA: frozenset({DEVICE_DATA}),
    }
    return frozenset[Endpoint[object]]().union(*(endpoints[source] for source in sources.values()))


def decide(documents: Documents, locked: Sources | None = None) -> Site:
    """Say what the gateway has and where each quantity comes from.

    A lifetime keeps its `locked` source for as long as that source is there: another one counts from another start.
    The one-way counters have one source only, by the kind of the consumption CT.

    Raises:
        GatewayUnsupportedError: nothing that this gateway answers says what is produced.
    """
    flows = _flows_in_use(documents)
    gateway_class = _classify(documents, flows)
    chosen: dict[tuple[Flow, Quantity], Source] = {}
    if gateway_class is GatewayClass.METERED:
        chosen.update(_metered_production(documents))
    else:
        chosen.update(_unmetered_production(documents, gateway_class))
    if (Flow.PRODUCTION, Quantity.POWER) not in chosen:
        raise GatewayUnsupportedError(
            f"firmware {documents.info.firmware}: none of {REPORT_DETAILED.path}, {PRODUCTION_SUMMARY.path} and "
            f"{DEVICE_DATA.path} says what is produced"
        )
    chosen.update(_consumption(documents, flows))
    if documents.possible(Source.READINGS):
        for flow in _OTHER_CTS:
            if flow in flows:
                chosen.update(_all(flow, Source.READINGS, Quantity.POWER, Quantity.IMPORT_EXPORT))
    for key, source in (locked or {}).items():
        if key in chosen and key[1] is Quantity.LIFETIME and _still_serves(documents, gateway_class, source):
            chosen[key] = source
    return Site(
        info=documents.info,
        gateway_class=gateway_class,
        phase_counts=_phase_counts(documents, flows),
        sources=chosen,
        report_endpoint=documents.report_endpoint,
        inverter_endpoints=frozenset(_inverter_endpoints(documents)),
        inverter_count=_inverter_count(documents),
    )


def _still_serves(documents: Documents, gateway_class: GatewayClass, source: Source) -> bool:
    """Whether a counter may stay with its source: a summary that has stopped for good does not count on (G§3)."""
    if source is not Source.SUMMARY or documents.summary is None or gateway_class is GatewayClass.LEGACY:
        return documents.possible(source)
    frozen = gateway_class is GatewayClass.METERED_WITHOUT_CT and documents.info.firmware >= SUMMARY_FROZEN_WITHOUT_CTS
    return not frozen and _summary_is_sane(documents)


def _all(flow: Flow, source: Source, *quantities: Quantity) -> dict[tuple[Flow, Quantity], Source]:
    """One source for several quantities of a flow."""
    return {(flow, quantity): source for quantity in quantities}


def _flows_in_use(documents: Documents) -> frozenset[Flow]:
    """The flows with a CT: the list of meters decides, without it the report's `activeCount` (G§6.7, §13.2)."""
    if documents.meters:
        return frozenset(meter.flow for meter in documents.meters if meter.enabled)
    if documents.report:
        return frozenset(flow for flow, reported in documents.report.flows.items() if reported.active)
    return frozenset()


def _classify(documents: Documents, flows: frozenset[Flow]) -> GatewayClass:
    """The class of G§13.2."""
    if documents.info.firmware.section(0) == LEGACY_MAJOR:
        return GatewayClass.LEGACY
    if Flow.PRODUCTION in flows:
        return GatewayClass.METERED
    if documents.info.has_meter or documents.meters:
        return GatewayClass.METERED_WITHOUT_CT
    return GatewayClass.NON_METERED


def _metered_production(documents: Documents) -> dict[tuple[Flow, Quantity], Source]:
    """A production CT: the readings are the fastest and the exact source; the report has what they lack (G§9)."""
    flow = Flow.PRODUCTION
    chosen: dict[tuple[Flow, Quantity], Source] = {}
    if documents.possible(Source.REPORT):
        chosen = _all(flow, Source.REPORT, *_MEASURED, *_REPORTED)
    if documents.possible(Source.READINGS) and documents.meters:
        chosen |= _all(flow, Source.READINGS, *_MEASURED)
    return chosen


def _unmetered_production(documents: Documents, gateway_class: GatewayClass) -> dict[tuple[Flow, Quantity], Source]:
    """No production CT: what the inverters have reported, by the order of G§13.3."""
    flow = Flow.PRODUCTION
    legacy = gateway_class is GatewayClass.LEGACY
    # A legacy gateway answers zeros for minutes after a boot and has no other source: believed at set-up (G§3).
    summary = (documents.summary is not None and legacy) or _summary_is_sane(documents)
    if documents.summary is None and PRODUCTION_SUMMARY in documents.failed:
        summary = gateway_class is not GatewayClass.METERED_WITHOUT_CT
    if gateway_class is GatewayClass.METERED_WITHOUT_CT:
        summary = summary and documents.info.firmware < SUMMARY_FROZEN_WITHOUT_CTS
    complete = documents.device_data is not None and not documents.device_data.truncated
    report = documents.possible(Source.REPORTED_INVERTERS)
    if gateway_class is GatewayClass.METERED_WITHOUT_CT:
        power = [(report, Source.REPORTED_INVERTERS), (complete, Source.DEVICE_DATA), (summary, Source.SUMMARY)]
        lifetime = [(complete, Source.DEVICE_DATA), (summary, Source.SUMMARY), (report, Source.REPORTED_INVERTERS)]
    else:
        power = [(summary, Source.SUMMARY), (report, Source.REPORTED_INVERTERS), (complete, Source.DEVICE_DATA)]
        lifetime = [(summary, Source.SUMMARY), (complete, Source.DEVICE_DATA), (report, Source.REPORTED_INVERTERS)]
    chosen: dict[tuple[Flow, Quantity], Source] = {}
    for quantity, candidates in ((Quantity.POWER, power), (Quantity.LIFETIME, lifetime)):
        source = next((source for there, source in candidates if there), None)
        if source:
            chosen[flow, quantity] = source
    if (source := chosen.get((flow, Quantity.LIFETIME))) in {Source.SUMMARY, Source.DEVICE_DATA}:
        chosen |= _all(flow, source, *_REPORTED)
    return chosen


def _summary_is_sane(documents: Documents) -> bool:
    """The sanity test of G§3 for gateways without a production CT."""
    summary = documents.summary
    if summary is None or not summary.energy_lifetime_wh or summary.energy_lifetime_wh < 0:
        return False
    inverters = documents.report.inverters if documents.report else None
    least = (inverters.energy_lifetime_wh if inverters else None) or 0
    return summary.energy_lifetime_wh >= SUMMARY_SANITY * least


def _consumption(documents: Documents, flows: frozenset[Flow]) -> dict[tuple[Flow, Quantity], Source]:
    """Total and net consumption: what the CT measures is taken from it, the other one follows (G§6.4, §9)."""
    chosen: dict[tuple[Flow, Quantity], Source] = {}
    net, total = Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION
    produced = Flow.PRODUCTION in flows
    readings = documents.possible(Source.READINGS) and bool(documents.meters)
    # Without a production CT the gateway's own total lacks the production: net only (G§13.2).
    if produced and flows & {net, total} and documents.possible(Source.REPORT):
        chosen |= _all(total, Source.REPORT, *_MEASURED, *_REPORTED)
        chosen |= _all(net, Source.REPORT, Quantity.POWER, Quantity.ELECTRICAL)
        if documents.info.firmware >= NET_LIFETIME_IS_SIGNED:
            chosen[net, Quantity.LIFETIME] = Source.REPORT
    if readings and net in flows:
        chosen |= _all(net, Source.READINGS, *_MEASURED, Quantity.IMPORT_EXPORT)
        if produced:
            chosen[total, Quantity.POWER] = Source.READINGS
            if _phases_untold(documents):
                chosen[total, Quantity.LIFETIME] = Source.READINGS
    elif readings and total in flows:
        chosen |= _all(total, Source.READINGS, *_MEASURED)
        chosen.pop((net, Quantity.ELECTRICAL), None)
        # With this CT the report's total may hold the net values, today and seven days with it (G§6.8).
        for quantity in _REPORTED:
            chosen.pop((total, quantity), None)
        if produced:
            chosen |= _all(net, Source.READINGS, Quantity.POWER, Quantity.LIFETIME)
            chosen[net, Quantity.IMPORT_EXPORT] = Source.INTEGRATED
    return chosen


def _phases_untold(documents: Documents) -> bool:
    """Whether a report leaves out the phases that the CTs tell apart: it has no `lines` (G§6.3, §7)."""
    several = any(meter.enabled and meter.phase_count > 1 for meter in documents.meters or ())
    reported = documents.report.flows.get(Flow.TOTAL_CONSUMPTION) if documents.report else None
    return several and reported is not None and not reported.lines


def _phase_counts(documents: Documents, flows: frozenset[Flow]) -> dict[Flow, int]:
    """Phases in use: `phaseCount` of the CT, else the report's lines that carry anything (G§6.3, §8)."""
    if documents.meters:
        counts = {meter.flow: meter.phase_count for meter in documents.meters if meter.enabled}
    elif documents.report:
        counts = {
            flow: sum(1 for line in reported.lines if line.power_w or line.voltage_v or line.energy_lifetime_wh) or 1
            for flow, reported in documents.report.flows.items()
            if flow in flows
        }
    else:
        counts = {}
    # What is computed from two CTs has the phases that both have.
    measured = [
        counts[flow] for flow in (Flow.PRODUCTION, Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION) if flow in counts
    ]
    for flow in (Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION):
        if measured:
            counts.setdefault(flow, min(measured))
    return counts


def _inverter_count(documents: Documents) -> int:
    """How many inverters there are, as far as anything tells."""
    reported = documents.report.inverters if documents.report else None
    return max(
        (reported.active_count if reported else None) or 0,
        len(documents.device_data.inverters) if documents.device_data else 0,
        len(documents.inverter_list.inverters) if documents.inverter_list else 0,
    )


def _inverter_endpoints(documents: Documents) -> Iterator[Endpoint[object]]:
    """Where the inverters are listed."""
    devices = documents.device_data
    if devices is not None or DEVICE_DATA in documents.failed:
        yield DEVICE_DATA
    # Complete device data make the list superfluous until they fail; firmware that has them has the list (G§4).
    if documents.inverter_list is not None or INVERTER_LIST in documents.failed or (devices and not devices.truncated):
        yield INVERTER_LIST
