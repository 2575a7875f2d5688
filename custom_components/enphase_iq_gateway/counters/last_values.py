"""The last values of energy sensors in the recorder, for counters whose own state is lost or older."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Final

from homeassistant.components.recorder.history import get_last_state_changes
from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_last_statistics,
    get_metadata,
)
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.unit_conversion import EnergyConverter
from sqlalchemy.exc import SQLAlchemyError

from ..const import LOGGER

_RECORDER: Final = "recorder"
_STATES: Final = 10
"""States that are looked at: the last ones may be unavailable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LastValue:
    """The last state of an energy sensor."""

    energy_wh: float
    at: float
    """Epoch seconds."""


async def async_last_values(hass: HomeAssistant, entity_ids: Iterable[str]) -> dict[str, LastValue]:
    """Return the last recorded value of each sensor that has one; nothing if the recorder is missing or has failed."""
    # The recorder is an instance without a component where it has not found its database.
    if not (wanted := set(entity_ids)) or _RECORDER not in hass.config.components:
        return {}
    try:
        return await get_instance(hass).async_add_executor_job(_last_values, hass, wanted)
    except SQLAlchemyError as error:
        LOGGER.warning("The last values of the counters cannot be read from the recorder: %r", error)
        return {}


def _last_values(hass: HomeAssistant, entity_ids: set[str]) -> dict[str, LastValue]:
    metadata = get_metadata(hass, statistic_ids=entity_ids)
    units = {entity_id: described["unit_of_measurement"] for entity_id, (_, described) in metadata.items()}
    found: dict[str, LastValue] = {}
    for entity_id in entity_ids:
        # States are newer than rows of statistics, but are deleted after some days.
        last = _last_state(hass, entity_id) or _last_row(hass, entity_id, units.get(entity_id))
        if last is not None:
            found[entity_id] = last
    return found


def _last_state(hass: HomeAssistant, entity_id: str) -> LastValue | None:
    """Return the last recorded state that is a number."""
    # More than one state is slow to find.
    for count in (1, _STATES):
        values = [
            LastValue(energy_wh=energy_wh, at=state.last_updated_timestamp)
            for state in get_last_state_changes(hass, count, entity_id).get(entity_id, ())
            if (energy_wh := shown_wh(state)) is not None
        ]
        if values:
            return max(values, key=lambda value: value.at)
    return None


def shown_wh(state: State) -> float | None:
    """Return the energy of a state in Wh, None where it is no energy."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    try:
        energy = float(state.state)
    except ValueError:
        return None
    if unit not in EnergyConverter.VALID_UNITS or not isfinite(energy):
        return None
    return EnergyConverter.convert(energy, unit, UnitOfEnergy.WATT_HOUR)


def _last_row(hass: HomeAssistant, entity_id: str, unit: str | None) -> LastValue | None:
    """Return the state at the end of the last row of statistics, which are stored in that unit."""
    if unit not in EnergyConverter.VALID_UNITS:
        return None
    # The short-term rows are newer, but are deleted after some days, too.
    for last in (get_last_short_term_statistics, get_last_statistics):
        rows = last(hass, 1, entity_id, convert_units=False, types={"state"}).get(entity_id)
        if rows and (state := rows[0].get("state")) is not None:
            energy_wh = EnergyConverter.convert(state, unit, UnitOfEnergy.WATT_HOUR)
            return LastValue(energy_wh=energy_wh, at=rows[0]["end"])
    return None
