"""What every entity of the gateway shares: its lane, its device, its id, and when it writes its state."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import UNDEFINED, StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client import Inverter
from .const import DOMAIN, MANUFACTURER
from .coordinator import GatewayConfigEntry, LaneCoordinator


class GatewayEntity(CoordinatorEntity[LaneCoordinator]):
    """An entity of the gateway itself, on one lane."""

    _attr_has_entity_name = True
    _written: tuple[bool, StateType | datetime] = (False, None)
    """Whether there was a value when the state was looked at last, and which."""

    def __init__(
        self, lane: LaneCoordinator, description: EntityDescription, unique_id: str, inverter: str | None = None
    ) -> None:
        """Belong to the gateway's device, or to that of the inverter with this serial."""
        super().__init__(lane, inverter)
        self.entity_description = description
        self._attr_unique_id = unique_id
        # What the logbook shows keeps a context of its own: there another entity of the reading would seem the cause.
        self._continuous = getattr(description, "state_class", None) is not None
        self.device_entry = _device(lane, inverter)

    @abstractmethod
    def _shown(self) -> tuple[bool, StateType | datetime]:
        """What the state would show now: a change of it is worth a write, nothing else is."""

    @override
    async def async_added_to_hass(self) -> None:
        """Remember what is written on adding."""
        await super().async_added_to_hass()
        self._take(self._shown())

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state only when it shows something else than before."""
        if (shown := self._shown()) != self._written:
            self._take(shown)
            self.async_write_ha_state()

    def _take(self, shown: tuple[bool, StateType | datetime]) -> None:
        """Remember what is written now, in the context of its reading."""
        self._written = shown
        if self._continuous:
            self.async_set_context(self.coordinator.reading)


class InverterEntity(GatewayEntity):
    """An entity of one inverter: there only while the gateway lists it."""

    def __init__(self, lane: LaneCoordinator, description: EntityDescription, serial: str) -> None:
        """Belong to the inverter's device, behind the gateway's."""
        super().__init__(lane, description, f"{serial}_{description.key}", serial)
        self._serial = serial

    @property
    def inverter(self) -> Inverter | None:
        """The inverter as the lane knows it now."""
        return self.coordinator.data.inverters.get(self._serial)

    @property
    @override
    def available(self) -> bool:
        """Whether the lane was read and lists this inverter."""
        lane = self.coordinator
        return lane.last_update_success and self._serial in lane.data.inverters


def _device(lane: LaneCoordinator, inverter: str | None) -> dr.DeviceEntry | None:
    """Find the device of the gateway or of an inverter once for each lane; an inverter's is made with its first entity.

    Home Assistant would look for it again with every entity, which is a tenth of all that set-up costs.
    """
    if inverter not in lane.known_devices:
        registry = dr.async_get(lane.hass)
        entry_id = lane.config_entry.entry_id
        gateway = registry.async_get_device_by_identifier((DOMAIN, lane.site.info.serial), entry_id)
        lane.known_devices[inverter] = (
            gateway
            if inverter is None
            else registry.async_get_or_create(
                config_entry_id=entry_id,
                identifiers={(DOMAIN, inverter)},
                manufacturer=MANUFACTURER,
                translation_key="inverter",
                translation_placeholders={"serial": inverter},
                serial_number=inverter,
                via_device_id=gateway.id if gateway else UNDEFINED,
            )
        )
    return lane.known_devices[inverter]


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

    def watch(self, lane: LaneCoordinator, candidates: Iterable[Candidate]) -> None:
        """Look for a lane's candidates now and after each of its readings, until they are all there."""
        waiting = list(candidates)

        @callback
        def look() -> None:
            nonlocal waiting
            new, still = [], []
            for candidate in waiting:
                unique_id, value, make = candidate
                if unique_id in self._registered or value() is not None:
                    new.append(make())
                else:
                    still.append(candidate)
            waiting = still
            if new:
                self._add_entities(new)

        look()
        self._entry.async_on_unload(lane.async_add_listener(look))

    def watch_inverters[D: EntityDescription](
        self,
        lane: LaneCoordinator,
        descriptions: Sequence[D],
        value: Callable[[D, Inverter], object],
        make: Callable[[LaneCoordinator, D, str], Entity],
    ) -> None:
        """Look for the values of each inverter now, and again when it has changed, until it has them all."""
        looked_at: dict[str, Inverter] = {}
        missing: dict[str, tuple[D, ...]] = {}

        @callback
        def look() -> None:
            new = []
            for serial, inverter in lane.data.inverters.items():
                if looked_at.get(serial) is inverter:
                    continue
                # What there was before a restart comes back at first sight, and needs no look later.
                before = () if serial in looked_at else self._registered
                looked_at[serial] = inverter
                still = []
                for description in missing.get(serial, descriptions):
                    if value(description, inverter) is not None or (before and f"{serial}_{description.key}" in before):
                        new.append(make(lane, description, serial))
                    else:
                        still.append(description)
                missing[serial] = tuple(still)
            if new:
                self._add_entities(new)

        look()
        self._entry.async_on_unload(lane.async_add_listener(look))
