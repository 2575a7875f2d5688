"""Create and delete repair issues, the same way for every kind.

Issue ids never change: Home Assistant remembers by them which issues a user has ignored.
"""

from collections.abc import Collection, Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN


def issue_id(kind: str, entry: ConfigEntry, key: str = "", *, subject: str = "") -> str:
    """Return the id of an issue of one gateway.

    `key`, after the entry, and `subject`, before it, distinguish several issues of one kind.
    """
    return "_".join(part for part in (kind, subject, entry.entry_id, key) if part)


@callback
def async_create(
    hass: HomeAssistant,
    entry: ConfigEntry,
    kind: str,
    key: str = "",
    *,
    subject: str = "",
    data: Mapping[str, str | int | float | None] | None = None,
    is_fixable: bool = True,
    is_persistent: bool = False,
    placeholders: Mapping[str, str] | None = None,
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
    text: str = "",
) -> None:
    """Create or update an issue; its fix flow finds `kind` and `entry_id` in its data.

    `text` is its translation key where one kind has several texts.
    """
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(kind, entry, key, subject=subject),
        data={"kind": kind, "entry_id": entry.entry_id, **(data or {})},
        is_fixable=is_fixable,
        is_persistent=is_persistent,
        severity=severity,
        translation_key=text or kind,
        translation_placeholders=dict(placeholders or {}),
    )


@callback
def async_delete(hass: HomeAssistant, entry: ConfigEntry, kind: str, key: str = "", *, subject: str = "") -> None:
    """Delete an issue; do nothing where there is none."""
    ir.async_delete_issue(hass, DOMAIN, issue_id(kind, entry, key, subject=subject))


@callback
def async_clear(hass: HomeAssistant, entry: ConfigEntry, kind: str = "", *, keep: Collection[str] = ()) -> None:
    """Delete all issues of a gateway, or all of one kind, except those with the ids to keep."""
    for domain, issue in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue.startswith(kind) and entry.entry_id in issue.split("_") and issue not in keep:
            ir.async_delete_issue(hass, DOMAIN, issue)
