"""Each change: the body that is sent, and whether the documents prove that it is in effect (S§27, S§29)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..endpoints import (
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    GENERATOR,
    GRID_RELAY,
    LIVE_DATA,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
)
from ..json_types import Json, JsonObject
from ..settings_models import DryContactSettings
from ..site.ac_batteries import merge_ac_batteries
from ..site.grid_state import is_connected_by_collar
from ..site.storage_documents import StorageDocuments
from ..site.storage_values import PROFILE_NUMBERS, StorageProfile, followed_tariff
from ..storage_models import SleepState
from .rules import Setting

type Requested = bool | float | str

CONTACT_ACTIONS: Final = ("apply", "shed", "schedule", "none")
CONTACT_IDS: Final = ("NC1", "NC2", "NO1", "NO2")
CONTACT_MODES: Final = ("manual", "soc")
PROFILES: Final = (StorageProfile.SELF_CONSUMPTION, StorageProfile.SAVINGS, StorageProfile.BACKUP)
GENERATOR_MODES: Final = ("off", "on", "auto")
"""Each at the number that the gateway reports for it as `admin_mode` (S§8.1)."""

_PV_TYPES: Final = frozenset({"PV", "3RD-PV"})
_MODE_TO_WRITE: Final[Mapping[str, str]] = {
    StorageProfile.SELF_CONSUMPTION: "self-consumption",
    StorageProfile.SAVINGS: "economy",
    StorageProfile.BACKUP: "backup",
}


class ContactField(StrEnum):
    """A field of the settings of a dry contact that can be changed, as the document names it (S§7.2)."""

    MODE = "mode"
    GRID_ACTION = "grid_action"
    OFF_GRID_ACTION = "micro_grid_action"
    GENERATOR_ACTION = "gen_action"
    SOC_LOW = "soc_low"
    SOC_HIGH = "soc_high"


class Invalid(StrEnum):
    """Why a change cannot be written."""

    UNREADABLE = "control_unreadable"
    """The document that it changes has no such field."""
    CONTACT_BAND = "contact_band"
    """The contact would close at a lower state of charge than it opens at."""
    PV_CONTACT = "pv_contact"
    """The contact disconnects a PV inverter (S§30)."""
    SLEEP_BAND = "sleep_band"
    RESERVE_IN_BACKUP = "reserve_in_backup"
    """In full backup the whole battery is reserved."""


class InvalidChangeError(Exception):
    """A change that must not be sent."""

    def __init__(self, reason: Invalid) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change of one setting."""

    setting: Setting
    requested: Requested
    body: Callable[[StorageDocuments], JsonObject]
    """Returns what to send. Raises InvalidChangeError."""
    is_in_effect: Callable[[StorageDocuments], bool]
    part: str = ""
    """What of several is changed, for example the id of a contact."""

    @property
    def subject(self) -> str:
        """Return what is changed: a later change of the same replaces this one."""
        return subject(self.setting, self.part)


def subject(setting: Setting, part: str = "") -> str:
    """Return the name of what a change concerns. Sleep and wake are opposite orders of the same."""
    kind = Setting.AC_BATTERY_SLEEP if setting is Setting.AC_BATTERY_WAKE else setting
    return f"{kind} {part}".strip()


def change_grid_relay(*, closed: bool) -> Change:
    """Return the change that connects the home to the grid, or islands it.

    The commanded position alone proves nothing. The first word of the actual position counts (S§25), with a collar
    the state that it reports.
    """
    position = "closed" if closed else "open"

    def is_in_effect(documents: StorageDocuments) -> bool:
        relay = documents.get(GRID_RELAY)
        if relay is None:
            return is_connected_by_collar(documents) is closed
        return relay.commanded_position == position and (relay.relay_position or "").split()[:1] == [position]

    return Change(
        setting=Setting.GRID_RELAY,
        requested=closed,
        body=lambda _: {"mains_admin_state": position},
        is_in_effect=is_in_effect,
    )


def change_contact(contact_id: str, *, closed: bool) -> Change:
    """Return the change that switches a dry contact."""
    status = "closed" if closed else "open"

    def body(documents: StorageDocuments) -> JsonObject:
        settings = (documents.get(DRY_CONTACT_SETTINGS) or {}).get(contact_id)
        if settings is None:
            raise InvalidChangeError(Invalid.UNREADABLE)
        if not is_switchable(settings):
            raise InvalidChangeError(Invalid.PV_CONTACT)
        return {"dry_contacts": {"id": contact_id, "status": status}}

    def is_in_effect(documents: StorageDocuments) -> bool:
        contact = (documents.get(DRY_CONTACTS) or {}).get(contact_id)
        return contact is not None and contact.status == status

    return Change(
        setting=Setting.DRY_CONTACT,
        part=contact_id,
        requested=closed,
        body=body,
        is_in_effect=is_in_effect,
    )


def is_switchable(settings: DryContactSettings) -> bool:
    """Return whether a contact may be switched: one for PV disconnects an inverter (S§30)."""
    return settings.contact_type not in _PV_TYPES


def change_contact_setting(contact_id: str, changed: ContactField, value: float | str) -> Change:
    """Return the change of one setting of a dry contact; the contact's whole object is sent (S§27)."""

    def body(documents: StorageDocuments) -> JsonObject:
        contact = _contact(documents, contact_id)
        if changed not in contact:  # also where the document has no such contact
            raise InvalidChangeError(Invalid.UNREADABLE)
        written = {**contact, changed: _like(contact[changed], value)}
        low, high = written.get(ContactField.SOC_LOW), written.get(ContactField.SOC_HIGH)
        if (
            changed in {ContactField.SOC_LOW, ContactField.SOC_HIGH}
            and isinstance(low, int | float)
            and isinstance(high, int | float)
            and low >= high
        ):
            raise InvalidChangeError(Invalid.CONTACT_BAND)
        return {"dry_contacts": written}

    return Change(
        setting=Setting.CONTACT_SETTINGS,
        part=f"{contact_id} {changed}",
        requested=value,
        body=body,
        is_in_effect=lambda documents: _contact(documents, contact_id).get(changed) == value,
    )


def _contact(documents: StorageDocuments, contact_id: str) -> JsonObject:
    settings = (documents.get(DRY_CONTACT_SETTINGS) or {}).get(contact_id)
    return {} if settings is None else settings.raw


def change_storage_mode(profile: str) -> Change:
    """Return the change to another profile."""
    number = PROFILE_NUMBERS[profile]

    def is_in_effect(documents: StorageDocuments) -> bool:
        live = documents.get(LIVE_DATA)
        return live is not None and not live.is_last_known and live.profile_number == number

    return Change(
        setting=Setting.STORAGE_MODE,
        requested=profile,
        body=lambda documents: _tariff(documents, "mode", _MODE_TO_WRITE[profile]),
        is_in_effect=is_in_effect,
    )


def change_reserve(percent: float) -> Change:
    """Return the change of the reserve, which the gateway keeps in whole percents."""
    wanted = round(percent)

    def is_in_effect(documents: StorageDocuments) -> bool:
        control = documents.get(SECONDARY_CONTROL)
        return control is not None and control.reserve_set_percent == wanted

    def body(documents: StorageDocuments) -> JsonObject:
        live = documents.get(LIVE_DATA)
        if live is not None and live.profile_number == PROFILE_NUMBERS[StorageProfile.BACKUP]:
            raise InvalidChangeError(Invalid.RESERVE_IN_BACKUP)
        return _tariff(documents, "reserved_soc", wanted)

    return Change(setting=Setting.RESERVE, requested=wanted, body=body, is_in_effect=is_in_effect)


def change_charge_from_grid(*, allowed: bool) -> Change:
    """Return the change that permits or forbids to charge from the grid."""

    def is_in_effect(documents: StorageDocuments) -> bool:
        scheduler = documents.get(SCHEDULER)
        if scheduler is not None:
            return scheduler.charge_from_grid_allowed is allowed
        tariff = followed_tariff(documents)
        return tariff is not None and tariff.charge_from_grid is allowed

    return Change(
        setting=Setting.CHARGE_FROM_GRID,
        requested=allowed,
        body=lambda documents: _tariff(documents, "charge_from_grid", allowed),
        is_in_effect=is_in_effect,
    )


def _tariff(documents: StorageDocuments, key: str, value: Requested) -> JsonObject:
    """Return the whole tariff with one storage setting changed, without the schedule, which is not stored (S§11)."""
    tariff = documents.get(TARIFF)
    settings = tariff.raw.get("storage_settings") if tariff else None
    if tariff is None or not isinstance(settings, dict) or key not in settings:
        raise InvalidChangeError(Invalid.UNREADABLE)
    return {"tariff": {**tariff.raw, "storage_settings": {**settings, key: _like(settings[key], value)}}}


def change_generator_mode(mode: str) -> Change:
    """Return the command to the generator. `on` and `off` are proved by its relay, not by the command (S§29)."""
    number = GENERATOR_MODES.index(mode)

    def is_in_effect(documents: StorageDocuments) -> bool:
        generator = documents.get(GENERATOR)
        if generator is None or generator.mode_number != number:
            return False
        return mode == "auto" or generator.running is (mode == "on")

    return Change(
        setting=Setting.GENERATOR_MODE,
        requested=mode,
        body=lambda _: {"gen_cmd": mode},
        is_in_effect=is_in_effect,
    )


def change_sleep(serials: Collection[str], *, low: int, high: int) -> Change:
    """Return the order to AC Batteries to charge or discharge into a band and to sleep there (S§31).

    It may take them hours to get there, so the order that they report proves it.
    """
    orders: list[Json] = [
        {"serial_num": serial, "sleep_min_soc": low, "sleep_max_soc": high} for serial in sorted(serials)
    ]

    def body(_: StorageDocuments) -> JsonObject:
        if low > high:
            raise InvalidChangeError(Invalid.SLEEP_BAND)
        return {"acb_sleep": orders}

    def is_in_effect(documents: StorageDocuments) -> bool:
        batteries = merge_ac_batteries(documents)
        return all(
            serial in batteries
            and batteries[serial].sleep_state in {SleepState.GOING_TO_SLEEP, SleepState.ASLEEP}
            and (batteries[serial].sleep_min_soc_percent, batteries[serial].sleep_max_soc_percent) == (low, high)
            for serial in serials
        )

    return Change(setting=Setting.AC_BATTERY_SLEEP, requested="sleep", body=body, is_in_effect=is_in_effect)


def change_wake(serials: Collection[str]) -> Change:
    """Return the order to AC Batteries to wake; those that are waking report it too."""
    orders: list[Json] = [{"serial_num": serial} for serial in sorted(serials)]

    def is_in_effect(documents: StorageDocuments) -> bool:
        batteries = merge_ac_batteries(documents)
        return all(
            serial in batteries and batteries[serial].sleep_state in {SleepState.WAKING, SleepState.AWAKE}
            for serial in serials
        )

    return Change(
        setting=Setting.AC_BATTERY_WAKE,
        requested="wake",
        body=lambda _: {"acb_sleep": orders},
        is_in_effect=is_in_effect,
    )


def _like(former: Json, value: Requested) -> Json:
    """Return a number as the gateway sends it: with decimals or without."""
    if isinstance(value, bool | str):
        return value
    if isinstance(former, int) and not isinstance(former, bool) and value == round(value):
        return round(value)
    return float(value)
