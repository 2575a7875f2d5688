"""How each setting is written and what proves it: the table of S§27 and S§29."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from awesomeversion import AwesomeVersion

from ..endpoints import (
    ACB_CONFIG,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    GENERATOR,
    GENERATOR_MODE,
    GRID_RELAY,
    INVENTORY,
    LIVE_DATA,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from ..gateway import WriteMethod
from ..site.storage_site import StorageSite
from ..site.storage_values import TARIFF_STALE_SINCE

CONTACTS_UNCLEAR_S: Final = 90.0
"""After a change of their settings, contacts may read open for this long although none has moved (S§29)."""
_CLOUD_S: Final = 180.0
"""The cloud overwrites a change within 1 to 2 minutes (S§28)."""
_TARIFF_ANSWER_S: Final = 60.0
"""It took a gateway 59 s (S§11)."""
_START_UP_S: Final = 600.0
"""A generator warms up for minutes before its relay closes."""
_ACB_REPORT_S: Final = 1800.0
"""AC Batteries report every 15 minutes, and the inventory lags by 10 to 15 (S§31)."""


class Setting(StrEnum):
    """What can be changed."""

    GRID_RELAY = "grid_relay"
    DRY_CONTACT = "dry_contact"
    CONTACT_SETTINGS = "contact_settings"
    STORAGE_MODE = "storage_mode"
    RESERVE = "reserve"
    CHARGE_FROM_GRID = "charge_from_grid"
    GENERATOR_MODE = "generator_mode"
    AC_BATTERY_SLEEP = "ac_battery_sleep"
    AC_BATTERY_WAKE = "ac_battery_wake"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How one setting is written and proved."""

    target: Endpoint[object]
    """Its path is written to."""
    proof: Endpoint[object]
    """What the controller works with, never the stored document where they may differ."""
    deadline_s: float
    """Time from the end of the write until it must be in effect."""
    method: WriteMethod = "POST"
    first_read: tuple[Endpoint[object], ...] = ()
    """What must be read right before the write: the document that is sent back, or what is checked."""
    sends_document: bool = False
    """Whether the whole document is sent back with one field changed."""
    interval_s: float = 3.0
    """Time between two readings of the proof."""
    answer_s: float = 20.0
    """Time for the answer to the write."""
    check_again_s: float | None = None
    """Time after which it is checked again, because the cloud may undo it."""
    may_be_ignored: bool = False
    """Whether firmware is known, or must be expected, to accept the write without ever following it."""


def _storage_setting(proof: Endpoint[object]) -> Rule:
    return Rule(
        target=TARIFF,
        method="PUT",
        proof=proof,
        deadline_s=30,
        first_read=(TARIFF,),
        sends_document=True,
        answer_s=_TARIFF_ANSWER_S,
        check_again_s=_CLOUD_S,
        may_be_ignored=True,
    )


RULES: Final[Mapping[Setting, Rule]] = {
    Setting.GRID_RELAY: Rule(
        target=GRID_RELAY,
        proof=GRID_RELAY,
        deadline_s=90,
        first_read=(GRID_RELAY, ENSEMBLE_INVENTORY, SECONDARY_CONTROL, GENERATOR),
    ),
    Setting.DRY_CONTACT: Rule(
        target=DRY_CONTACTS, proof=DRY_CONTACTS, deadline_s=30, first_read=(DRY_CONTACT_SETTINGS,)
    ),
    Setting.CONTACT_SETTINGS: Rule(
        target=DRY_CONTACT_SETTINGS,
        proof=DRY_CONTACT_SETTINGS,
        deadline_s=30,
        first_read=(DRY_CONTACT_SETTINGS,),
        sends_document=True,
    ),
    Setting.STORAGE_MODE: _storage_setting(LIVE_DATA),
    Setting.RESERVE: _storage_setting(SECONDARY_CONTROL),
    Setting.CHARGE_FROM_GRID: _storage_setting(SCHEDULER),
    Setting.GENERATOR_MODE: Rule(target=GENERATOR_MODE, proof=GENERATOR, deadline_s=_START_UP_S, interval_s=15),
    Setting.AC_BATTERY_SLEEP: Rule(
        target=ACB_CONFIG, method="PUT", proof=INVENTORY, deadline_s=_ACB_REPORT_S, interval_s=120
    ),
    Setting.AC_BATTERY_WAKE: Rule(
        target=ACB_CONFIG, method="DELETE", proof=INVENTORY, deadline_s=_ACB_REPORT_S, interval_s=120
    ),
}
_COLLAR_RELAY: Final = replace(
    RULES[Setting.GRID_RELAY],
    proof=ENSEMBLE_INVENTORY,
    first_read=(ENSEMBLE_INVENTORY, SECONDARY_CONTROL, GENERATOR),
    may_be_ignored=True,
)
"""Whether gateways with a collar follow the command is unknown (S§33)."""
_FOLLOWED_TARIFF: Final = _storage_setting(TARIFF)
_STORAGE_SETTINGS: Final = frozenset({Setting.STORAGE_MODE, Setting.RESERVE, Setting.CHARGE_FROM_GRID})


def rule_for(setting: Setting, site: StorageSite, firmware: AwesomeVersion) -> Rule | None:
    """Return how a site writes and proves a setting, None where it does not have it or nothing proves it.

    Charging from the grid is proved by the scheduler; without one, by the tariff of firmware that follows it (S§26).
    AC Batteries have no storage settings (S§20).
    """
    rule = RULES[setting]
    if setting in _STORAGE_SETTINGS and not site.batteries:
        return None
    if setting in {Setting.AC_BATTERY_SLEEP, Setting.AC_BATTERY_WAKE} and not site.ac_batteries:
        return None
    if setting is Setting.CHARGE_FROM_GRID and not site.has(SCHEDULER) and firmware < TARIFF_STALE_SINCE:
        rule = _FOLLOWED_TARIFF
    if setting is Setting.GRID_RELAY and site.collars and not site.system_controllers:
        # The path is only written to: without a system controller it always reads as closed (S§6).
        return _COLLAR_RELAY if site.has(ENSEMBLE_INVENTORY) else None
    return rule if site.has(rule.target) and site.has(rule.proof) else None
