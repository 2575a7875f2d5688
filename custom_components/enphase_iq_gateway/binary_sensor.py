"""Binary sensors of the inverters."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import PollGroup
from .coordinator import GatewayConfigEntry
from .entity import InverterDescription, InverterEntity, SeenEntities

# Coordinators poll the gateway, and these entities send nothing to it.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class InverterBinarySensorDescription(BinarySensorEntityDescription, InverterDescription):
    """Description of a binary sensor of an inverter."""


COMMUNICATING: Final = InverterBinarySensorDescription(
    key="communicating",
    translation_key="communicating",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    value_fn=lambda inverter: inverter.communicating,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the binary sensors of the inverters."""
    if (coordinator := entry.runtime_data.coordinators.get(PollGroup.INVERTERS)) is not None:
        seen = SeenEntities(hass, entry, Platform.BINARY_SENSOR, async_add_entities)
        seen.add_inverters(coordinator, (COMMUNICATING,), InverterBinarySensor)


class InverterBinarySensor(InverterEntity, BinarySensorEntity):
    """Binary sensor of an inverter."""

    entity_description: InverterBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        return None if (value := self.value) is None else bool(value)
