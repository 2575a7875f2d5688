"""The entities of the integration by platform, with the translation keys of their names."""

from collections.abc import Iterable, Mapping

from homeassistant.helpers.entity import EntityDescription

from custom_components.enphase_iq_gateway.array.health import PanelHealth
from custom_components.enphase_iq_gateway.binary_sensor.inverters import INVERTER_BINARY_SENSORS
from custom_components.enphase_iq_gateway.binary_sensor.storage import (
    STORAGE_BINARY_SENSORS,
    STORAGE_DEVICE_BINARY_SENSORS,
)
from custom_components.enphase_iq_gateway.button import BUTTONS
from custom_components.enphase_iq_gateway.control.entity import ControlDescription
from custom_components.enphase_iq_gateway.number import NUMBERS, SLEEP_BAND
from custom_components.enphase_iq_gateway.select import SELECTS
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.gateway import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.health import PANELS_BELOW_ARRAY, performance
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage import STORAGE_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage_devices import STORAGE_DEVICE_SENSORS
from custom_components.enphase_iq_gateway.switch import SWITCHES

CONTROLS: Mapping[str, tuple[ControlDescription, ...]] = {
    "button": BUTTONS,
    "number": (*NUMBERS, *SLEEP_BAND),
    "select": SELECTS,
    "switch": SWITCHES,
}
"""The entities of control by platform."""


PERFORMANCE = performance(lambda _: PanelHealth())
"""The sensor of an inverter's level, without any report."""


def sensors() -> set[str]:
    """Return the translation keys of all sensors with a name of their own."""
    return {
        *(
            str(row.of(flow, phase).translation_key)
            for row in FLOW_SENSORS
            for flow in row.flows
            for phase in range(2 if row.phases else 1)
        ),
        # Others have the name of their device or of their device class.
        *(
            row.translation_key
            for row in (
                *INVERTER_SENSORS,
                *GATEWAY_SENSORS,
                PANELS_BELOW_ARRAY,
                PERFORMANCE,
                *STORAGE_SENSORS,
                *STORAGE_DEVICE_SENSORS,
            )
            if row.translation_key is not None and row.name is not None
        ),
    }


def _keys(rows: Iterable[EntityDescription]) -> set[str]:
    return {str(row.translation_key) for row in rows}


def names_by_platform() -> dict[str, set[str]]:
    """Return the translation keys of all entities with a name of their own by platform."""
    binary_sensors = (*INVERTER_BINARY_SENSORS, *STORAGE_BINARY_SENSORS, *STORAGE_DEVICE_BINARY_SENSORS)
    controls = {platform: _keys(rows) for platform, rows in CONTROLS.items()}
    return {"sensor": sensors(), "binary_sensor": _keys(binary_sensors), **controls}
