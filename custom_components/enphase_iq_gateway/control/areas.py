"""The areas of control that users turn on one by one, because each can do something else to the home."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from homeassistant.config_entries import ConfigEntry

from ..client.control.rules import Setting
from ..const import CONF_CONTROL


class ControlArea(StrEnum):
    """What can be turned on in the options; all are off at first."""

    DRY_CONTACTS = "dry_contacts"
    STORAGE_SETTINGS = "storage_settings"
    GRID_RELAY = "grid_relay"
    GENERATOR = "generator"
    AC_BATTERY_SLEEP = "ac_battery_sleep"


AREAS: Final[Mapping[Setting, ControlArea]] = {
    Setting.GRID_RELAY: ControlArea.GRID_RELAY,
    Setting.DRY_CONTACT: ControlArea.DRY_CONTACTS,
    Setting.CONTACT_SETTINGS: ControlArea.DRY_CONTACTS,
    Setting.STORAGE_MODE: ControlArea.STORAGE_SETTINGS,
    Setting.RESERVE: ControlArea.STORAGE_SETTINGS,
    Setting.CHARGE_FROM_GRID: ControlArea.STORAGE_SETTINGS,
    Setting.GENERATOR_MODE: ControlArea.GENERATOR,
    Setting.AC_BATTERY_SLEEP: ControlArea.AC_BATTERY_SLEEP,
    Setting.AC_BATTERY_WAKE: ControlArea.AC_BATTERY_SLEEP,
}
"""The area that each setting belongs to."""


def areas_of(entry: ConfigEntry) -> frozenset[ControlArea]:
    """Return the areas that are turned on for a gateway."""
    stored = entry.options.get(CONF_CONTROL, ())
    return frozenset(area for area in ControlArea if area in stored)
