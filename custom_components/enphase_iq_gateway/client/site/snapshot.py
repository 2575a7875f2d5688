"""What a group knows after a reading, for the entities to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..models import Flow, Inverter, Measurement, Meter

NOTHING = Measurement()

type TotalAndPhases = tuple[Measurement, ...]
"""One flow: all phases together first, then each phase where the site tells them apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What one group knows after one reading."""

    at: float
    """When it was read, epoch seconds."""
    flows: Mapping[Flow, TotalAndPhases] = field(default_factory=dict[Flow, TotalAndPhases])
    """As measured: their counters are not for publishing."""
    counted: Mapping[Flow, TotalAndPhases] = field(default_factory=dict[Flow, TotalAndPhases])
    """The counters of the flows as the guard publishes them, and nothing else of the flows."""
    meters: Mapping[Flow, Meter] = field(default_factory=dict[Flow, Meter])
    inverters: Mapping[str, Inverter] = field(default_factory=dict[str, Inverter])
    details_kept: bool = False
    """What the inverters have counted was read earlier, and is no new sample."""
    total_from_net: bool = False
    """The report's total repeated the net values, and was put together of production and net instead (G§6.8)."""

    def measurement(self, flow: Flow, phase: int = 0) -> Measurement:
        """What was measured of a flow, 0 for all phases together; all None where nothing was."""
        return _of_phase(self.flows.get(flow, ()), phase)

    def counters(self, flow: Flow, phase: int = 0) -> Measurement:
        """What is published of a flow's counters; all None where there are none."""
        return _of_phase(self.counted.get(flow, ()), phase)


def _of_phase(phased: TotalAndPhases, phase: int) -> Measurement:
    return phased[phase] if phase < len(phased) else NOTHING


def with_unchanged(snapshot: Snapshot, before: Snapshot) -> Snapshot:
    """Let each inverter that is as before be the same object."""
    if not snapshot.inverters:
        return snapshot
    # Not `changed`, for which equal is as good as the same. Most are the same already, which is asked for first.
    known = before.inverters
    return replace(
        snapshot,
        inverters={
            serial: was if (was := known.get(serial)) is not None and (was is inverter or was == inverter) else inverter
            for serial, inverter in snapshot.inverters.items()
        },
    )
