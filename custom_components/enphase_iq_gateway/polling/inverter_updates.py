"""One inverter, which knows what is new of it to which of its entities."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from homeassistant.core import callback
from homeassistant.helpers.typing import StateType

from ..client import Inverter

type Shown = tuple[bool, StateType | datetime]
"""What a state shows: whether there is a value, and which."""

type InverterValue = Callable[[Inverter], StateType | datetime]


class Follower(Protocol):
    """An entity that is told what to show."""

    def show(self, shown: Shown) -> None:
        """Show it."""


@dataclass(kw_only=True, slots=True)
class _Followed:
    """A value that an entity follows, and what it was told last."""

    entity: Follower
    value_fn: InverterValue
    value: StateType | datetime


class WatchedInverter:
    """Finds out for the entities of one inverter, in all platforms, what is new to them.

    Those that show something else are not even looked at. A site of 200 has well over a thousand, and to find out from
    each that it has nothing to write would be a tenth of a reading's work.
    """

    def __init__(self) -> None:
        """Begin with no entities."""
        self._followed: list[_Followed] = []
        self._was_available = False

    @callback
    def follow(self, entity: Follower, value_fn: InverterValue, shown: Shown) -> Callable[[], None]:
        """Look at a value for an entity, which shows this now, until what is given back is called."""
        self._was_available, value = shown
        followed = _Followed(entity=entity, value_fn=value_fn, value=value)
        self._followed.append(followed)
        return lambda: self._followed.remove(followed)

    @callback
    def news(self, inverter: Inverter | None, *, available: bool) -> Iterator[tuple[Follower, Shown]]:
        """Find whose value is another one; all of them when the inverter has come or gone."""
        turned = available is not self._was_available
        self._was_available = available
        for followed in self._followed:
            value = None if inverter is None else followed.value_fn(inverter)
            if turned or value != followed.value:
                followed.value = value
                yield followed.entity, (available, value)
