"""Values of all phases together, and flows that are computed from two CTs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..models import Flow, Measurement
from .site import Quantity, Site, Source
from .snapshot import TotalAndPhases


# Unused channels carry stray voltages of a few volts (G§9), so a phase in use has at least this share of the highest.
_SHARE_OF_VOLTAGE: Final = 0.5


def in_use(phases: Sequence[Measurement]) -> list[Measurement]:
    """Return the phases that are connected; without voltages those with any power or energy."""
    voltages = [phase.voltage_v or 0.0 for phase in phases]
    if highest := max(voltages, default=0.0):
        return [
            phase for phase, voltage in zip(phases, voltages, strict=True) if voltage >= highest * _SHARE_OF_VOLTAGE
        ]
    return [phase for phase in phases if phase.power_w or phase.energy_lifetime_wh]


def with_mean(total: Measurement, phases: Sequence[Measurement], count: int) -> Measurement:
    """Return the values of all phases together with the mean voltage and the power factor (G§6.3).

    The gateway sends the sum of the voltages, on some firmware with the stray voltages of unused channels in it; there
    and with several phases the power factor is a sum too. Real over apparent power is right on all firmware.
    """
    if total.voltage_v is None:
        voltage_v = None
    elif len(phases) == count and all(phase.voltage_v is not None for phase in phases):
        voltages = [phase.voltage_v or 0.0 for phase in in_use(phases) or phases]
        voltage_v = sum(voltages) / len(voltages)
    else:
        voltage_v = total.voltage_v / count
    measured = total
    if count == 1:
        if voltage_v == total.voltage_v:
            return total
        measured = phases[0]
    power, apparent = measured.power_w, abs(measured.apparent_power_va or 0)
    factor = power / apparent if power is not None and 0 < apparent >= abs(power) else total.power_factor
    return replace(total, voltage_v=voltage_v, power_factor=factor)


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
