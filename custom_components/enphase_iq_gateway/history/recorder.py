"""Read and adjust the recorder's statistics of one energy sensor, in the unit in which they are stored."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, Literal

from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.recorder import DATA_INSTANCE, async_migration_in_progress, get_instance

from ..const import DOMAIN
from .spikes import Row

_HOUR_S: Final = 3600.0
_WAIT_S: Final = 300.0
"""How long the recorder may be busy; purging an old database takes minutes."""


def refused(reason: str, statistic_id: str, **placeholders: str) -> ServiceValidationError:
    """Return an error with a translated message: what was requested cannot be done."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=reason,
        translation_placeholders={"entity": statistic_id, **placeholders},
    )


class RecordedEnergy:
    """The statistics of one energy sensor."""

    def __init__(self, hass: HomeAssistant, statistic_id: str, unit: str) -> None:
        self._hass = hass
        self.statistic_id = statistic_id
        self.unit = unit
        """The unit of all rows and amounts."""

    @classmethod
    async def async_find(cls, hass: HomeAssistant, statistic_id: str) -> RecordedEnergy:
        """Return the statistics of a sensor in the unit in which they are stored, with all writes done.

        Raises:
            ServiceValidationError: there is no recorder, or there are no statistics of energy.
            HomeAssistantError: the recorder is busy.
        """
        if DATA_INSTANCE not in hass.data:
            raise refused("no_recorder", statistic_id)
        found = cls(hass, statistic_id, "")
        await found.async_wait()
        metadata = await get_instance(hass).async_add_executor_job(
            lambda: get_metadata(hass, statistic_ids={statistic_id})
        )
        if statistic_id not in metadata:
            raise refused("no_statistics", statistic_id)
        described = metadata[statistic_id][1]
        unit = described["unit_of_measurement"]
        if described["unit_class"] != "energy" or not described["has_sum"] or unit is None:
            raise refused("not_energy", statistic_id)
        found.unit = unit
        return found

    async def async_rows(self, begin: float, end: float, period: Literal["5minute", "hour"] = "hour") -> list[Row]:
        """Return the rows that start from `begin` until `end`, in epoch seconds.

        The first hour of all follows a row without energy, because its sum is the energy that it counts.
        """
        read = get_instance(self._hass).async_add_executor_job
        rows = await read(self._rows, begin, end, period)
        if period == "hour" and rows and rows[0].start > begin and not await read(self._rows, 0, rows[0].start, period):
            rows.insert(0, Row(start=rows[0].start - _HOUR_S, state=None, sum=0.0))
        return rows

    def _rows(self, begin: float, end: float, period: Literal["5minute", "hour"]) -> list[Row]:
        # The unit must be named: else the recorder converts to the unit in which the sensor is shown.
        found = statistics_during_period(
            self._hass,
            datetime.fromtimestamp(begin, UTC),
            datetime.fromtimestamp(end, UTC),
            {self.statistic_id},
            period,
            {"energy": self.unit},
            {"last_reset", "state", "sum"},
        )
        return [
            Row(start=row["start"], state=row.get("state"), sum=total, last_reset=row.get("last_reset"))
            for row in found.get(self.statistic_id, [])
            if (total := row.get("sum")) is not None
        ]

    async def async_adjust(self, parts: Iterable[tuple[float, float]]) -> None:
        """Add amounts to the sums of all rows, of hours and of five minutes, from the start of each part on.

        Args:
            parts: as (start, amount). Each takes a database of many years a moment, so they are to be few.

        Raises:
            HomeAssistantError: the recorder is busy for too long, or migrates its database.
        """
        for start, amount in parts:
            begin = datetime.fromtimestamp(start, UTC)
            get_instance(self._hass).async_adjust_statistics(self.statistic_id, begin, amount, self.unit)
        await self.async_wait()

    async def async_wait(self) -> None:
        """Wait until the recorder has done everything that is queued by now.

        Raises:
            HomeAssistantError: the recorder is busy for too long, or migrates its database.
        """
        if async_migration_in_progress(self._hass):
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="recorder_busy")
        # `Recorder.async_block_till_done` returns at once while the last queued task runs.
        done: asyncio.Future[None] = self._hass.loop.create_future()
        get_instance(self._hass).queue_task(SynchronizeTask(done))
        try:
            async with asyncio.timeout(_WAIT_S):
                await done
        except TimeoutError as error:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="recorder_busy") from error
