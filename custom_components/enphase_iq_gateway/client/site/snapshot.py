"""What one group has measured: the data of its coordinator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..models import Flow, Inverter, Measurement, Meter
from ..storage_models import LiveData
from .storage_snapshot import StorageSnapshot

NOTHING: Final = Measurement()

type TotalAndPhases = tuple[Measurement, ...]
"""One flow: all phases together first, then each phase where the site has several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The values of one group after one poll."""

    at: float
    """When it was read, epoch seconds."""
    clock_error_s: float = 0.0
    """How far `at` is ahead of the time that decides which day it is."""
    clock_confirmed: bool = True
    """Whether that time may begin another day."""
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
    """Total consumption is production + net + storage; without storage it has another start (S§23)."""
    inverters_reporting: int | None = None
    """How many inverters have reported within two of their intervals; None while none is known."""
    reports_hourly: bool = False
    """Whether most inverters report only about once an hour."""
    rejected_readings: Mapping[str, int] = field(default_factory=dict[str, int])
    """Samples of counters that were rejected since set-up, by reason."""
    firmware: str | None = None
    token_expires_at: int | None = None
    """Epoch seconds; None where the sign-in uses no token."""
    live_data: LiveData | None = None
    """Of the group LIVE on sites with storage or a grid relay; None while they are outdated."""
    storage_kept: bool = False
    """The power of storage was measured earlier and is no new sample."""
    storage: StorageSnapshot | None = None
    """Of the group STORAGE only."""

    def measurement(self, flow: Flow, phase: int = 0) -> Measurement:
        """Return what was measured of a flow, phase 0 for all phases together; all None where nothing was."""
        return _of_phase(self.flows.get(flow, ()), phase)

    def counters(self, flow: Flow, phase: int = 0) -> Measurement:
        """Return the published counters of a flow; all None where there are none."""
        return _of_phase(self.counted.get(flow, ()), phase)


def _of_phase(parts: TotalAndPhases, phase: int) -> Measurement:
    return parts[phase] if phase < len(parts) else NOTHING
