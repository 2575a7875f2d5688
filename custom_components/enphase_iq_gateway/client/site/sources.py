"""Which source serves which quantity: the decision table of G§13 as one pure function."""

from collections.abc import Iterator
from typing import Final

from awesomeversion import AwesomeVersion

from ..endpoints import (
    DEVICE_DATA,
    ENSEMBLE_POWER,
    INVERTER_LIST,
    LIVE_DATA,
    METERS,
    PRODUCTION_SUMMARY,
    REPORT_DETAILED,
    Endpoint,
)
from ..exceptions import GatewayUnsupportedError
from ..models import OTHER_CTS, Flow
from .documents import Documents
from .phases import in_use
from .site import GatewayClass, Quantity, Site, Source, Sources
from .storage_site import StorageSite

# The first firmware whose reported net lifetime is import - export; before, it is import only (G§6.4).
NET_LIFETIME_IS_SIGNED: Final = AwesomeVersion("7.3.517")
# From this firmware on, `/api/v1/production` of a metered gateway without CTs stands still (G§1.3, §13.4).
SUMMARY_FROZEN_WITHOUT_CTS: Final = AwesomeVersion("8.2.4264")
# A correct summary is never below the sum of the inverters, which may have wrapped; 1 % for its age (G§3).
SUMMARY_SANITY: Final = 0.99
LEGACY_MAJOR: Final = 3

_REPORTED: Final = (Quantity.TODAY, Quantity.LAST_7_DAYS)
_MEASURED: Final = (Quantity.POWER, Quantity.LIFETIME, Quantity.ELECTRICAL)
_FROM_INVERTERS: Final = frozenset({Source.REPORTED_INVERTERS, Source.SUMMARY, Source.DEVICE_DATA})
_NO_STORAGE: Final = StorageSite()


def decide(
    documents: Documents, locked: Sources | None = None, storage: StorageSite = _NO_STORAGE, *, updated: bool = False
) -> Site:
    """Return what the gateway has and where each quantity comes from; `storage` is what it has of storage.

    A lifetime keeps its `locked` source while that source exists, because another one counts from another start.
    `updated` is whether these sources were found on another firmware.
    The one-way counters have only one possible source, which depends on the kind of consumption CT.

    Raises:
        GatewayUnsupportedError: none of the endpoints of this gateway reports the production.
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
            f"{DEVICE_DATA.path} reports the production"
        )
    if documents.possible(Source.READINGS):
        for flow in OTHER_CTS:
            if flow in flows:
                chosen.update(_all(flow, Source.READINGS, Quantity.POWER, Quantity.IMPORT_EXPORT))
    if (Flow.STORAGE, Quantity.POWER) not in chosen and (source := _storage_without_ct(documents, storage, flows)):
        chosen.update(_all(Flow.STORAGE, source, Quantity.POWER, Quantity.IMPORT_EXPORT))
        if source is not Source.AC_BATTERIES or not _reads_cts(documents):
            flows |= {Flow.STORAGE}
    chosen.update(_consumption(documents, flows, with_storage=(Flow.STORAGE, Quantity.POWER) in chosen))
    for key, source in (locked or {}).items():
        if _is_locked(key, source, chosen, documents) and _still_serves(
            documents, gateway_class, source, updated=updated
        ):
            chosen[key] = source
    chosen.update(_house_without_production_ct(chosen))
    return Site(
        info=documents.info,
        gateway_class=gateway_class,
        phase_counts=_phase_counts(documents, flows),
        sources=chosen,
        report_endpoint=documents.report_endpoint,
        inverter_endpoints=frozenset(_inverter_endpoints(documents)),
        inverter_count=_inverter_count(documents),
        storage=storage,
    )


def _reads_cts(documents: Documents) -> bool:
    """Return whether the readings of the CTs can be used."""
    return documents.possible(Source.READINGS) and bool(documents.get(METERS))


def _storage_without_ct(documents: Documents, storage: StorageSite, flows: frozenset[Flow]) -> Source | None:
    """Return the source of the power of storage where no CT measures it (S§21).

    Only live data have both kinds of batteries. Those of the report cannot be added to what a net CT alone measures
    at other times.
    """
    if not storage.has_storage:
        return None
    if storage.has(LIVE_DATA):
        return Source.LIVE_DATA
    if not storage.batteries:
        reported = documents.report is not None and documents.report.storage is not None
        return Source.AC_BATTERIES if reported and (Flow.PRODUCTION in flows or not _reads_cts(documents)) else None
    return Source.BATTERIES if storage.has(ENSEMBLE_POWER) and not storage.has_ac_batteries else None


def _is_locked(key: tuple[Flow, Quantity], source: Source, chosen: Sources, documents: Documents) -> bool:
    """Return whether a counter may keep a source.

    Total consumption does not keep one that leaves storage out (S§23), nor the one that it has only while no CT
    measures the production. Production does not keep that of a CT which the list of meters shows as disabled.
    """
    flow, quantity = key
    flows = _flows_in_use(documents)
    has_storage = Flow.STORAGE in flows or (Flow.STORAGE, Quantity.POWER) in chosen
    without_storage = (
        flow is Flow.TOTAL_CONSUMPTION and source is Source.REPORT and has_storage and Flow.NET_CONSUMPTION in flows
    )
    ct_is_disabled = (
        flow is Flow.PRODUCTION
        and source in {Source.READINGS, Source.REPORT}
        and bool(documents.get(METERS))
        and flow not in flows
    )
    replaced = without_storage or ct_is_disabled or source is Source.INVERTERS_AND_NET
    return key in chosen and quantity is Quantity.LIFETIME and not replaced


def _still_serves(documents: Documents, gateway_class: GatewayClass, source: Source, *, updated: bool) -> bool:
    """Return whether a counter may stay with its source: not with a summary that has stopped for good (G§3).

    Only another firmware stops it. Zeros of the same firmware pass: the gateway has been started a moment ago.
    """
    no_summary = documents.get(PRODUCTION_SUMMARY) is None
    if source is not Source.SUMMARY or no_summary or gateway_class is GatewayClass.LEGACY:
        return documents.possible(source)
    frozen = gateway_class is GatewayClass.METERED_WITHOUT_CT and documents.info.firmware >= SUMMARY_FROZEN_WITHOUT_CTS
    return not frozen and (not updated or _summary_is_sane(documents))


def _all(flow: Flow, source: Source, *quantities: Quantity) -> dict[tuple[Flow, Quantity], Source]:
    """Return one source for several quantities of a flow."""
    return {(flow, quantity): source for quantity in quantities}


def _flows_in_use(documents: Documents) -> frozenset[Flow]:
    """Return the flows with a CT: by the list of meters, without it by the report's `activeCount` (G§6.7, §13.2)."""
    if meters := documents.get(METERS):
        return frozenset(meter.flow for meter in meters if meter.enabled)
    if documents.report:
        return frozenset(flow for flow, reported in documents.report.flows.items() if reported.active)
    return frozenset()


def _classify(documents: Documents, flows: frozenset[Flow]) -> GatewayClass:
    """Return the class of G§13.2."""
    if documents.info.firmware.section(0) == LEGACY_MAJOR:
        return GatewayClass.LEGACY
    if Flow.PRODUCTION in flows:
        return GatewayClass.METERED
    meters = documents.get(METERS)
    if documents.info.has_meter or meters:
        return GatewayClass.METERED_WITHOUT_CT
    return GatewayClass.NON_METERED


def _metered_production(documents: Documents) -> dict[tuple[Flow, Quantity], Source]:
    """Choose for a production CT: the readings are fast and exact, the report has the rest (G§9)."""
    flow = Flow.PRODUCTION
    chosen: dict[tuple[Flow, Quantity], Source] = {}
    if documents.possible(Source.REPORT):
        chosen = _all(flow, Source.REPORT, *_MEASURED, *_REPORTED)
    if documents.get(METERS) and documents.possible(Source.READINGS):
        chosen |= _all(flow, Source.READINGS, *_MEASURED)
    return chosen


def _unmetered_production(documents: Documents, gateway_class: GatewayClass) -> dict[tuple[Flow, Quantity], Source]:
    """Choose without a production CT: what the inverters have reported, in the order of G§13.3."""
    flow = Flow.PRODUCTION
    without_ct = gateway_class is GatewayClass.METERED_WITHOUT_CT
    summary = _summary_is_usable(documents, gateway_class)
    devices = documents.get(DEVICE_DATA)
    complete = devices is not None and not devices.truncated
    report = documents.possible(Source.REPORTED_INVERTERS)
    if without_ct:
        power = [(report, Source.REPORTED_INVERTERS), (complete, Source.DEVICE_DATA), (summary, Source.SUMMARY)]
        lifetime = [(complete, Source.DEVICE_DATA), (summary, Source.SUMMARY), (report, Source.REPORTED_INVERTERS)]
    else:
        power = [(summary, Source.SUMMARY), (report, Source.REPORTED_INVERTERS), (complete, Source.DEVICE_DATA)]
        lifetime = [(summary, Source.SUMMARY), (complete, Source.DEVICE_DATA), (report, Source.REPORTED_INVERTERS)]
    chosen: dict[tuple[Flow, Quantity], Source] = {}
    for quantity, candidates in ((Quantity.POWER, power), (Quantity.LIFETIME, lifetime)):
        source = next((source for usable, source in candidates if usable), None)
        if source:
            chosen[flow, quantity] = source
    if (source := chosen.get((flow, Quantity.LIFETIME))) in {Source.SUMMARY, Source.DEVICE_DATA}:
        chosen |= _all(flow, source, *_REPORTED)
    return chosen


def _summary_is_usable(documents: Documents, gateway_class: GatewayClass) -> bool:
    """Return whether `/api/v1/production` may serve the production of a gateway without a production CT."""
    without_ct = gateway_class is GatewayClass.METERED_WITHOUT_CT
    if without_ct and documents.info.firmware >= SUMMARY_FROZEN_WITHOUT_CTS:
        return False
    if documents.get(PRODUCTION_SUMMARY) is not None:
        # A legacy gateway answers zeros for minutes after a boot and has no other source: accepted at set-up (G§3).
        return gateway_class is GatewayClass.LEGACY or _summary_is_sane(documents)
    return PRODUCTION_SUMMARY in documents.failed and not without_ct


def _summary_is_sane(documents: Documents) -> bool:
    """Return whether the summary passes the test of G§3 for gateways without a production CT."""
    summary = documents.get(PRODUCTION_SUMMARY)
    if summary is None or not summary.energy_lifetime_wh or summary.energy_lifetime_wh < 0:
        return False
    inverters = documents.report.inverters if documents.report else None
    least = (inverters.energy_lifetime_wh if inverters else None) or 0
    return summary.energy_lifetime_wh >= SUMMARY_SANITY * least


def _consumption(
    documents: Documents, flows: frozenset[Flow], *, with_storage: bool
) -> dict[tuple[Flow, Quantity], Source]:
    """Choose for total and net consumption: one is measured by the CT, the other one is computed (G§6.4, §9).

    `with_storage` is whether the power of storage is known.
    """
    net, total = Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION
    produced = Flow.PRODUCTION in flows
    readings = _reads_cts(documents)
    chosen = _reported_consumption(documents, flows)
    if with_storage and not readings and {net, Flow.PRODUCTION} <= flows and documents.possible(Source.REPORT):
        chosen |= _all(total, Source.REPORT, Quantity.POWER, Quantity.LIFETIME)
    if readings and net in flows:
        chosen |= _all(net, Source.READINGS, *_MEASURED, Quantity.IMPORT_EXPORT)
        if produced:
            chosen[total, Quantity.POWER] = Source.READINGS
            if (total, Quantity.LIFETIME) not in chosen or _report_lacks_phases(documents):
                chosen[total, Quantity.LIFETIME] = Source.READINGS
    elif readings and total in flows:
        chosen |= _all(total, Source.READINGS, *_MEASURED)
        chosen.pop((net, Quantity.ELECTRICAL), None)
        # With this CT the report's total may hold the net values, and with it today and the last 7 days (G§6.8).
        for quantity in _REPORTED:
            chosen.pop((total, quantity), None)
        if produced:
            chosen |= _all(net, Source.READINGS, Quantity.POWER, Quantity.LIFETIME)
            chosen[net, Quantity.IMPORT_EXPORT] = Source.INTEGRATED
    return chosen


def _reported_consumption(documents: Documents, flows: frozenset[Flow]) -> dict[tuple[Flow, Quantity], Source]:
    """Choose what the report may serve: nothing without a production CT, as its total then lacks it (G§13.2)."""
    net, total = Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION
    chosen: dict[tuple[Flow, Quantity], Source] = {}
    if Flow.PRODUCTION not in flows or not flows & {net, total} or not documents.possible(Source.REPORT):
        return chosen
    # The gateway computes its total from net without the battery (S§23).
    if not {net, Flow.STORAGE} <= flows:
        chosen |= _all(total, Source.REPORT, *_MEASURED, *_REPORTED)
    chosen |= _all(net, Source.REPORT, Quantity.POWER, Quantity.ELECTRICAL)
    if documents.info.firmware >= NET_LIFETIME_IS_SIGNED:
        chosen[net, Quantity.LIFETIME] = Source.REPORT
    return chosen


def _house_without_production_ct(chosen: Sources) -> dict[tuple[Flow, Quantity], Source]:
    """Choose for total consumption where a net CT is enabled and the inverters alone report the production.

    There is no net consumption from a total CT in the same way: import and export of readings that are minutes apart
    would both be too high.
    """
    if chosen.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT)) is not Source.READINGS:
        return {}
    return {
        (Flow.TOTAL_CONSUMPTION, quantity): Source.INVERTERS_AND_NET
        for quantity in (Quantity.POWER, Quantity.LIFETIME)
        if chosen.get((Flow.PRODUCTION, quantity)) in _FROM_INVERTERS
    }


def _report_lacks_phases(documents: Documents) -> bool:
    """Return whether the CTs measure several phases and the report has no `lines` (G§6.3, §7)."""
    several = any(meter.enabled and meter.phase_count > 1 for meter in documents.get(METERS) or ())
    reported = documents.report.flows.get(Flow.TOTAL_CONSUMPTION) if documents.report else None
    return several and reported is not None and not reported.lines


def _phase_counts(documents: Documents, flows: frozenset[Flow]) -> dict[Flow, int]:
    """Return the phases in use: `phaseCount` of the CT, else the report's lines that are connected (G§6.3, §8)."""
    if meters := documents.get(METERS):
        counts = {meter.flow: meter.phase_count for meter in meters if meter.enabled}
    elif documents.report:
        counts = {
            flow: len(in_use(reported.lines)) or 1 for flow, reported in documents.report.flows.items() if flow in flows
        }
    else:
        counts = {}
    # Whichever consumption is computed has the phases of the one that is measured.
    net, total = Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION
    for measured, other in ((net, total), (total, net)):
        if measured in counts:
            counts.setdefault(other, counts[measured])
    if Flow.STORAGE in flows:
        # Batteries without a CT are on the phases of the house.
        counts.setdefault(Flow.STORAGE, counts.get(net, 1))
    return counts


def _inverter_count(documents: Documents) -> int:
    """Return the number of inverters: the largest that any endpoint reports."""
    reported = documents.report.inverters if documents.report else None
    devices, listed = documents.get(DEVICE_DATA), documents.get(INVERTER_LIST)
    return max(
        (reported.active_count if reported else None) or 0,
        len(devices.inverters) if devices else 0,
        len(listed.inverters) if listed else 0,
    )


def _inverter_endpoints(documents: Documents) -> Iterator[Endpoint[object]]:
    """Yield the endpoints that list the inverters."""
    devices = documents.get(DEVICE_DATA)
    if devices is not None or DEVICE_DATA in documents.failed:
        yield DEVICE_DATA
    # Complete device data make the list redundant until they fail; all firmware that has them has the list (G§4).
    listed = documents.get(INVERTER_LIST) is not None or INVERTER_LIST in documents.failed
    if listed or (devices is not None and not devices.truncated):
        yield INVERTER_LIST
