"""The last values of energy sensors in the statistics, for counters whose own state is lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_last_statistics,
    get_metadata,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.util.unit_conversion import EnergyConverter


@dataclass(frozen=True, kw_only=True, slots=True)
class LastValue:
    """The state of an energy sensor at the end of its last row of statistics."""

    energy_wh: float
    at: float
    """Epoch seconds."""


async def async_last_values(hass: HomeAssistant, entity_ids: Iterable[str]) -> dict[str, LastValue]:
    """Return the last value of each sensor that has statistics; none without a recorder."""
    if DATA_INSTANCE not in hass.data:
        return {}
    return await get_instance(hass).async_add_executor_job(_last_values, hass, set(entity_ids))


def _last_values(hass: HomeAssistant, entity_ids: set[str]) -> dict[str, LastValue]:
    found: dict[str, LastValue] = {}
    for entity_id, (_, metadata) in get_metadata(hass, statistic_ids=entity_ids).items():
        unit = metadata["unit_of_measurement"]
        if unit not in EnergyConverter.VALID_UNITS:
            continue
        # The short-term rows are newer, but are deleted after some days.
        for last in (get_last_short_term_statistics, get_last_statistics):
            rows = last(hass, 1, entity_id, convert_units=False, types={"state"}).get(entity_id)
            if rows and (state := rows[0].get("state")) is not None:
                energy_wh = EnergyConverter.convert(state, unit, UnitOfEnergy.WATT_HOUR)
                found[entity_id] = LastValue(energy_wh=energy_wh, at=rows[0]["end"])
                break
    return found
