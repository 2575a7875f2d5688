"""The days of which the recorder has statistics of the panels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from homeassistant.components.recorder.db_schema import Statistics
from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance, session_scope
from homeassistant.util import dt as dt_util
from sqlalchemy import func, select

from .panels import Panel


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
    entity_ids = {panel.power.entity_id for panel in panels if panel.power is not None}
    first = await recorder.async_add_executor_job(_first_hour, hass, entity_ids)
    if first is None:
        return RecordedDays(today=today)
    first_day = dt_util.as_local(datetime.fromtimestamp(first, UTC)).date()
    return RecordedDays(
        today=today, first=first_day, fine_from=max(first_day, today - timedelta(days=recorder.keep_days))
    )


def _first_hour(hass: HomeAssistant, statistic_ids: set[str]) -> float | None:
    """Return when the first hour of any of the statistics began, in epoch seconds."""
    if not statistic_ids:
        return None
    ids = [metadata_id for metadata_id, _ in get_metadata(hass, statistic_ids=statistic_ids).values()]
    with session_scope(hass=hass, read_only=True) as session:
        # One query for each is a look-up in an index; one for all would read every row.
        first = (
            session.scalar(select(func.min(Statistics.start_ts)).where(Statistics.metadata_id == each)) for each in ids
        )
        return min((start for start in first if start is not None), default=None)
