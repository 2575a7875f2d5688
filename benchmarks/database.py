"""Count the rows of the recorder's database."""

from collections import Counter
from dataclasses import dataclass

from homeassistant.components.recorder.db_schema import Base, States, StatesMeta
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance, session_scope
from sqlalchemy import func, select


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in the database at one moment: of every table, and of `states` for every entity."""

    by_table: Counter[str]
    by_entity: Counter[str]


async def count_rows(hass: HomeAssistant) -> Rows:
    """Return the rows, once the recorder has written all that is waiting."""
    recorder = get_instance(hass)
    await recorder.async_block_till_done()
    return await recorder.async_add_executor_job(_count, hass)


def _count(hass: HomeAssistant) -> Rows:
    states = (
        select(StatesMeta.entity_id, func.count())
        .join(States, States.metadata_id == StatesMeta.metadata_id)
        .group_by(StatesMeta.entity_id)
    )
    with session_scope(hass=hass, read_only=True) as session:
        by_table = Counter[str]()
        for table in Base.metadata.sorted_tables:
            by_table[table.name] = session.execute(select(func.count()).select_from(table)).scalar_one()
        by_entity = Counter[str]()
        for entity_id, count in session.execute(states):
            by_entity[entity_id] = count
    return Rows(by_table, by_entity)
