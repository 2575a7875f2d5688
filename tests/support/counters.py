"""Counters that are read regularly, for the tests of their guard."""

from custom_components.enphase_iq_gateway.counters.allowance import Limits
from custom_components.enphase_iq_gateway.counters.counter import Event, Step, step
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState

T0 = 1_790_000_000.0
MWH_12 = 12_245_000.0
LIVE = Limits(rise_w=10_000, interval_s=60)  # the gateway measures it every second
QUARTERLY = Limits(rise_w=10_000)  # it moves every quarter of an hour
NET = Limits(rise_w=10_000, fall_w=8_000, interval_s=60)


def run(
    values: list[float | None],
    limits: Limits = LIVE,
    *,
    every: float = 30,
    state: CounterState | None = None,
    start: float = T0,
) -> list[Step]:
    """Return the steps of a counter for one value every `every` seconds, from a state and a time on."""
    steps: list[Step] = []
    for number, value in enumerate(values):
        steps.append(step(value, start + every * number, limits, state))
        state = steps[-1].state
    return steps


def published(steps: list[Step]) -> list[float | None]:
    """Return the published values."""
    return [each.publish for each in steps]


def events(steps: list[Step]) -> list[Event]:
    """Return the events for the user."""
    return [each.event for each in steps if each.event]


def settled(value: float = MWH_12, at: float = T0) -> CounterState:
    """Return the state of a counter that has published one value."""
    return step(value, at, LIVE, None).state


def line(start: float, count: int, rise: float = 40) -> list[float | None]:
    """Return values that rise steadily."""
    return [start + rise * number for number in range(count)]
