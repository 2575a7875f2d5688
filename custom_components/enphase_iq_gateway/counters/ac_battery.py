"""Counters of single AC Batteries (S§13)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..client.storage_models import AcBattery
from .allowance import Limits
from .counter import rebase
from .counter_state import CounterState
from .key import AcBatteryCounter, CounterField, CounterKey
from .limits import inverter_limits
from .new_start import is_new_start
from .state import GuardState

type Check = Callable[[CounterKey, float, float, Limits], float | None]


def with_counters(
    battery: AcBattery, at: float, state: GuardState, check: Check, reported: dict[str, int | None]
) -> AcBattery:
    """Return an AC Battery with the counters to publish.

    `reported` is when each battery reported the sample that was checked last: the same document is read often, and its
    repetition confirms nothing.
    """
    sent = {CounterField.DELIVERED: battery.energy_discharged_wh, CounterField.RECEIVED: battery.energy_charged_wh}
    values = {AcBatteryCounter(battery.serial, field): value for field, value in sent.items() if value is not None}
    counts = bool(values) and state.counts(*values)
    is_new = counts and (battery.last_reported is None or reported.get(battery.serial) != battery.last_reported)
    if counts:
        reported[battery.serial] = battery.last_reported
        _follow_record(battery, values, at, state)
    limits = inverter_limits(1, battery.report_interval_s)

    def published(field: CounterField) -> float | None:
        key = AcBatteryCounter(battery.serial, field)
        known = state.counters.get(key)
        if key not in values or not counts or (known is not None and not is_new):
            return known.published if known else None
        return check(key, values[key], at, limits)

    return replace(
        battery,
        energy_discharged_wh=published(CounterField.DELIVERED),
        energy_charged_wh=published(CounterField.RECEIVED),
    )


def _follow_record(battery: AcBattery, values: Mapping[AcBatteryCounter, float], at: float, state: GuardState) -> None:
    """Continue from zero where the gateway has created the record of a battery again, as firmware updates do.

    Only if a counter has fallen, too: the date alone may have changed because a clock was set.
    """
    since = battery.counted_since
    if since is None or state.counted_since.setdefault(battery.serial, since) == since:
        return
    state.counted_since[battery.serial] = since
    if any(_has_fallen(state.counters.get(key), value) for key, value in values.items()):
        _continue_from_zero(battery.serial, at, state)


def _has_fallen(state: CounterState | None, value: float) -> bool:
    """Return whether a value of the gateway is a new start after the last one."""
    return state is not None and state.published is not None and is_new_start(state.published - state.offset, value)


def _continue_from_zero(serial: str, at: float, state: GuardState) -> None:
    """Continue the counters of a battery from zero."""
    for field in (CounterField.DELIVERED, CounterField.RECEIVED):
        key = AcBatteryCounter(serial, field)
        if (known := state.counters.get(key)) is not None:
            state.counters[key] = rebase(known, 0.0, at)
