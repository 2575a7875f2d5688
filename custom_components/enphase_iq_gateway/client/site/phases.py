"""Values of all phases together, and flows that are computed from two CTs."""

from collections.abc import Iterable

from ..models import Flow, Measurement
from .site import Quantity, Site, Source
from .snapshot import TotalAndPhases


def mean(total: Measurement, count: int) -> tuple[float | None, float | None]:
    """Return voltage and power factor of all phases together, where the gateway sends meaningless sums (G§6.3).

    The voltage is always a sum; the power factor on some firmware. Real over apparent power is right on all firmware.
    """
    voltage_v = None if total.voltage_v is None else total.voltage_v / count
    power, apparent = total.power_w, abs(total.apparent_power_va or 0)
    if count > 1 and power is not None and 0 < apparent >= abs(power):
        return voltage_v, power / apparent
    return voltage_v, total.power_factor


def difference(first: float | None, second: float | None) -> float | None:
    """Return first - second, None when either is missing."""
    return None if first is None or second is None else first - second


def total_of(values: Iterable[float | None]) -> float | None:
    """Return the sum, None when any value is missing."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def computed(
    site: Site, source: Source, flow: Flow, consumption: TotalAndPhases, production: TotalAndPhases
) -> TotalAndPhases:
    """Return total from net or net from total, for each phase that both CTs measure (G§6.4)."""
    counted = site.sources.get((flow, Quantity.LIFETIME)) is source
    return tuple(
        Measurement(
            power_w=_combined(flow, one.power_w, produced.power_w),
            energy_lifetime_wh=(
                _combined(flow, one.energy_lifetime_wh, produced.energy_lifetime_wh) if counted else None
            ),
        )
        for one, produced in list(zip(consumption, production, strict=False))[: 1 + site.phases(flow)]
    )


def _combined(flow: Flow, consumption: float | None, production: float | None) -> float | None:
    if flow is Flow.TOTAL_CONSUMPTION:
        return total_of((consumption, production))
    return difference(consumption, production)
