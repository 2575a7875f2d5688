"""Find the counters that start elsewhere in another integration: with another source, or with a correction of its own.

Without a shift, the difference would be counted as energy, or taken from it. A difference that the
site can have measured between two values is energy, and is never shifted away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_last_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter

from ...client.models import Flow
from ...client.site.site import Site
from ...const import DOMAIN
from ...coordinator import GatewayConfigEntry, GatewayRuntime
from ...counters.allowance import Limits, likely
from ...counters.counter_state import CounterState
from ...counters.key import COUNTERS_OF, AcBatteryCounter, CounterKey, Day, FlowCounter, InverterCounter, counter_of
from ...counters.last_value import LastValue
from ...counters.limits import counter_limits, inverter_limits
from ...counters.recorder import shown_wh
from ...counters.shift import Shifts
from .plan import Planned

_LIVE_S: Final = 900.0
"""A value that is not older comes from an integration that runs."""
_SLACK_WH: Final = 200.0
_SLACK_S: Final = 60.0
_MOST_OF_POWER: Final = 2.0
"""Two integrations read a counter at other moments; meanwhile power may double."""
_FIVE_MINUTES: Final = 288
_HOURS: Final = 1000
"""How far back the time of a value is looked for."""
_TODAY: Final = "_energy_today"
_HOUR: Final = timedelta(hours=1)


class UnsteadyCountersError(Exception):
    """A counter has no value at the moment, or one that is not accepted yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pair:
    """A counter as the other integration has shown it last, and as it is here."""

    old: LastValue
    own_wh: float
    own_at: float
    power_w: float
    is_live: bool
    """Whether both integrations run."""

    @property
    def change_wh(self) -> float:
        """How much more this integration has."""
        return self.own_wh - self.old.energy_wh

    @property
    def seconds(self) -> float:
        """How much later it is."""
        return self.own_at - self.old.at

    @property
    def agrees(self) -> bool:
        """Whether two integrations that run show the same counter."""
        slack_s = abs(self.seconds) + _SLACK_S
        return abs(self.change_wh) <= _SLACK_WH + _MOST_OF_POWER * self.power_w * slack_s / 3600


async def async_find_shifts(hass: HomeAssistant, entry: GatewayConfigEntry, moves: Iterable[Planned]) -> Shifts:
    """Return by how much the counters of a loaded entry have to be shifted to continue those that move.

    Raises:
        UnsteadyCountersError: a counter that moves cannot be compared at the moment.
    """
    runtime, gateway = entry.runtime_data, str(entry.unique_id)
    rows = {each.row.entity_id: each.unique_id for each in moves if each.row.domain == "sensor"}
    counters = {entity_id: key for entity_id, own in rows.items() if (key := counter_of(own, gateway)) is not None}
    days = {entity_id: day for entity_id, own in rows.items() if (day := _day_of(own, gateway)) is not None}
    recorded = await _async_recorded(hass, counters)
    shifted: dict[CounterKey, float] = {}
    for entity_id, key in counters.items():
        state = runtime.guard.state.counters.get(key)
        shown = _shown(hass, entity_id)
        old = shown or recorded.get(entity_id)
        if old is None:
            continue
        if state is not None and state.held is not None:
            # A gateway that has just started may send zeros. The other integration shows those.
            raise UnsteadyCountersError
        if state is None or state.published is None:
            continue
        pair = _Pair(
            old=old,
            own_wh=state.published,
            own_at=state.at,
            power_w=_power_w(runtime, key),
            is_live=shown is not None and abs(state.at - shown.at) <= _LIVE_S,
        )
        if amount := await _async_shift(hass, pair, state, _limits(runtime.site, key), rows[entity_id]):
            shifted[key] = amount
    return Shifts(counters=shifted, days=_shifts_of_today(hass, runtime, days))


async def _async_shift(
    hass: HomeAssistant, pair: _Pair, state: CounterState, limits: Limits, own_unique_id: str
) -> float:
    """Return the shift of one counter, 0 where the difference is energy."""
    if pair.is_live:
        return 0.0 if pair.agrees else -pair.change_wh
    if pair.seconds >= 0 and pair.change_wh >= -_SLACK_WH and likely(pair.change_wh, pair.seconds, limits, state):
        return 0.0
    # What this integration has counted since the other one stopped remains counted.
    then = await _async_own_value(hass, own_unique_id, pair.old.at)
    return pair.old.energy_wh - (pair.own_wh if then is None else then)


async def _async_recorded(hass: HomeAssistant, entity_ids: Iterable[str]) -> dict[str, LastValue]:
    """Return the last recorded value of each entity, and when it was first recorded."""
    if DATA_INSTANCE not in hass.data:
        return {}
    return await get_instance(hass).async_add_executor_job(_recorded, hass, set(entity_ids))


def _recorded(hass: HomeAssistant, entity_ids: set[str]) -> dict[str, LastValue]:
    last_values = {}
    for entity_id, (_, metadata) in get_metadata(hass, statistic_ids=entity_ids).items():
        unit = metadata["unit_of_measurement"]
        value, at = _last_state(hass, entity_id) if unit in EnergyConverter.VALID_UNITS else (None, 0.0)
        if value is not None:
            energy_wh = EnergyConverter.convert(value, unit, UnitOfEnergy.WATT_HOUR)
            last_values[entity_id] = LastValue(energy_wh=energy_wh, at=at)
    return last_values


def _last_state(hass: HomeAssistant, entity_id: str) -> tuple[float | None, float]:
    """Return the last state in the statistics, None where there is none, and when it was first recorded.

    The recorder repeats the last state while an entity is unavailable, so its last row may be newer.
    """
    value, at = None, 0.0
    for count, last in ((_FIVE_MINUTES, get_last_short_term_statistics), (_HOURS, get_last_statistics)):
        for row in last(hass, count, entity_id, convert_units=False, types={"state"}).get(entity_id, ()):
            value = row.get("state") if value is None else value
            if row.get("state") != value:
                break
            at = min(at or row["end"], row["end"])
    return value, at


async def _async_own_value(hass: HomeAssistant, unique_id: str, at: float) -> float | None:
    """Return what this integration has recorded before a moment, in Wh."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, unique_id)
    if entity_id is None or DATA_INSTANCE not in hass.data:
        return None
    return await get_instance(hass).async_add_executor_job(_own_value, hass, entity_id, datetime.fromtimestamp(at, UTC))


def _own_value(hass: HomeAssistant, entity_id: str, end: datetime) -> float | None:
    periods: tuple[Literal["5minute", "hour"], ...] = ("5minute", "hour")
    units = {"energy": str(UnitOfEnergy.WATT_HOUR)}
    for period in periods:
        rows = statistics_during_period(hass, end - 2 * _HOUR, end, {entity_id}, period, units, {"state"})
        for row in reversed(rows.get(entity_id, [])):
            return row.get("state")
    return None


def _shifts_of_today(hass: HomeAssistant, runtime: GatewayRuntime, days: Mapping[str, Day]) -> dict[Day, float]:
    """Return the shifts of today's energy, where the other integration runs."""
    shifted = {}
    for entity_id, key in days.items():
        old, state = _shown(hass, entity_id), runtime.guard.state.days.get(key)
        if old is None or state is None or _local_day(old.at) != _local_day(state.at):
            continue
        pair = _Pair(
            old=old,
            own_wh=state.energy_wh,
            own_at=state.at,
            power_w=_power_w(runtime, key),
            is_live=abs(state.at - old.at) <= _LIVE_S,
        )
        if pair.is_live and not pair.agrees:
            shifted[key] = -pair.change_wh
    return shifted


def _shown(hass: HomeAssistant, entity_id: str) -> LastValue | None:
    """Return what an entity shows, None where it shows no energy."""
    state = hass.states.get(entity_id)
    if state is None or (energy_wh := shown_wh(state)) is None:
        return None
    return LastValue(energy_wh=energy_wh, at=state.last_reported_timestamp)


def _day_of(unique_id: str, gateway: str) -> Day | None:
    """Return whose energy of today an entity shows."""
    if not unique_id.endswith(_TODAY):
        return None
    name = unique_id.removesuffix(_TODAY)
    flow = name.removeprefix(f"{gateway}_")
    return InverterCounter(name) if flow == name else Flow(flow)


def _limits(site: Site, key: CounterKey) -> Limits:
    """Return how fast a counter can rise."""
    if not isinstance(key, FlowCounter):
        return inverter_limits(1, None)
    quantity = next(quantity for quantity, fields in COUNTERS_OF.items() if key.field in fields)
    return counter_limits(site, key.flow, quantity, key.phase)


def _power_w(runtime: GatewayRuntime, key: CounterKey | Flow) -> float:
    """Return the present power of a counter, in either direction."""
    powers = [0.0]
    for coordinator in runtime.coordinators.values():
        match key:
            case InverterCounter(serial):
                inverter = coordinator.data.inverters.get(serial)
                powers.append(abs(inverter.power_w or 0.0) if inverter else 0.0)
            case AcBatteryCounter(serial):
                battery = coordinator.data.storage.ac_batteries.get(serial) if coordinator.data.storage else None
                powers.append(abs(battery.power_w or 0.0) if battery else 0.0)
            case FlowCounter(flow=flow):
                powers.append(abs(coordinator.data.measurement(flow).power_w or 0.0))
            case flow:
                powers.append(abs(coordinator.data.measurement(flow).power_w or 0.0))
    return max(powers)


def _local_day(at: float) -> object:
    return dt_util.as_local(dt_util.utc_from_timestamp(at)).date()
