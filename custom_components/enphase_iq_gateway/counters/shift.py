"""Continue the counters from other values: from those of another integration, or of a replaced gateway.

Unlike an accepted jump, a shift is no energy: neither today nor the balanced counters move with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..client.models import Flow
from .balanced import BalancedState, Sample
from .daily import DailyState
from .key import CounterField, CounterKey, Day, FlowCounter, InverterCounter, lifetime_of, may_be_negative
from .state import GuardState

_PLUS: Final = {
    Flow.NET_CONSUMPTION: (Flow.NET_CONSUMPTION, CounterField.DELIVERED),
    Flow.TOTAL_CONSUMPTION: (Flow.TOTAL_CONSUMPTION, CounterField.LIFETIME),
}
"""The counter that balanced net energy adds to, by what the CT measures."""
_MINUS: Final = {
    Flow.NET_CONSUMPTION: (Flow.NET_CONSUMPTION, CounterField.RECEIVED),
    Flow.TOTAL_CONSUMPTION: (Flow.PRODUCTION, CounterField.LIFETIME),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shifts:
    """Amounts in Wh by which counters, and energy of today, start elsewhere."""

    counters: Mapping[CounterKey, float]
    days: Mapping[Day, float]

    def reversed(self) -> Shifts:
        """Return the shifts that undo these."""
        return Shifts(
            counters={key: -amount for key, amount in self.counters.items()},
            days={key: -amount for key, amount in self.days.items()},
        )


def shift(state: GuardState, shifts: Shifts) -> None:
    """Shift counters and days; those without a value are left alone.

    So is a counter that may not be negative and would become so, with its day: it has begun again since the shift that
    is undone, which it no longer contains.
    """
    begun_again: set[CounterKey] = set()
    for key, amount in shifts.counters.items():
        if (counter := state.counters.get(key)) is None or counter.published is None:
            continue
        if counter.published + amount < 0 and not may_be_negative(key):
            begun_again.add(key)
            continue
        state.counters[key] = counter.shifted(amount)
        _shift_derived(state, key, amount)
    for day, amount in shifts.days.items():
        if (today := state.days.get(day)) is not None and lifetime_of(day) not in begun_again:
            state.days[day] = _shifted_day(today, baseline=-amount, lifetime=0.0)


def _shift_derived(state: GuardState, key: CounterKey, amount: float) -> None:
    """Shift the states that contain earlier values of a counter, so that the shift is not counted as energy."""
    if (offsets := state.offsets.get(key)) is not None:
        state.offsets[key] = {origin: offset + amount for origin, offset in offsets.items()}
    match key:
        case InverterCounter(serial):
            if serial in state.shares_from:
                state.shares_from[serial] += amount
            day: Day | None = key
        case FlowCounter():
            # A production CT on one phase measures the first one, which is in no counter of its own (`balancing`).
            alone = key.phase == 0 and FlowCounter(key.flow, key.field, 1) not in state.counters
            for phase in {0, 1} if alone else {key.phase}:
                if (balanced := state.balanced.get(phase)) is not None:
                    state.balanced[phase] = _shifted_samples(balanced, key, amount)
            day = key.flow if key == FlowCounter(key.flow, CounterField.LIFETIME) else None
        case _:
            day = None
    if day is not None and (today := state.days.get(day)) is not None:
        state.days[day] = _shifted_day(today, baseline=amount, lifetime=amount)


def _shifted_samples(state: BalancedState, key: FlowCounter, amount: float) -> BalancedState:
    """Return balanced counters that compare with the shifted values of one counter."""
    if state.flow is None:
        return state

    def moved(sample: Sample | None, counter: tuple[Flow, CounterField]) -> Sample | None:
        matches = (key.flow, key.field) == counter
        return replace(sample, value=sample.value + amount) if sample and matches else sample

    return replace(state, plus=moved(state.plus, _PLUS[state.flow]), minus=moved(state.minus, _MINUS[state.flow]))


def _shifted_day(state: DailyState, *, baseline: float, lifetime: float) -> DailyState:
    other = state.other and replace(state.other, baseline=state.other.baseline + lifetime)
    return replace(state, baseline=state.baseline + baseline, lifetime=state.lifetime + lifetime, other=other)


def continue_from_another_gateway(state: GuardState) -> None:
    """Continue each counter from the first value of the gateway that has replaced the former one.

    Its counters start elsewhere, and it may have other sources.
    """
    state.restart = set(state.counters)
    state.origins.clear()
    state.offsets.clear()
    state.firmware = ""
