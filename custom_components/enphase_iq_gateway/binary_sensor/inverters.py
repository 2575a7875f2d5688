"""Descriptions of the binary sensors of an inverter."""

from dataclasses import dataclass
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory

from ..entity import InverterDescription


@dataclass(frozen=True, kw_only=True)
class InverterBinarySensorDescription(BinarySensorEntityDescription, InverterDescription):
    """Description of a binary sensor of an inverter."""


INVERTER_BINARY_SENSORS: Final = (
    InverterBinarySensorDescription(
        key="communicating",
        translation_key="communicating",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda inverter: inverter.communicating,
    ),
)
