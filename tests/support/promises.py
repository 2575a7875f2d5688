"""Check that no answer of a gateway leads to an impossible number, or to a fall of a counter that only rises."""

from collections.abc import Iterator, Mapping
from typing import Final

from custom_components.enphase_iq_gateway.client.site.site import CALCULATED, PollGroup, Quantity, Site, Source
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.client.site.storage_snapshot import StorageSnapshot
from custom_components.enphase_iq_gateway.counters.counter import EventKind
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterKey, FlowCounter, may_be_negative
from custom_components.enphase_iq_gateway.counters.limits import may_fall
from custom_components.enphase_iq_gateway.counters.lines import CounterEvent
from custom_components.enphase_iq_gateway.counters.origin import Origin
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.gateway import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage import STORAGE_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage_devices import STORAGE_DEVICE_SENSORS

from .ranges import impossible_numbers

_RESET_SHARE: Final = 0.9
_COMPUTED: Final = {Origin(source) for source in (Source.INTEGRATED, *CALCULATED)}


class Broken(AssertionError):  # noqa: N818 - a finding, not an error of the program
    """A value or a fall of a counter that is never shown."""


def check_values(site: Site, snapshots: list[Snapshot]) -> None:
    """Check that every value of the entities is a possible number.

    Raises:
        Broken: A value is impossible.
    """
    for group, snapshot in zip(PollGroup, snapshots, strict=True):
        odd = impossible_numbers(dict(states(site, group, snapshot)))
        odd += impossible_numbers((*snapshot.flows.values(), *snapshot.counted.values(), snapshot.inverters))
        if odd:
            raise Broken(f"impossible in {group}: {odd[:5]}")


def check_storage(snapshot: StorageSnapshot) -> None:
    """Check that every value of the entities of storage is a possible number.

    Raises:
        Broken: A value is impossible.
    """
    shown: dict[str, object] = {row.key: row.value_fn(snapshot) for row in STORAGE_SENSORS}
    for row in STORAGE_DEVICE_SENSORS:
        shown |= {f"{serial}_{row.key}": row.value_fn(snapshot, serial) for serial in row.devices_fn(snapshot)}
    if odd := impossible_numbers(shown) + impossible_numbers(snapshot):
        raise Broken(f"impossible of storage: {odd[:5]}")


def states(site: Site, group: PollGroup, snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    """Return the values of the entities of one group by their keys."""
    for row in FLOW_SENSORS:
        for flow in row.flows:
            if site.group(flow, row.quantity) is group and row.exists_on(site, flow):
                for phase in range(1 + (site.phases(flow) if row.phases else 0)):
                    description = row.at(site, flow, phase)
                    measured = snapshot.counters(flow, phase) if row.counted else snapshot.measurement(flow, phase)
                    yield description.key, description.value(measured)
                    yield f"{description.key}_reset", description.reset_fn(measured)
    for gateway_row in GATEWAY_SENSORS:
        if gateway_row.group is group:
            yield gateway_row.key, gateway_row.value_fn(snapshot)
    for serial, inverter in snapshot.inverters.items():
        for inverter_row in INVERTER_SENSORS:
            yield f"{serial}_{inverter_row.key}", inverter_row.value_fn(inverter)


def check_falls(guard: Guard, before: Mapping[CounterKey, CounterState]) -> None:
    """Check that no counter that only rises has fallen without a reason.

    Raises:
        Broken: A counter has fallen.
    """
    resets = {
        event.counter
        for event in guard.take_events()
        if isinstance(event, CounterEvent) and event.event.kind is EventKind.RESET
    }
    for key, state in guard.state.counters.items():
        was = before.get(key)
        if was is None or was.published is None or state.published is None or falls(guard.site, key) or key in resets:
            continue
        # What has risen in the last windows may be taken back, as far as Home Assistant does not take it for a reset. A
        # computed counter follows when those behind it do so; it has no windows of its own.
        floor = 0.0 if guard.state.origins.get(key) in _COMPUTED else was.floor
        if state.published < was.published and state.published < max(floor, was.published * _RESET_SHARE) - 1e-6:
            raise Broken(f"{key} fell from {was} to {state}")


def falls(site: Site, key: CounterKey) -> bool:
    """Return whether a counter may fall."""
    return may_be_negative(key) and isinstance(key, FlowCounter) and may_fall(site, key.flow, Quantity.LIFETIME)
