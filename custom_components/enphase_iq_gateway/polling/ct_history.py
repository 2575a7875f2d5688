"""What a CT has measured during the last hours, to return its mean power between any two moments."""

from bisect import bisect_left
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from ..client.endpoints.quantities import CT_LIMIT_W
from ..client.models import Measurement
from ..client.site.snapshot import TotalAndPhases

# Samples every minute are exact enough: a minute is 3 % of half an hour, and power hardly changes within it.
_SAMPLE_S: Final = 60.0
# Power changes much within longer gaps. Gateways that are polled every 5 minutes may fail once.
_LONGEST_GAP_S: Final = 660.0
# Inverters may have reported after the last sample, at most the longest interval of polls before the next one.
_AHEAD_S: Final = 300.0
# Two reports of inverters that report hourly (G§4), with a margin.
_KEPT_S: Final = 3 * 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sample:
    """One moment; the values are those of all phases together and of each phase."""

    at: float
    powers_w: tuple[float, ...]
    integrated_wh: tuple[float, ...]
    """Energy integrated from power since the first sample."""
    counted_wh: tuple[float, ...]
    """Energy by the CT's counters, empty where it has none."""


class CtHistory:
    """Samples of one CT without a gap, the earliest first."""

    def __init__(self) -> None:
        self._samples: list[_Sample] = []

    def add(self, at: float, measured: TotalAndPhases) -> None:
        """Add a sample; begin again after a gap, and where the number of phases or a counter is another one."""
        last = self._samples[-1] if self._samples else None
        if last is not None and 0 <= at - last.at < _SAMPLE_S:
            return
        powers_w = tuple(each.power_w for each in measured if each.power_w is not None)
        if not powers_w or len(powers_w) < len(measured):
            return
        counted = [_counted_wh(each) for each in measured]
        counted_wh = tuple(each for each in counted if each is not None)
        if len(counted_wh) < len(counted):
            counted_wh = ()
        integrated_wh = (0.0,) * len(powers_w)
        if last is None or not _continues(last, at, powers_w, counted_wh):
            self._samples.clear()
        else:
            integrated_wh = tuple(
                energy_wh + (before_w + power_w) / 2 * (at - last.at) / 3600
                for energy_wh, before_w, power_w in zip(last.integrated_wh, last.powers_w, powers_w, strict=True)
            )
        self._samples.append(_Sample(at=at, powers_w=powers_w, integrated_wh=integrated_wh, counted_wh=counted_wh))
        if self._samples[0].at < at - _KEPT_S:
            del self._samples[0]

    def covers(self, at: float) -> bool:
        """Return whether a moment is between the first and the last sample, or shortly after the last one."""
        return bool(self._samples) and self._samples[0].at <= at <= self._samples[-1].at + _AHEAD_S

    def counted_between(self, start: float, end: float) -> bool:
        """Return whether the counters of all phases together moved between two moments that are covered."""
        first, last = self._energies_wh(start, counted=True), self._energies_wh(end, counted=True)
        return bool(first) and first[0] != last[0]

    def mean_powers_w(self, start: float, end: float, *, counted: bool) -> tuple[float, ...]:
        """Return the mean powers between two moments that are covered, by the counters or by power."""
        first, last = self._energies_wh(start, counted=counted), self._energies_wh(end, counted=counted)
        return tuple((after - before) * 3600 / (end - start) for before, after in zip(first, last, strict=True))

    def _energies_wh(self, at: float, *, counted: bool) -> tuple[float, ...]:
        """Return the energies at a moment that is covered, on the straight line through the nearest two samples."""
        index = min(bisect_left(self._samples, at, key=attrgetter("at")), len(self._samples) - 1)
        after, before = self._samples[index], self._samples[max(index - 1, 0)]
        share = (at - before.at) / (after.at - before.at) if after is not before else 0.0
        energies = (before.counted_wh, after.counted_wh) if counted else (before.integrated_wh, after.integrated_wh)
        return tuple(low + (high - low) * share for low, high in zip(*energies, strict=True))


def _counted_wh(measured: Measurement) -> float | None:
    """Return delivered - received, which falls where a clamp is reversed; a report has only the former."""
    if measured.energy_delivered_wh is None:
        return measured.energy_lifetime_wh
    return measured.energy_delivered_wh - (measured.energy_received_wh or 0.0)


def _continues(last: _Sample, at: float, powers_w: tuple[float, ...], counted_wh: tuple[float, ...]) -> bool:
    """Return whether a sample can follow the last one; a counter that jumps is another one or a wrong value."""
    if not 0 < at - last.at <= _LONGEST_GAP_S:
        return False
    if (len(powers_w), len(counted_wh)) != (len(last.powers_w), len(last.counted_wh)):
        return False
    most_wh = CT_LIMIT_W * 3 * (at - last.at) / 3600
    return all(abs(after - before) <= most_wh for before, after in zip(last.counted_wh, counted_wh, strict=True))
