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
from .inverter_entity import InverterDescription, InverterEntity
from .seen_entities import SeenEntities

# Nothing is sent to the gateway, and reading it is the coordinators' work.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class InverterBinarySensorDescription(BinarySensorEntityDescription, InverterDescription):
    """A yes or no of one inverter."""


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
    """Add a binary sensor for each inverter that says whether it communicates."""
    if (coordinator := entry.runtime_data.coordinators.get(PollGroup.INVERTERS)) is not None:
        seen = SeenEntities(hass, entry, Platform.BINARY_SENSOR, async_add_entities)
        seen.watch_inverters(coordinator, (COMMUNICATING,), InverterBinarySensor)


class InverterBinarySensor(InverterEntity, BinarySensorEntity):
    """A yes or no of one inverter."""

    entity_description: InverterBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """The value as it was looked up last."""
        return None if (value := self._written[1]) is None else bool(value)
