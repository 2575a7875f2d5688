"""The issue of a setting that the firmware does not follow: the setting is read-only while it exists."""

from collections.abc import Collection, Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..client.control.rules import Setting
from ..const import CONTROL_PAGE, DOMAIN
from .registry import async_create, async_delete, issue_id

IGNORED_SETTING: Final = "ignored_setting"
SETTINGS: Final[Mapping[Setting, str]] = {
    Setting.STORAGE_MODE: "ignored_storage_mode",
    Setting.RESERVE: "ignored_reserve",
    Setting.CHARGE_FROM_GRID: "ignored_charge_from_grid",
    Setting.GRID_RELAY: "ignored_grid_relay",
}
"""Settings with the key of their text: only the cloud changes those of storage on newer firmware (S§28).

The grid relay is one of them where a collar has it (S§33).
"""


@callback
def async_create_ignored(hass: HomeAssistant, entry: ConfigEntry, setting: Setting, firmware: str) -> None:
    """Create the issue, which outlasts restarts: it makes the setting read-only."""
    async_create(
        hass,
        entry,
        IGNORED_SETTING,
        setting,
        data={"firmware": firmware},
        is_persistent=True,
        placeholders={"firmware": firmware, "page": CONTROL_PAGE},
        text=SETTINGS[setting],
    )


@callback
def is_ignored(hass: HomeAssistant, entry: ConfigEntry, setting: Setting) -> bool:
    """Return whether the firmware is known not to follow a setting."""
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id(IGNORED_SETTING, entry, setting)) is not None


@callback
def async_delete_outdated(hass: HomeAssistant, entry: ConfigEntry, firmware: str, in_use: Collection[Setting]) -> None:
    """Delete the issues of other firmware, which may follow the setting, and of settings that are turned off."""
    for setting in SETTINGS:
        issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(IGNORED_SETTING, entry, setting))
        if issue is not None and not (setting in in_use and (issue.data or {}).get("firmware") == firmware):
            async_delete(hass, entry, IGNORED_SETTING, setting)
