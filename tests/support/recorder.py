"""A recorder without Home Assistant's test plugin, for Home Assistants in processes of their own."""

import asyncio
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
import threading
from typing import Any, Final, override

from homeassistant.components.recorder.db_schema import (
    States,
    StatesMeta,
    Statistics,
    StatisticsRuns,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import RecorderTask, StatisticsTask, SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder, get_instance, session_scope
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter
from sqlalchemy import delete, func, select

PAUSED_SUM_KWH: Final = 500.0
PAUSED_RISE_KWH: Final = 400.0
"""The energy that `pause` adds to the last state of a counter."""
_PERIOD: Final = timedelta(minutes=5)
_PAUSE: Final = timedelta(days=12)
"""Longer than the recorder keeps rows of five minutes."""
_LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)

type Recorded = dict[str, dict[str, list[Any]]]


class Busy(RecorderTask):
    """Something that keeps the recorder busy, as a purge does."""

    def __init__(self) -> None:
        self.done = threading.Event()

    @override
    def run(self, _: object) -> None:
        assert self.done.wait(20)


async def start_recorder(hass: HomeAssistant, db_url: str | None) -> None:
    """Start the recorder on a database, by default the file in the configuration folder."""
    async_initialize_recorder(hass)
    config = {} if db_url is None else {"db_url": db_url}
    if not await async_setup_component(hass, "recorder", {"recorder": config}):
        raise RuntimeError("The recorder has not started")
    await get_instance(hass).async_recorder_ready.wait()


async def wait_until_recorded(hass: HomeAssistant) -> None:
    """Wait until everything that is queued by now is in the database."""
    done: asyncio.Future[None] = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done


async def compile_next(hass: HomeAssistant) -> None:
    """Compile the five minutes that follow the compiled ones as if they were over; they include this moment."""

    def next_start() -> datetime:
        with session_scope(hass=hass, read_only=True) as session:
            last = session.execute(select(func.max(StatisticsRuns.start))).scalar_one()
        now = dt_util.utcnow()
        begun = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
        return max(begun, last.replace(tzinfo=UTC) + _PERIOD)

    await wait_until_recorded(hass)
    instance = get_instance(hass)
    instance.queue_task(StatisticsTask(await instance.async_add_executor_job(next_start), fire_events=False))
    await wait_until_recorded(hass)


async def recorded(hass: HomeAssistant) -> Recorded:
    """Return the rows of every sensor with a sum: of five minutes (start, state and sum in kWh), and of its states."""

    def read() -> Recorded:
        found = statistics_during_period(hass, _LONG_AGO, None, None, "5minute", {"energy": "kWh"}, {"state", "sum"})
        rows: Recorded = {
            entity_id: {"rows": [[row["start"], row.get("state"), row.get("sum")] for row in rows], "states": []}
            for entity_id, rows in found.items()
            if any(row.get("sum") is not None for row in rows)
        }
        states = (
            select(StatesMeta.entity_id, States.last_updated_ts, States.state)
            .join(States, States.metadata_id == StatesMeta.metadata_id)
            .where(StatesMeta.entity_id.in_(rows))
            .order_by(States.state_id)
        )
        with session_scope(hass=hass, read_only=True) as session:
            for entity_id, at, state in session.execute(states):
                rows[entity_id]["states"].append([at, state])
        return rows

    await wait_until_recorded(hass)
    return await get_instance(hass).async_add_executor_job(read)


async def pause(hass: HomeAssistant, entity_ids: Collection[str]) -> None:
    """Make the statistics those of counters that stopped days ago, elsewhere, so that only a row of an hour is left."""

    def replace() -> None:
        with session_scope(hass=hass) as session:
            for metadata_id, row in list(_paused(hass, entity_ids)):
                for table in (Statistics, StatisticsShortTerm):
                    session.execute(delete(table).where(table.metadata_id == metadata_id))
                session.add(Statistics.from_stats(metadata_id, row, row["start"].timestamp()))

    await wait_until_recorded(hass)
    await get_instance(hass).async_add_executor_job(replace)


def _paused(hass: HomeAssistant, entity_ids: Collection[str]) -> Iterator[tuple[int, StatisticData]]:
    start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0) - _PAUSE
    found: dict[str, tuple[int, StatisticMetaData]] = get_metadata(hass, statistic_ids=set(entity_ids))
    for entity_id, (metadata_id, metadata) in found.items():
        (last,) = get_last_short_term_statistics(hass, 1, entity_id, convert_units=False, types={"state"})[entity_id]
        per_kwh = EnergyConverter.convert(1.0, "kWh", metadata["unit_of_measurement"])
        state = (last["state"] or 0.0) + PAUSED_RISE_KWH * per_kwh
        yield metadata_id, StatisticData(start=start, state=state, sum=PAUSED_SUM_KWH * per_kwh)
