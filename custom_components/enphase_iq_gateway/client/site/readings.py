"""What the CTs serve, done at each reading of the live group: what can stay the same object does."""

from ..models import Flow, Measurement, Meter, Reading
from .phases import computed, mean, minus
from .site import Documents, Site, Source
from .snapshot import TotalAndPhases


def from_readings(site: Site, documents: Documents, *, counters: bool) -> dict[Flow, TotalAndPhases]:
    """The CTs, joined with the enabled meters by `eid` (G§9), and what follows from two of them.

    Without `counters` the lifetimes are left out.
    """
    readings = {reading.eid: reading for reading in documents.readings or ()}
    flows = {
        meter.flow: _phased(reading, meter, counters=counters)
        for meter in documents.meters or ()
        if meter.enabled and (reading := readings.get(meter.eid)) is not None and reading.timestamp
    }
    net, total = flows.get(Flow.NET_CONSUMPTION), flows.get(Flow.TOTAL_CONSUMPTION)
    if (production := flows.get(Flow.PRODUCTION)) is not None:
        if net is not None:
            flows[Flow.TOTAL_CONSUMPTION] = computed(site, Source.READINGS, Flow.TOTAL_CONSUMPTION, net, production)
        elif total is not None:
            flows[Flow.NET_CONSUMPTION] = computed(site, Source.READINGS, Flow.NET_CONSUMPTION, total, production)
    return flows


def _phased(reading: Reading, meter: Meter, *, counters: bool) -> TotalAndPhases:
    """One CT's values and its phases in use (G§8, §9)."""
    flow = meter.flow if counters else None
    total = reading.total
    voltage_v, power_factor = mean(total, meter.phase_count)
    together = _measurement(total, voltage_v=voltage_v, power_factor=power_factor, counted=flow)
    if meter.phase_count == 1:
        return (together,)
    phases = reading.channels[: meter.phase_count]
    if counters:
        phases = tuple(
            [_measurement(one, voltage_v=one.voltage_v, power_factor=one.power_factor, counted=flow) for one in phases]
        )
    return (together, *phases)


def _measurement(
    sent: Measurement, *, voltage_v: float | None, power_factor: float | None, counted: Flow | None
) -> Measurement:
    """What was sent with another voltage and power factor, and the lifetime of the flow that is counted.

    Each field by hand: at each reading `changed` would take twice the time.
    """
    return Measurement(
        power_w=sent.power_w,
        voltage_v=voltage_v,
        current_a=sent.current_a,
        apparent_power_va=sent.apparent_power_va,
        reactive_power_var=sent.reactive_power_var,
        power_factor=power_factor,
        frequency_hz=sent.frequency_hz,
        energy_delivered_wh=sent.energy_delivered_wh,
        energy_received_wh=sent.energy_received_wh,
        energy_lifetime_wh=None if counted is None else _lifetime(sent, counted),
    )


def _lifetime(measurement: Measurement, flow: Flow) -> float | None:
    """The lifetime of a CT: what it delivered; for net consumption import - export (G§6.4, §9)."""
    if flow is Flow.NET_CONSUMPTION:
        return minus(measurement.energy_delivered_wh, measurement.energy_received_wh)
    return measurement.energy_delivered_wh
