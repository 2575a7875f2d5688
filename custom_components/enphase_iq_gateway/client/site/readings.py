"""The flows that the CTs measure, from `/ivp/meters/readings`."""

from dataclasses import replace

from ..endpoints import METERS, READINGS
from ..models import Flow, Measurement, Meter, Reading
from .documents import Documents
from .phases import computed, difference, with_mean
from .site import Quantity, Site, Source
from .snapshot import TotalAndPhases
from .storage_power import without_ct


def from_readings(site: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the flows of the enabled meters, joined with their readings by `eid` (G§9), and those computed of them.

    Storage without a CT has only its power, from another answer (S§21).
    """
    readings = {reading.eid: reading for reading in documents.get(READINGS) or ()}
    flows = {
        meter.flow: _total_and_phases(reading, meter)
        for meter in documents.get(METERS) or ()
        if meter.enabled and (reading := readings.get(meter.eid)) is not None and reading.timestamp
    }
    storage = site.sources.get((Flow.STORAGE, Quantity.POWER))
    # The report, which has AC Batteries, is read at other times.
    with_storage = storage is not None and storage is not Source.AC_BATTERIES
    if with_storage:
        flows |= without_ct(site, documents)
    net, total = flows.get(Flow.NET_CONSUMPTION), flows.get(Flow.TOTAL_CONSUMPTION)
    others: dict[Flow, TotalAndPhases] = {
        flow: flows[flow] for flow in (Flow.PRODUCTION, Flow.STORAGE) if flow in flows
    }
    storage_missing = with_storage and Flow.STORAGE not in flows
    if Flow.PRODUCTION in flows and not storage_missing:
        if net is not None:
            flows[Flow.TOTAL_CONSUMPTION] = computed(site, Source.READINGS, Flow.TOTAL_CONSUMPTION, net, others)
        elif total is not None:
            if site.calculates_storage:
                # Import and export are computed from the counters of the CTs, which do not contain it either.
                others.pop(Flow.STORAGE)
            flows[Flow.NET_CONSUMPTION] = computed(site, Source.READINGS, Flow.NET_CONSUMPTION, total, others)
    return flows


def _total_and_phases(reading: Reading, meter: Meter) -> TotalAndPhases:
    """Return the values of one CT and of its phases in use (G§8, §9)."""
    phases = reading.channels[: meter.phase_count]
    total = with_mean(reading.total, phases, meter.phase_count)
    if meter.phase_count == 1:
        phases = ()
    if meter.flow in {Flow.NET_CONSUMPTION, Flow.STORAGE}:
        return tuple(_with_balance(sent) for sent in (total, *phases))
    return (total, *phases)


def _with_balance(sent: Measurement) -> Measurement:
    """Return values with the lifetime of net consumption, import - export, or of storage (G§6.4, §9, S§22)."""
    return replace(sent, energy_lifetime_wh=difference(sent.energy_delivered_wh, sent.energy_received_wh))
