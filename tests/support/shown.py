"""The states of a gateway's entities as numbers in native units, to be compared with recorded answers."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.enphase_iq_gateway.binary_sensor.storage import STORAGE_BINARY_SENSORS
from custom_components.enphase_iq_gateway.coordinator import GatewayRuntime
from custom_components.enphase_iq_gateway.sensor.storage import STORAGE_SENSORS

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


def without_storage(values: Values, entry: ConfigEntry[GatewayRuntime]) -> Values:
    """Return the values without those of storage and grid, and without the text of the firmware."""
    storage = only_storage(values, entry)
    return {key: value for key, value in values.items() if key not in storage and key != "firmware"}


def only_storage(values: Values, entry: ConfigEntry[GatewayRuntime]) -> Values:
    """Return the values of storage, of the grid relay and of the generator."""
    keys = {row.key for row in (*STORAGE_SENSORS, *STORAGE_BINARY_SENSORS)}
    serials = entry.runtime_data.site.storage.serials
    return {
        key: value
        for key, value in values.items()
        if key in keys or key.startswith("battery_") or (key.startswith("inverter ") and key.split()[1] in serials)
    }


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
