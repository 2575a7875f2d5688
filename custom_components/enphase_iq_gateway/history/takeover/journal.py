"""The journal of a takeover: what moves, on disk before the first change, until it is undone for good.

Home Assistant writes its registries and config entries seconds after a change, and each at its own time. So the steps
are repeated at every start until all of them are on disk; each changes only what is not yet as it should be.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ...client.models import Flow
from ...const import DOMAIN, LOGGER, UNUSABLE_FILE
from ...counters.key import Day, InverterCounter, parse_counter_key
from ...counters.shift import Shifts

_VERSION: Final = 1


class Stage(StrEnum):
    """How far a takeover has come."""

    MOVING = "moving"
    """The steps may not be complete, or not on disk."""
    MOVED = "moved"
    RETURNING = "returning"
    """It is being undone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedRow:
    """An entity that moves."""

    registry_id: str
    """Id of its row, which stays when the user renames the entity."""
    domain: str
    old_unique_id: str
    new_unique_id: str
    device_id: str | None = None
    """Its device in the other integration."""
    name: str | None = None
    """The name that it keeps, written to the row; None where the row had one or the new name is used."""
    replaces: str | None = None
    """The id of the entity of this integration that makes room for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedDevice:
    """A device that moves with its entities."""

    device_id: str
    serial: str
    identifiers: list[list[str]]
    """Its identifiers in the other integration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal:
    """One takeover."""

    takeover_id: str
    entry_id: str
    old_entry_id: str
    old_domain: str
    old_title: str
    keep_old: bool
    """Whether the other integration stays enabled, for the entities that stay behind."""
    was_disabled: bool
    """Whether it was disabled before."""
    stage: Stage = Stage.MOVING
    rows: list[MovedRow] = field(default_factory=list[MovedRow])
    devices: list[MovedDevice] = field(default_factory=list[MovedDevice])
    counter_shifts: dict[str, float] = field(default_factory=dict[str, float])
    """Wh by counter."""
    day_shifts: dict[str, float] = field(default_factory=dict[str, float])
    """Wh by flow or inverter."""
    replaced_in_dashboard: dict[str, str] = field(default_factory=dict[str, str])
    """Entity ids in the Energy dashboard and those that have replaced them."""
    areas: list[str] = field(default_factory=list[str])
    """The areas of control that the takeover turns on."""

    @property
    def shifts(self) -> Shifts:
        """The amounts by which counters start elsewhere."""
        days: dict[Day, float] = {}
        for name, amount in self.day_shifts.items():
            kind, _, serial = name.partition(".")
            days[InverterCounter(serial) if serial else Flow(kind)] = amount
        counters = {parse_counter_key(name): amount for name, amount in self.counter_shifts.items()}
        return Shifts(counters=counters, days=days)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the journal with this JSON form, that of `asdict`.

        Raises:
            LookupError, TypeError, ValueError: the data is something else.
        """
        rows = [MovedRow(**row) for row in data["rows"]]
        devices = [MovedDevice(**device) for device in data["devices"]]
        journal = cls(**{**data, "stage": Stage(data["stage"]), "rows": rows, "devices": devices})
        _ = journal.shifts
        return journal


_JOURNALS: Final[HassKey[dict[str, Journal]]] = HassKey(f"{DOMAIN}.takeovers")


def journal_of(hass: HomeAssistant, entry_id: str) -> Journal | None:
    """Return the journal of an entry that was loaded or is being set up."""
    return hass.data.setdefault(_JOURNALS, {}).get(entry_id)


async def async_load_journal(hass: HomeAssistant, entry_id: str) -> Journal | None:
    """Read the journal of an entry; one that cannot be read is left alone, with a line in the log."""
    try:
        data = await _store(hass, entry_id).async_load()
        journal = None if data is None else Journal.from_json(data)
    except UNUSABLE_FILE as error:
        LOGGER.error("The journal of the takeover cannot be read, so it cannot be undone: %r", error)
        journal = None
    _remember(hass, entry_id, journal)
    return journal


async def async_write_journal(hass: HomeAssistant, journal: Journal) -> None:
    """Write a journal, and make sure that it is on disk.

    Raises:
        HomeAssistantError: it could not be written.
    """
    await _store(hass, journal.entry_id).async_save(asdict(journal))
    # A store only logs that it failed to write.
    if await async_load_journal(hass, journal.entry_id) != journal:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="journal_failed")


async def async_set_stage(hass: HomeAssistant, journal: Journal, stage: Stage) -> Journal:
    """Write how far a takeover has come."""
    journal = replace(journal, stage=stage)
    await async_write_journal(hass, journal)
    return journal


async def async_delete_journal(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the journal of an entry."""
    _remember(hass, entry_id, None)
    await _store(hass, entry_id).async_remove()


def _remember(hass: HomeAssistant, entry_id: str, journal: Journal | None) -> None:
    journals = hass.data.setdefault(_JOURNALS, {})
    if journal is None:
        journals.pop(entry_id, None)
    else:
        journals[entry_id] = journal


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, _VERSION, f"{DOMAIN}.takeover.{entry_id}", atomic_writes=True)
