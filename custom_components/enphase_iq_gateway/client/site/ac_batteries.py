"""The AC Batteries of the inventory and of the device data, merged by serial."""

from collections.abc import Mapping
from dataclasses import replace

from ..endpoints import DEVICE_DATA, INVENTORY, REPORT, REPORT_DETAILED
from ..gateway_clock import GatewayClock
from ..storage_models import AcBattery, ReportedStorage
from .storage_documents import StorageDocuments


def merge_ac_batteries(documents: StorageDocuments, clock: GatewayClock | None = None) -> dict[str, AcBattery]:
    """Return the AC Batteries by serial.

    A report from the future of the clock is of unknown age, so it has neither date nor power.

    Power, counters and health are in the device data, the state of sleep in the inventory (S§13); the state of charge
    and the temperature are those of the later report.
    """
    inventory, devices = documents.get(INVENTORY), documents.get(DEVICE_DATA)
    merged = _dated(inventory.ac_batteries, clock) if inventory else {}
    for serial, detailed in (_dated(devices.ac_batteries, clock) if devices else {}).items():
        listed = merged.get(serial)
        merged[serial] = detailed if listed is None else _merge(listed, detailed)
    return merged


def _dated(batteries: Mapping[str, AcBattery], clock: GatewayClock | None) -> dict[str, AcBattery]:
    """Return AC Batteries without date and power where their report is later than possible."""
    return {
        serial: battery
        if clock is None or clock.is_possible(battery.last_reported)
        else replace(battery, power_w=None, last_reported=None)
        for serial, battery in batteries.items()
    }


def _merge(listed: AcBattery, detailed: AcBattery) -> AcBattery:
    newer, older = detailed, listed
    if (listed.last_reported or 0) > (detailed.last_reported or 0):
        newer, older = listed, detailed
    return replace(
        listed,
        last_reported=newer.last_reported,
        state_of_charge_percent=_first(newer.state_of_charge_percent, older.state_of_charge_percent),
        max_cell_temperature_c=_first(newer.max_cell_temperature_c, older.max_cell_temperature_c),
        min_cell_temperature_c=detailed.min_cell_temperature_c,
        state_of_health_percent=detailed.state_of_health_percent,
        power_w=detailed.power_w,
        report_interval_s=detailed.report_interval_s,
        energy_discharged_wh=detailed.energy_discharged_wh,
        energy_charged_wh=detailed.energy_charged_wh,
        counted_since=detailed.counted_since,
    )


def _first(value: float | None, other: float | None) -> float | None:
    return other if value is None else value


def reported_storage(documents: StorageDocuments) -> ReportedStorage | None:
    """Return the values of all AC Batteries together in the report of production, however old."""
    report = documents.get(REPORT_DETAILED) or documents.get(REPORT)
    return report.storage if report else None


def fresh_storage(documents: StorageDocuments, clock: GatewayClock) -> ReportedStorage | None:
    """Return the values of all AC Batteries together, None where they are stale by the gateway's clock (S§31)."""
    reported = reported_storage(documents)
    return reported if reported is not None and reported.is_fresh(clock) else None
