"""The reports of the site: `/production.json`, `/production` and `/api/v1/production` (G§3, G§6, G§7)."""

from typing import Final

from ..exceptions import GatewayResponseError
from ..json_types import Json, JsonObject
from ..models import Flow, Measurement, ProductionSummary, Report, ReportedFlow, ReportedInverters
from ..storage_models import ReportedStorage
from .quantities import MOST_PHASES, apparent_power, current, energy, percent, stored_energy, voltage, watts
from .values import array_in, epoch, kind_of, load_object, object_in, power_factor, signed, whole

REPORT_DETAILED_PATH: Final = "/production.json?details=1"
REPORT_PATH: Final = "/production"
PRODUCTION_SUMMARY_PATH: Final = "/api/v1/production"

# Several times what a site with AC Batteries can store or deliver.
_MOST_STORAGE_W: Final = 100_000.0
# The flow of an entry by its array and `measurementType`, never by its position (G§6.1). An entry of production without
# a type can only be production (G§15.9). One of consumption is the total where it is the only one, as on firmware 4.0
# to 4.2; beside others it could be either flow, so it is left out.
_FLOW_OF_ENTRY: Final = {
    ("production", "production"): Flow.PRODUCTION,
    ("production", None): Flow.PRODUCTION,
    ("consumption", "total-consumption"): Flow.TOTAL_CONSUMPTION,
    ("consumption", "net-consumption"): Flow.NET_CONSUMPTION,
}

_NOTHING: Final = ProductionSummary(
    power_w=None, energy_today_wh=None, energy_last_7_days_wh=None, energy_lifetime_wh=None
)


def parse_report(body: bytes, *, endpoint: str) -> Report:
    """Return a report, with or without `lines`; an entry of an unknown kind is left out (G§6.1).

    Raises:
        GatewayResponseError: the body is not an object with a `production` array of entries.
    """
    document = load_object(body, endpoint)
    entries = _entries(document, "production", endpoint)
    if not any("type" in entry for entry in entries):
        raise GatewayResponseError(endpoint, "no entry with a type in production, expected inverters or eim")
    inverters: ReportedInverters | None = None
    for entry in entries:
        if inverters is None and entry.get("type") == "inverters":
            inverters = _inverters(entry)
    flows: dict[Flow, ReportedFlow] = {}
    for name in ("production", "consumption"):
        measured = [entry for entry in _entries(document, name, endpoint) if entry.get("type") == "eim"]
        for entry in measured:
            kind = entry.get("measurementType")
            if not isinstance(kind, str | None):
                continue
            flow = _FLOW_OF_ENTRY.get((name, kind))
            if (name, kind) == ("consumption", None) and len(measured) == 1:
                flow = Flow.TOTAL_CONSUMPTION
            if flow is not None and flow not in flows:
                flows[flow] = _flow(entry)
    return Report(inverters=inverters, flows=flows, storage=_storage(document.get("storage")))


def _entries(document: JsonObject, name: str, endpoint: str) -> list[JsonObject]:
    """Return the objects in one array of the report; a gateway without CTs sends no consumption (G§15.9)."""
    entries = document.get(name, [])
    if not isinstance(entries, list):
        raise GatewayResponseError(endpoint, f"{kind_of(entries)} in {name}, expected an array")
    return [entry for entry in entries if isinstance(entry, dict)]


def _inverters(entry: JsonObject) -> ReportedInverters:
    return ReportedInverters(
        active_count=whole(entry.get("activeCount")),
        power_w=signed(entry.get("wNow")),
        energy_lifetime_wh=energy(entry.get("whLifetime")),
    )


def _storage(value: Json) -> ReportedStorage | None:
    """Return the AC Batteries; an entry without `percentFull` stands for none, whatever its `activeCount` (S§31)."""
    for part in array_in(value):
        entry = object_in(part)
        state_of_charge = percent(entry.get("percentFull"))
        if entry.get("type") == "acb" and state_of_charge is not None:
            return ReportedStorage(
                count=whole(entry.get("activeCount")),
                power_w=watts(entry.get("wNow"), _MOST_STORAGE_W),
                available_energy_wh=stored_energy(entry.get("whNow")),
                state_of_charge_percent=state_of_charge,
                reading_time=epoch(entry.get("readingTime")),
            )
    return None


def _flow(entry: JsonObject) -> ReportedFlow:
    return ReportedFlow(
        active=(whole(entry.get("activeCount")) or 0) > 0,
        total=_measurement(entry),
        lines=tuple(_measurement(line) for line in array_in(entry.get("lines"))[:MOST_PHASES]),
    )


def _measurement(value: Json) -> Measurement:
    """Return the values of an entry or of one of its lines in W, V, A, VA, var and Wh (G§6.3)."""
    entry = object_in(value)
    return Measurement(
        power_w=signed(entry.get("wNow")),
        voltage_v=voltage(entry.get("rmsVoltage")),
        current_a=current(entry.get("rmsCurrent")),
        apparent_power_va=apparent_power(entry.get("apprntPwr")),
        reactive_power_var=apparent_power(entry.get("reactPwr")),
        power_factor=power_factor(entry.get("pwrFactor")),
        energy_lifetime_wh=energy(entry.get("whLifetime")),
        energy_today_wh=energy(entry.get("whToday")),
        energy_last_7_days_wh=energy(entry.get("whLastSevenDays")),
    )


def parse_production_summary(body: bytes) -> ProductionSummary:
    """Return the four numbers of the summary in W and Wh (G§3).

    Raises:
        GatewayResponseError: the body is not an object with any of them.
    """
    document = load_object(body, PRODUCTION_SUMMARY_PATH)
    summary = ProductionSummary(
        power_w=signed(document.get("wattsNow")),
        energy_today_wh=energy(document.get("wattHoursToday")),
        energy_last_7_days_wh=energy(document.get("wattHoursSevenDays")),
        energy_lifetime_wh=energy(document.get("wattHoursLifetime")),
    )
    if summary == _NOTHING:
        raise GatewayResponseError(PRODUCTION_SUMMARY_PATH, "no number in wattsNow or wattHours..., expected four")
    return summary
