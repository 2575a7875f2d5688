"""From documents to what one group shows: each quantity from the source the site chose for it, and from no other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

from ..models import Flow, Measurement, Report, ReportedFlow
from .inverters import merge_inverters
from .phases import computed, mean
from .readings import from_readings
from .site import Documents, PollGroup, Quantity, Site, Source
from .snapshot import Snapshot, TotalAndPhases

_FIELDS: Mapping[Quantity, tuple[str, ...]] = {
    Quantity.POWER: ("power_w",),
    Quantity.LIFETIME: ("energy_lifetime_wh",),
    Quantity.IMPORT_EXPORT: ("energy_delivered_wh", "energy_received_wh"),
    Quantity.TODAY: ("energy_today_wh",),
    Quantity.LAST_7_DAYS: ("energy_last_7_days_wh",),
    Quantity.ELECTRICAL: (
        "voltage_v",
        "current_a",
        "apparent_power_va",
        "reactive_power_var",
        "power_factor",
        "frequency_hz",
    ),
}


def measure(
    site: Site,
    group: PollGroup,
    documents: Documents,
    at: float,
    *,
    standing: Mapping[Flow, TotalAndPhases] | None = None,
) -> Snapshot:
    """Take from the documents what the group serves; with `standing` counters, those of the documents are left alone."""
    if group is PollGroup.LIVE and site.quantities(Source.READINGS):  # then it reads nothing else
        flows = from_readings(site, documents, counters=standing is None)
    else:
        flows = _from_sources(site, group, documents)
    return Snapshot(
        at=at,
        flows=flows,
        counted={} if standing is None else standing,
        meters={meter.flow: meter for meter in documents.meters or ()} if group is PollGroup.LIVE else {},
        inverters=merge_inverters(documents) if group is PollGroup.INVERTERS else {},
        details_kept=documents.details_kept,
        total_from_net=_total_repeats_net(documents.report),
    )


def _from_sources(site: Site, group: PollGroup, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """What a group of several sources serves: of each what it is chosen for."""
    flows: dict[Flow, TotalAndPhases] = {}
    for source, build in _BUILDERS.items():
        if site.group_of(source) is not group or not (served := site.quantities(source)):
            continue
        for flow, phased in build(site, documents).items():
            if flow in served:
                dropped = _dropped(served[flow])
                kept = tuple([replace(measurement, **dropped) for measurement in phased])
                flows[flow] = _combine(flows[flow], kept) if flow in flows else kept
    return flows


@cache
def _dropped(quantities: frozenset[Quantity]) -> Mapping[str, None]:
    """What another source serves, or none."""
    return {name: None for quantity, names in _FIELDS.items() if quantity not in quantities for name in names}


def _combine(first: TotalAndPhases, second: TotalAndPhases) -> TotalAndPhases:
    """Put what two sources serve of one flow together; they never serve the same field."""
    longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
    filled = (
        replace(one, **{name: value for name in Measurement.__slots__ if (value := getattr(other, name)) is not None})
        for one, other in zip(longer, shorter, strict=False)
    )
    return (*filled, *longer[len(shorter) :])


def _from_report(site: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """The report's `eim` entries (G§6.3), each as long as it is active: else the sample is left out (G§6.7)."""
    if documents.report is None:
        return {}
    flows = {
        flow: _phased_report(site, flow, reported)
        for flow, reported in documents.report.flows.items()
        if reported.active
    }
    net = flows.get(Flow.NET_CONSUMPTION)
    if net and _total_repeats_net(documents.report):
        # From 8.3.5433 the total entry may hold the net values (G§6.8). Total is production + net by definition, so
        # this is right on every firmware, also where nothing is produced; without production there is no total.
        flows.pop(Flow.TOTAL_CONSUMPTION)
        if (production := flows.get(Flow.PRODUCTION)) is not None:
            flows[Flow.TOTAL_CONSUMPTION] = computed(site, Source.REPORT, Flow.TOTAL_CONSUMPTION, net, production)
    return flows


def _total_repeats_net(report: Report | None) -> bool:
    """Whether both consumption entries are in use and hold one and the same measurement."""
    if report is None:
        return False
    net, total = (report.flows.get(flow) for flow in (Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION))
    return (
        net is not None
        and total is not None
        and net.active
        and total.active
        and (net.total.power_w, net.total.energy_lifetime_wh) == (total.total.power_w, total.total.energy_lifetime_wh)
    )


def _phased_report(site: Site, flow: Flow, reported: ReportedFlow) -> TotalAndPhases:
    """One entry with implausible days left out, and the lines of the phases in use."""
    phases = site.phases(flow)
    lines = reported.lines[:phases]
    total = reported.total
    if lines:
        # The gateway's own sum is three times too much on some firmware (G§6.3).
        total = replace(total, apparent_power_va=_sum(line.apparent_power_va for line in lines))
    voltage_v, power_factor = mean(total, max(phases, 1))
    total = replace(total, voltage_v=voltage_v, power_factor=power_factor)
    return tuple(
        replace(
            measurement,
            energy_today_wh=plausible_today(measurement),
            energy_last_7_days_wh=plausible_last_7_days(measurement, never_idle=flow is Flow.TOTAL_CONSUMPTION),
        )
        for measurement in (total, *lines)
    )


def plausible_today(measurement: Measurement) -> float | None:
    """Today as reported, unless it repeats the lifetime or exceeds it (G§6.5)."""
    today, lifetime = measurement.energy_today_wh, measurement.energy_lifetime_wh
    if today is None or lifetime is None or today < 0 or (today >= lifetime > 0):
        return None
    return today


def plausible_last_7_days(measurement: Measurement, *, never_idle: bool = False) -> float | None:
    """The last seven days as reported, where they can be true (G§6.5).

    Left out when they make up the lifetime, alone or together with today (the gateway has lost its history), when today
    itself is not to be trusted, and, of what never stands still, when they are no more than today: then only a part of
    the last quarter of an hour is in them. A week of snow may well produce less than one day.
    """
    week, today, lifetime = (
        measurement.energy_last_7_days_wh,
        plausible_today(measurement),
        measurement.energy_lifetime_wh,
    )
    if week is None or today is None or lifetime is None or week < 0 or week >= lifetime - today:
        return None
    return None if never_idle and week <= today else week


def _from_reported_inverters(_: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """The report's sum of the inverters (G§6.2)."""
    inverters = documents.report.inverters if documents.report else None
    if inverters is None:
        return {}
    return {Flow.PRODUCTION: (Measurement(power_w=inverters.power_w, energy_lifetime_wh=inverters.energy_lifetime_wh),)}


def _from_summary(_: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """`/api/v1/production`; four zeros are no answer but a gateway that is still starting (G§3)."""
    summary = documents.summary
    if summary is None or not (summary.energy_lifetime_wh or summary.energy_last_7_days_wh or summary.energy_today_wh):
        return {}
    measurement = Measurement(
        power_w=summary.power_w,
        energy_lifetime_wh=summary.energy_lifetime_wh,
        energy_today_wh=summary.energy_today_wh,
        energy_last_7_days_wh=summary.energy_last_7_days_wh,
    )
    measurement = replace(
        measurement,
        energy_today_wh=plausible_today(measurement),
        energy_last_7_days_wh=plausible_last_7_days(measurement),
    )
    return {Flow.PRODUCTION: (measurement,)}


def _from_device_data(_: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """The sum over all inverters, only when each of them says its part: fewer would look like a reset (G§5.5)."""
    devices = documents.device_data
    if devices is None or devices.truncated or not devices.inverters:
        return {}
    inverters = devices.inverters.values()
    return {
        Flow.PRODUCTION: (
            Measurement(
                power_w=_sum(inverter.power_w for inverter in inverters),
                energy_lifetime_wh=_sum(inverter.energy_lifetime_wh for inverter in inverters),
                energy_today_wh=_sum(inverter.details.energy_today_wh for inverter in inverters),
                energy_last_7_days_wh=_sum(inverter.details.energy_last_7_days_wh for inverter in inverters),
            ),
        )
    }


def _sum(values: Iterable[float | None]) -> float | None:
    """The sum, None when a part of it is missing."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


_BUILDERS: Mapping[Source, Callable[[Site, Documents], dict[Flow, TotalAndPhases]]] = {
    Source.REPORT: _from_report,
    Source.REPORTED_INVERTERS: _from_reported_inverters,
    Source.SUMMARY: _from_summary,
    Source.DEVICE_DATA: _from_device_data,
}
