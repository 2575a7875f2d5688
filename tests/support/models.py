"""Made-up models of a site's documents, in which a test changes what it needs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from awesomeversion import AwesomeVersion

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS as READINGS_ENDPOINT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.models import (
    DeviceData,
    Flow,
    Info,
    Inverter,
    InverterDetails,
    InverterList,
    Measurement,
    Meter,
    MeterStatus,
    ProductionSummary,
    Reading,
    Report,
    ReportedFlow,
    ReportedInverters,
)
from custom_components.enphase_iq_gateway.client.site.documents import Documents

NOW = 1_780_000_000
_ENDPOINTS: Final[dict[str, Endpoint[object]]] = {
    "meters": METERS,
    "readings": READINGS_ENDPOINT,
    "report": REPORT_DETAILED,
    "summary": PRODUCTION_SUMMARY,
    "device_data": DEVICE_DATA,
    "inverter_list": INVERTER_LIST,
}
EIDS = {flow: number for number, flow in enumerate(Flow, start=101)}

PRODUCTION = Measurement(
    power_w=3000.0,
    voltage_v=690.0,
    apparent_power_va=4000.0,
    power_factor=0.9,
    energy_delivered_wh=50_000.0,
    energy_received_wh=10.0,
)
NET = Measurement(
    power_w=-1000.0,
    voltage_v=690.0,
    apparent_power_va=2000.0,
    power_factor=-0.4,
    energy_delivered_wh=20_000.0,
    energy_received_wh=30_000.0,
)


def info(firmware: str = "8.2.4345", *, has_meter: bool | None = True) -> Info:
    """Return the identity of a gateway."""
    return Info(
        serial="122300000001",
        firmware=AwesomeVersion(firmware),
        has_meter=has_meter,
        wants_token=AwesomeVersion(firmware) >= AwesomeVersion("7"),
        time=NOW,
    )


def meters(*flows: Flow, phases: int = 1, disabled: Sequence[Flow] = ()) -> tuple[Meter, ...]:
    """Return a list of CTs: enabled ones and others."""
    return tuple(
        Meter(eid=EIDS[flow], flow=flow, enabled=flow not in disabled, phase_count=phases, status=MeterStatus.NORMAL)
        for flow in (*flows, *disabled)
    )


def reading(flow: Flow, total: Measurement, *channels: Measurement) -> Reading:
    """Return one CT's reading, in which the lifetime is what the CT delivered, as the parser has it."""
    total, *others = (
        replace(sent, energy_lifetime_wh=sent.energy_delivered_wh)
        for sent in (total, *(channels or (total, Measurement(), Measurement())))
    )
    return Reading(eid=EIDS[flow], timestamp=NOW, total=total, channels=tuple(others))


READINGS = (reading(Flow.PRODUCTION, PRODUCTION), reading(Flow.NET_CONSUMPTION, NET))


def reported(total: Measurement, *lines: Measurement, active: bool = True) -> ReportedFlow:
    """Return one flow of a report."""
    return ReportedFlow(active=active, total=total, lines=lines)


def lifetime(value: float | None, power: float | None = 500.0) -> Measurement:
    """Return a measurement of a power and a counter."""
    return Measurement(power_w=power, energy_lifetime_wh=value)


def report(flows: dict[Flow, ReportedFlow] | None = None, inverters: ReportedInverters | None = None) -> Report:
    """Return a report of some flows; without any it is that of a gateway without CTs."""
    return Report(inverters=inverters or reported_inverters(), flows=flows or {})


def reported_inverters(lifetime_wh: float | None = 60_000.0, count: int | None = 3) -> ReportedInverters:
    """Return the report's sum of the inverters."""
    return ReportedInverters(active_count=count, power_w=2900.0, energy_lifetime_wh=lifetime_wh)


def house(*, active: bool = True) -> dict[Flow, ReportedFlow]:
    """Return the three flows of a report of a metered gateway with a net CT."""
    return {
        Flow.PRODUCTION: reported(lifetime(50_000.0, 3000.0), active=active),
        Flow.TOTAL_CONSUMPTION: reported(lifetime(40_000.0, 2000.0), active=active),
        Flow.NET_CONSUMPTION: reported(lifetime(-10_000.0, -1000.0), active=active),
    }


def summary(lifetime_wh: float | None = 60_500.0) -> ProductionSummary:
    """Return `/api/v1/production`."""
    return ProductionSummary(
        power_w=2800.0, energy_today_wh=5_000.0, energy_last_7_days_wh=30_000.0, energy_lifetime_wh=lifetime_wh
    )


ZEROS = ProductionSummary(power_w=0.0, energy_today_wh=0.0, energy_last_7_days_wh=0.0, energy_lifetime_wh=0.0)


def inverter(serial: str = "A", lifetime_wh: float | None = 20_000.0) -> Inverter:
    """Return one inverter with details."""
    return Inverter(
        serial=serial,
        power_w=100.0,
        last_reported=NOW,
        energy_lifetime_wh=lifetime_wh,
        details=InverterDetails(energy_today_wh=1_000.0, energy_last_7_days_wh=9_000.0),
    )


def device_data(*inverters: Inverter, truncated: bool = False, retired: Sequence[str] = ()) -> DeviceData:
    """Return `/ivp/pdm/device_data`."""
    return DeviceData(inverters={one.serial: one for one in inverters}, retired=frozenset(retired), truncated=truncated)


def listed(serial: str = "A", last_reported: int | None = NOW, power_w: float | None = 110.0) -> Inverter:
    """Return one inverter as the list has it."""
    return Inverter(serial=serial, power_w=power_w, max_power_w=300.0, last_reported=last_reported)


def inverter_list(*inverters: Inverter) -> InverterList:
    """Return `/api/v1/production/inverters`."""
    return InverterList(inverters={one.serial: one for one in inverters})


def metered(firmware: str = "8.2.4345", *, phases: int = 1) -> Documents:
    """Return the documents of a gateway with a production and a net CT."""
    return documents_of(
        info=info(firmware),
        meters=meters(Flow.PRODUCTION, Flow.NET_CONSUMPTION, phases=phases),
        readings=READINGS,
        report=report(house()),
    )


def documents_of(*, info: Info, failed: frozenset[Endpoint[object]] = frozenset(), **answers: object) -> Documents:
    """Return documents of some endpoints by their names."""
    documents = Documents(info=info, failed=failed)
    for name, answer in answers.items():
        documents = documents.with_answer(_ENDPOINTS[name], answer)
    return documents


def changed(
    documents: Documents,
    *,
    failed: frozenset[Endpoint[object]] | None = None,
    report_endpoint: Endpoint[Report] | None = None,
    **answers: object,
) -> Documents:
    """Return documents with other answers of some endpoints, None for no answer."""
    if report_endpoint is not None:
        documents = replace(documents, report_endpoint=report_endpoint)
    if failed is not None:
        documents = replace(documents, failed=failed)
    for name, answer in answers.items():
        documents = documents.with_answer(documents.report_endpoint if name == "report" else _ENDPOINTS[name], answer)
    return documents
