"""Faults in the documents: each edits the parsed answer before it is sent."""

from collections.abc import Callable, Iterator
import re

from .documents import Document
from .documents.meters import EIDS
from .documents.production_json import WRAP_J
from .fault import Fault, FaultKind
from .profiles import PRODUCTION

V1_PATH = "/api/v1/production"
INVERTERS_PATH = "/api/v1/production/inverters"
REPORT_PATHS = ("/production.json", "/production")
READINGS_PATH = "/ivp/meters/readings"
DEVICES_PATH = "/ivp/pdm/device_data"
_WRAP_WH = WRAP_J / 3600
_DATE = re.compile(
    rb'(<time>|"(?:timestamp|readingTime|lastReportDate|created|endDate'
    rb'|last_update|last_rpt_date|last_enlighten_report_time)":"?)(\d+)'
)

# Keys of the lifetime counters in v1, production.json and the readings.
_LIFETIME_KEYS = frozenset({"wattHoursLifetime", "whLifetime", "actEnergyDlvd", "actEnergyRcvd"})


def objects(document: Document) -> Iterator[dict[str, Document]]:
    """Yield every object in a document, the outer ones first."""
    if isinstance(document, dict):
        yield document
        for value in list(document.values()):
            yield from objects(value)
    elif isinstance(document, list):
        for value in document:
            yield from objects(value)


def change_lifetimes(document: Document, change: Callable[[float], float | None]) -> Document:
    """Change every lifetime counter of a document, including the joules of device_data."""
    for entry in objects(document):
        for key in sorted(_LIFETIME_KEYS & entry.keys()):
            entry[key] = _rounded_like(entry[key], change(entry[key]))
        lifetime = entry.get("lifetime")
        if isinstance(lifetime, dict) and "joulesProduced" in lifetime:
            changed = change(lifetime["joulesProduced"] / 3600)
            lifetime["joulesProduced"] = None if changed is None else int(3600 * changed)
    return document


def _rounded_like(old: float, new: float | None) -> float | None:
    """Return the new value with the number type of the old one."""
    if new is None:
        return None
    return int(new) if isinstance(old, int) else round(new, 3)


def _entries(document: Document, kind: str) -> Iterator[dict[str, Document]]:
    """Yield the entries of a measurement type in production.json, each followed by its lines."""
    for entry in objects(document):
        if entry.get("measurementType") == kind:
            yield entry
            yield from entry.get("lines", [])


def zeros(document: Document, _fault: Fault) -> Document:
    """Set every lifetime counter to 0 (G§9 rule 6, G§3: zeros after a reboot)."""
    return change_lifetimes(document, lambda _: 0.0)


def spike(document: Document, _fault: Fault, *, wh: float = 5_000_000.0) -> Document:
    """Raise every lifetime counter by 5 MWh (G§6.5: jumps are reported)."""
    return change_lifetimes(document, lambda value: value + wh)


def wrap(document: Document, _fault: Fault) -> Document:
    """Lower every lifetime counter by one wrap of 2^32 J (G§6.6); a counter that is below it has not wrapped yet."""
    return change_lifetimes(document, lambda value: value - _WRAP_WH if value >= _WRAP_WH else value)


def today_is_lifetime(document: Document, _fault: Fault) -> Document:
    """Repeat the lifetime as today and seven days in the meter entries of production.json (G§6.5)."""
    for kind in ("production", "total-consumption"):
        for entry in _entries(document, kind):
            entry["whToday"] = entry["whLastSevenDays"] = entry["whLifetime"]
    return document


def total_is_net(document: Document, _fault: Fault) -> Document:
    """Repeat the net consumption in the total-consumption entry (G§6.8)."""
    for total, net in zip(_entries(document, "total-consumption"), _entries(document, "net-consumption"), strict=True):
        for key in ("wNow", "whLifetime"):
            total[key] = net[key]
    return document


def active_count_flicker(document: Document, fault: Fault) -> Document:
    """Send activeCount 0 and invalid values in the production entry of every other answer (G§6.7)."""
    if fault.hits % 2:
        for entry in _entries(document, "production"):
            if "activeCount" in entry:
                entry["activeCount"] = 0
            entry |= {"wNow": 1.7, "whLifetime": 42.0, "whToday": 0.0, "whLastSevenDays": 0.0}
    return document


def frozen_v1(document: Document, fault: Fault) -> Document:
    """Freeze /api/v1/production at its first answer (G§3: 8.2.4264, 8.3.5433)."""
    first: Document = fault.memory.setdefault("first", document)
    return first


def zero_v1(document: Document, _fault: Fault) -> Document:
    """Send four zeros at /api/v1/production (G§3: 7.6.175_total, 8.3.1598)."""
    return dict.fromkeys(document, 0)


def missing_device(document: Document, _fault: Fault, *, serial: str = "") -> Document:
    """Empty the readings of an inverter (default: the first) in device_data (G§5.2: after a reboot at night)."""
    for device in objects(document):
        if device.get("devName") == "pcu" and device["active"] and device["sn"] in (serial or device["sn"], serial):
            for channel in device["channels"]:
                channel |= {"created": 0, "lastReading": {}, "lifetime": {}}
            break
    return document


def uint32_negative(document: Document, _fault: Fault, *, watts: int = -4) -> Document:
    """Send a negative power as an unsigned 32-bit number in the meters of device_data (G§5.3)."""
    for device in objects(document):
        channels = device["channels"] if device.get("devName") == "eim" else ()
        for channel in channels:
            if channel["lastReading"]:
                channel["watts"]["now"] = watts % 2**32
                channel["lastReading"]["curr_w"] = watts
    return document


def meter_status(
    document: Document, _fault: Fault, *, kind: str = PRODUCTION, status: str = "check-wiring", flag: str = ""
) -> Document:
    """Report a wiring problem of a CT in /ivp/meters (G§8)."""
    for meter in document:
        if meter["measurementType"] == kind:
            meter |= {"meteringStatus": status, "statusFlags": [flag] if flag else []}
    return document


def disabled_ct_measures(
    document: Document, _fault: Fault, *, kind: str = PRODUCTION, watts: float = 488.925
) -> Document:
    """Send power for a CT even if it is disabled (G§15.27: 7.3.466_metered_disabled_cts)."""
    for meter in document:
        if meter["eid"] == EIDS[kind]:
            meter["activePower"] = watts
    return document


def wrong_serial(text: bytes, _fault: Fault, *, serial: str = "122399999999") -> bytes:
    """Send another serial in /info, as if another gateway had taken over the address (G§12)."""
    return re.sub(rb"<sn>[^<]*</sn>", b"<sn>%s</sn>" % serial.encode(), text)


def info_white_space(text: bytes, _fault: Fault) -> bytes:
    """Send a line feed before the XML declaration of /info and a NUL after the end (G§1)."""
    return b"\n" + text + b"\0"


def clock_off(text: bytes, _fault: Fault, *, seconds: float = 3500.0) -> bytes:
    """Add seconds to every date, as a gateway whose clock is ahead (G§1.1, home-assistant/core#88827)."""

    def moved(found: re.Match[bytes]) -> bytes:
        date = int(found[2])
        return found[1] + str(date + round(seconds) if date else 0).encode()

    return _DATE.sub(moved, text)


_COUNTERS = (V1_PATH, *REPORT_PATHS, READINGS_PATH, DEVICES_PATH)
_INFO = ("/info", "/info.xml")

DOCUMENT_FAULTS = [
    FaultKind("zeros", "document", zeros, _COUNTERS),
    FaultKind("spike", "document", spike, _COUNTERS),
    FaultKind("wrap", "document", wrap, _COUNTERS),
    FaultKind("today_is_lifetime", "document", today_is_lifetime, REPORT_PATHS),
    FaultKind("total_is_net", "document", total_is_net, REPORT_PATHS),
    FaultKind("active_count_flicker", "document", active_count_flicker, REPORT_PATHS),
    FaultKind("frozen_v1", "document", frozen_v1, (V1_PATH,)),
    FaultKind("zero_v1", "document", zero_v1, (V1_PATH,)),
    FaultKind("missing_device", "document", missing_device, (DEVICES_PATH,)),
    FaultKind("uint32_negative", "document", uint32_negative, (DEVICES_PATH,)),
    FaultKind("meter_status", "document", meter_status, ("/ivp/meters",)),
    FaultKind("disabled_ct_measures", "document", disabled_ct_measures, (READINGS_PATH,)),
    FaultKind("wrong_serial", "text", wrong_serial, _INFO),
    FaultKind("info_white_space", "text", info_white_space, _INFO),
    FaultKind("clock_off", "text", clock_off, ("*",)),
]
