"""Which inverters have stopped reporting while others report, their outdated values, and report intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..client.models import Inverter
from ..client.site.snapshot import Snapshot

# An inverter whose interval is unknown reports every 5 or 15 minutes (G§4).
_USUAL_INTERVAL_S: Final = 900.0
# One report may be lost on the power line.
_REPORTING_WITHIN_INTERVALS: Final = 2
# It is day when at least half of the inverters report; at dawn the east side alone proves nothing of the others.
_DAY_SHARE: Final = 0.5
# A shaded module wakes an hour or so after its neighbors.
SILENT_AFTER_S: Final = 7200.0
# At dusk the mean of the last report interval is a few watts.
_DUSK_W: Final = 10.0
# An hour is what some sites are set to (G§4), 934 s the longest of the usual ones (G§5.4): between the two.
_LONG_INTERVAL_S: Final = 2700.0
# A gap between two reports beyond this is a night or an outage, no interval.
_LONGEST_INTERVAL_S: Final = 5400.0


@dataclass(slots=True)
class InverterHealth:
    """State of the inverters from one poll to the next."""

    silent: frozenset[str] = frozenset()
    """Serials of inverters without a report for hours of daylight; they stay so until their next report."""
    asleep: bool = False
    """It is night: no report for two intervals, and no power in the last ones."""
    _day_since: float | None = None
    """Since when enough inverters have reported without a break; None at night."""
    _reports: dict[str, int] = field(default_factory=dict[str, int])
    _intervals: dict[str, float] = field(default_factory=dict[str, float])

    def judge(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with the health of its inverters.

        The gateway's own flag (`modGone`) is no help: at night it is set for every inverter (G§5.2).
        """
        inverters, at = snapshot.inverters, snapshot.at
        reporting = self._find_reporting(inverters, at)
        # Missing reports alone are not enough: with a clock that is an hour off it would always be night.
        idle = not any((inverter.power_w or 0) > 0 for inverter in inverters.values())
        self.asleep = bool(inverters) and not reporting and idle
        missing = inverters.keys() - reporting
        if not reporting or len(reporting) < _DAY_SHARE * len(inverters):
            self._day_since = None
            self.silent &= missing
        else:
            self._day_since = at if self._day_since is None else self._day_since
            self.silent = frozenset(
                serial for serial in missing if serial in self.silent or self._is_late(inverters[serial], at)
            )
        return replace(
            snapshot,
            inverters={
                serial: inverter if serial in reporting else self._without_report(inverter)
                for serial, inverter in inverters.items()
            },
            inverters_reporting=len(reporting) if inverters else None,
            reports_hourly=self._reports_hourly(),
        )

    def _without_report(self, inverter: Inverter) -> Inverter:
        """Return an inverter without the values of a report that is too old; its counters stand.

        Power is 0 while the inverter sleeps: it went silent with little power, and has not been awake on this day.
        """
        silent = inverter.serial in self.silent
        awake = self._day_since is not None and (inverter.last_reported or 0) >= self._day_since
        asleep = not silent and not awake and inverter.power_w is not None and inverter.power_w <= _DUSK_W
        return replace(
            inverter,
            power_w=0.0 if asleep else None,
            details=replace(
                inverter.details,
                dc_voltage_v=None,
                dc_current_a=None,
                ac_voltage_v=None,
                ac_current_a=None,
                ac_frequency_hz=None,
                temperature_c=None,
                signal_strength=None,
            ),
            communicating=not silent,
        )

    def _reports_hourly(self) -> bool:
        """Return whether most inverters report only about once an hour."""
        long = sum(interval >= _LONG_INTERVAL_S for interval in self._intervals.values())
        return long > len(self._intervals) / 2

    def _is_late(self, inverter: Inverter, at: float) -> bool:
        """Return whether an inverter has not reported for too long of this day."""
        day_since = at if self._day_since is None else self._day_since
        return at - max(inverter.last_reported or 0.0, day_since) > SILENT_AFTER_S

    def _find_reporting(self, inverters: Mapping[str, Inverter], at: float) -> set[str]:
        """Return the serials of inverters that have reported within two of their intervals.

        Their intervals are those that the gateway reports, else the times between two reports.
        """
        reports, intervals = self._reports, self._intervals
        reporting = set()
        for gone in reports.keys() - inverters.keys():
            del reports[gone]
            intervals.pop(gone, None)
        for serial, inverter in inverters.items():
            reported = inverter.last_reported
            if reported is None:
                continue
            if (before := reports.get(serial)) != reported:
                reports[serial] = reported
                if inverter.details.report_interval_s is not None:
                    intervals[serial] = inverter.details.report_interval_s
                elif before is not None and 0 < reported - before <= _LONGEST_INTERVAL_S:
                    intervals[serial] = reported - before
            if at - reported <= _REPORTING_WITHIN_INTERVALS * max(intervals.get(serial, 0.0), _USUAL_INTERVAL_S):
                reporting.add(serial)
        return reporting
