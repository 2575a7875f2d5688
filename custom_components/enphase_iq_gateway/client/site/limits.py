"""The highest power that a site can have: one table for CTs and inverters. A value above it is not a measurement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..endpoints import DEVICE_DATA, INVERTER_LIST, METERS, PRODUCTION_SUMMARY, READINGS
from ..endpoints.quantities import CT_LIMIT_W, MOST_PHASES
from ..models import Inverter, Measurement, Reading, Report, ReportedFlow
from .documents import Documents
from .site import Site

INVERTER_LIMIT_W: Final = 700
"""The largest microinverter produces 640 W (IQ8D); a tenth more for rounding over its report interval."""


def without_impossible_powers(site: Site, documents: Documents) -> tuple[Documents, int]:
    """Return the documents without powers that the site cannot have, and the number of those.

    After a restart some gateways report the lifetime energy as power.
    """
    check = _Check(all_inverters_w=_limit_of_inverters(site))
    if (readings := documents.get(READINGS)) is not None:
        phases = {meter.eid: meter.phase_count for meter in documents.get(METERS) or () if meter.enabled}
        documents = documents.with_answer(
            READINGS, tuple(check.reading(one, phases.get(one.eid, 0)) for one in readings)
        )
    if (report := documents.report) is not None:
        documents = documents.with_answer(documents.report_endpoint, check.report(site, report))
    if (summary := documents.get(PRODUCTION_SUMMARY)) is not None:
        power_w = check.power(summary.power_w, check.all_inverters_w)
        documents = documents.with_answer(PRODUCTION_SUMMARY, replace(summary, power_w=power_w))
    if (devices := documents.get(DEVICE_DATA)) is not None:
        documents = documents.with_answer(DEVICE_DATA, replace(devices, inverters=check.inverters(devices.inverters)))
    if (listed := documents.get(INVERTER_LIST)) is not None:
        documents = documents.with_answer(INVERTER_LIST, replace(listed, inverters=check.inverters(listed.inverters)))
    return documents, check.rejected


def _limit_of_inverters(site: Site) -> float:
    """Return the limit of all inverters together.

    Their number at set-up is no limit for a small site: an installer may add more.
    """
    return max(INVERTER_LIMIT_W * site.inverter_count, CT_LIMIT_W * MOST_PHASES)


@dataclass(kw_only=True, slots=True)
class _Check:
    """Checks the powers of documents and counts those that are rejected."""

    all_inverters_w: float
    rejected: int = 0

    def power(self, power_w: float | None, limit_w: float) -> float | None:
        """Return a power, None where it exceeds the limit in either direction."""
        if power_w is None or abs(power_w) <= limit_w:
            return power_w
        self.rejected += 1
        return None

    def measurement(self, measurement: Measurement, limit_w: float) -> Measurement:
        """Return a measurement with its power checked."""
        power_w = self.power(measurement.power_w, limit_w)
        return measurement if power_w == measurement.power_w else replace(measurement, power_w=power_w)

    def reading(self, reading: Reading, phases: int) -> Reading:
        """Return the reading of a CT on some phases; one that is not enabled has 0 and is not used."""
        if not phases:
            return reading
        rejected = self.rejected
        total = self.measurement(reading.total, CT_LIMIT_W * phases)
        used = [self.measurement(channel, CT_LIMIT_W) for channel in reading.channels[: phases if phases > 1 else 0]]
        if self.rejected == rejected:
            return reading
        return replace(reading, total=total, channels=(*used, *reading.channels[len(used) :]))

    def report(self, site: Site, report: Report) -> Report:
        """Return a report with the power of its flows and of its inverters checked."""
        flows = {flow: self.reported(one, site.phase_counts.get(flow, 1)) for flow, one in report.flows.items()}
        inverters = report.inverters
        if inverters is not None:
            inverters = replace(inverters, power_w=self.power(inverters.power_w, self.all_inverters_w))
        return replace(report, flows=flows, inverters=inverters)

    def reported(self, flow: ReportedFlow, phases: int) -> ReportedFlow:
        """Return one flow of a report; one that is not active is not used."""
        if not flow.active:
            return flow
        total = self.measurement(flow.total, CT_LIMIT_W * phases)
        if phases == 1:
            return replace(flow, total=total)
        lines = (self.measurement(line, CT_LIMIT_W) for line in flow.lines[:phases])
        return replace(flow, total=total, lines=(*lines, *flow.lines[phases:]))

    def inverters(self, inverters: Mapping[str, Inverter]) -> dict[str, Inverter]:
        """Return inverters with their power checked."""
        return {serial: self.inverter(inverter) for serial, inverter in inverters.items()}

    def inverter(self, inverter: Inverter) -> Inverter:
        """Return an inverter with its powers checked."""
        power_w = self.power(inverter.power_w, INVERTER_LIMIT_W)
        max_power_w = self.power(inverter.max_power_w, INVERTER_LIMIT_W)
        if (power_w, max_power_w) == (inverter.power_w, inverter.max_power_w):
            return inverter
        return replace(inverter, power_w=power_w, max_power_w=max_power_w)
