"""Counters of single AC Batteries (S§13)."""

from collections.abc import Callable
from dataclasses import replace

from ..client.storage_models import AcBattery
from .allowance import Limits
from .counter import rebase
from .key import AcBatteryCounter, CounterField, CounterKey
from .limits import inverter_limits
from .state import GuardState

type Check = Callable[[CounterKey, float, float, Limits], float | None]


def with_counters(
    battery: AcBattery, at: float, state: GuardState, check: Check, reported: dict[str, int | None]
) -> AcBattery:
    """Return an AC Battery with the counters to publish.

    `reported` is when each battery reported the sample that was checked last: the same document is read often, and its
    repetition confirms nothing.
    """
    is_new = battery.last_reported is None or reported.get(battery.serial) != battery.last_reported
    reported[battery.serial] = battery.last_reported
    if battery.counted_since is not None:
        before = state.counted_since.setdefault(battery.serial, battery.counted_since)
        if before != battery.counted_since:
            _continue_from_zero(battery.serial, at, state)
            state.counted_since[battery.serial] = battery.counted_since
    limits = inverter_limits(1, battery.report_interval_s)

    def published(field: CounterField, value: float | None) -> float | None:
        key = AcBatteryCounter(battery.serial, field)
        known = state.counters.get(key)
        if value is None or (known is not None and not is_new):
            return known.published if known else None
        return check(key, value, at, limits)

    return replace(
        battery,
        energy_discharged_wh=published(CounterField.DELIVERED, battery.energy_discharged_wh),
        energy_charged_wh=published(CounterField.RECEIVED, battery.energy_charged_wh),
    )


def _continue_from_zero(serial: str, at: float, state: GuardState) -> None:
    """Continue the counters of a battery from zero: a firmware update has created its record again."""
    for field in (CounterField.DELIVERED, CounterField.RECEIVED):
        key = AcBatteryCounter(serial, field)
        if (known := state.counters.get(key)) is not None:
            state.counters[key] = rebase(known, 0.0, at)
