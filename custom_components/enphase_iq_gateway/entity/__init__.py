"""Base classes of the entities, and how entities are added once their value is first seen."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, override

from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ..client.endpoints.values import MOST_DEVICES
from ..client.models import Inverter
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator, gateway_answers
from ..coordinator.inverter_owners import async_inverter_owners
from ..hub.devices import async_register_inverter
from ..hub.registered import async_registered

type Value = StateType | datetime


class GatewayEntity(CoordinatorEntity[PollGroupCoordinator]):
    """Entity that shows one value of its coordinator's data."""

    _attr_has_entity_name = True
    _written: tuple[object, ...]
    """What was written last."""

    def __init__(
        self, coordinator: PollGroupCoordinator, description: EntityDescription, serial: str | None = None
    ) -> None:
        """Initialize an entity of the device with a serial, by default of the gateway."""
        super().__init__(coordinator)
        serial = coordinator.site.info.serial if serial is None else serial
        self.entity_description = description
        self._attr_unique_id = f"{serial}_{description.key}"
        # Every device is registered before its entities: a device info for each of them takes a sixth of set-up.
        self.device_entry = dr.async_get(coordinator.hass).async_get_device_by_identifier(
            (DOMAIN, serial), coordinator.config_entry.entry_id
        )

    @property
    @override
    def available(self) -> bool:
        return super().available or (self.stands and gateway_answers(self.coordinator))

    @property
    @abstractmethod
    def current_value(self) -> Value:
        """The value that the state shows."""

    @property
    def stands(self) -> bool:
        """Whether the last value is right until the next one is read, as that of a counter is."""
        return False

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._written = self._shown()

    def _shown(self) -> tuple[object, ...]:
        """Return what the state shows: it is written when this has changed."""
        return (self.available, self.current_value)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state only when it differs from the last one."""
        shown = self._shown()
        if shown != self._written:
            self._written = shown
            self.async_write_ha_state()


@dataclass(frozen=True, kw_only=True)
class InverterDescription(EntityDescription):
    """Description of an entity of an inverter."""

    value_fn: Callable[[Inverter], Value]


class InverterEntity(GatewayEntity):
    """Entity of one inverter, available while the gateway lists it."""

    entity_description: InverterDescription

    def __init__(self, coordinator: PollGroupCoordinator, serial: str, description: InverterDescription) -> None:
        super().__init__(coordinator, description, serial)
        self._serial = serial

    @property
    @override
    def available(self) -> bool:
        return super().available and self._serial in self.coordinator.data.inverters

    @property
    @override
    def current_value(self) -> Value:
        inverter = self.coordinator.data.inverters.get(self._serial)
        return None if inverter is None else self.entity_description.value_fn(inverter)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An entity that is added once it has a value."""

    unique_id: str
    value_fn: Callable[[], object]
    create: Callable[[], Entity]


class UpdateSource(Protocol):
    """What calls listeners after each update, as a coordinator does."""

    def async_add_listener(self, listener: CALLBACK_TYPE, /) -> CALLBACK_TYPE:
        """Call a function after each update; return the function that ends this."""


class SeenEntities:
    """Adds entities of a platform when their value is first seen, because not every gateway has every value."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: GatewayConfigEntry,
        platform: Platform,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        self._entities = er.async_get(hass)
        self._owners = async_inverter_owners(hass)
        self._platform = platform
        self._entry = entry
        self._async_add_entities = async_add_entities
        self._raised: set[str] = set()

    def _is_seen(self, unique_id: str, value_fn: Callable[[], object]) -> bool:
        """Return whether there is a value, or was one before: registered entities are added at once.

        A value that raises counts as missing, so that the others are added.
        """
        if self._entities.async_get_entity_id(self._platform, DOMAIN, unique_id) is not None:
            return True
        try:
            return value_fn() is not None
        except ArithmeticError, AttributeError, LookupError, TypeError, ValueError:
            if unique_id not in self._raised:
                self._raised.add(unique_id)
                # Without the serial, whose end is the password of old firmware.
                LOGGER.exception("The value of %s cannot be computed", unique_id.partition("_")[2])
            return False

    def add(self, source: UpdateSource, candidates: Iterable[Candidate]) -> None:
        """Add the candidates of a coordinator or another source now or after later updates."""
        missing = {candidate.unique_id: candidate for candidate in candidates}

        @callback
        def add_seen() -> None:
            seen = [each for each in missing.values() if self._is_seen(each.unique_id, each.value_fn)]
            for candidate in seen:
                del missing[candidate.unique_id]
            if seen:
                self._async_add_entities([candidate.create() for candidate in seen])

        add_seen()
        self._entry.async_on_unload(source.async_add_listener(add_seen))

    def add_inverters[D: InverterDescription](
        self,
        coordinator: PollGroupCoordinator,
        descriptions: Sequence[D],
        create: Callable[[PollGroupCoordinator, str, D], Entity],
    ) -> None:
        """Add the entities of every inverter of this gateway now or after later updates.

        When an inverter moves to another gateway, its entities are removed, and added again if it comes back.
        """
        missing: dict[str, dict[str, D]] = {}
        gateway = coordinator.site.info.serial
        known = async_registered(coordinator.hass, self._entry)

        @callback
        def add_seen() -> None:
            new: list[Entity] = []
            for serial in [each for each in missing if not self._owners.has(self._entry, each)]:
                del missing[serial]  # also while no gateway lists it
            for serial, inverter in coordinator.data.inverters.items():
                if serial == gateway:
                    continue  # it would share the gateway's device, which cannot be connected through itself
                if serial not in known and len(known) >= MOST_DEVICES:
                    continue  # a gateway that keeps listing other inverters would fill the registries
                if not self._owners.has(self._entry, serial):
                    continue
                known.add(serial)
                wanted = missing.setdefault(serial, {each.key: each for each in descriptions})
                seen = [
                    key
                    for key, description in wanted.items()
                    if self._is_seen(f"{serial}_{key}", partial(description.value_fn, inverter))
                ]
                if seen:
                    async_register_inverter(coordinator, serial)
                    new.extend(create(coordinator, serial, wanted.pop(key)) for key in seen)
            if new:
                self._async_add_entities(new)

        add_seen()
        self._entry.async_on_unload(coordinator.async_add_listener(add_seen))
        self._entry.async_on_unload(self._owners.async_add_listener(self._entry, add_seen))
