"""The inverters of both endpoints merged by serial, and the production that they report together."""

from dataclasses import replace
from math import inf
from typing import Final

from ..endpoints import DEVICE_DATA, INVERTER_LIST, PRODUCTION_SUMMARY
from ..gateway_clock import GatewayClock
from ..models import Flow, Inverter, Measurement
from .documents import Documents
from .phases import total_of
from .report import plausible_last_7_days, plausible_today
from .site import Site
from .snapshot import TotalAndPhases

RETIRED_AFTER_S: Final = 30 * 86400
"""An inverter whose last report is this much older than the newest one is retired but still listed, as on old firmware:
32 of 51 on 4.2.33 (G§4, which suggests 7 to 30 days). Never compared with our own clock."""


def merge_inverters(
    documents: Documents, at: float | None = None, *, clock_ahead_s: float = 0.0
) -> dict[str, Inverter]:
    """Return the active inverters by serial, with dates by our clock.

    `/ivp/pdm/device_data` has the details and marks retired inverters. What it lacks, above its limit or because a
    reading is missing, and what is newer there, comes from `/api/v1/production/inverters` (G§4, §5.1). `at` is the
    local time. A report from the gateway's future is of unknown age, so it has neither date nor power.
    """
    clock = GatewayClock(at=inf if at is None else at, ahead_s=clock_ahead_s)
    devices, listed = documents.get(DEVICE_DATA), documents.get(INVERTER_LIST)
    merged = {serial: _dated(inverter, clock) for serial, inverter in devices.inverters.items()} if devices else {}
    reports = [each.last_reported or 0 for each in listed.inverters.values()] if listed else []
    oldest = max(filter(clock.is_possible, reports), default=0) - RETIRED_AFTER_S
    for serial, inverter in listed.inverters.items() if listed else ():
        if (detailed := merged.get(serial)) is not None:
            merged[serial] = _merge(detailed, _dated(inverter, clock))
        elif devices is not None and (serial in devices.retired or not devices.truncated):
            continue  # no longer a member of the system
        elif inverter.last_reported and inverter.last_reported >= oldest:
            merged[serial] = _dated(inverter, clock)
    return {serial: _by_our_clock(inverter, clock) for serial, inverter in merged.items()}


def _dated(inverter: Inverter, clock: GatewayClock) -> Inverter:
    """Return an inverter without date and power where its report is later than possible."""
    if clock.is_possible(inverter.last_reported):
        return inverter
    return replace(inverter, power_w=None, last_reported=None)


def _by_our_clock(inverter: Inverter, clock: GatewayClock) -> Inverter:
    """Return an inverter with the date of its report by our clock instead of the gateway's."""
    if inverter.last_reported is None or not clock.ahead_s:
        return inverter
    return replace(inverter, last_reported=clock.to_ours(inverter.last_reported))


def _merge(detailed: Inverter, listed: Inverter) -> Inverter:
    """Return the later report of the two, filled with what only the other one has."""
    if (listed.last_reported or 0) > (detailed.last_reported or 0):
        later, earlier = listed, detailed
    else:
        later, earlier = detailed, listed
    return replace(
        detailed,
        power_w=earlier.power_w if later.power_w is None else later.power_w,
        max_power_w=earlier.max_power_w if later.max_power_w is None else later.max_power_w,
        last_reported=earlier.last_reported if later.last_reported is None else later.last_reported,
    )


def from_reported_inverters(_: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the report's sum of the inverters (G§6.2)."""
    inverters = documents.report.inverters if documents.report else None
    if inverters is None:
        return {}
    return {Flow.PRODUCTION: (Measurement(power_w=inverters.power_w, energy_lifetime_wh=inverters.energy_lifetime_wh),)}


def from_summary(_: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return `/api/v1/production`; all zeros mean that the gateway is still starting (G§3)."""
    summary = documents.get(PRODUCTION_SUMMARY)
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


def from_device_data(_: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the sum over all inverters, None where one lacks the value: less would look like a reset (G§5.5)."""
    devices = documents.get(DEVICE_DATA)
    if devices is None or devices.truncated or not devices.inverters:
        return {}
    inverters = devices.inverters.values()
    return {
        Flow.PRODUCTION: (
            Measurement(
                power_w=total_of(inverter.power_w for inverter in inverters),
                energy_lifetime_wh=total_of(inverter.energy_lifetime_wh for inverter in inverters),
                energy_today_wh=total_of(inverter.details.energy_today_wh for inverter in inverters),
                energy_last_7_days_wh=total_of(inverter.details.energy_last_7_days_wh for inverter in inverters),
            ),
        )
    }
