"""`/ivp/meters` and `/ivp/meters/readings`."""

from simulator.profiles import BACKFEED, NET, PRODUCTION, STORAGE, TOTAL
from simulator.simulated_site import SimulatedSite
from simulator.site_state import SiteState

from . import Document
from .electrics import Electrics, electrics

EIDS = {
    PRODUCTION: 704_643_328,
    NET: 704_643_584,
    TOTAL: 704_643_584,
    STORAGE: 704_643_840,
    BACKFEED: 704_644_352,
    "load": 704_644_608,
    "evse": 704_644_864,
    "pv3p": 704_645_120,
}
_FIRST_CHANNEL = 1_073_741_841  # eid of a channel = eid of its meter + this + its number: 0x2A... -> 0x6A...11
_EXTRA_EID = 1_023_410_688
_LIVE = frozenset({PRODUCTION, NET, TOTAL, STORAGE, BACKFEED})


def meter_kinds(site: SimulatedSite) -> list[str]:
    """Return the kinds of the listed meters in order: two, three or seven (G§8)."""
    kinds = [PRODUCTION, site.world.consumption_ct]
    if site.firmware.lists_all_meters:
        return [*kinds, STORAGE, BACKFEED, "load", "evse", "pv3p"]
    return [*kinds, STORAGE] if site.measures(STORAGE) else kinds


def meters(site: SimulatedSite, _now: float) -> Document:
    """Return the list of CTs; empty without metering hardware (G§8)."""
    if not site.profile.has_eim:
        return []
    return [
        {
            "eid": EIDS[kind],
            "state": "enabled" if site.measures(kind) else "disabled",
            "measurementType": kind,
            "phaseMode": site.profile.phase_mode,
            "phaseCount": len(site.profile.measured_phases) if kind == PRODUCTION else site.profile.phases,
            "meteringStatus": "normal",
            "statusFlags": [],
        }
        for kind in meter_kinds(site)
    ]


def channels(site: SimulatedSite, kind: str, state: SiteState) -> list[Electrics]:
    """Return the channels of a CT; those of a disabled one contain noise (G§6.7, G§9 rule 3)."""
    found = electrics(kind, site.quantity(state, kind), site.world.phases)
    if site.measures(kind):
        return found
    return [Electrics(-0.7, 0.04, each.voltage, each.frequency, 0.0, 0.0) for each in found]


def readings(site: SimulatedSite, now: float) -> Document:
    """Return the present measurement of each meter, which changes every second (G§9)."""
    if not site.profile.has_eim:
        return []
    state = site.world.at(now)
    entries = []
    for kind in meter_kinds(site):
        used = channels(site, kind, state) if kind in _LIVE else []
        stamp = int(now) if used else 0
        rows = [_figures([each], stamp) for each in used]
        if site.channel_lag_s and used:
            earlier = channels(site, kind, site.world.at(now - site.channel_lag_s))
            rows = [row | {"activePower": round(each.power, 3)} for row, each in zip(rows, earlier, strict=True)]
        if kind == NET and len(rows) == 2 and site.firmware.ghost_channel and site.measures(STORAGE):
            rows.append(_figures([channels(site, STORAGE, state)[1]], stamp))
        while len(rows) < 3:  # always three channels; with one phase, the second has stray values
            rows.append(_figures([], stamp) | _stray(len(rows), site))
        entries.append(_entry(EIDS[kind], _figures(used, stamp), rows))
    if site.firmware.extra_reading:
        empty = _figures([], int(now))
        entries.append(_entry(_EXTRA_EID, empty, [empty | {"timestamp": float(int(now))}] * 3))
    return entries


def _stray(number: int, site: SimulatedSite) -> dict[str, float]:
    """Return the stray values of an unused channel on a single-phase site (G§9 rule 4, 8.2.4345)."""
    if number != 1 or site.world.phases != 1:
        return {}
    return {"actEnergyRcvd": 1054.214, "apparentEnergy": 663.506, "reactEnergyLagg": 127.361, "voltage": 3.914}


def _entry(eid: int, total: dict[str, float], rows: list[dict[str, float]]) -> Document:
    """Return the entry of a meter with its channels."""
    return {
        "eid": eid,
        **total,
        "channels": [{"eid": eid + _FIRST_CHANNEL + number, **row} for number, row in enumerate(rows)],
    }


def _figures(used: list[Electrics], stamp: int) -> dict[str, float]:
    """Return the sums over some channels, even of voltage and current (G§6.3)."""
    power = sum(each.power for each in used)
    apparent = sum(each.apparent for each in used)
    return {
        "timestamp": stamp,
        "actEnergyDlvd": round(sum((each.delivered for each in used), 0.0), 3),
        "actEnergyRcvd": round(sum((each.received for each in used), 0.0), 3),
        "apparentEnergy": round(sum((each.apparent_energy for each in used), 0.0), 3),
        "reactEnergyLagg": round(sum((each.lagging_energy for each in used), 0.0), 3),
        "reactEnergyLead": round(sum((each.leading_energy for each in used), 0.0), 3),
        "instantaneousDemand": round(power, 3) + 0.0,
        "activePower": round(power, 3) + 0.0,
        "apparentPower": round(apparent, 3) + 0.0,
        "reactivePower": round(sum((each.reactive for each in used), 0.0), 3),
        "pwrFactor": round(power / apparent, 3) if apparent else 0.0,
        "voltage": round(sum((each.voltage for each in used), 0.0), 3),
        "current": round(sum((each.current for each in used), 0.0), 3),
        "freq": used[0].frequency if used else 0.0,
    }
