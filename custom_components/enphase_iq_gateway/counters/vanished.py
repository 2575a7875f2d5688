"""The counters of devices that vanished for good: without a limit, their state would grow with every new device."""

from collections.abc import Callable
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN, LOGGER
from .inverter_sum import hand_over
from .key import AcBatteryCounter, CounterKey, FlowCounter, InverterCounter, unique_id
from .state import GuardState

VANISHED_AFTER_S: Final = 30 * 86_400.0
"""A gateway under repair may list other devices, but not for this long."""


@callback
def async_drop_vanished(hass: HomeAssistant, state: GuardState, gateway: str) -> None:
    """Drop the counters of devices that vanished and have no entity; `gateway` is the serial of the gateway."""
    entities = er.async_get(hass)

    def has_entity(key: CounterKey) -> bool:
        return entities.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id(key, gateway)) is not None

    if dropped := drop_vanished(state, has_entity):
        LOGGER.info("The state of %d counters of devices that are gone is no longer stored", dropped)


def drop_vanished(state: GuardState, has_entity: Callable[[CounterKey], bool]) -> int:
    """Drop the counters of devices that have no entity and had no sample for 30 days; return their number.

    A counter with an entity continues from its last value, however long the device was away. The 30 days end at the
    latest sample of any counter, so that a time without Home Assistant or without the gateway does not count.
    """
    latest = max((counter.at for counter in state.counters.values()), default=0.0)
    vanished = {
        key
        for key, counter in state.counters.items()
        if not isinstance(key, FlowCounter) and latest - counter.at > VANISHED_AFTER_S and not has_entity(key)
    }
    remaining = [serial for serial in state.shares_from if InverterCounter(serial) not in vanished]
    if not remaining:
        vanished -= {InverterCounter(serial) for serial in state.shares_from}
    for key in vanished:
        if isinstance(key, InverterCounter):
            if key.serial in state.shares_from:
                hand_over(state, key.serial, remaining[0])
            state.days.pop(key, None)
        del state.counters[key]
        state.restart.discard(key)
    batteries = {key.serial for key in state.counters if isinstance(key, AcBatteryCounter)}
    state.counted_since = {serial: since for serial, since in state.counted_since.items() if serial in batteries}
    return len(vanished)
