"""Buttons: order AC Batteries to sleep and to wake."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..client.control.changes import Change, change_sleep, change_wake
from ..client.control.rules import Setting
from ..control.entity import ControlDescription, ControlEntity, async_add_controls
from ..control.gateway_control import GatewayControl, async_control
from ..control.keys import SLEEP, SLEEP_HIGH, SLEEP_LOW, WAKE
from ..coordinator import GatewayConfigEntry
from ..entity import SeenEntities

# The control of a gateway sends one write after the other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ControlButtonDescription(ButtonEntityDescription, ControlDescription):
    """Description of a button."""

    change_fn: Callable[[GatewayControl], Change]


def _sleep(control: GatewayControl) -> Change:
    band = control.sleep_band
    serials = control.coordinator.site.storage.ac_batteries
    return change_sleep(serials, low=band[SLEEP_LOW], high=band[SLEEP_HIGH])


BUTTONS: Final = (
    ControlButtonDescription(
        key=SLEEP,
        translation_key=SLEEP,
        setting=Setting.AC_BATTERY_SLEEP,
        value_fn=lambda _: True,
        change_fn=_sleep,
    ),
    ControlButtonDescription(
        key=WAKE,
        translation_key=WAKE,
        setting=Setting.AC_BATTERY_WAKE,
        value_fn=lambda _: True,
        change_fn=lambda control: change_wake(control.coordinator.site.storage.ac_batteries),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the buttons."""
    seen = SeenEntities(hass, entry, Platform.BUTTON, async_add_entities)
    control = async_control(hass, entry)
    async_add_controls(control, seen, BUTTONS, ControlButton)


class ControlButton(ControlEntity, ButtonEntity):
    """Button that sends an order and waits until the batteries report it."""

    entity_description: ControlButtonDescription

    @override
    async def async_press(self) -> None:
        await self._change(self.entity_description.change_fn(self._control))
