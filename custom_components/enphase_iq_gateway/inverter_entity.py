"""Entities of one inverter."""

from dataclasses import dataclass
from typing import override

from homeassistant.helpers.entity import EntityDescription

from .coordinator import GatewayCoordinator
from .entity import GatewayEntity
from .polling.inverter_updates import InverterValue, Shown


@dataclass(frozen=True, kw_only=True)
class InverterDescription(EntityDescription):
    """A value of one inverter."""

    value_fn: InverterValue


class InverterEntity(GatewayEntity):
    """An entity of one inverter: there only while the gateway lists it."""

    entity_description: InverterDescription

    def __init__(self, coordinator: GatewayCoordinator, serial: str, description: InverterDescription) -> None:
        """Belong to the inverter's device, behind the gateway's."""
        super().__init__(coordinator, description, f"{serial}_{description.key}", serial)
        self._serial = serial

    @override
    def _shown(self) -> Shown:
        coordinator = self.coordinator
        inverter = coordinator.data.inverters.get(self._serial)
        available = coordinator.last_update_success and inverter is not None
        return available, None if inverter is None else self.entity_description.value_fn(inverter)

    @override
    async def async_added_to_hass(self) -> None:
        """Remember what is written on adding, and be told of the inverter's news instead of the coordinator's readings."""
        self._take(shown := self._shown())
        watched = self.coordinator.watched(self._serial)
        self.async_on_remove(watched.follow(self, self.entity_description.value_fn, shown))
