"""The fastest plausible rise and fall of each counter of a site."""

from typing import Final

from ..client.endpoints.quantities import CT_LIMIT_W
from ..client.models import Flow
from ..client.site.limits import INVERTER_LIMIT_W
from ..client.site.site import CALCULATED, Quantity, Site, Source
from .allowance import INTERVAL_S, Limits

# At some sites the inverters report every hour (G§4); a longer interval is implausible and ignored.
LONGEST_REPORT_S: Final = 7200
# A CT's counters move every second; a minute covers a busy gateway (G§9).
_CT_INTERVAL_S: Final = 60.0
_FROM_CTS: Final = frozenset({Source.READINGS, Source.REPORT, Source.INTEGRATED, Source.INVERTERS_AND_NET}) | CALCULATED


def counter_limits(
    site: Site, flow: Flow, quantity: Quantity, phase: int, report_interval_s: int | None = None
) -> Limits:
    """Return the limits of a counter by the phases of its CT, else by the inverters; phase 0 is all phases together."""
    inverters = site.inverter_count if flow is Flow.PRODUCTION else 0
    if site.sources[flow, quantity] not in _FROM_CTS:
        return inverter_limits(max(site.inverter_count, 1), report_interval_s)
    phases = 1 if phase else site.phase_counts.get(flow, 1)
    return _ct_limits(phases, inverters, falls=may_fall(site, flow, quantity))


def may_fall(site: Site, flow: Flow, quantity: Quantity) -> bool:
    """Return whether a counter of the flow, and today's energy with it, may fall on a site that is in order.

    Net lifetime is import - export. Total lifetime is production + import - export where the consumption CT measures
    the net: it falls while anything feeds in that the production CT does not measure, such as a battery or an inverter
    of another make, and a phase of it falls where the clamps of the two CTs are on different phases. Sensors of such
    counters need the state class `total`.
    """
    if quantity is not Quantity.LIFETIME:
        return False
    if flow is Flow.NET_CONSUMPTION:
        return True
    return flow is Flow.TOTAL_CONSUMPTION and not _measures_total(site)


def _measures_total(site: Site) -> bool:
    """Return whether the site has a CT that measures total consumption."""
    import_export = site.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT))
    if import_export is not None:
        return import_export is Source.INTEGRATED
    # Without a net CT total consumption has electrical values of its own only where a CT measures it.
    return site.sources.get((Flow.TOTAL_CONSUMPTION, Quantity.ELECTRICAL)) is Source.READINGS


def inverter_limits(count: int, report_interval_s: int | None) -> Limits:
    """Return the limits of the sum of `count` inverters, which at some sites report only every hour (G§4)."""
    interval_s = report_interval_s if report_interval_s and report_interval_s <= LONGEST_REPORT_S else 0
    return Limits(rise_w=INVERTER_LIMIT_W * count, interval_s=max(INTERVAL_S, interval_s))


def _ct_limits(phases: int, inverters: int, *, falls: bool) -> Limits:
    watts = CT_LIMIT_W * phases
    return Limits(
        rise_w=watts,
        fall_w=watts if falls else None,
        interval_s=_CT_INTERVAL_S,
        likely_w=INVERTER_LIMIT_W * inverters or None,
    )
