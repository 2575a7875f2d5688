"""Guards of the counters of one gateway, and what they publish."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json

from awesomeversion import AwesomeVersion

from custom_components.enphase_iq_gateway.client.endpoints import REPORT_DETAILED
from custom_components.enphase_iq_gateway.client.models import Flow, Info, Inverter, Measurement
from custom_components.enphase_iq_gateway.client.site.site import (
    GatewayClass,
    PollGroup,
    Quantity,
    Site,
    Source,
    Sources,
)
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.state import GuardState

T0 = 1_790_000_000.0
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC).timestamp()
PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION
LIFETIME = FlowCounter(PRODUCTION, CounterField.LIFETIME)
TOTAL_CT: Sources = {
    (PRODUCTION, Quantity.POWER): Source.READINGS,
    (PRODUCTION, Quantity.LIFETIME): Source.READINGS,
    (TOTAL, Quantity.POWER): Source.READINGS,
    (TOTAL, Quantity.LIFETIME): Source.READINGS,
    (NET, Quantity.POWER): Source.READINGS,
    (NET, Quantity.LIFETIME): Source.READINGS,
    (NET, Quantity.IMPORT_EXPORT): Source.INTEGRATED,
}
NET_CT: Sources = {
    **TOTAL_CT,
    (TOTAL, Quantity.LIFETIME): Source.REPORT,
    (NET, Quantity.IMPORT_EXPORT): Source.READINGS,
}
INVERTERS: Sources = {
    (PRODUCTION, Quantity.POWER): Source.REPORTED_INVERTERS,
    (PRODUCTION, Quantity.LIFETIME): Source.DEVICE_DATA,
}


def guard_site(sources: Sources, phases: int = 1) -> Site:
    """Return a site with these sources."""
    return Site(
        info=Info(serial="999900000001", firmware=AwesomeVersion("8.2.4345")),
        gateway_class=GatewayClass.METERED,
        phase_counts=dict.fromkeys(Flow, phases),
        sources=sources,
        report_endpoint=REPORT_DETAILED,
        inverter_endpoints=frozenset(),
        inverter_count=3,
    )


def check_totals(guard: Guard, seconds: float, *phases: tuple[float | None, float | None]) -> tuple[Measurement, ...]:
    """Check total consumption and production, all phases together first; return net consumption."""
    total, produced = zip(*phases, strict=True)
    flows = {
        TOTAL: tuple(Measurement(energy_lifetime_wh=value) for value in total),
        PRODUCTION: tuple(Measurement(energy_lifetime_wh=value) for value in produced),
    }
    return tuple(guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows), UTC).counted[NET])


def check_net(guard: Guard, seconds: float, imported: float | None, exported: float | None) -> Measurement:
    """Check the counters of a net CT; return what is published."""
    flows = {NET: (Measurement(energy_delivered_wh=imported, energy_received_wh=exported),)}
    return guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows), UTC).counters(NET)


def balanced(measured: Measurement) -> tuple[float | None, float | None]:
    """Return balanced import and export."""
    return measured.energy_import_balanced_wh, measured.energy_export_balanced_wh


def restart_guard(guard: Guard) -> Guard:
    """Return a guard with the stored state of another one."""
    return Guard(site=guard.site, state=GuardState.from_json(json.loads(json.dumps(guard.state.as_json()))))


def import_export(measured: Measurement) -> tuple[float | None, float | None]:
    """Return import and export."""
    return measured.energy_delivered_wh, measured.energy_received_wh


def check_inverters(
    guard: Guard, seconds: float, lifetimes: Mapping[str, float | None], reported: float | None = None
) -> float | None:
    """Check the inverters' lifetimes; return the published production."""
    snapshot = Snapshot(
        at=T0 + seconds,
        flows={PRODUCTION: (Measurement(energy_lifetime_wh=reported),)},
        inverters={
            serial: Inverter(serial=serial, energy_lifetime_wh=lifetime) for serial, lifetime in lifetimes.items()
        },
    )
    return guard.check(PollGroup.INVERTERS, snapshot, UTC).counters(PRODUCTION).energy_lifetime_wh


def check_production(guard: Guard, seconds: float, lifetime: float | None) -> float | None:
    """Check a production counter; return what is published."""
    snapshot = Snapshot(at=T0 + seconds, flows={PRODUCTION: (Measurement(energy_lifetime_wh=lifetime),)})
    return guard.check(PollGroup.LIVE, snapshot, UTC).counters(PRODUCTION).energy_lifetime_wh
