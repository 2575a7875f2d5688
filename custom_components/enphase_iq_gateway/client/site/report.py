"""The flows of the report, and which of its days are plausible."""

from dataclasses import replace

from ..models import Flow, Measurement, Report, ReportedFlow
from .documents import Documents
from .phases import computed, total_of, with_mean
from .site import Site, Source
from .snapshot import TotalAndPhases
from .storage_power import without_ct


def from_report(site: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the report's `eim` entries that are active; the values of the others mean nothing (G§6.3, §6.7)."""
    if documents.report is None:
        return {}
    flows = {
        flow: _total_and_phases(site, flow, reported)
        for flow, reported in documents.report.flows.items()
        if reported.active
    }
    net = flows.get(Flow.NET_CONSUMPTION)
    if net and (total_repeats_net(documents.report) or site.total_includes_storage):
        # From 8.3.5433 on the total entry may hold the net values (G§6.8). Total is production + net by definition, so
        # this is right on every firmware, also where nothing is produced; without production there is no total. What
        # the gateway sends never contains storage (S§23).
        flows.pop(Flow.TOTAL_CONSUMPTION, None)
        others = {Flow.PRODUCTION: flows.get(Flow.PRODUCTION)}
        if site.total_includes_storage:
            others[Flow.STORAGE] = without_ct(site, documents).get(Flow.STORAGE)
        known = {flow: values for flow, values in others.items() if values}
        if len(known) == len(others):
            flows[Flow.TOTAL_CONSUMPTION] = computed(site, Source.REPORT, Flow.TOTAL_CONSUMPTION, net, known)
    total, production = flows.get(Flow.TOTAL_CONSUMPTION), flows.get(Flow.PRODUCTION)
    if not net and total and production and Flow.NET_CONSUMPTION not in documents.report.flows:
        flows[Flow.NET_CONSUMPTION] = computed(
            site, Source.REPORT, Flow.NET_CONSUMPTION, total, {Flow.PRODUCTION: production}
        )
    return flows


def total_repeats_net(report: Report | None) -> bool:
    """Return whether both consumption entries are active and hold one and the same measurement (G§6.8)."""
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


def _total_and_phases(site: Site, flow: Flow, reported: ReportedFlow) -> TotalAndPhases:
    """Return one entry and the lines of the phases in use, without days that are not plausible."""
    phases = site.phases(flow)
    lines = reported.lines[:phases]
    total = reported.total
    if lines:
        # The gateway's own sum is three times too much on some firmware (G§6.3).
        total = replace(total, apparent_power_va=total_of(line.apparent_power_va for line in lines))
    count = max(phases, 1)
    total = with_mean(total, reported.lines[:count], count)
    return tuple(
        replace(
            measurement,
            energy_today_wh=plausible_today(measurement),
            energy_last_7_days_wh=plausible_last_7_days(measurement, never_idle=flow is Flow.TOTAL_CONSUMPTION),
        )
        for measurement in (total, *lines)
    )


def plausible_today(measurement: Measurement) -> float | None:
    """Return today as reported, None where it repeats the lifetime or exceeds it (G§6.5)."""
    today, lifetime = measurement.energy_today_wh, measurement.energy_lifetime_wh
    if today is None or lifetime is None or today < 0 or (today >= lifetime > 0):
        return None
    return today


def plausible_last_7_days(measurement: Measurement, *, never_idle: bool = False) -> float | None:
    """Return the last 7 days as reported, None where they cannot be true (G§6.5).

    They cannot be true when they make up the lifetime, alone or together with today (the gateway has lost its history),
    or when today is not plausible. For a flow that is never idle, they cannot be less than today either: then they
    cover only a part of the last quarter of an hour. A week of snow may well produce less than one day.
    """
    week, today, lifetime = (
        measurement.energy_last_7_days_wh,
        plausible_today(measurement),
        measurement.energy_lifetime_wh,
    )
    if week is None or today is None or lifetime is None or week < 0 or week >= lifetime - today:
        return None
    return None if never_idle and week <= today else week
