"""`/api/v1/production` and `/api/v1/production/inverters`."""

from simulator.profiles import PRODUCTION
from simulator.simulated_site import SimulatedSite
from simulator.storage.reports import acb_reports

from . import Document

_RETIRED_DATE = 1_530_000_000  # retired inverters have dates of 2018 (G§4, 4.2.33)


def production(site: SimulatedSite, now: float) -> Document:
    """Return today, seven days, lifetime and power, from the EIM's 15-minute record or the inverters (G§3)."""
    world = site.world
    if site.profile.v1_zero:
        return _values(0, 0, 0, 0)
    if site.measures(PRODUCTION):
        production, midnight, week_ago = (
            site.quantity(state, PRODUCTION)
            for state in (world.record(now), world.midnight(now), world.midnight(now, 7))
        )
        if site.profile.eim_record_lost:
            old = site.quantity(world.midnight(now, 6), PRODUCTION).delivered_wh
            return _values(2624, 0, 3359, int(old))
        lifetimes = [int(channel.delivered_wh) for channel in production.phases]
        today = int(sum(lifetimes) - midnight.delivered_wh)
        week = int(midnight.delivered_wh - week_ago.delivered_wh)
        return _values(round(production.power_w), max(0, today), week, sum(lifetimes))
    if site.profile.has_eim:
        # Without an enabled CT, the values are frozen or zero (G§3, 8.2.4264 and 7.6.175_total).
        return _values(4, 0, 1583, 1583) if site.firmware.v1_frozen_without_cts else _values(0, 0, 0, 0)
    reports = [report for inverter in world.inverters.values() if (report := world.report(inverter, now))]
    active = [
        report for inverter in world.inverters.values() if inverter.active and (report := world.report(inverter, now))
    ]
    return _values(
        sum(report.watts for report in active),
        sum(report.today_wh for report in reports),
        sum(report.week_wh for report in reports),
        sum(report.lifetime_joules for report in reports) // 3600,
    )


def _values(watts: int, today: int, week: int, lifetime: int) -> Document:
    return {
        "wattHoursToday": today,
        "wattHoursSevenDays": week,
        "wattHoursLifetime": lifetime,
        "wattsNow": watts,
    }


def inverters(site: SimulatedSite, now: float) -> Document:
    """Return the last report of every inverter and ACB; before 8.3 also of retired inverters (G§4)."""
    entries = []
    for inverter in site.world.inverters.values():
        if not inverter.active and not site.firmware.lists_retired_inverters:
            continue
        report = site.world.report(inverter, now)
        entries.append(
            {
                "serialNumber": inverter.serial,
                "lastReportDate": report.end if report else _RETIRED_DATE * (not inverter.active),
                "devType": 1,
                "lastReportWatts": report.watts if report else 0,
                "maxReportWatts": round(inverter.rated_w * 1.012),
            }
        )
    entries.extend(
        {
            "serialNumber": report.unit.serial,
            "lastReportDate": report.at,
            "devType": 11,
            "lastReportWatts": max(0, report.power_w),  # discharging only (S§13)
            "maxReportWatts": 271,
        }
        for report in acb_reports(site, now)
    )
    if not site.firmware.has_device_type:
        for entry in entries:
            del entry["devType"]
    return entries
