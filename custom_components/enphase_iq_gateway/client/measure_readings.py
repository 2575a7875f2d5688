"""What the CTs serve, done at each reading of the live lane: what can stay the same object does."""

from .changed import changed
from .models import Flow, Measurement, Meter, Reading
from .phases import computed, mean, minus
from .site import Documents, Site, Source
from .snapshot import Phased


def from_readings(site: Site, documents: Documents, *, counters: bool) -> dict[Flow, Phased]:
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


def _phased(reading: Reading, meter: Meter, *, counters: bool) -> Phased:
    """One CT's values and its phases in use (G§8, §9)."""
    voltage_v, power_factor = mean(reading.total, meter.phase_count)
    total = changed(reading.total, voltage_v=voltage_v, power_factor=power_factor)
    phased = (total, *reading.channels[: meter.phase_count]) if meter.phase_count > 1 else (total,)
    if not counters:
        return phased
    return tuple([changed(one, energy_lifetime_wh=_lifetime(one, meter.flow)) for one in phased])


def _lifetime(measurement: Measurement, flow: Flow) -> float | None:
    """The lifetime of a CT: what it delivered; for net consumption import - export (G§6.4, §9)."""
    if flow is Flow.NET_CONSUMPTION:
        return minus(measurement.energy_delivered_wh, measurement.energy_received_wh)
    return measurement.energy_delivered_wh
