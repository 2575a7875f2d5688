"""Entities of one inverter, which are told together what is new of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.typing import StateType

from .client import Inverter
from .coordinator import LaneCoordinator
from .entity import GatewayEntity

type InverterValue = Callable[[Inverter], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class InverterDescription(EntityDescription):
    """A value of one inverter."""

    value_fn: InverterValue


class InverterEntity(GatewayEntity):
    """An entity of one inverter: there only while the gateway lists it."""

    entity_description: InverterDescription

    def __init__(self, inverter: WatchedInverter, description: InverterDescription) -> None:
        """Belong to the inverter's device, behind the gateway's."""
        serial = inverter.serial
        super().__init__(inverter.lane, description, f"{serial}_{description.key}", serial)
        self._inverter = inverter

    @property
    @override
    def available(self) -> bool:
        """Whether the lane was read and lists this inverter."""
        return self._inverter.available

    @override
    def _shown(self) -> tuple[bool, StateType | datetime]:
        return self._inverter.shown(self.entity_description.value_fn)

    @override
    async def async_added_to_hass(self) -> None:
        """Remember what is written on adding, and be told by the inverter instead of by the lane."""
        self._take(self._shown())
        self._inverter.add(self, self.entity_description.value_fn)

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Be told nothing any more."""
        self._inverter.remove(self)


@dataclass(kw_only=True, slots=True)
class _Follower:
    """One entity, and the value it was told last."""

    entity: InverterEntity
    value_fn: InverterValue
    value: StateType | datetime


class WatchedInverter:
    """One inverter of a lane: tells its entities what is new of it.

    Those that show something else are not even looked at. A site of 200 has well over a thousand, and to find out from
    each that it has nothing to write would be a tenth of a reading's work.
    """

    def __init__(self, lane: LaneCoordinator, serial: str) -> None:
        """Listen to the lane only while there are entities."""
        self.lane = lane
        self.serial = serial
        self._followers: list[_Follower] = []
        self._was_available = False
        self._hang_up: CALLBACK_TYPE | None = None

    @property
    def available(self) -> bool:
        """Whether the lane was read and lists this inverter."""
        return self.lane.last_update_success and self.serial in self.lane.data.inverters

    def shown(self, value_fn: InverterValue) -> tuple[bool, StateType | datetime]:
        """Whether there is a value now, and which."""
        inverter = self.lane.data.inverters.get(self.serial)
        return self.available, None if inverter is None else value_fn(inverter)

    @callback
    def add(self, entity: InverterEntity, value_fn: InverterValue) -> None:
        """Tell an entity from now on."""
        if self._hang_up is None:
            self._was_available = self.available
            self._hang_up = self.lane.async_add_listener(self._tell, self.serial)
        self._followers.append(_Follower(entity=entity, value_fn=value_fn, value=self.shown(value_fn)[1]))

    @callback
    def remove(self, entity: InverterEntity) -> None:
        """Tell an entity nothing any more."""
        self._followers = [follower for follower in self._followers if follower.entity is not entity]
        if not self._followers and self._hang_up is not None:
            self._hang_up()
            self._hang_up = None

    @callback
    def _tell(self) -> None:
        """Tell those whose value is another one; all of them when the inverter has come or gone."""
        inverter, available = self.lane.data.inverters.get(self.serial), self.available
        turned = available is not self._was_available
        self._was_available = available
        for follower in self._followers:
            value = None if inverter is None else follower.value_fn(inverter)
            if turned or value != follower.value:
                follower.value = value
                self.lane.let(follower.entity.show, (available, value))
