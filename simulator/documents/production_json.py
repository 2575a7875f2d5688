"""`/production.json` and `/production`."""

from dataclasses import replace

from simulator.profiles import NET, PRODUCTION, TOTAL
from simulator.simulated_site import SimulatedSite
from simulator.site_state import SiteState
from simulator.storage.reports import acb_reports

from . import Document
from .electrics import Electrics, electrics
from .meters import channels

WRAP_J = 2**32  # G§6.6

_LINE_KEYS = (
    "wNow",
    "whLifetime",
    "varhLeadLifetime",
    "varhLagLifetime",
    "vahLifetime",
    "rmsCurrent",
    "rmsVoltage",
    "reactPwr",
    "apprntPwr",
    "pwrFactor",
    "whToday",
    "whLastSevenDays",
    "vahToday",
    "varhLeadToday",
    "varhLagToday",
)
_ZERO_LINE = dict.fromkeys(_LINE_KEYS, 0.0)


def with_details(site: SimulatedSite, now: float) -> Document:
    """Return `/production.json?details=1`, with lines from firmware 7 on (G§6.3)."""
    return _document(site, now, lines=site.firmware.tokens)


def without_details(site: SimulatedSite, now: float) -> Document:
    """Return `/production.json` or `/production` (G§7)."""
    return _document(site, now, lines=False)


def _document(site: SimulatedSite, now: float, *, lines: bool) -> Document:
    production = [_inverters(site, now)]
    document = {"production": production, "storage": [_storage(site, now)]}
    if site.profile.has_eim:
        meter = _Meter(site, now, lines=lines)
        production.append(meter.entry(PRODUCTION))
        document = {
            "production": production,
            "consumption": [meter.entry(TOTAL), meter.entry(NET)],
            "storage": document["storage"],
        }
    return document


def _inverters(site: SimulatedSite, now: float) -> Document:
    """Return the sum of the inverters' last reports, with the wrap of the firmware (G§6.2, G§6.6)."""
    world, firmware = site.world, site.firmware
    active = [inverter for inverter in world.inverters.values() if inverter.active]
    reports = [report for inverter in active if (report := world.report(inverter, now))]
    joules = [report.lifetime_joules for report in reports]
    if firmware.single_inverter_wraps:
        joules = [each % WRAP_J for each in joules]
    lifetime = sum(joules) % WRAP_J if firmware.site_total_wraps else sum(joules)
    watts = sum(report.watts for report in reports)
    newest = max((report.end for report in reports), default=0)
    asleep = firmware.reading_time_zero_at_night and watts == 0
    return {
        "type": "inverters",
        "activeCount": len(active),
        "readingTime": 0 if asleep else newest,
        "wNow": watts,
        "whLifetime": lifetime // 3600,
    }


def _storage(site: SimulatedSite, now: float) -> Document:
    """Return the state of the AC Batteries; other batteries are never included (G§6.9)."""
    reports = acb_reports(site, now)
    entry = {"type": "acb", "activeCount": len(reports), "readingTime": 0, "wNow": 0, "whNow": 0, "state": "idle"}
    if reports:
        power, energy = sum(each.power_w for each in reports), sum(each.stored_wh for each in reports)
        percent = int(100 * energy / sum(each.unit.capacity_wh for each in reports))
        state = "discharging" if power > 10 else "charging" if power < -10 else "full" if percent > 98 else "idle"
        entry |= {"readingTime": max(each.at for each in reports), "wNow": power, "whNow": int(energy), "state": state}
        entry["percentFull"] = percent
    return entry


class _Meter:
    """Builder of the EIM's entries of one document."""

    def __init__(self, site: SimulatedSite, now: float, *, lines: bool) -> None:
        world = site.world
        self.site = site
        self.now = now
        self.lines = lines
        self.live = world.at(now)
        self.record = world.record(now)
        self.midnight = world.midnight(now)
        self.week_ago = world.midnight(now, 7)

    def entry(self, kind: str) -> Document:
        """Return an entry with the sums of its lines."""
        site, world = self.site, self.site.world
        active = site.measures(PRODUCTION if kind == PRODUCTION else world.consumption_ct)
        shown = kind
        if kind == TOTAL and active and world.consumption_ct == TOTAL and site.firmware.total_is_net_with_total_ct:
            shown = NET  # G§6.8
        rows = self._rows(kind, shown, active=active)
        total = {key: _rounded(sum(row[key] for row in rows)) for key in _LINE_KEYS}
        if not site.firmware.zero_third_line:  # with a third line, the sum stays as it is (G§6.3)
            total["pwrFactor"] = round(total["pwrFactor"] / len(rows), 2)
        if site.firmware.zero_third_line and world.phases == 2:
            rows.append(_ZERO_LINE | (_no_today() if kind == NET else {}))
        return {
            "type": "eim",
            "activeCount": int(active),
            "measurementType": kind,
            "readingTime": int(self.now),
            **total,
            **({"lines": rows} if self.lines else {}),
        }

    def _rows(self, kind: str, shown: str, *, active: bool) -> list[dict[str, float]]:
        """Return the lines; those of an entry without its CT contain noise (G§6.7)."""
        if not active:
            found = channels(self.site, PRODUCTION, self.live)
            rows = [_row(replace(each, power=0.641, reactive=0.0, delivered=0.0, received=0.0), 0.0) for each in found]
            return [
                row | {"whToday": 0.0, "whLastSevenDays": 0.0} | (_no_today() if kind == NET else {}) for row in rows
            ]
        rows = []
        for number, channel in enumerate(_live_channels(shown, self)):
            lifetime = self._lifetime(shown, self.live, number)
            row = _row(channel, lifetime)
            rows.append(row | (_no_today() if kind == NET else self._today(shown, kind, lifetime, number)))
        return rows

    def _lifetime(self, shown: str, state: SiteState, number: int) -> float:
        """Return whLifetime of a phase; on old firmware, that of net consumption is import only (G§6.4)."""
        measured = self.site.quantity(state, shown).phases[number]
        if shown == NET and self.site.firmware.net_lifetime_signed:
            return measured.energy_wh
        return measured.delivered_wh

    def _today(self, shown: str, kind: str, lifetime: float, number: int) -> dict[str, float]:
        """Return today and seven days: the values of the record plus the energy since (G§6.5)."""
        if self.site.profile.eim_record_lost:
            today = week = lifetime
        else:
            midnight = self._lifetime(shown, self.midnight, number)
            recorded = int(self._lifetime(shown, self.record, number))
            since = lifetime - recorded
            today = max(0, int(recorded - midnight)) + since
            known = kind == PRODUCTION or self.site.firmware.consumption_week_kept
            week = (int(midnight - self._lifetime(shown, self.week_ago, number)) if known else 0) + since
        return {
            "whToday": round(today, 3),
            "whLastSevenDays": round(week, 3),
            "vahToday": round(1.04 * today, 3),
            "varhLeadToday": round(0.11 * today, 3),
            "varhLagToday": round(0.06 * today, 3),
        }


def _live_channels(kind: str, meter: _Meter) -> list[Electrics]:
    """Return the channels of a quantity, measured or calculated."""
    return electrics(kind, meter.site.quantity(meter.live, kind), meter.site.world.phases)


def _row(channel: Electrics, lifetime: float) -> dict[str, float]:
    """Return one line; current and apparent power have the sign of the power."""
    sign = -1.0 if channel.power < 0 else 1.0
    return {
        "wNow": round(channel.power, 3),
        "whLifetime": round(lifetime, 3),
        "varhLeadLifetime": round(channel.leading_energy, 3),
        "varhLagLifetime": round(channel.lagging_energy, 3),
        "vahLifetime": round(channel.apparent_energy, 3),
        "rmsCurrent": round(sign * channel.current, 3),
        "rmsVoltage": round(channel.voltage, 3),
        "reactPwr": round(channel.reactive, 3),
        "apprntPwr": round(sign * channel.apparent, 3),
        "pwrFactor": round(channel.power_factor, 2),
        "whToday": 0.0,
        "whLastSevenDays": 0.0,
        "vahToday": 0.0,
        "varhLeadToday": 0.0,
        "varhLagToday": 0.0,
    }


def _no_today() -> dict[str, float]:
    """Return the daily values of net consumption, which are always the integer 0 (G§6.3)."""
    return {"whToday": 0, "whLastSevenDays": 0, "vahToday": 0, "varhLeadToday": 0, "varhLagToday": 0}


def _rounded(value: float) -> float:
    """Round a sum; leave integers as they are."""
    return value if isinstance(value, int) else round(value, 3)
