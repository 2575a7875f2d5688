"""Repair the statistics of an energy sensor, and undo it: for the actions and for anything else that offers it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.singleton import singleton
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.unit_conversion import EnergyConverter

from ..client.endpoints.quantities import CT_LIMIT_W
from ..client.site.limits import INVERTER_LIMIT_W
from ..const import DOMAIN
from .journal import ChangedHour, Journal, Repair
from .recorder import RecordedEnergy, refused
from .spikes import Change, Findings, Row, Step, changes_of_named_hours, judge, limits_of, split, steps_of

_HOUR_S: Final = 3600.0
# The usual energy is determined over a year on both sides of the period: a month of winter shows little export.
_AROUND_S: Final = 366 * 24 * _HOUR_S
_YEARS: Final = range(2000, 2100)
_PHASES: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The result of a repair or of a dry run; energy in `unit`."""

    unit: str
    most_per_hour: float | None
    """The most that is possible in an hour; None if the hours were named."""
    changes: tuple[Change, ...]
    unclear: tuple[Step, ...]
    """Unusual hours that are left unless they are named."""


@singleton(HassKey["StatisticsRepairs"](f"{DOMAIN}.statistics_repairs"))
def async_get_repairs(hass: HomeAssistant) -> StatisticsRepairs:
    """Return the one object that repairs statistics."""
    return StatisticsRepairs(hass)


class StatisticsRepairs:
    """Repairs statistics, one at a time, and undoes it."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._journal = Journal(hass)
        self._lock = asyncio.Lock()

    async def async_repair(
        self,
        statistic_id: str,
        begin: datetime,
        end: datetime,
        *,
        hours: Sequence[datetime] = (),
        dry_run: bool,
    ) -> Outcome:
        """Remove false energy from the hours that start from `begin` until `end`.

        Args:
            statistic_id: the sensor's entity id.
            begin: naive times are in Home Assistant's time zone.
            end: the first hour that is left as it is.
            hours: remove the energy of exactly these hours.
            dry_run: change nothing.

        Raises:
            ServiceValidationError: this cannot be judged or repaired.
            HomeAssistantError: the recorder or the journal failed.
        """
        if any(time.year not in _YEARS for time in (begin, end, *hours)):
            raise refused("extreme_period", statistic_id, first=str(_YEARS[0]), last=str(_YEARS[-1]))
        first, last = _timestamp(begin) // _HOUR_S * _HOUR_S, _timestamp(end)
        if first >= last:
            raise refused("from_after_to", statistic_id)
        async with self._lock:
            energy = await RecordedEnergy.async_find(self._hass, statistic_id)
            rows = await energy.async_rows(first - _AROUND_S, last + _AROUND_S)
            possible, named = self._possible_in_an_hour(energy), [_timestamp(hour) for hour in hours]
            # Ten years take half a second and more.
            outcome = await self._hass.async_add_executor_job(_judge, energy, rows, possible, (first, last), named)
            if not dry_run and outcome.changes:
                await self._async_apply(energy, outcome.changes)
            return outcome

    async def async_undo(self, statistic_id: str) -> Outcome:
        """Put back what the latest repair of a sensor removed.

        Raises:
            ServiceValidationError: there is no repair, or the statistics were changed since.
            HomeAssistantError: the recorder or the journal failed.
        """
        async with self._lock:
            energy = await RecordedEnergy.async_find(self._hass, statistic_id)
            repairs = await self._journal.async_read()
            own = [repair for repair in repairs if self._present_id(repair) == statistic_id]
            if not own:
                raise refused("nothing_to_undo", statistic_id)
            repair = own[-1]
            energy = RecordedEnergy(self._hass, statistic_id, repair.unit)
            found = [(hour, await self._async_applied(energy, hour)) for hour in repair.hours]
            for _, (_, parts) in found:
                await energy.async_adjust([(start, -amount) for start, amount in reversed(parts)])
            for hour, _ in found:
                if (await self._async_applied(energy, hour))[1]:
                    raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_confirmed")
            await self._journal.async_write([other for other in repairs if other is not repair])
            changes = tuple(Change(step=step, instead=hour.counted) for hour, (step, parts) in found if parts)
            return Outcome(unit=repair.unit, most_per_hour=None, changes=changes, unclear=())

    def _possible_in_an_hour(self, energy: RecordedEnergy) -> float:
        """Return the energy of an hour at the guard's limit: three phases, or all inverters of the sensor's site."""
        watts = _PHASES * CT_LIMIT_W
        entity = er.async_get(self._hass).async_get(energy.statistic_id)
        if entity and entity.platform == DOMAIN and entity.config_entry_id:
            entry = self._hass.config_entries.async_get_entry(entity.config_entry_id)
            if entry and entry.state is ConfigEntryState.LOADED:
                watts = max(watts, INVERTER_LIMIT_W * entry.runtime_data.site.inverter_count)
        return EnergyConverter.convert(watts, UnitOfEnergy.WATT_HOUR, energy.unit)

    async def _async_apply(self, energy: RecordedEnergy, changes: Sequence[Change]) -> None:
        """Write the changes down, make them and compare.

        Raises:
            HomeAssistantError: they could not be written down, or are not in the statistics afterwards.
        """
        hours = [await self._async_plan(energy, change) for change in changes]
        hours = [hour for hour in hours if hour.parts]
        if not hours:
            return
        repair = Repair(
            statistic_id=energy.statistic_id,
            registry_id=self._registry_id(energy.statistic_id),
            unit=energy.unit,
            at=dt_util.utcnow().timestamp(),
            hours=hours,
        )
        await self._journal.async_write([*await self._journal.async_read(), repair])
        for hour in hours:
            await energy.async_adjust(hour.parts)
        for hour in hours:
            # The recorder only logs that an adjustment failed.
            if (await self._async_applied(energy, hour))[1] != hour.parts:
                raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_confirmed")

    async def _async_plan(self, energy: RecordedEnergy, change: Change) -> ChangedHour:
        """Return how a change is divided among the five-minute rows of its hour."""
        step = change.step
        begin = step.row.start
        fives = steps_of(await energy.async_rows(step.before.start, begin + _HOUR_S, "5minute"))
        parts = split(change, [five for five in fives if five.row.start >= begin])
        return ChangedHour(
            start=begin, before=step.before.start, counted=step.counted, instead=change.instead, parts=parts
        )

    async def _async_applied(self, energy: RecordedEnergy, hour: ChangedHour) -> tuple[Step, list[tuple[float, float]]]:
        """Return a repaired hour as it is now, and the parts of the repair that are in it.

        Raises:
            ServiceValidationError: the hour is gone, or was changed by something else.
        """
        steps = steps_of(await energy.async_rows(hour.before, hour.start + _HOUR_S))
        for step in steps:
            if step.row.start == hour.start and step.before.start == hour.before:
                parts = hour.applied(step.counted, step.row.sum)
                if parts is not None:
                    return step, parts
        raise refused("changed_since", energy.statistic_id, hour=_local(hour.start))

    def _present_id(self, repair: Repair) -> str:
        """Return the entity id that a repaired sensor has now; another sensor may have its former one."""
        entity = er.async_get(self._hass).async_get(repair.registry_id) if repair.registry_id else None
        return entity.entity_id if entity else repair.statistic_id

    def _registry_id(self, entity_id: str) -> str | None:
        """Return the id of a sensor's entry in the entity registry."""
        entity = er.async_get(self._hass).async_get(entity_id)
        return entity.id if entity else None


def _judge(
    energy: RecordedEnergy, rows: list[Row], possible: float, period: tuple[float, float], hours: list[float]
) -> Outcome:
    """Return what is to be changed in a period.

    Raises:
        ServiceValidationError: the statistics are too short or have no readings, or do not contain the period or a
            named hour.
    """
    first, last = period
    steps = steps_of(rows)
    within = {step.row.start for step in steps if first <= step.row.start < last}
    limits = limits_of(steps, possible)
    findings = judge(steps, limits) if limits else Findings(false=(), unclear=())
    if hours:
        for hour in hours:
            if hour not in within:
                raise refused("unknown_hour", energy.statistic_id, hour=_local(hour))
        changes = changes_of_named_hours(steps, hours, findings)
        return Outcome(unit=energy.unit, most_per_hour=None, changes=tuple(changes), unclear=())
    if limits is None:
        raise refused("too_few_statistics", energy.statistic_id)
    if not within:
        raise refused("no_statistics_in_period", energy.statistic_id)
    if all(step.shown is None for step in steps):
        raise refused("no_readings", energy.statistic_id)
    return Outcome(
        unit=energy.unit,
        most_per_hour=limits.possible,
        changes=tuple(change for change in findings.false if change.step.row.start in within),
        unclear=tuple(step for step in findings.unclear if step.row.start in within),
    )


def _timestamp(time: datetime) -> float:
    """Return a time, naive in Home Assistant's time zone, in epoch seconds."""
    return dt_util.as_utc(time).timestamp()


def _local(timestamp: float) -> str:
    """Return a time in Home Assistant's time zone."""
    return dt_util.as_local(datetime.fromtimestamp(timestamp, UTC)).isoformat()
