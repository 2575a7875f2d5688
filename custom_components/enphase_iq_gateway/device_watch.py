"""Which inverters keep silent while others speak, and how often they speak: pure, one snapshot after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from .client import Inverter, Snapshot, changed

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
class DeviceWatch:
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
        """Say of each inverter whether it communicates.

        The gateway's own word (`modGone`) is no help: at night every inverter is gone (G§5.2).
        """
        inverters, at = snapshot.inverters, snapshot.at
        self.mute = frozenset(serial for serial, inverter in inverters.items() if inverter.last_reported is None)
        self.heard = heard = frozenset(self._listen(inverters, at))
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
        # Nearly always none: of hundreds of inverters those that stay as they are cost next to nothing.
        wrong = {serial for serial, inverter in inverters.items() if inverter.communicating is (serial in self.silent)}
        if not wrong:
            return snapshot
        return replace(
            snapshot,
            inverters={
                serial: changed(inverter, communicating=not inverter.communicating) if serial in wrong else inverter
                for serial, inverter in inverters.items()
            },
        )

    @property
    def reports_hourly(self) -> bool:
        """Whether most inverters report only about once in an hour."""
        long = sum(interval >= _LONG_INTERVAL_S for interval in self._intervals.values())
        return long > len(self._intervals) / 2

    def _is_late(self, inverter: Inverter, at: float) -> bool:
        """Whether it has been silent for too long of this day."""
        day_since = at if self._day_since is None else self._day_since
        return at - max(inverter.last_reported or 0.0, day_since) > SILENT_AFTER_S

    def _listen(self, inverters: Mapping[str, Inverter], at: float) -> Iterator[str]:
        """Learn the intervals: what the gateway tells, else the time between two reports; give who has been heard."""
        reports, intervals = self._reports, self._intervals
        for gone in reports.keys() - inverters.keys():
            del reports[gone]
            intervals.pop(gone, None)
        for serial, inverter in inverters.items():
            before, reported = reports.get(serial), inverter.last_reported
            if reported is None:
                continue
            if inverter.details.report_interval_s is not None:
                intervals[serial] = inverter.details.report_interval_s
            elif before is not None and 0 < reported - before <= _LONGEST_INTERVAL_S:
                intervals[serial] = reported - before
            reports[serial] = reported
            if at - reported <= _HEARD_WITHIN_INTERVALS * max(intervals.get(serial, 0.0), _USUAL_INTERVAL_S):
                yield serial
