"""Continue after a crash from what the entities have shown last: the stored state is up to a quarter of an hour older.

The gateway's own counters continue by themselves. Those that are computed here would fall: by some Wh as a rule, but of
a `total_increasing` sensor that falls by more than a tenth Home Assistant counts all energy again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ..client.models import Flow
from ..client.site.site import CALCULATED, Source
from . import balanced, storage_energy
from .counter import follow
from .key import CounterField, FlowCounter, counter_of
from .last_values import LastValue
from .origin import Origin
from .state import GuardState

_ROUNDED_WH: Final = 1.0
"""States are rounded to a Wh: what is less above the stored energy is not newer."""
_COMPUTED: Final = {Origin(source) for source in (Source.INTEGRATED, *CALCULATED)}
_BALANCED: Final = {
    "grid_import_energy_balanced": FlowCounter(Flow.NET_CONSUMPTION, CounterField.DELIVERED),
    "grid_export_energy_balanced": FlowCounter(Flow.NET_CONSUMPTION, CounterField.RECEIVED),
}
"""The sensors that show balanced energy also where a CT counts import and export."""


def is_computed(unique_id: str, gateway: str, state: GuardState) -> bool:
    """Return whether an entity shows an energy that is computed here; `gateway` is the serial of the gateway."""
    return _computed(unique_id, gateway, state) is not None


def catch_up(state: GuardState, gateway: str, shown: Mapping[str, LastValue]) -> bool:
    """Continue from the last values of the entities, by unique id; return whether any of them is newer."""
    newer: dict[FlowCounter, LastValue] = {}
    for unique_id, last in shown.items():
        if (computed := _computed(unique_id, gateway, state)) is not None:
            key, offset = computed
            energy_wh = last.energy_wh - offset
            stored_wh = newer[key].energy_wh if key in newer else _energies_wh(state, key)[key.field]
            if energy_wh - stored_wh > _ROUNDED_WH:
                newer[key] = replace(last, energy_wh=energy_wh)
    for key, last in newer.items():
        if state.origins.get(key) in _COMPUTED:
            state.counters[key] = follow(state.counters[key], last.energy_wh, last.at)
        energies = _energies_wh(state, key) | {key.field: last.energy_wh}
        delivered_wh, received_wh = energies[CounterField.DELIVERED], energies[CounterField.RECEIVED]
        if key.flow is Flow.STORAGE:
            energy = state.storage[key.phase]
            state.storage[key.phase] = storage_energy.catch_up(energy, delivered_wh, received_wh, last.at)
        else:
            state.balanced[key.phase] = balanced.catch_up(state.balanced[key.phase], delivered_wh, received_wh)
    return bool(newer)


def _computed(unique_id: str, gateway: str, state: GuardState) -> tuple[FlowCounter, float] | None:
    """Return the computed energy that an entity shows, and what it shows beyond that."""
    name = unique_id.removeprefix(f"{gateway}_")
    if name in _BALANCED:
        return (_BALANCED[name], 0.0) if 0 in state.balanced else None
    key = counter_of(unique_id, gateway)
    if (
        not isinstance(key, FlowCounter)
        or key.field is CounterField.LIFETIME
        or state.origins.get(key) not in _COMPUTED
    ):
        return None
    counter = state.counters.get(key)
    stored = state.storage if key.flow is Flow.STORAGE else state.balanced
    return (key, counter.offset) if counter is not None and key.phase in stored else None


def _energies_wh(state: GuardState, key: FlowCounter) -> dict[CounterField, float]:
    """Return the stored energies of the flow and phase of a counter."""
    if key.flow is Flow.STORAGE:
        storage = state.storage[key.phase]
        return {CounterField.DELIVERED: storage.discharged_wh, CounterField.RECEIVED: storage.charged_wh}
    grid = state.balanced[key.phase]
    return {CounterField.DELIVERED: grid.import_wh, CounterField.RECEIVED: grid.export_wh}
