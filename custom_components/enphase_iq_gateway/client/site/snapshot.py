"""What one group has measured: the data of its coordinator."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..models import Flow, Inverter, Measurement, Meter

NOTHING: Final = Measurement()

type TotalAndPhases = tuple[Measurement, ...]
"""One flow: all phases together first, then each phase where the site has several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The values of one group after one poll."""

    at: float
    """When it was read, epoch seconds."""
    flows: Mapping[Flow, TotalAndPhases] = field(default_factory=dict[Flow, TotalAndPhases])
    """As measured: counters in it are not checked, so they are not to be published."""
    counted: Mapping[Flow, TotalAndPhases] = field(default_factory=dict[Flow, TotalAndPhases])
    """The published counters of the flows, and nothing else of the flows."""
    meters: Mapping[Flow, Meter] = field(default_factory=dict[Flow, Meter])
    inverters: Mapping[str, Inverter] = field(default_factory=dict[str, Inverter])
    rejected_powers: int = 0
    """The number of powers that the site cannot have; they are unknown in this snapshot."""
    details_kept: bool = False
    """The lifetimes of the inverters were read earlier and are no new samples."""
    total_from_net: bool = False
    """The report's total repeated the net values; production + net is used instead (G§6.8)."""
    total_with_storage: bool = False
    """Total consumption is production + net + storage; without a storage CT it has another start (S§23)."""

    def measurement(self, flow: Flow, phase: int = 0) -> Measurement:
        """Return what was measured of a flow, phase 0 for all phases together; all None where nothing was."""
        return _of_phase(self.flows.get(flow, ()), phase)

    def counters(self, flow: Flow, phase: int = 0) -> Measurement:
        """Return the published counters of a flow; all None where there are none."""
        return _of_phase(self.counted.get(flow, ()), phase)


def _of_phase(parts: TotalAndPhases, phase: int) -> Measurement:
    return parts[phase] if phase < len(parts) else NOTHING


def with_unchanged(snapshot: Snapshot, before: Snapshot) -> Snapshot:
    """Return the snapshot with the earlier object of each inverter that has not changed.

    Entities compare by identity, which is cheap, to skip inverters without news.
    """
    if not snapshot.inverters:
        return snapshot
    known = before.inverters
    return replace(
        snapshot,
        inverters={
            serial: was if (was := known.get(serial)) is not None and was == inverter else inverter
            for serial, inverter in snapshot.inverters.items()
        },
    )
