"""Where a counter's values come from: a counter of another origin starts from another value."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, override

from ..client.models import Flow
from ..client.site.site import Quantity, Site, Source

_CONSUMPTION: Final = (Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION)


class Variant(StrEnum):
    """What one source measures or computes differently from site to site."""

    TOTAL_CT = "total_consumption"
    """The consumption CT measures the total."""
    NET_CT = "net_consumption"
    """The consumption CT measures the net."""
    TOTAL_FROM_NET = "total_from_net"
    """Total consumption is production + net, because the report repeats the net values (G§6.8)."""
    TOTAL_WITH_STORAGE = "total_with_storage"
    """Total consumption is production + net + storage (S§23)."""
    TOTAL_WITH_CALCULATED_STORAGE = "total_with_calculated_storage"
    """The same, and the energies of storage are calculated from its power (S§22)."""


WITH_STORAGE: Final = frozenset({Variant.TOTAL_WITH_STORAGE, Variant.TOTAL_WITH_CALCULATED_STORAGE})
"""The variants of a total that means something else than without storage."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A source, and its variant where one matters."""

    source: Source
    variant: Variant | None = None

    @override
    def __str__(self) -> str:
        """Return the stored form, `source` or `source.variant`."""
        return f"{self.source}.{self.variant}" if self.variant else str(self.source)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the origin whose stored form is `text`.

        Raises:
            ValueError: there is no such source or variant.
        """
        source, _, variant = text.partition(".")
        return cls(Source(source), Variant(variant) if variant else None)


def origin_of(site: Site, flow: Flow, quantity: Quantity, *, total_from_net: bool, total_with_storage: bool) -> Origin:
    """Return the origin of a flow's counters.

    With the other kind of consumption CT the same source starts from another value. So does a total that is computed
    from production and net: the gateway's own total differs from it by kWh (G§6.8). With storage the total differs by
    what the battery has charged and discharged (S§23).
    """
    source = site.sources[flow, quantity]
    import_export = site.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT))
    if flow not in _CONSUMPTION or source is Source.INTEGRATED:
        return Origin(source)
    if flow is Flow.TOTAL_CONSUMPTION and total_with_storage and site.calculates_storage:
        return Origin(source, Variant.TOTAL_WITH_CALCULATED_STORAGE)
    if flow is Flow.TOTAL_CONSUMPTION and source is Source.REPORT and total_from_net:
        return Origin(source, Variant.TOTAL_FROM_NET)
    if flow is Flow.TOTAL_CONSUMPTION and source is Source.READINGS and total_with_storage:
        return Origin(source, Variant.TOTAL_WITH_STORAGE)
    if import_export is None:
        return Origin(source)
    return Origin(source, Variant.TOTAL_CT if import_export is Source.INTEGRATED else Variant.NET_CT)
