"""What every entity of the gateway shares: its lane, its device, its id, and when it writes its state."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client import Inverter
from .const import DOMAIN, MANUFACTURER
from .coordinator import GatewayConfigEntry, LaneCoordinator


class GatewayEntity(CoordinatorEntity[LaneCoordinator]):
    """An entity of the gateway itself, on one lane."""

    _attr_has_entity_name = True
    _written: tuple[object, ...] = ()

    def __init__(self, lane: LaneCoordinator, description: EntityDescription, unique_id: str) -> None:
        """Belong to the gateway's device."""
        super().__init__(lane)
        self.entity_description = description
        self._attr_unique_id = unique_id
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, lane.site.info.serial)})

    @abstractmethod
    def _shown(self) -> tuple[object, ...]:
        """What the state would show now: a change of it is worth a write, nothing else is."""

    @override
    async def async_added_to_hass(self) -> None:
        """Remember what is written on adding."""
        await super().async_added_to_hass()
        self._written = self._shown()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state only when it shows something else than before."""
        if (shown := self._shown()) != self._written:
            self._written = shown
            self.async_write_ha_state()


class InverterEntity(GatewayEntity):
    """An entity of one inverter: there only while the gateway lists it."""

    def __init__(self, lane: LaneCoordinator, description: EntityDescription, serial: str) -> None:
        """Belong to the inverter's device, behind the gateway's."""
        super().__init__(lane, description, f"{serial}_{description.key}")
        self._serial = serial
        gateway = dr.async_get(lane.hass).async_get_device_by_identifier(
            (DOMAIN, lane.site.info.serial), lane.config_entry.entry_id
        )
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, serial)},
            manufacturer=MANUFACTURER,
            translation_key="inverter",
            translation_placeholders={"serial": serial},
            serial_number=serial,
            **({"via_device_id": gateway.id} if gateway else {}),
        )

    @property
    def inverter(self) -> Inverter | None:
        """The inverter as the lane knows it now."""
        return self.coordinator.data.inverters.get(self._serial)

    @property
    @override
    def available(self) -> bool:
        """Whether the lane was read and lists this inverter."""
        return super().available and self.inverter is not None


type Candidate = tuple[str, Callable[[], object], Callable[[], Entity]]
"""An entity that may come: its unique id, its value now, and how to make it."""


class SeenEntities:
    """Adds entities when their value is first seen, so that none is there that the gateway has not."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: GatewayConfigEntry,
        platform: Platform,
        add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Know which entities there were before a restart: they come back whatever the first reading says."""
        registry = er.async_get(hass)
        self._registered = {
            registered.unique_id
            for registered in er.async_entries_for_config_entry(registry, entry.entry_id)
            if registered.domain == platform
        }
        self._add_entities = add_entities
        self._entry = entry

    def watch(self, lane: LaneCoordinator, candidates: Callable[[], Iterable[Candidate]]) -> None:
        """Look at a lane's candidates now and after each of its readings."""
        there: set[str] = set()

        @callback
        def look() -> None:
            new = []
            for unique_id, value, make in candidates():
                if unique_id not in there and (unique_id in self._registered or value() is not None):
                    there.add(unique_id)
                    new.append(make())
            if new:
                self._add_entities(new)

        look()
        self._entry.async_on_unload(lane.async_add_listener(look))
