"""Counters that are computed from others: the net of a total CT, the total of a net CT, import - export.

The sum of two glitches may look like energy, and so may a glitch in one of many parts. So a computed counter stands
while one of its parts is held, and where a part continues on another line, it does the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ..client.models import Flow
from ..client.site.site import CALCULATED, Quantity, Site, Source
from .counter_state import CounterState
from .key import CHARGED, DISCHARGED, EXPORT, IMPORT, PRODUCTION, TOTAL_CONSUMPTION, CounterKey, FlowCounter
from .new_start import gain, is_new_start

_CONSUMPTION: Final = (Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION)

type Parts = Mapping[FlowCounter, int]
"""The counters that are added (1) and subtracted (-1)."""


def checking_order(site: Site) -> list[Flow]:
    """Return the flows in the order in which they are checked: the parts of a computed counter come first."""
    from_total = site.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT)) is not Source.READINGS
    consumption = reversed(_CONSUMPTION) if from_total else _CONSUMPTION
    return [*(flow for flow in Flow if flow not in _CONSUMPTION), *consumption]


def parts_of(site: Site, flow: Flow, phase: int) -> Parts:
    """Return the parts of the lifetime counter of a flow, as far as they are read together with it; else none."""
    if flow not in _CONSUMPTION or site.sources.get((flow, Quantity.LIFETIME)) is not Source.READINGS:
        return {}
    match flow, site.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT)):
        case Flow.NET_CONSUMPTION, Source.READINGS:
            return _net(phase)
        case Flow.TOTAL_CONSUMPTION, Source.READINGS:
            return _net(phase) | _others(site, phase, 1)
        case Flow.NET_CONSUMPTION, Source.INTEGRATED:
            return _total(site, phase) | _others(site, phase, -1)
        case _:
            return {}


def late_parts_of(site: Site, flow: Flow, phase: int) -> Parts:
    """Return the parts of total consumption where the inverters report the production; else none.

    They are read by two coordinators at different times, so the counter follows their changes instead of being checked.
    """
    source = site.sources.get((flow, Quantity.LIFETIME))
    if phase or flow is not Flow.TOTAL_CONSUMPTION or source is not Source.INVERTERS_AND_NET:
        return {}
    return {PRODUCTION: 1} | _net(0) | _others(site, 0, 1)


def late_value(parts: Parts, counters: Mapping[CounterKey, CounterState]) -> float | None:
    """Return the sum of the parts, None while one of them has no value."""
    total = 0.0
    for part, factor in parts.items():
        if (value := _published(counters, part)) is None:
            return None
        total += factor * value
    return total


def late_change(
    parts: Parts, before: Mapping[CounterKey, CounterState], after: Mapping[CounterKey, CounterState]
) -> float:
    """Return the energy that the statistics count in the parts, added and subtracted."""
    total = 0.0
    for part, factor in parts.items():
        first, last = _published(before, part), _published(after, part)
        if first is not None and last is not None:
            total += factor * gain(first, last)
    return total


def _published(counters: Mapping[CounterKey, CounterState], key: CounterKey) -> float | None:
    state = counters.get(key)
    return state.published if state else None


def _net(phase: int) -> dict[FlowCounter, int]:
    """Return import and export, of which a net CT's lifetime is the difference."""
    return {IMPORT.at(phase): 1, EXPORT.at(phase): -1}


def _total(site: Site, phase: int) -> dict[FlowCounter, int]:
    """Return the counter of a total CT, unless the site has kept the report's."""
    if site.sources.get((Flow.TOTAL_CONSUMPTION, Quantity.LIFETIME)) is not Source.READINGS:
        return {}
    return {TOTAL_CONSUMPTION.at(phase): 1}


def _others(site: Site, phase: int, sign: int) -> dict[FlowCounter, int]:
    """Return the counters of production and storage, added or subtracted, on a phase of the consumption CT."""
    parts: dict[FlowCounter, int] = {}
    for counter, factor in ((PRODUCTION, sign), (DISCHARGED, sign), (CHARGED, -sign)):
        quantity = Quantity.LIFETIME if counter is PRODUCTION else Quantity.IMPORT_EXPORT
        count = site.phase_counts.get(counter.flow, 1)
        # A CT on one phase measures the first one. Production may have kept a source from before there was a CT.
        source = site.sources.get((counter.flow, quantity))
        # What is calculated for storage is a part of total consumption only.
        calculated = sign > 0 and counter.flow is Flow.STORAGE and source in CALCULATED
        if phase <= count and (source is Source.READINGS or calculated):
            parts[counter.at(phase if count > 1 else 0)] = factor
    return parts


def part_is_held(parts: Parts, counters: Mapping[CounterKey, CounterState], at: float) -> bool:
    """Return whether a part has no good sample at this time, and the counter computed from it must wait."""
    return not all((state := counters.get(key)) is None or _is_good(state, at) for key in parts)


def _is_good(state: CounterState, at: float) -> bool:
    if state.published is None:
        # A zero that has to last counts as zero already, as what follows it is no energy.
        return state.held is not None and state.held.last_at == at
    return state.held is None and state.at == at


def line_change(before: CounterState | None, after: CounterState | None) -> float:
    """Return by how much the offset of a counter computed from this part changes, so that it does not step.

    That is what the part has published more, or less, than its value has risen.
    """
    if before is None or after is None or after.published is None:
        return 0.0
    if before.published is None:
        return 0.0 if before.held is None else -(after.published - after.offset)
    change = after.offset - before.offset
    # A new start counts from zero.
    return change + before.published if is_new_start(before.published, after.published) else change


def move_line(state: CounterState, amount: float) -> CounterState:
    """Return the state of a computed counter whose parts have continued on other lines."""
    if not amount:
        return state
    left = state.left and replace(state.left, offset=state.left.offset + amount)
    return replace(state, offset=state.offset + amount, held=None, left=left)
