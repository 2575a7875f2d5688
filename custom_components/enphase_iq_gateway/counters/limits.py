"""The fastest plausible rise and fall of each counter of a site."""

from functools import cache
from typing import Final

from ..client import Flow, Quantity, Site, Source
from .counter import INTERVAL_S, Limits

# The largest CT that Enphase sells for these gateways carries 200 A; their highest phase voltage is 277 V.
CT_LIMIT_W: Final = 200 * 277
# The largest microinverter produces 640 W (IQ8D); a tenth more for rounding over its report interval.
INVERTER_LIMIT_W: Final = 700
# A CT's counters move every second; a minute covers a busy gateway (G§9).
_CT_INTERVAL_S: Final = 60.0
_FROM_CTS: Final = frozenset({Source.READINGS, Source.REPORT, Source.INTEGRATED})


def counter_limits(
    site: Site, flow: Flow, quantity: Quantity, phase: int, report_interval_s: int | None = None
) -> Limits:
    """Return the limits of a counter by the phases of its CT, else by the inverters; phase 0 is all phases together."""
    if site.sources[flow, quantity] not in _FROM_CTS:
        return inverter_limits(max(site.inverter_count, 1), report_interval_s)
    falls = (flow, quantity) == (Flow.NET_CONSUMPTION, Quantity.LIFETIME)
    return _ct_limits(1 if phase else site.phase_counts.get(flow, 1), falls=falls)


@cache
def inverter_limits(count: int, report_interval_s: int | None) -> Limits:
    """Return the limits of the sum of `count` inverters, which at some sites report only every hour (G§4)."""
    return Limits(rise_w=INVERTER_LIMIT_W * count, interval_s=max(INTERVAL_S, report_interval_s or 0))


@cache
def _ct_limits(phases: int, *, falls: bool) -> Limits:
    watts = CT_LIMIT_W * phases
    return Limits(rise_w=watts, fall_w=watts if falls else None, interval_s=_CT_INTERVAL_S)
