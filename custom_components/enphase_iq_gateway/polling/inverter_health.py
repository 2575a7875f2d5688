"""Which inverters keep silent while others speak, and how often they speak: pure, one snapshot after the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..client import Inverter, Snapshot

# An inverter whose interval is not told reports each 5 or 15 minutes (G§4).
_USUAL_INTERVAL_S: Final = 900.0
# Heard within two intervals: one report may be lost on the power line.
_HEARD_WITHIN_INTERVALS: Final = 2
# By day at least half of the inverters are heard; at dawn the east side alone says nothing of the others.
_DAY_SHARE: Final = 0.5
# A shaded module wakes an hour or so after its neighbours.
SILENT_AFTER_S: Final = 7200.0
# An hour is what some sites are set to (G§4), 934 s the longest of the usual ones (G§5.4): between the two.
_LONG_INTERVAL_S: Final = 2700.0
# A gap between two reports beyond this is a night or an outage, no interval.
_LONGEST_INTERVAL_S: Final = 5400.0


@dataclass(slots=True)
class InverterHealth:
    """What is remembered from one reading of the inverters to the next."""

    heard: frozenset[str] = frozenset()
    """Serials of inverters that have reported within two of their intervals."""
    silent: frozenset[str] = frozenset()
    """Serials of inverters that have said nothing for hours of daylight; they stay so until they speak again."""
    asleep: bool = False
    """Nobody has been heard for two intervals, and nobody made power at the last report: it is night."""
    mute: frozenset[str] = frozenset()
    """Serials of inverters that are listed without any reading."""
    _day_since: float | None = None
    """Since when the neighbours have been heard without a break; None by night."""
    _reports: dict[str, int] = field(default_factory=dict[str, int])
    _intervals: dict[str, float] = field(default_factory=dict[str, float])

    def judge(self, snapshot: Snapshot) -> Snapshot:
        """Say which inverters do not communicate; as they are measured, all do.

        The gateway's own word (`modGone`) is no help: at night every inverter is gone (G§5.2).
        """
        inverters, at = snapshot.inverters, snapshot.at
        heard, self.mute = self._listen(inverters, at)
        self.heard = heard
        # Not by silence alone: with a clock that is wrong by an hour it would be night for ever.
        self.asleep = bool(inverters) and not heard and not any((each.power_w or 0) > 0 for each in inverters.values())
        unheard = inverters.keys() - heard
        if not heard or len(heard) < _DAY_SHARE * len(inverters):
            self._day_since = None
            self.silent &= unheard
        else:
            self._day_since = at if self._day_since is None else self._day_since
            self.silent = frozenset(
                serial for serial in unheard if serial in self.silent or self._is_late(inverters[serial], at)
            )
        if not self.silent:
            return snapshot
        silent = {serial: replace(inverters[serial], communicating=False) for serial in self.silent}
        return replace(snapshot, inverters={**inverters, **silent})

    @property
    def reports_hourly(self) -> bool:
        """Whether most inverters report only about once in an hour."""
        long = sum(interval >= _LONG_INTERVAL_S for interval in self._intervals.values())
        return long > len(self._intervals) / 2

    def _is_late(self, inverter: Inverter, at: float) -> bool:
        """Whether it has been silent for too long of this day."""
        day_since = at if self._day_since is None else self._day_since
        return at - max(inverter.last_reported or 0.0, day_since) > SILENT_AFTER_S

    def _listen(self, inverters: Mapping[str, Inverter], at: float) -> tuple[frozenset[str], frozenset[str]]:
        """Learn the intervals: what the gateway tells, else the time between two reports.

        Give who has been heard, and who has never reported.
        """
        reports, intervals = self._reports, self._intervals
        heard, mute = set(), set()
        for gone in reports.keys() - inverters.keys():
            del reports[gone]
            intervals.pop(gone, None)
        for serial, inverter in inverters.items():
            reported = inverter.last_reported
            if reported is None:
                mute.add(serial)
                continue
            if (before := reports.get(serial)) != reported:
                reports[serial] = reported
                told = inverter.details.report_interval_s
                if told is not None:
                    intervals[serial] = told
                elif before is not None and 0 < reported - before <= _LONGEST_INTERVAL_S:
                    intervals[serial] = reported - before
            if at - reported <= _HEARD_WITHIN_INTERVALS * max(intervals.get(serial, 0.0), _USUAL_INTERVAL_S):
                heard.add(serial)
        return frozenset(heard), frozenset(mute)
