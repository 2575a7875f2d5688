"""Statistics of an energy sensor in the recorder's database, and calls of the actions that repair them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, Final, Literal

from homeassistant.components.recorder.db_schema import Statistics, StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.recorder import get_instance, session_scope

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.support.recorder import wait_until_recorded

ENTITY: Final = "sensor.elsewhere_energy"
START: Final = datetime(2026, 6, 1, tzinfo=UTC)
LIFETIME: Final = 12_000.0
PER_HOUR: Final = 1.5
HOURS: Final = 240
SPIKE_HOUR: Final = 100
END: Final = (HOURS - 1) * PER_HOUR
"""The sum of the last row of ten days without false energy."""
type Readings = list[tuple[int, float]]
"""Hours, counted from the first row, and what the counter shows in them, in kWh."""
PER_KWH: Final = {"Wh": 1000.0, "kWh": 1.0, "MWh": 0.001, "GWh": 0.000001}


def at(hour: int) -> datetime:
    """Return the start of an hour, counted from the first row."""
    return START + timedelta(hours=hour)


def ten_days(*, false: float = 0.0, false_state: float = 0.0, scale: float = 1.0) -> list[StatisticData]:
    """Return ten days of 1.5 kWh every hour, one hour of which counts `false` and shows `false_state` too much."""
    return [
        StatisticData(
            start=at(hour),
            state=(LIFETIME + PER_HOUR * hour + (false_state if hour >= SPIKE_HOUR else 0.0)) * scale,
            sum=(PER_HOUR * hour + (false if hour >= SPIKE_HOUR else 0.0)) * scale,
        )
        for hour in range(HOURS)
    ]


def _ev_charger(hour: int) -> float:
    """Return 11 kWh an hour for three hours twice a week, and the 3 W of an idle charger."""
    return 11.0 if hour % 84 in (20, 21, 22) else 0.003


def _winter_export(hour: int) -> float:
    """Return some hours of sun on five days of the winter, and a leak of 2 Wh an hour."""
    return 1.2 if hour // 24 in (7, 8, 20, 33, 47) and hour % 24 in range(10, 16) else 0.002


def _fortnight(energy: Callable[[int], float]) -> Readings:
    """Return the readings of a counter with the energy of each hour."""
    totals = accumulate((energy(hour) for hour in range(24 * 14)), initial=LIFETIME)
    return list(enumerate(totals))


def _pause_of_days() -> Readings:
    """Return readings with twelve days missing; their energy is all in the first hour after."""
    before = [(hour, LIFETIME + PER_HOUR * hour) for hour in range(SPIKE_HOUR)]
    after = [(hour + 288, LIFETIME + PER_HOUR * hour + 340.0) for hour in range(SPIKE_HOUR, HOURS)]
    return before + after


TRUE_READINGS: Final[Mapping[str, Readings]] = {
    "a charger": _fortnight(_ev_charger),
    "export in winter": _fortnight(_winter_export),
    "a pause of twelve days": _pause_of_days(),
}
"""Readings without false energy that look as if they had some."""


def counted(states: Iterable[tuple[int, float]], scale: float = 1.0) -> list[StatisticData]:
    """Return what the recorder counts of the readings of a `total_increasing` sensor, given as (hour, reading)."""
    given = [(hour, state * scale) for hour, state in states]
    rows = [StatisticData(start=at(given[0][0]), state=given[0][1], sum=0.0)]
    total = 0.0
    for (_, before), (hour, state) in pairwise(given):
        total += state if state < 0.9 * before else state - before
        rows.append(StatisticData(start=at(hour), state=state, sum=total))
    return rows


def metadata(unit: str = "kWh", unit_class: str = "energy") -> StatisticMetaData:
    """Return the metadata of the sensor of another integration."""
    return StatisticMetaData(
        has_sum=True,
        mean_type=StatisticMeanType.NONE,
        name=None,
        source="recorder",
        statistic_id=ENTITY,
        unit_class=unit_class,
        unit_of_measurement=unit,
    )


async def put(hass: HomeAssistant, rows: list[StatisticData], *, unit: str = "kWh", unit_class: str = "energy") -> None:
    """Put hours into the database."""
    async_import_statistics(hass, metadata(unit, unit_class), [])
    await wait_until_recorded(hass)
    await _async_insert(hass, rows, Statistics)


async def put_five_minutes(hass: HomeAssistant, rows: list[StatisticData]) -> None:
    """Put five-minute rows into the database, beside the hours."""
    await _async_insert(hass, rows, StatisticsShortTerm)


async def _async_insert(
    hass: HomeAssistant, rows: list[StatisticData], kind: type[Statistics | StatisticsShortTerm]
) -> None:
    """Insert rows at once, which importing them one by one does not."""

    def insert() -> None:
        metadata_id = get_metadata(hass, statistic_ids={ENTITY})[ENTITY][0]
        with session_scope(hass=hass) as session:
            session.add_all(kind.from_stats(metadata_id, row, row["start"].timestamp()) for row in rows)

    await get_instance(hass).async_add_executor_job(insert)


async def sums(hass: HomeAssistant, period: Literal["5minute", "hour"] = "hour", unit: str = "kWh") -> list[float]:
    """Return the sums of all rows."""
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, START, None, {ENTITY}, period, {"energy": unit}, {"sum"})
    )
    return [float(row["sum"] or 0.0) for row in found[ENTITY]]


async def repair(
    hass: HomeAssistant, changes: Mapping[str, object] | None = None, context: Context | None = None
) -> dict[str, Any]:
    """Run the action that repairs, on three months from June."""
    data = {"entity": ENTITY, "from": "2026-06-01 00:00:00", "to": "2026-09-01 00:00:00", **(changes or {})}
    response = await hass.services.async_call(
        DOMAIN, "repair_statistics", data, blocking=True, context=context, return_response=True
    )
    return dict(response or {})


async def undo(hass: HomeAssistant, entity: str = ENTITY, context: Context | None = None) -> dict[str, Any]:
    """Run the action that undoes the latest repair."""
    response = await hass.services.async_call(
        DOMAIN, "undo_repair_statistics", {"entity": entity}, blocking=True, context=context, return_response=True
    )
    return dict(response or {})


async def put_false_resets(hass: HomeAssistant, unit: str = "kWh") -> None:
    """Put ten days into the database in which the sensor has shown zero twice, with rows of five minutes at the end."""
    readings = [(hour, 0.0 if hour in (100, 180) else LIFETIME + PER_HOUR * hour) for hour in range(HOURS)]
    rows = counted(readings, PER_KWH[unit])
    await put(hass, rows, unit=unit)
    await put_five_minutes(hass, rows[-3:])


async def repair_and_undo(hass: HomeAssistant) -> list[list[float]]:
    """Repair false resets and undo it; return the sums before, between and after."""
    await put_false_resets(hass)
    before = await sums(hass)
    await repair(hass, {"dry_run": False})
    between = await sums(hass)
    await undo(hass)
    return [before, between, await sums(hass)]
