"""Compare what the production CT and the inverters measure: pure arithmetic over half hours of daylight.

An inverter reports its mean power over an interval of 5 or 15 minutes, at some sites of an hour, and each inverter at a
time of its own (G§4). So each is compared with what the CT has measured between two of its own reports.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..client.models import Flow, Inverter
from ..client.site.site import Quantity, Site, Source
from ..client.site.snapshot import Snapshot, TotalAndPhases
from .ct_history import CtHistory

# At least two intervals of 15 minutes: moving clouds make a single one an odd sample.
_HALF_HOUR_S: Final = 1800
# So many half hours in a row have to agree: nothing is found in the first hour after the start or of a day.
_HALF_HOURS: Final = 2
# An hour is the longest interval there is (G§4); a longer gap between two reports is a night or an outage.
_LONGEST_INTERVAL_S: Final = 5400
# Inverters are polled every 5 minutes and a report arrives soon after its interval. A newest report that is older
# comes from a gateway with a wrong clock, so that it is unknown what the CT measured meanwhile.
_LATEST_REPORT_S: Final = 600
# About a tenth of an inverter's rating. Below it, in twilight and under snow, standby powers and rounding to whole
# watts matter.
_DAYLIGHT_W: Final = 30.0
# In the recordings whose counters can be compared, CT and inverters differ by 1 to 3 % (G§3). A CT that measures 20 %
# too little has been reported, and one missing phase of three is a third.
_LOW_SHARE: Final = 0.85
# Where the CT's counters stand still, only its power at single moments is left. In a healthy recording that is 0.65 of
# the inverters' mean (7.6.175_with_cts_3phase: 489 W beside 751 W).
_LOW_SHARE_AT_MOMENTS: Final = 0.5
# A CT that is not clamped on a conductor shows noise of up to 2 W (G§14).
_NOTHING_SHARE: Final = 0.03
# More than standby power, which is below 1 W for each inverter (G§6.4), and less than any phase's share.
_REVERSED_SHARE: Final = 0.05


class CtProblem(StrEnum):
    """What is most likely wrong with a production CT that measures too little."""

    REVERSED = "reversed"
    """All phases together or one of them are negative."""
    NOTHING = "nothing"
    PHASE_MISSING = "phase_missing"
    """At least one phase measures nothing, but not all."""
    TOO_LITTLE = "too_little"


@dataclass(frozen=True, kw_only=True, slots=True)
class CtFinding:
    """A production CT that measures too little: mean powers over the same half hour."""

    problem: CtProblem
    ct_w: float
    inverters_w: float
    phases_w: tuple[float, ...] = ()
    """What the CT measures on each phase; empty on a single-phase site."""


@dataclass(kw_only=True, slots=True)
class _Span:
    """What one inverter has produced between two of its reports."""

    start: int
    end: int
    start_wh: float | None
    """Its lifetime energy; None where only powers are reported."""
    end_wh: float | None
    reported_wh: float = 0.0
    """The sum of mean power x time of its reports."""

    def mean_power_w(self, *, use_lifetime: bool) -> float:
        """Return the mean power, from the lifetime energy where there is one."""
        energy_wh = self.reported_wh
        if use_lifetime and self.start_wh is not None and self.end_wh is not None:
            energy_wh = self.end_wh - self.start_wh
        return energy_wh * 3600 / (self.end - self.start)


def can_check(site: Site) -> bool:
    """Return whether a gateway has a production CT and lists inverters to compare it with."""
    source = site.sources.get((Flow.PRODUCTION, Quantity.POWER))
    return source in {Source.READINGS, Source.REPORT} and bool(site.inverter_endpoints)


class CtCheckup:
    """The check-up of one gateway. It looks only for a CT that measures less than the inverters report.

    A CT that measures more may have other producers behind it, or some inverters do not communicate.
    """

    def __init__(self) -> None:
        self.finding: CtFinding | None = None
        """Kept overnight; replaced only once two half hours in a row agree."""
        self._ct = CtHistory()
        self._spans: dict[str, _Span] = {}
        self._disagreeing = 0
        """Half hours in a row that contradict `finding`."""
        self._use_lifetime = True

    def add_production(self, at: float, production: TotalAndPhases) -> None:
        """Add what the CT measures at one moment."""
        self._ct.add(at, production)

    def add_inverters(self, snapshot: Snapshot) -> CtFinding | None:
        """Add the reports of the inverters, compare once they cover half an hour, and return the finding."""
        # Lifetimes that are read less often than the powers belong to earlier reports.
        self._use_lifetime = self._use_lifetime and not snapshot.details_kept
        for gone in self._spans.keys() - snapshot.inverters.keys():
            del self._spans[gone]
        new = [inverter.last_reported or 0 for inverter in snapshot.inverters.values() if self._add(inverter)]
        reporting = [span for span in self._spans.values() if snapshot.at - span.end <= _LONGEST_INTERVAL_S]
        if not reporting:
            self._disagreeing = 0
        elif new and abs(snapshot.at - max(new)) <= _LATEST_REPORT_S and all(map(self._is_complete, reporting)):
            self._compare(reporting)
            for span in reporting:
                span.start, span.start_wh, span.reported_wh = span.end, span.end_wh, 0.0
        return self.finding

    def _add(self, inverter: Inverter) -> bool:
        """Add the report of one inverter, and return whether it is a new one."""
        reported, lifetime_wh = inverter.last_reported, inverter.energy_lifetime_wh
        span = self._spans.get(inverter.serial)
        if reported is None or inverter.power_w is None or (span is not None and span.end == reported):
            return False
        since_s = 0 if span is None else reported - span.end
        if span is None or not 0 < since_s <= _LONGEST_INTERVAL_S or not self._ct.covers(span.start):
            self._spans[inverter.serial] = _Span(start=reported, end=reported, start_wh=lifetime_wh, end_wh=lifetime_wh)
        else:
            span.reported_wh += inverter.power_w * since_s / 3600
            span.end, span.end_wh = reported, lifetime_wh
        return True

    def _is_complete(self, span: _Span) -> bool:
        return span.end - span.start >= _HALF_HOUR_S and self._ct.covers(span.start) and self._ct.covers(span.end)

    def _compare(self, spans: list[_Span]) -> None:
        """Compare mean powers. Each inverter contributes its share of the power with what the CT measured meanwhile."""
        powers_w = [max(span.mean_power_w(use_lifetime=self._use_lifetime), 0.0) for span in spans]
        inverters_w = sum(powers_w)
        if inverters_w < _DAYLIGHT_W * len(spans):
            self._disagreeing = 0
            return
        counted = self._ct.counted_between(min(span.start for span in spans), max(span.end for span in spans))
        ct_w: list[float] = []
        for span, power_w in zip(spans, powers_w, strict=True):
            measured_w = self._ct.mean_powers_w(span.start, span.end, counted=counted)
            ct_w = [
                total_w + each_w * power_w / inverters_w
                for total_w, each_w in zip(ct_w or [0.0] * len(measured_w), measured_w, strict=True)
            ]
        low_share = _LOW_SHARE if counted else _LOW_SHARE_AT_MOMENTS
        self._set_finding(_find(ct_w[0], tuple(ct_w[1:]), inverters_w) if ct_w[0] < low_share * inverters_w else None)

    def _set_finding(self, found: CtFinding | None) -> None:
        """Replace the finding by the result of a half hour, but only the second in a row makes or clears one."""
        if (found is None) is not (self.finding is None):
            self._disagreeing += 1
            if self._disagreeing < _HALF_HOURS:
                return
        self._disagreeing = 0
        self.finding = found


def _find(ct_w: float, phases_w: tuple[float, ...], inverters_w: float) -> CtFinding:
    """Return the finding for a CT that measures too little."""
    nothing_w = _NOTHING_SHARE * inverters_w
    if min(ct_w, *phases_w, 0.0) < -_REVERSED_SHARE * inverters_w:
        problem = CtProblem.REVERSED
    elif ct_w < nothing_w:
        problem = CtProblem.NOTHING
    elif min(phases_w, default=ct_w) < nothing_w:
        problem = CtProblem.PHASE_MISSING
    else:
        problem = CtProblem.TOO_LITTLE
    return CtFinding(problem=problem, ct_w=ct_w, inverters_w=inverters_w, phases_w=phases_w)
