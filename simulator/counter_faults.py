"""Faults of the counters and powers of the meters."""

from .document_faults import (
    DEVICES_PATH,
    INVERTERS_PATH,
    READINGS_PATH,
    REPORT_PATHS,
    V1_PATH,
    change_lifetimes,
    objects,
)
from .documents import Document
from .fault import Fault, FaultKind

_POWERS = ("activePower", "instantaneousDemand")
_POWERS_BY_ENERGY = {"actEnergyDlvd": _POWERS, "whLifetime": ("wNow",), "wattHoursLifetime": ("wattsNow",)}


def no_readings(_document: Document, _fault: Fault) -> Document:
    """Send an empty list of readings (G§13.4: after a reboot at night)."""
    return []


def nulls(document: Document, _fault: Fault) -> Document:
    """Send null for every lifetime counter (G§15.31)."""
    return change_lifetimes(document, lambda _: None)


def negative(document: Document, _fault: Fault, *, wh: float = -19.677) -> Document:
    """Send a negative value for every lifetime counter (G§15.27)."""
    return change_lifetimes(document, lambda _: wh)


def hair(document: Document, fault: Fault, *, wh: float = 3.0) -> Document:
    """Lower every lifetime counter by 3 Wh in every other answer (G§3: sources lag differently)."""
    return change_lifetimes(document, lambda value: max(0.0, value - wh)) if fault.hits % 2 else document


def replaced_meter(document: Document, fault: Fault) -> Document:
    """Restart every lifetime counter from zero, as a replaced meter does (G§9 rule 6)."""
    before: list[float] = []
    known = fault.memory.setdefault(type(document).__name__, before)
    started = iter(list(known))

    def since(value: float) -> float:
        start = next(started, None)
        if start is None:
            known.append(value)
            start = value
        return max(0.0, value - start)

    return change_lifetimes(document, since)


def unsigned_power(document: Document, _fault: Fault, *, always: bool = False) -> Document:
    """Send negative powers as unsigned 32-bit numbers in the readings (G§15.21).

    With `always`, every power is replaced by the unsigned form of -4 W.
    """
    for entry in objects(document):
        for key in _POWERS:
            if key in entry and (always or entry[key] < 0):
                entry[key] = (-4 if always else int(entry[key])) % 2**32
    return document


def impossible_power(document: Document, _fault: Fault, *, watts: int = 600_000) -> Document:
    """Send the lifetime as the power, as after a restart (home-assistant/core#166183).

    Inverters in `/api/v1/production/inverters`, which has no lifetime, have a power of `watts`.
    """
    for entry in objects(document):
        for energy, powers in _POWERS_BY_ENERGY.items():
            if energy in entry:
                entry |= {key: entry[energy] for key in powers if key in entry}
        if "lastReportWatts" in entry:
            entry["lastReportWatts"] = watts
        if entry.get("lastReading") and "joulesProduced" in entry["lifetime"]:
            entry["watts"]["now"] = entry["lifetime"]["joulesProduced"] // 3600
            entry["lastReading"]["joulesProduced"] = entry["watts"]["now"] * entry["lastReading"]["duration"]
    return document


def absurd_interval(
    document: Document, _fault: Fault, *, wh: float = 5_000_000.0, seconds: int = 90_000_000
) -> Document:
    """Raise the lifetime of every inverter, with a report interval in which it could have produced that."""
    for entry in objects(document):
        if entry.get("lastReading") and "joulesProduced" in entry["lifetime"]:
            entry["lifetime"]["joulesProduced"] += round(wh * 3600)
            entry["lastReading"]["duration"] = seconds
    return document


def inverter_today(document: Document, _fault: Fault, *, wh: float = 0.0) -> Document:
    """Send the same energy of today for every inverter (G§15.29: 57,134 Wh)."""
    for entry in objects(document):
        if entry.get("lastReading") and "wattHours" in entry:
            entry["wattHours"]["today"] = wh
    return document


_CTS = (READINGS_PATH, *REPORT_PATHS)

COUNTER_FAULTS = [
    FaultKind("no_readings", "document", no_readings, (READINGS_PATH,)),
    FaultKind("nulls", "document", nulls, _CTS),
    FaultKind("negative", "document", negative, _CTS),
    FaultKind("hair", "document", hair, _CTS),
    FaultKind("replaced_meter", "document", replaced_meter, _CTS),
    FaultKind("unsigned_power", "document", unsigned_power, (READINGS_PATH,)),
    FaultKind("absurd_interval", "document", absurd_interval, (DEVICES_PATH,)),
    FaultKind("inverter_today", "document", inverter_today, (DEVICES_PATH,)),
    FaultKind("impossible_power", "document", impossible_power, (*_CTS, V1_PATH, INVERTERS_PATH, DEVICES_PATH)),
]
