"""Continue the sums of statistics whose short-term rows are gone.

The recorder continues a sum from the latest row of five minutes (sensor/recorder.py). Where an integration was off for
longer than those are kept, ten days by default, the sum would begin at zero again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, override

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_last_statistics,
    get_metadata,
)
from homeassistant.components.recorder.tasks import ImportStatisticsTask, RecorderTask
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.util import dt as dt_util

_PERIOD: Final = timedelta(minutes=5)


@callback
def async_continue_sums(hass: HomeAssistant, entity_ids: Iterable[str]) -> None:
    """Repeat the last hourly row as a row of five minutes, where there is none of these."""
    if DATA_INSTANCE in hass.data:
        get_instance(hass).queue_task(_ContinueSumsTask(hass, set(entity_ids)))


@dataclass(slots=True)
class _ContinueSumsTask(RecorderTask):
    """Reads and writes in turn with everything else that changes sums, such as a repair that the recorder delays."""

    hass: HomeAssistant
    entity_ids: set[str]

    @override
    def run(self, instance: Recorder) -> None:
        for metadata, row in _missing(self.hass, self.entity_ids):
            ImportStatisticsTask(metadata, [row], StatisticsShortTerm).run(instance)


def _missing(hass: HomeAssistant, entity_ids: set[str]) -> list[tuple[StatisticMetaData, StatisticData]]:
    now = dt_util.utcnow()
    start = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0) - _PERIOD
    found = []
    for entity_id, (_, metadata) in get_metadata(hass, statistic_ids=entity_ids).items():
        if not metadata["has_sum"]:
            continue
        if get_last_short_term_statistics(hass, 1, entity_id, convert_units=False, types={"sum"}):
            continue
        for row in get_last_statistics(hass, 1, entity_id, convert_units=False, types={"state", "sum"}).get(
            entity_id, ()
        ):
            state, total = row.get("state"), row.get("sum")
            if state is not None and total is not None:
                found.append((metadata, StatisticData(start=start, state=state, sum=total)))
    return found
