"""From documents to what one lane shows: each quantity from the source the site chose for it, and from no other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from .changed import changed
from .inverters import merge_inverters
from .models import Flow, Inverter, Measurement, Meter, Reading, Report, ReportedFlow
from .site import Documents, Lane, Quantity, Site, Source

_FIELDS: Mapping[Quantity, tuple[str, ...]] = {
    Quantity.POWER: ("power_w",),
    Quantity.LIFETIME: ("energy_lifetime_wh",),
    Quantity.DIRECTIONS: ("energy_delivered_wh", "energy_received_wh"),
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
_NO_DIRECTIONS: Mapping[str, None] = dict.fromkeys(_FIELDS[Quantity.DIRECTIONS])
_COUNTERS = ("energy_delivered_wh", "energy_received_wh", "energy_lifetime_wh", "energy_today_wh")
NOTHING = Measurement()

type Phased = tuple[Measurement, ...]
"""One flow: all phases together first, then each phase where the site tells them apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What one lane knows after one reading."""

    at: float
    """When it was read, epoch seconds."""
    flows: Mapping[Flow, Phased] = field(default_factory=dict[Flow, Phased])
    meters: Mapping[Flow, Meter] = field(default_factory=dict[Flow, Meter])
    inverters: Mapping[str, Inverter] = field(default_factory=dict[str, Inverter])
    total_from_net: bool = False
    """The report's total repeated the net values, and was put together of production and net instead (G§6.8)."""

    def measurement(self, flow: Flow, phase: int = 0) -> Measurement:
        """What is known of a flow, 0 for all phases together; all None where nothing is."""
        phased = self.flows.get(flow, ())
        return phased[phase] if phase < len(phased) else NOTHING


def measure(site: Site, lane: Lane, documents: Documents, at: float) -> Snapshot:
    """Take from the documents what the lane serves."""
    flows: dict[Flow, Phased] = {}
    for source, build in _BUILDERS.items():
        if site.lane_of(source) is not lane or not (served := site.quantities(source)):
            continue
        for flow, phased in build(site, documents).items():
            if flow in served:
                dropped = _dropped(served[flow])
                kept = tuple([changed(measurement, **dropped) for measurement in phased])
                flows[flow] = _combine(flows[flow], kept) if flow in flows else kept
    return Snapshot(
        at=at,
        flows=flows,
        meters={meter.flow: meter for meter in documents.meters or ()} if lane is Lane.LIVE else {},
        inverters=merge_inverters(documents) if lane is Lane.INVERTERS else {},
        total_from_net=_total_repeats_net(documents.report),
    )


def with_unchanged(snapshot: Snapshot, before: Snapshot) -> Snapshot:
    """Let each inverter that is as before be the same object."""
    # Not `changed`, for which equal is as good as the same.
    return replace(
        snapshot,
        inverters={
            serial: known if (known := before.inverters.get(serial)) == inverter and known is not None else inverter
            for serial, inverter in snapshot.inverters.items()
        },
    )


def with_counters(snapshot: Snapshot, before: Snapshot) -> Snapshot:
    """Let every counter stand as it was."""
    flows = {
        flow: tuple(
            [
                changed(snapshot.measurement(flow, phase), **{name: getattr(measurement, name) for name in _COUNTERS})
                for phase, measurement in enumerate(phased)
            ]
        )
        for flow, phased in before.flows.items()
    }
    return replace(snapshot, flows=flows)


@cache
def _dropped(quantities: frozenset[Quantity]) -> Mapping[str, None]:
    """What another source serves, or none."""
    return {name: None for quantity, names in _FIELDS.items() if quantity not in quantities for name in names}


def _combine(first: Phased, second: Phased) -> Phased:
    """Put what two sources serve of one flow together; they never serve the same field."""
    longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
    filled = (
        changed(one, **{name: value for name in Measurement.__slots__ if (value := getattr(other, name)) is not None})
        for one, other in zip(longer, shorter, strict=False)
    )
    return (*filled, *longer[len(shorter) :])


def _from_readings(site: Site, documents: Documents) -> dict[Flow, Phased]:
    """The CTs, joined with the enabled meters by `eid` (G§9), and what follows from two of them."""
    readings = {reading.eid: reading for reading in documents.readings or ()}
    served = site.quantities(Source.READINGS)
    flows = {
        meter.flow: _phased_reading(
            reading, meter, directions=Quantity.DIRECTIONS in served.get(meter.flow, frozenset())
        )
        for meter in documents.meters or ()
        if meter.enabled and (reading := readings.get(meter.eid)) is not None and reading.timestamp
    }
    net, total = flows.get(Flow.NET_CONSUMPTION), flows.get(Flow.TOTAL_CONSUMPTION)
    if (production := flows.get(Flow.PRODUCTION)) is not None:
        if net is not None:
            flows[Flow.TOTAL_CONSUMPTION] = _computed(site, Source.READINGS, Flow.TOTAL_CONSUMPTION, net, production)
        elif total is not None:
            flows[Flow.NET_CONSUMPTION] = _computed(site, Source.READINGS, Flow.NET_CONSUMPTION, total, production)
    return flows


def _phased_reading(reading: Reading, meter: Meter, *, directions: bool) -> Phased:
    """One CT's values with its lifetime and its phases in use (G§8, §9), the one-way counters where they are served.

    All at once: a changed measurement is a new one, and there are a dozen at each reading.
    """
    phases = reading.channels[: meter.phase_count] if meter.phase_count > 1 else ()
    dropped: Mapping[str, None] = {} if directions else _NO_DIRECTIONS
    total = reading.total
    return (
        changed(total, energy_lifetime_wh=_lifetime(total, meter.flow), **_mean(total, meter.phase_count), **dropped),
        *[changed(phase, energy_lifetime_wh=_lifetime(phase, meter.flow), **dropped) for phase in phases],
    )


def _mean(total: Measurement, count: int) -> dict[str, float | None]:
    """What all phases together are, where the gateway sends sums that mean nothing (G§6.3).

    That is so of the voltage, and on some firmware of the power factor: real over apparent power is right on all.
    """
    changes: dict[str, float | None] = {}
    if total.voltage_v is not None:
        changes["voltage_v"] = total.voltage_v / count
    power, apparent = total.power_w, abs(total.apparent_power_va or 0)
    if count > 1 and power is not None and 0 < apparent >= abs(power):
        changes["power_factor"] = power / apparent
    return changes


def _lifetime(measurement: Measurement, flow: Flow) -> float | None:
    """The lifetime of a CT: what it delivered; for net consumption import - export (G§6.4, §9)."""
    if flow is Flow.NET_CONSUMPTION:
        return _minus(measurement.energy_delivered_wh, measurement.energy_received_wh)
    return measurement.energy_delivered_wh


def _plus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def _computed(site: Site, source: Source, flow: Flow, consumption: Phased, production: Phased) -> Phased:
    """Total from net or net from total, phase by phase where both CTs have the phase (G§6.4)."""
    arithmetic = _plus if flow is Flow.TOTAL_CONSUMPTION else _minus
    pairs = list(zip(consumption, production, strict=False))[: 1 + site.phases(flow)]
    counted = site.sources.get((flow, Quantity.LIFETIME)) is source
    return tuple(
        Measurement(
            power_w=arithmetic(one.power_w, produced.power_w),
            energy_lifetime_wh=arithmetic(one.energy_lifetime_wh, produced.energy_lifetime_wh) if counted else None,
        )
        for one, produced in pairs
    )


def _from_report(site: Site, documents: Documents) -> dict[Flow, Phased]:
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
            flows[Flow.TOTAL_CONSUMPTION] = _computed(site, Source.REPORT, Flow.TOTAL_CONSUMPTION, net, production)
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


def _phased_report(site: Site, flow: Flow, reported: ReportedFlow) -> Phased:
    """One entry with implausible days left out, and the lines of the phases in use."""
    phases = site.phases(flow)
    lines = reported.lines[:phases]
    total = reported.total
    if lines:
        # The gateway's own sum is three times too much on some firmware (G§6.3).
        total = changed(total, apparent_power_va=_sum(line.apparent_power_va for line in lines))
    total = changed(total, **_mean(total, max(phases, 1)))
    return tuple(
        changed(
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


def _from_reported_inverters(_: Site, documents: Documents) -> dict[Flow, Phased]:
    """The report's sum of the inverters (G§6.2)."""
    inverters = documents.report.inverters if documents.report else None
    if inverters is None:
        return {}
    return {Flow.PRODUCTION: (Measurement(power_w=inverters.power_w, energy_lifetime_wh=inverters.energy_lifetime_wh),)}


def _from_summary(_: Site, documents: Documents) -> dict[Flow, Phased]:
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
    measurement = changed(
        measurement,
        energy_today_wh=plausible_today(measurement),
        energy_last_7_days_wh=plausible_last_7_days(measurement),
    )
    return {Flow.PRODUCTION: (measurement,)}


def _from_device_data(_: Site, documents: Documents) -> dict[Flow, Phased]:
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
                energy_today_wh=_sum(inverter.energy_today_wh for inverter in inverters),
                energy_last_7_days_wh=_sum(inverter.energy_last_7_days_wh for inverter in inverters),
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


_BUILDERS: Mapping[Source, Callable[[Site, Documents], dict[Flow, Phased]]] = {
    Source.READINGS: _from_readings,
    Source.REPORT: _from_report,
    Source.REPORTED_INVERTERS: _from_reported_inverters,
    Source.SUMMARY: _from_summary,
    Source.DEVICE_DATA: _from_device_data,
}
