"""What follows from the phases of a CT, and from two CTs together."""

from ..models import Flow, Measurement
from .site import Quantity, Site, Source
from .snapshot import TotalAndPhases


def mean(total: Measurement, count: int) -> tuple[float | None, float | None]:
    """Give voltage and power factor of all phases together, where the gateway sends sums that mean nothing (G§6.3).

    That is so of the voltage, and on some firmware of the power factor: real over apparent power is right on all.
    """
    voltage_v = None if total.voltage_v is None else total.voltage_v / count
    power, apparent = total.power_w, abs(total.apparent_power_va or 0)
    if count > 1 and power is not None and 0 < apparent >= abs(power):
        return voltage_v, power / apparent
    return voltage_v, total.power_factor


def minus(first: float | None, second: float | None) -> float | None:
    """Subtract, None when either is missing."""
    return None if first is None or second is None else first - second


def _plus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def computed(
    site: Site, source: Source, flow: Flow, consumption: TotalAndPhases, production: TotalAndPhases
) -> TotalAndPhases:
    """Total from net or net from total, phase by phase where both CTs have the phase (G§6.4)."""
    arithmetic = _plus if flow is Flow.TOTAL_CONSUMPTION else minus
    pairs = list(zip(consumption, production, strict=False))[: 1 + site.phases(flow)]
    counted = site.sources.get((flow, Quantity.LIFETIME)) is source
    return tuple(
        [
            Measurement(
                power_w=arithmetic(one.power_w, produced.power_w),
                energy_lifetime_wh=arithmetic(one.energy_lifetime_wh, produced.energy_lifetime_wh) if counted else None,
            )
            for one, produced in pairs
        ]
    )
