"""Binary sensors of the inverters."""

from collections.abc import Iterator
from functools import partial
from typing import Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Lane
from .coordinator import GatewayConfigEntry, LaneCoordinator
from .entity import Candidate, InverterEntity, SeenEntities

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
        SeenEntities(hass, entry, Platform.BINARY_SENSOR, async_add_entities).watch(lane, partial(_candidates, lane))


def _candidates(lane: LaneCoordinator) -> Iterator[Candidate]:
    """One per inverter."""
    for serial in lane.data.inverters:
        yield (
            f"{serial}_{COMMUNICATING.key}",
            partial(_communicating, lane, serial),
            partial(InverterCommunicating, lane, COMMUNICATING, serial),
        )


def _communicating(lane: LaneCoordinator, serial: str) -> bool | None:
    inverter = lane.data.inverters.get(serial)
    return None if inverter is None else inverter.communicating


class InverterCommunicating(InverterEntity, BinarySensorEntity):
    """Whether the gateway hears an inverter."""

    @override
    def _shown(self) -> tuple[object, ...]:
        return self.available, self.is_on

    @property
    @override
    def is_on(self) -> bool | None:
        """The gateway's own word."""
        return _communicating(self.coordinator, self._serial)
