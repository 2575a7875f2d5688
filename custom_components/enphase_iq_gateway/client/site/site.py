"""What one gateway has, and which source serves which quantity of which flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ..endpoints import (
    DEVICE_DATA,
    ENSEMBLE_POWER,
    LIVE_DATA,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from ..models import Flow, Info, Report
from .storage_site import StorageSite, storage_plan


class GatewayClass(StrEnum):
    """The classes of G§13.2."""

    LEGACY = "legacy"
    NON_METERED = "non_metered"
    METERED_WITHOUT_CT = "metered_without_ct"
    METERED = "metered"


class Source(StrEnum):
    """Where a quantity comes from."""

    READINGS = "readings"
    REPORT = "report"
    REPORTED_INVERTERS = "reported_inverters"
    SUMMARY = "summary"
    DEVICE_DATA = "device_data"
    INTEGRATED = "integrated"
    """Integrated from net power by this integration, where no CT counts import and export (G§9)."""
    LIVE_DATA = "live_data"
    """The power of storage in live data; its energies are calculated from it by this integration (S§22)."""
    BATTERIES = "batteries"
    """The same from the sum of what the batteries report, 7 to 17 % lower than what a CT measures (S§21)."""
    AC_BATTERIES = "ac_batteries"
    """The same from the report, which has AC Batteries: the mean power of up to 15 minutes (S§13)."""
    INVERTERS_AND_NET = "inverters_and_net"
    """The production that the inverters have reported + net consumption, where no CT measures the production. The
    reports are up to an interval older than the reading of the net CT."""


SOURCE_ENDPOINTS: Final[Mapping[Source, tuple[Endpoint[object], ...]]] = {
    Source.READINGS: (READINGS,),
    Source.REPORT: (REPORT_DETAILED, REPORT),
    Source.REPORTED_INVERTERS: (REPORT_DETAILED, REPORT),
    Source.SUMMARY: (PRODUCTION_SUMMARY,),
    Source.DEVICE_DATA: (DEVICE_DATA,),
    Source.INTEGRATED: (READINGS,),
    Source.INVERTERS_AND_NET: (READINGS,),
    Source.LIVE_DATA: (LIVE_DATA,),
    Source.BATTERIES: (ENSEMBLE_POWER,),
    Source.AC_BATTERIES: (REPORT_DETAILED, REPORT),
}
"""The endpoints that can serve each source, the preferred one first."""


CALCULATED: Final = frozenset({Source.LIVE_DATA, Source.BATTERIES, Source.AC_BATTERIES})
"""The sources that have power only, from which this integration calculates energies."""


class Quantity(StrEnum):
    """The values of a flow that always come from the same source."""

    POWER = "power"
    LIFETIME = "lifetime"
    IMPORT_EXPORT = "directions"
    """The two one-way counters."""
    TODAY = "today"
    LAST_7_DAYS = "last_7_days"
    ELECTRICAL = "electrical"
    """Voltage, current, apparent and reactive power, power factor, frequency."""


class PollGroup(StrEnum):
    """The endpoints that one coordinator polls together."""

    LIVE = "live"
    REPORT = "report"
    INVERTERS = "inverters"
    STORAGE = "storage"


type Sources = Mapping[tuple[Flow, Quantity], Source]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What one gateway has. Equal sites have the same entities from the same sources."""

    info: Info = field(compare=False)
    gateway_class: GatewayClass
    phase_counts: Mapping[Flow, int]
    """Phases in use by flow, 1 to 3."""
    sources: Sources
    report_endpoint: Endpoint[Report]
    inverter_endpoints: frozenset[Endpoint[object]]
    inverter_count: int = field(compare=False)
    storage: StorageSite = field(default_factory=StorageSite)
    """Batteries, grid relay and what belongs to them."""

    def group_of(self, source: Source) -> PollGroup:
        """Return the group that reads a source: the report has a group of its own only where readings are faster."""
        match source:
            case Source.READINGS | Source.INTEGRATED | Source.LIVE_DATA | Source.BATTERIES:
                return PollGroup.LIVE
            case Source.DEVICE_DATA:
                return PollGroup.INVERTERS
            case Source.INVERTERS_AND_NET:
                return self.group_of(self.sources[Flow.PRODUCTION, Quantity.POWER])
            case _:
                return PollGroup.REPORT if Source.READINGS in self.sources.values() else PollGroup.LIVE

    def group(self, flow: Flow, quantity: Quantity) -> PollGroup | None:
        """Return the group that serves a quantity, None where the gateway has no source of it."""
        source = self.sources.get((flow, quantity))
        if source is Source.INVERTERS_AND_NET:
            return self.group(Flow.PRODUCTION, quantity)
        return None if source is None else self.group_of(source)

    @property
    def total_includes_storage(self) -> bool:
        """Return whether total consumption is production + net + storage: with storage and a net CT (S§23).

        Not with AC Batteries in the report where the CTs are read by another coordinator.
        """
        storage = self.sources.get((Flow.STORAGE, Quantity.POWER))
        from_net = self.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT)) is Source.READINGS
        reported = Source.READINGS not in self.sources.values()
        has_storage = storage is not None and (storage is not Source.AC_BATTERIES or reported)
        return has_storage and (from_net or reported) and (Flow.TOTAL_CONSUMPTION, Quantity.POWER) in self.sources

    @property
    def calculates_storage(self) -> bool:
        """Return whether the energies of storage are calculated from its power, because no CT counts them."""
        return self.sources.get((Flow.STORAGE, Quantity.IMPORT_EXPORT)) in CALCULATED

    def phases(self, flow: Flow) -> int:
        """Return the number of phases that are shown separately, 0 on a single-phase site."""
        count = self.phase_counts.get(flow, 1)
        return count if count > 1 else 0

    def reads(self, group: PollGroup) -> frozenset[Endpoint[object]]:
        """Return the endpoints that a group polls."""
        sources = {source for source in self.sources.values() if self.group_of(source) is group}
        if Source.INVERTERS_AND_NET in sources and self.calculates_storage:
            sources.add(self.sources[Flow.STORAGE, Quantity.POWER])
        candidates = {SOURCE_ENDPOINTS[source] for source in sources}
        endpoints = frozenset(
            self.report_endpoint if self.report_endpoint in serving else serving[0] for serving in candidates
        )
        match group:
            case PollGroup.LIVE:
                return endpoints | {LIVE_DATA} if self.storage.has(LIVE_DATA) else endpoints
            case PollGroup.INVERTERS:
                return endpoints | self.inverter_endpoints
            case PollGroup.STORAGE:
                others = (self.reads(other) for other in PollGroup if other is not PollGroup.STORAGE)
                return frozenset(storage_plan(self.storage)).difference(*others)
            case _:
                return endpoints


def endpoints_of(sources: Sources) -> frozenset[Endpoint[object]]:
    """Return the endpoints that some sources depend on; for the report both, as a gateway may have either."""
    endpoints = frozenset(endpoint for source in sources.values() for endpoint in SOURCE_ENDPOINTS[source])
    # A reading names its CT by eid only: what the CT measures is in the list of meters (G§9).
    return endpoints | {METERS} if READINGS in endpoints else endpoints
