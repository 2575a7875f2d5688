"""The last values of energy sensors in the recorder, for counters whose own state is lost or older."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from math import isfinite
from typing import Any, Final

from homeassistant.components.recorder.history import get_last_state_changes, get_significant_states
from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_last_statistics,
    get_metadata,
)
from homeassistant.components.sensor import ATTR_LAST_RESET
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter
from sqlalchemy.exc import SQLAlchemyError

from ..const import LOGGER
from .last_value import LastValue

_RECORDER: Final = "recorder"
_LIMIT_S: Final = 60.0
"""Set-up waits no longer: a database server that is switched off answers nothing for minutes."""
_LONG_AGO: Final = timedelta(days=1)
_STATES: Final = 10
"""States that are looked at: the last ones may be unavailable."""


async def async_last_values(hass: HomeAssistant, entity_ids: Iterable[str]) -> Mapping[str, LastValue]:
    """Return the last recorded value of each sensor that has one; nothing if the recorder is missing or fails."""
    return await _async_read(hass, partial(_last_values, hass, set(entity_ids)))


async def async_values_since(
    hass: HomeAssistant, entity_ids: Iterable[str], since: datetime
) -> Mapping[str, LastValue]:
    """Return the last value of each sensor that has one since then; nothing if the recorder is missing or fails.

    It is one query, and much faster than `async_last_values`, unless the time is long ago: then it has all rows since.
    """
    if since < dt_util.utcnow() - _LONG_AGO:
        last = await async_last_values(hass, entity_ids)
        return {entity_id: value for entity_id, value in last.items() if value.at > since.timestamp()}
    return await _async_read(hass, partial(_values_since, hass, list(entity_ids), since))


async def _async_read(hass: HomeAssistant, read: Callable[[], Mapping[str, LastValue]]) -> Mapping[str, LastValue]:
    # The recorder is an instance without a component where it has not found its database.
    if _RECORDER not in hass.config.components:
        return {}
    try:
        async with asyncio.timeout(_LIMIT_S):
            return await get_instance(hass).async_add_executor_job(read)
    except (SQLAlchemyError, TimeoutError) as error:
        LOGGER.warning("The last values of the counters cannot be read from the recorder: %r", error)
        return {}


def _values_since(hass: HomeAssistant, entity_ids: list[str], since: datetime) -> Mapping[str, LastValue]:
    if not entity_ids:
        return {}
    states = get_significant_states(
        hass, since, entity_ids=entity_ids, include_start_time_state=False, significant_changes_only=False
    )
    return {entity_id: last for entity_id, found in states.items() if (last := _last_of(found)) is not None}


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
        if last := _last_of(get_last_state_changes(hass, count, entity_id).get(entity_id, ())):
            return last
    return None


def _last_of(states: Iterable[State | dict[str, Any]]) -> LastValue | None:
    """Return the newest of the states that are a number."""
    values = [
        LastValue(energy_wh=energy_wh, at=state.last_updated_timestamp, reset_at=_reset_at(state))
        for state in states
        if isinstance(state, State) and (energy_wh := shown_wh(state)) is not None
    ]
    return max(values, key=lambda value: value.at, default=None)


def _reset_at(state: State) -> float | None:
    """Return when the sensor was reset last, in epoch seconds."""
    reset_at = dt_util.parse_datetime(str(state.attributes.get(ATTR_LAST_RESET)))
    return reset_at.timestamp() if reset_at else None


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
