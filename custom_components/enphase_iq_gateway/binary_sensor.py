"""Binary sensors of the inverters."""

from typing import Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Inverter, Lane
from .coordinator import GatewayConfigEntry
from .entity import InverterEntity, SeenEntities

# Nothing is sent to the gateway, and reading it is the lanes' work.
PARALLEL_UPDATES = 0

COMMUNICATING: Final = BinarySensorEntityDescription(
    key="communicating",
    translation_key="communicating",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a binary sensor for each inverter that says whether it communicates."""
    if (lane := entry.runtime_data.lanes.get(Lane.INVERTERS)) is not None:
        seen = SeenEntities(hass, entry, Platform.BINARY_SENSOR, async_add_entities)
        seen.watch_inverters(lane, (COMMUNICATING,), _communicating, InverterCommunicating)


def _communicating(_: BinarySensorEntityDescription, inverter: Inverter) -> bool:
    return inverter.communicating


class InverterCommunicating(InverterEntity, BinarySensorEntity):
    """Whether an inverter is heard of."""

    @override
    def _shown(self) -> tuple[bool, bool | None]:
        return self.available, self.is_on

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it has spoken while others did."""
        return None if (inverter := self.inverter) is None else inverter.communicating
