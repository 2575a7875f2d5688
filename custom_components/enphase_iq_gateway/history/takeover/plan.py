"""Plan which entities of another integration move to this one, and which stay behind. Nothing is changed here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er

from ...client.control.changes import CONTACT_IDS
from ...const import DOMAIN
from .core_entities import PREFERRED
from .counterparts import counterpart, maker_of, maker_of_forks

HOLDS_PLACE: Final = {"holds_place": True}
"""The options of an entity that was registered in the place of one that has moved here."""
_PRIVATE_OPTIONS: Final = "sensor.private"
_INTEGRATION_OPTION: Final = "suggested_display_precision"
_WITHOUT_STATE_CLASS: Final = ("_energy_last_7_days", "_energy_yesterday")
_STATUS: Final = "_ct_status"
_TODAY: Final = "_energy_today"
_LIFETIME: Final = "_energy_lifetime"
_CONTACT_OPTIONS: Final = (*(f"{contact_id}_mode" for contact_id in CONTACT_IDS), "_action")
_FLOWS: Final = ("production", "total_consumption", "net_consumption")


class Left(StrEnum):
    """Why an entity stays behind."""

    NO_COUNTERPART = "no_counterpart"
    NOT_ON_SITE = "not_on_site"
    """This integration has such entities, but not of this gateway."""
    DOUBLE = "double"
    """Another entity, which moves, has the same value."""
    NEVER_ENABLED = "never_enabled"
    """It was never enabled, so it has no history."""
    OTHER_MEANING = "other_meaning"
    """Its value would mean something else, and moving it was not chosen."""
    CONTROL_OFF = "control_off"
    """It would move if control of it were on."""


class Meaning(StrEnum):
    """How the value of an entity changes its meaning."""

    MEAN_VOLTAGE = "mean_voltage"
    """The sum of the phases becomes their mean."""
    NO_STATISTICS = "no_statistics"
    """It has no state class here, so Home Assistant offers to delete its statistics."""
    SUM_OF_HOURS = "sum_of_hours"
    """Its statistics were means, and become sums."""
    OPTION_NAMES = "option_names"
    """The options of a dry contact have other names."""
    POWER_FACTOR = "power_factor"
    """The gateway's own figure becomes real power / apparent power."""
    STATUS_WORDS = "status_words"
    """`not-metering` becomes `not_metering`."""
    TODAY = "today"
    """The gateway's own figure becomes the energy since local midnight."""
    WITH_STORAGE = "with_storage"
    """It no longer includes what the battery charges and discharges."""


_ONLY_IF_CHOSEN: Final = frozenset({Meaning.MEAN_VOLTAGE, Meaning.NO_STATISTICS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Possible:
    """The entities that this integration can have of a gateway, whether they have had a value yet or not."""

    serial: str
    unique_ids: frozenset[tuple[str, str]]
    """Platform and unique id."""
    controls: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """The area of control that has to be on for an entity."""
    phases: Mapping[str, int]
    """The number of phases by flow."""
    with_storage: bool
    """Whether total consumption includes storage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """An entity that moves."""

    row: er.RegistryEntry
    unique_id: str
    """Its unique id here."""
    meaning: Meaning | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What moves, and what stays behind and why."""

    moves: tuple[Planned, ...]
    left: tuple[tuple[er.RegistryEntry, Left], ...]


def make_plan(
    rows: Iterable[er.RegistryEntry],
    possible: Possible,
    *,
    in_dashboard: Collection[str] = (),
    with_changed: bool = False,
    areas: Collection[str] = (),
) -> Plan:
    """Plan the move of the entities of another integration.

    Args:
        rows: the rows of the other integration's config entry.
        possible: what this integration can have of the gateway.
        in_dashboard: the entity ids in the Energy dashboard.
        with_changed: move also what would lose its statistics or become another measurement.
        areas: the areas of control that are on, or will be turned on.
    """
    rows = sorted(rows, key=lambda row: row.entity_id)
    fork = maker_of_forks(rows)
    candidates: dict[tuple[str, str], list[er.RegistryEntry]] = {}
    taken: set[tuple[str, str]] = set()
    left: list[tuple[er.RegistryEntry, Left]] = []
    for row in rows:
        ours = counterpart(row, possible.serial, maker_of(row, fork))
        if ours is None:
            left.append((row, Left.NO_COUNTERPART))
        elif holds_place(row):
            # The entity itself is here already, and another one with the same value would replace it.
            taken.add((row.domain, ours))
            left.append((row, Left.NEVER_ENABLED))
        elif (row.domain, ours) not in possible.unique_ids:
            left.append((row, Left.NOT_ON_SITE))
        elif was_never_enabled(row):
            left.append((row, Left.NEVER_ENABLED))
        elif (row.domain, ours) in possible.controls and possible.controls[row.domain, ours] not in areas:
            left.append((row, Left.CONTROL_OFF))
        else:
            candidates.setdefault((row.domain, ours), []).append(row)
    moves = []
    for place, doubles in candidates.items():
        if place in taken:
            left += [(row, Left.DOUBLE) for row in doubles]
            continue
        ours = place[1]
        chosen, *others = _by_preference(doubles, possible.serial, in_dashboard)
        left += [(row, Left.DOUBLE) for row in others]
        meaning = _meaning(chosen, ours, possible)
        if meaning in _ONLY_IF_CHOSEN and not with_changed:
            left.append((chosen, Left.OTHER_MEANING))
        else:
            moves.append(Planned(row=chosen, unique_id=ours, meaning=meaning))
    return Plan(moves=tuple(moves), left=tuple(left))


def holds_place(row: er.RegistryEntry) -> bool:
    """Return whether an entity was registered in the place of one that has moved here, and is not in use."""
    return row.disabled and row.options.get(DOMAIN) == HOLDS_PLACE


def was_never_enabled(row: er.RegistryEntry) -> bool:
    """Return whether an entity is disabled as its integration has made it, and the user has not customized it."""
    own_options = any(
        name != _INTEGRATION_OPTION
        for domain, options in row.options.items()
        if domain != _PRIVATE_OPTIONS
        for name in options
    )
    customized = (row.name, row.icon, row.area_id, row.hidden_by, row.device_class, row.labels, row.categories)
    return row.disabled_by is er.RegistryEntryDisabler.INTEGRATION and not own_options and not any(customized)


def _by_preference(
    rows: Iterable[er.RegistryEntry], serial: str, in_dashboard: Collection[str]
) -> Sequence[er.RegistryEntry]:
    """Return entities with the same counterpart, the one that moves first."""

    def rank(row: er.RegistryEntry) -> tuple[bool, bool, bool, str]:
        key = row.unique_id.removeprefix(f"{serial}_")
        key = key[:-3] if key.endswith(("_l1", "_l2", "_l3")) else key
        enabled = row.disabled_by in {None, er.RegistryEntryDisabler.CONFIG_ENTRY}
        return row.entity_id not in in_dashboard, not enabled, key not in PREFERRED, row.entity_id

    return sorted(rows, key=rank)


def _meaning(row: er.RegistryEntry, ours: str, possible: Possible) -> Meaning | None:
    """Return how the value changes its meaning, None where it is the same."""
    state_class = (row.capabilities or {}).get("state_class")
    key = ours.removeprefix(f"{possible.serial}_")
    flow = next((flow for flow in _FLOWS if key.startswith(flow)), None)
    several = flow is not None and possible.phases.get(flow, 1) > 1
    changes = (
        (Meaning.NO_STATISTICS, ours.endswith(_WITHOUT_STATE_CLASS) and state_class is not None),
        (Meaning.MEAN_VOLTAGE, several and key == f"{flow}_voltage"),
        (Meaning.POWER_FACTOR, several and key == f"{flow}_power_factor"),
        (Meaning.STATUS_WORDS, ours.endswith(_STATUS)),
        (Meaning.OPTION_NAMES, row.domain == Platform.SELECT and ours.endswith(_CONTACT_OPTIONS)),
        (Meaning.SUM_OF_HOURS, state_class == "measurement" and key.endswith(_LIFETIME)),
        (Meaning.WITH_STORAGE, possible.with_storage and flow == "total_consumption"),
        (Meaning.TODAY, flow is not None and ours.endswith(_TODAY)),
    )
    return next((meaning for meaning, applies in changes if applies), None)
