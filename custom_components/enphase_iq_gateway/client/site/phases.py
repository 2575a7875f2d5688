"""Values of all phases together, and flows that are computed from two CTs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..models import Flow, Measurement
from .site import Quantity, Site, Source
from .snapshot import NOTHING, TotalAndPhases

# Unused channels carry stray voltages of a few volts (G§9), so a phase in use has at least this share of the highest.
_SHARE_OF_VOLTAGE: Final = 0.5
# The total and the sum of its phases differ by less through rounding, and by the time between two samples.
_STRAY_V: Final = 1.0


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
    known = len(phases) == count and all(phase.voltage_v is not None for phase in phases)
    connected = in_use(phases) if known else []
    summed_v = sum(phase.voltage_v or 0.0 for phase in connected)
    odd = bool(summed_v) and (len(connected) < count or abs((total.voltage_v or 0.0) - summed_v) > _STRAY_V)
    if odd:
        voltage_v: float | None = summed_v / len(connected)
    else:
        voltage_v = None if total.voltage_v is None else total.voltage_v / count
    if count == 1 and not odd:
        return replace(total, voltage_v=voltage_v)
    measured = connected[0] if count == 1 else total
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


_ZERO: Final = Measurement(power_w=0.0, energy_lifetime_wh=0.0)


def computed(
    site: Site, source: Source, flow: Flow, consumption: TotalAndPhases, others: Mapping[Flow, TotalAndPhases]
) -> TotalAndPhases:
    """Return total consumption from net, or net from total: total = net + production + storage (G§6.4, S§23).

    The result has the phases of the consumption CT; a phase on which another CT does not measure adds 0. The lifetime
    lacks storage whose energies are calculated: the guard adds them.
    """
    sign = 1 if flow is Flow.TOTAL_CONSUMPTION else -1
    counted = site.sources.get((flow, Quantity.LIFETIME)) is source
    parts: list[Measurement] = []
    for phase, measured in enumerate(consumption[: 1 + site.phases(flow)]):
        added = [_of_phase(site, other, values, phase) for other, values in others.items()]
        power_w = total_of(one.power_w for one in added)
        lifetime_wh = total_of(
            one.energy_lifetime_wh
            for other, one in zip(others, added, strict=True)
            if not (other is Flow.STORAGE and site.calculates_storage)
        )
        parts.append(
            Measurement(
                power_w=_sum(measured.power_w, power_w, sign),
                energy_lifetime_wh=_sum(measured.energy_lifetime_wh, lifetime_wh, sign) if counted else None,
            )
        )
    return tuple(parts)


def _of_phase(site: Site, flow: Flow, values: TotalAndPhases, phase: int) -> Measurement:
    """Return the values of one phase: a CT on one phase measures the first one."""
    if phase < len(values):
        return values[phase]
    count = site.phase_counts.get(flow, 1)
    if phase > count:
        return _ZERO
    return values[0] if count == 1 else NOTHING


def _sum(consumption: float | None, others: float | None, sign: int) -> float | None:
    return None if consumption is None or others is None else consumption + sign * others
