"""Continue after a crash from what the entities have shown last: the stored state is up to a quarter of an hour older.

Without that, the counters would fall until the gateway can be read, and for longer if its first answers are bad. When a
`total_increasing` sensor falls by more than a tenth, as energy of today easily does, Home Assistant counts all of its
energy again.
"""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from ..client.site.site import CALCULATED, Site, Source
from . import balanced, daily, storage_energy
from .allowance import count_hours
from .composed import late_change, late_parts_of
from .counter import recover
from .counter_state import CounterState
from .key import (
    CHARGED,
    DISCHARGED,
    EXPORT,
    IMPORT,
    TOTAL_CONSUMPTION,
    CounterKey,
    counter_of,
    days_of,
    lifetime_of,
    may_be_negative,
    today_unique_id,
    unique_id,
)
from .last_value import ROUNDED_WH, LastValue
from .new_start import is_new_start
from .origin import Origin
from .state import GuardState

_COMPUTED: Final = {Origin(source) for source in (Source.INTEGRATED, *CALCULATED)}


def catch_up(site: Site, state: GuardState, gateway: str, shown: Mapping[str, LastValue], zone: tzinfo) -> bool:
    """Continue from the values that were shown after the state was stored; return whether a counter has changed by it.

    `gateway` is the serial of the gateway; `shown` has the values by unique id.
    """
    before = dict(state.counters)
    parts = late_parts_of(site, TOTAL_CONSUMPTION.flow, TOTAL_CONSUMPTION.phase)
    shown = _with_lifetimes(state, gateway, shown)
    changed = _catch_up_counters(state, gateway, shown, late={TOTAL_CONSUMPTION} if parts else set())
    if parts:
        at = max((changed[part].at for part in parts.keys() & changed.keys()), default=None)
        shown = _with_late_total(state, gateway, shown, late_change(parts, before, state.counters), at)
    computed = {
        key: last.energy_wh - state.counters[key].offset
        for key, last in changed.items()
        if state.origins.get(key) in _COMPUTED
    }
    _catch_up_storage(state, computed)
    _catch_up_balanced(state, computed, gateway, shown)
    _catch_up_days(state, gateway, shown, zone)
    return bool(changed)


def _with_lifetimes(state: GuardState, gateway: str, shown: Mapping[str, LastValue]) -> Mapping[str, LastValue]:
    """Return the values with those of lifetime counters that are not recorded: they rise with energy of today."""
    found = dict(shown)
    for day, stored in state.days.items():
        lifetime, today = unique_id(lifetime_of(day), gateway), shown.get(today_unique_id(day, gateway))
        if today and (rise_wh := today.energy_wh - stored.energy_wh) > 0:
            found.setdefault(lifetime, replace(today, energy_wh=stored.lifetime + rise_wh))
    return found


def _catch_up_counters(
    state: GuardState, gateway: str, shown: Mapping[str, LastValue], *, late: AbstractSet[CounterKey]
) -> Mapping[CounterKey, LastValue]:
    """Continue the counters but for `late` ones; return the last values of those that have changed."""
    changed: dict[CounterKey, LastValue] = {}
    for entity, last in shown.items():
        if (key := counter_of(entity, gateway)) is None or key in late:
            continue
        stored = state.counters.get(key)
        if stored is None or stored.published is None:
            state.counters[key], changed[key] = recover(last.energy_wh, last.at), last
        elif _differs(stored.published, last, falls=may_be_negative(key)):
            state.counters[key], changed[key] = _continued(stored, last.energy_wh, last.at), last
    return changed


def _with_late_total(
    state: GuardState, gateway: str, shown: Mapping[str, LastValue], change_wh: float, at: float | None
) -> Mapping[str, LastValue]:
    """Continue total consumption by the change of its parts, which are read at different times.

    They may have been shown later than it was, or not at all. `at` is when they changed last, None if they have not.
    Returns the values with energy of today as it was then.
    """
    total = state.counters.get(TOTAL_CONSUMPTION)
    if total is None or total.published is None:
        return shown
    published = total.published + change_wh
    if at is not None:
        state.counters[TOTAL_CONSUMPTION] = _continued(total, published, at)
    today_id = today_unique_id(TOTAL_CONSUMPTION.flow, gateway)
    lifetime, today = shown.get(unique_id(TOTAL_CONSUMPTION, gateway)), shown.get(today_id)
    if lifetime is None or today is None:
        return shown
    return {**shown, today_id: replace(today, energy_wh=today.energy_wh + published - lifetime.energy_wh)}


def _catch_up_storage(state: GuardState, computed: Mapping[CounterKey, float]) -> None:
    """Continue the calculated energies of storage, whose counters follow them."""
    for phase, energy in state.storage.items():
        keys = DISCHARGED.at(phase), CHARGED.at(phase)
        if any(key in computed for key in keys):
            discharged_wh = computed.get(DISCHARGED.at(phase), energy.discharged_wh)
            charged_wh = computed.get(CHARGED.at(phase), energy.charged_wh)
            at = max(state.counters[key].at for key in keys if key in computed)
            state.storage[phase] = storage_energy.catch_up(energy, discharged_wh, charged_wh, at)


def _catch_up_balanced(
    state: GuardState, computed: Mapping[CounterKey, float], gateway: str, shown: Mapping[str, LastValue]
) -> None:
    """Continue balanced import and export, whose counters follow them where no CT counts import and export."""
    for phase, energy in state.balanced.items():
        imported_wh, exported_wh = energy.import_wh, energy.export_wh
        if phase == 0:
            imported_wh = _shown_wh(shown.get(f"{gateway}_grid_import_energy_balanced"), imported_wh)
            exported_wh = _shown_wh(shown.get(f"{gateway}_grid_export_energy_balanced"), exported_wh)
        state.balanced[phase] = balanced.catch_up(
            energy, computed.get(IMPORT.at(phase), imported_wh), computed.get(EXPORT.at(phase), exported_wh)
        )


def _catch_up_days(state: GuardState, gateway: str, shown: Mapping[str, LastValue], zone: tzinfo) -> None:
    """Continue energy of today, which is the rise of a lifetime counter."""
    for day in days_of(state.counters):
        today, lifetime = shown.get(today_unique_id(day, gateway)), state.counters[lifetime_of(day)]
        if today and lifetime.published is not None:
            stored = state.days.get(day)
            recovered = daily.recover(lifetime.published, today, zone)
            state.days[day] = daily.catch_up(stored, recovered) if stored else recovered


def _continued(state: CounterState, published: float, at: float) -> CounterState:
    """Return a counter that has published another value since; it may fall back as far as before."""
    return replace(
        state,
        published=published,
        floor=min(state.floor, published),
        next_floor=min(state.next_floor, published),
        at=at,
        moved_at=at,
        held=None,
        below=None,
        hours=count_hours(state.hours, published, at),
    )


def _shown_wh(last: LastValue | None, stored_wh: float) -> float:
    """Return the energy that was shown last, or what is stored where that is the same."""
    return last.energy_wh if last and _differs(stored_wh, last) else stored_wh


def _differs(stored_wh: float, last: LastValue, *, falls: bool = False) -> bool:
    """Return whether another energy than the stored one was shown.

    A counter that only rises falls to a new start only with an event, and the state is stored at once with each event.
    """
    return abs(last.energy_wh - stored_wh) > ROUNDED_WH and (falls or not is_new_start(stored_wh, last.energy_wh))
