"""Describe a takeover before it is confirmed, as Markdown in the language of Home Assistant.

A form cannot combine several texts, so they are in the language of the server instead of that of the user.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..counters.key import counter_of
from ..counters.shift import Shifts
from ..formatting import kwh
from ..history.takeover.plan import Left, Meaning, Plan, Planned
from ..history.takeover.uses import uses_of

_PHASES: Final = ("_l1", "_l2", "_l3")
_NAMED_AT_MOST: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """Translated texts of this integration."""

    common: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Texts:
        """Load the texts in the language of Home Assistant."""
        language = hass.config.language
        return cls(
            common=await async_get_translations(hass, language, "common", [DOMAIN]),
            names=await async_get_translations(hass, language, "entity", [DOMAIN]),
        )

    def take_over(self, key: str, **placeholders: object) -> str:
        """Return a text about a takeover."""
        return self.common[f"component.{DOMAIN}.common.take_over_{key}"].format(**placeholders)

    def name(self, domain: str, unique_id: str) -> str | None:
        """Return the name of an entity of this integration, None for the main entity of a device."""
        _, _, key = unique_id.partition("_")
        base, phase = (key[:-3], key[-2:].upper()) if key.endswith(_PHASES) else (key, "")
        name = self.names.get(f"component.{DOMAIN}.entity.{domain}.{base}{'_phase' if phase else ''}.name")
        return name and name.format(phase=phase)


async def async_describe(
    hass: HomeAssistant, plan: Plan, shifts: Shifts, *, serial: str, in_dashboard: Collection[str]
) -> dict[str, str]:
    """Return the three parts of the preview: what moves, what changes its meaning, what stays behind."""
    texts = await Texts.async_load(hass)
    same = [each for each in plan.moves if each.meaning is None]
    changed = [each for each in plan.moves if each.meaning is not None]
    return {
        "moves": _list(texts, _moves(hass, texts, same, shifts, serial)),
        "changes": _list(texts, _changes(hass, texts, changed, plan.left)),
        "left": _list(texts, _left(hass, texts, plan.left, in_dashboard)),
    }


def _list(texts: Texts, lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or texts.take_over("nothing")


def _moves(hass: HomeAssistant, texts: Texts, moves: Iterable[Planned], shifts: Shifts, serial: str) -> Iterator[str]:
    """Yield a line for each entity; the same ones of several devices share a line."""
    alike: dict[tuple[str, str], list[Planned]] = {}
    for each in moves:
        alike.setdefault((each.row.domain, each.unique_id.partition("_")[2]), []).append(each)
    for (domain, _), group in alike.items():
        old, new = _names(hass, texts, [each.row for each in group]), texts.name(domain, group[0].unique_id)
        keys = [counter_of(each.unique_id, serial) for each in group]
        shifted = sum(shifts.counters.get(key, 0.0) for key in keys if key is not None)
        line = old if new is None else f"{old} → {new}"
        yield line + (texts.take_over("shift", energy=kwh(shifted)) if shifted else "")


def _changes(
    hass: HomeAssistant,
    texts: Texts,
    moves: Sequence[Planned],
    left: Iterable[tuple[er.RegistryEntry, Left]],
) -> Iterator[str]:
    """Yield a line for each change of meaning."""
    for meaning in Meaning:
        if rows := [each.row for each in moves if each.meaning is meaning]:
            yield texts.take_over(f"meaning_{meaning}", entities=_names(hass, texts, rows))
    if rows := [row for row, why in left if why is Left.OTHER_MEANING]:
        yield texts.take_over("other_meaning", entities=_names(hass, texts, rows))


def _left(
    hass: HomeAssistant,
    texts: Texts,
    left: Sequence[tuple[er.RegistryEntry, Left]],
    in_dashboard: Collection[str],
) -> Iterator[str]:
    """Yield a line for each reason, and one for each entity that is in use."""
    for reason in Left:
        if reason is Left.OTHER_MEANING:
            continue  # listed with what changes its meaning
        rows = [row for row, why in left if why is reason]
        if not rows:
            continue
        if reason is Left.NEVER_ENABLED:
            yield texts.take_over(f"left_{reason}", count=len(rows))
        elif enabled := [row for row in rows if not row.disabled]:
            yield texts.take_over(f"left_{reason}", entities=_names(hass, texts, enabled))
    for row, _ in left:
        if uses := uses_of(hass, row.entity_id, in_dashboard):
            places = ", ".join(texts.take_over(f"use_{use}") for use in uses)
            yield texts.take_over("used", entity=row.entity_id, places=places)


def _names(hass: HomeAssistant, texts: Texts, rows: Iterable[er.RegistryEntry]) -> str:
    """Return the names of entities; those of several devices with the same name are counted.

    Main entities have the names of their devices. Of many, such as all inverters, the first and the last are named.
    """
    names: dict[str, int] = {}
    devices: list[str] = []
    for row in rows:
        name = row.name or row.original_name
        if name is None:
            device = dr.async_get(hass).async_get(row.device_id) if row.device_id else None
            devices.append(texts.take_over("main_entity") if device is None else str(device.name))
        else:
            names[name] = names.get(name, 0) + 1
    counted = [name if count == 1 else f"{count} x {name}" for name, count in names.items()]
    if len(devices) > _NAMED_AT_MOST:
        devices = [f"{devices[0]} … {devices[-1]} ({len(devices)})"]
    return ", ".join((*counted, *devices))
