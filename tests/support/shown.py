"""The states of a gateway's entities as numbers in native units, to be compared with recorded answers."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.enphase_iq_gateway.coordinator import GatewayRuntime

type Values = dict[str, float | str | None]
"""Values in native units by unique id without the gateway's serial; an inverter's key begins with `inverter `.

Timestamps are epoch seconds, an unknown or unavailable state is None.
"""


def shown_values(hass: HomeAssistant, entry: ConfigEntry[GatewayRuntime]) -> Values:
    """Return the value of every enabled entity of an entry."""
    values: Values = {}
    gateway = entry.runtime_data.site.info.serial
    for registered in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        device, _, key = registered.unique_id.partition("_")
        values[key if device == gateway else f"inverter {device} {key}"] = _value(hass, registered)
    return values


def _value(hass: HomeAssistant, registered: er.RegistryEntry) -> float | str | None:
    state = hass.states.get(registered.entity_id)
    assert state is not None
    if state.state in {STATE_UNKNOWN, STATE_UNAVAILABLE}:
        return None
    if registered.original_device_class == "timestamp":
        return dt_util.as_timestamp(state.state)
    if registered.unit_of_measurement is None and "state_class" not in (registered.capabilities or {}):
        return state.state
    kilo = registered.unit_of_measurement == UnitOfEnergy.KILO_WATT_HOUR
    return float(state.state) * (1000 if kilo else 1)
