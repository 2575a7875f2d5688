"""From documents to the snapshot of one group: each quantity from the source chosen for it, and from no other."""

from collections.abc import Callable, Mapping
from typing import Final

from ..endpoints import LIVE_DATA, METERS
from ..gateway_clock import GatewayClock
from ..models import Flow, Measurement
from .documents import Documents
from .inverters import from_device_data, from_reported_inverters, from_summary, merge_inverters
from .limits import without_impossible_powers
from .phases import total_of
from .readings import from_readings
from .report import from_report, total_repeats_net
from .site import PollGroup, Quantity, Site, Source
from .snapshot import NOTHING, Snapshot, TotalAndPhases
from .storage_power import from_ac_batteries, from_batteries, from_live_data, without_stale_ac_batteries


def measure(
    site: Site,
    group: PollGroup,
    documents: Documents,
    at: float,
    *,
    standing: Mapping[Flow, TotalAndPhases] | None = None,
    clock_ahead_s: float = 0.0,
) -> Snapshot:
    """Return the snapshot of a group.

    `standing` are published counters that stay as they are in this snapshot; `clock_ahead_s` is how far the gateway's
    clock is ahead of ours, by which `at` is.
    """
    live = group is PollGroup.LIVE
    documents, rejected = without_impossible_powers(site, documents)
    documents = without_stale_ac_batteries(documents, GatewayClock(at=at, ahead_s=clock_ahead_s))
    if live and Source.READINGS in site.sources.values():  # then the group has no other counters
        flows = from_readings(site, documents)
    else:
        flows = _from_sources(site, group, documents)
    return Snapshot(
        at=at,
        flows=flows,
        counted={} if standing is None else standing,
        meters={meter.flow: meter for meter in documents.get(METERS) or ()} if live else {},
        inverters=merge_inverters(documents, at, clock_ahead_s=clock_ahead_s) if group is PollGroup.INVERTERS else {},
        details_kept=documents.details_kept,
        rejected_powers=rejected,
        total_from_net=total_repeats_net(documents.report),
        total_with_storage=site.total_includes_storage,
        live_data=documents.get(LIVE_DATA) if live else None,
    )


def _from_sources(site: Site, group: PollGroup, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the flows of a group whose quantities may come from several sources."""
    built = {
        source: build(site, documents)
        for source, build in _BUILDERS.items()
        if source in site.sources.values() and site.group_of(source) is group
    }
    flows: dict[Flow, TotalAndPhases] = {}
    for flow in Flow:
        served = {
            quantity: built[source][flow]
            for (its_flow, quantity), source in site.sources.items()
            if its_flow is flow and source in built and flow in built[source]
        }
        if served:
            flows[flow] = tuple(
                _joined({quantity: parts[phase] for quantity, parts in served.items() if phase < len(parts)})
                for phase in range(max(len(parts) for parts in served.values()))
            )
    return flows


def _joined(served: Mapping[Quantity, Measurement]) -> Measurement:
    """Return one measurement of which each quantity may come from another source."""
    counters = served.get(Quantity.IMPORT_EXPORT, NOTHING)
    electrical = served.get(Quantity.ELECTRICAL, NOTHING)
    return Measurement(
        power_w=served.get(Quantity.POWER, NOTHING).power_w,
        voltage_v=electrical.voltage_v,
        current_a=electrical.current_a,
        apparent_power_va=electrical.apparent_power_va,
        reactive_power_var=electrical.reactive_power_var,
        power_factor=electrical.power_factor,
        frequency_hz=electrical.frequency_hz,
        energy_delivered_wh=counters.energy_delivered_wh,
        energy_received_wh=counters.energy_received_wh,
        energy_lifetime_wh=served.get(Quantity.LIFETIME, NOTHING).energy_lifetime_wh,
        energy_today_wh=served.get(Quantity.TODAY, NOTHING).energy_today_wh,
        energy_last_7_days_wh=served.get(Quantity.LAST_7_DAYS, NOTHING).energy_last_7_days_wh,
    )


def _from_inverters_and_net(site: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the power of the house, without phases; the guard adds up its energy, whose parts are read in two groups.

    What the inverters report is the mean power of their last interval (G§4).
    """
    production = _BUILDERS[site.sources[Flow.PRODUCTION, Quantity.POWER]](site, documents)
    flows = from_readings(site, documents) | {Flow.PRODUCTION: production.get(Flow.PRODUCTION, (NOTHING,))}
    summed = [Flow.PRODUCTION, Flow.NET_CONSUMPTION]
    if (Flow.STORAGE, Quantity.POWER) in site.sources:
        summed.append(Flow.STORAGE)
    power_w = total_of(flows.get(flow, (NOTHING,))[0].power_w for flow in summed)
    return {Flow.TOTAL_CONSUMPTION: (Measurement(power_w=power_w),)}


_BUILDERS: Final[Mapping[Source, Callable[[Site, Documents], dict[Flow, TotalAndPhases]]]] = {
    Source.REPORT: from_report,
    Source.REPORTED_INVERTERS: from_reported_inverters,
    Source.SUMMARY: from_summary,
    Source.DEVICE_DATA: from_device_data,
    Source.LIVE_DATA: from_live_data,
    Source.BATTERIES: from_batteries,
    Source.AC_BATTERIES: from_ac_batteries,
    Source.INVERTERS_AND_NET: _from_inverters_and_net,
}
