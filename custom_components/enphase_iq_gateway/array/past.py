"""Past days of the panels, from the statistics that the recorder has of their power and energy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from math import ceil
from typing import Any, Final, Literal

from homeassistant.components.recorder.db_schema import Statistics
from homeassistant.components.recorder.statistics import StatisticsRow, get_metadata, statistics_during_period
from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance, session_scope
from homeassistant.util import dt as dt_util
from sqlalchemy import func, select

from .panels import Panel

_HOUR_S: Final = 3600
_FINE_S: Final = 300

type _Rows = dict[str, list[StatisticsRow]]
type _Column = list[int | None]


class NoRecorderError(Exception):
    """Home Assistant records nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedDays:
    """The days that can be shown, in Home Assistant's time zone."""

    today: date | None = None
    """When they were found."""
    first: date | None = None
    """The first day with statistics, None where there are none."""
    fine_from: date | None = None
    """The first day with a value every 5 minutes; earlier ones have one every hour."""


NO_DAYS: Final = RecordedDays()


async def async_recorded_days(hass: HomeAssistant, panels: Iterable[Panel]) -> RecordedDays:
    """Return the days of which any panel has statistics; none without a recorder."""
    today = dt_util.now().date()
    if DATA_INSTANCE not in hass.data:
        return RecordedDays(today=today)
    recorder = get_instance(hass)
    ids = {panel.power for panel in panels if panel.power is not None}
    started = await recorder.async_add_executor_job(_first_hour, hass, ids)
    if started is None:
        return RecordedDays(today=today)
    first = dt_util.as_local(datetime.fromtimestamp(started, UTC)).date()
    return RecordedDays(today=today, first=first, fine_from=max(first, _fine_from(hass)))


def _fine_from(hass: HomeAssistant) -> date:
    """Return the first day of which the recorder has kept its rows of 5 minutes, except for some at night."""
    return dt_util.now().date() - timedelta(days=get_instance(hass).keep_days)


def _first_hour(hass: HomeAssistant, ids: set[str]) -> float | None:
    """Return when the first hour of any of the statistics began, in epoch seconds."""
    if not ids:
        return None
    metadata_ids = [metadata_id for metadata_id, _ in get_metadata(hass, statistic_ids=ids).values()]
    with session_scope(hass=hass, read_only=True) as session:
        # One query for each is a look-up in an index; one for all would read every row.
        first = (
            session.scalar(select(func.min(Statistics.start_ts)).where(Statistics.metadata_id == each))
            for each in metadata_ids
        )
        return min((start for start in first if start is not None), default=None)


async def async_day(hass: HomeAssistant, panels: Sequence[Panel], day: date) -> dict[str, Any]:
    """Return power and energy of the panels on a day, in the form of the command `array/day`.

    Raises:
        NoRecorderError: there is no recorder.
    """
    if DATA_INSTANCE not in hass.data:
        raise NoRecorderError
    fine = day >= _fine_from(hass)
    return await get_instance(hass).async_add_executor_job(partial(_day, hass, panels, day, fine=fine))


def _day(hass: HomeAssistant, panels: Sequence[Panel], day: date, *, fine: bool) -> dict[str, Any]:
    """Return the same, read in the recorder's thread."""
    start, end = (dt_util.as_utc(dt_util.start_of_local_day(each)) for each in (day, day + timedelta(days=1)))
    ids = {panel.power for panel in panels if panel.power is not None}
    rows = _means(hass, start, end, ids, "5minute") if fine else {}
    step = _FINE_S if rows else _HOUR_S
    if not rows:
        rows = _means(hass, start, end, ids, "hour")
    # Hours of the recorder are those of UTC: where the zone is half an hour off, the first one starts after midnight.
    first = ceil(start.timestamp() / step) * step
    slots = ceil((end.timestamp() - first) / step)
    columns = [_column(rows.get(panel.power or "", ()), first, step, slots) for panel in panels]
    used = max((_used(column) for column in columns), default=0)
    columns = [column[:used] for column in columns]
    energy = _counted(hass, start, end, {panel.energy for panel in panels if panel.energy is not None}, fine=fine)
    counted = [energy.get(panel.energy or "") for panel in panels]
    return {
        "start": first,
        "step": step,
        "watts": columns,
        "energy_wh": [
            _sum(column, step) if each is None else round(each) for column, each in zip(columns, counted, strict=True)
        ],
        "measured_energy": bool(energy) and None not in counted,
    }


def _means(
    hass: HomeAssistant, start: datetime, end: datetime, ids: set[str], period: Literal["5minute", "hour"]
) -> _Rows:
    """Return the rows of power, in W."""
    return statistics_during_period(hass, start, end, ids, period, {"power": UnitOfPower.WATT}, {"mean"})


def _column(rows: Iterable[StatisticsRow], first: int, step: int, slots: int) -> _Column:
    """Return a value in whole W for every slot of a day, None where there is no row."""
    column: _Column = [None] * slots
    for row in rows:
        slot = int((row["start"] - first) // step)
        if (mean := row.get("mean")) is not None and 0 <= slot < slots:
            column[slot] = round(mean)
    return column


def _used(column: _Column) -> int:
    """Return the number of slots up to the last one with a value."""
    return next((slot for slot in range(len(column), 0, -1) if column[slot - 1] is not None), 0)


def _sum(column: _Column, step: int) -> int | None:
    """Return the energy of a day in Wh as the sum of its means, None where there are none."""
    watts = [value for value in column if value is not None]
    return round(sum(watts) * step / _HOUR_S) if watts else None


def _counted(hass: HomeAssistant, start: datetime, end: datetime, ids: set[str], *, fine: bool) -> dict[str, float]:
    """Return the energy that each counter has counted from `start` until `end`, in Wh."""
    hours = _changes(hass, start, end, ids, "hour")
    total = {statistic_id: _total(rows) for statistic_id, rows in hours.items()}
    # The present hour is not among the hours yet.
    last = max((row["end"] for rows in hours.values() for row in rows), default=start.timestamp())
    if fine and last < end.timestamp():
        rest = _changes(hass, datetime.fromtimestamp(last, UTC), end, ids, "5minute")
        for statistic_id, rows in rest.items():
            total[statistic_id] = total.get(statistic_id, 0.0) + _total(rows)
    return total


def _changes(
    hass: HomeAssistant, start: datetime, end: datetime, ids: set[str], period: Literal["5minute", "hour"]
) -> _Rows:
    if not ids:
        return {}
    return statistics_during_period(hass, start, end, ids, period, {"energy": UnitOfEnergy.WATT_HOUR}, {"change"})


def _total(rows: Iterable[StatisticsRow]) -> float:
    return sum(row.get("change") or 0.0 for row in rows)
