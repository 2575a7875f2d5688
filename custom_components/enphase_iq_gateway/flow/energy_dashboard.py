"""What a gateway can give the Energy dashboard, what is left alone and why, and adding it.

The dashboard's preferences belong to the person: a source is only ever added, never changed or removed, and never one
that would count the same energy twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from homeassistant.components.energy.data import (
    BatterySourceType,
    GridSourceType,
    PowerConfig,
    SolarSourceType,
    SourceType,
    async_get_manager,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations

from ..client import Flow, Quantity
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry


class Kind(StrEnum):
    """The kinds of source that a gateway can fill."""

    SOLAR = "solar"
    GRID = "grid"
    BATTERY = "battery"


class Verdict(StrEnum):
    """What becomes of a kind of source."""

    ADD = "add"
    ALREADY_THERE = "already_there"
    """A source made of this gateway's entities is there."""
    ANOTHER_THERE = "another_there"
    """A source made of something else is there: a second one would count the same energy again."""
    TURNED_OFF = "turned_off"
    """An entity that it needs is turned off."""
    NO_VALUE_YET = "no_value_yet"
    NO_COUNTERS = "no_counters"
    """The power is measured but not the energy."""
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What becomes of one kind of source, and the names of the entities that this is about."""

    kind: Kind
    verdict: Verdict
    names: tuple[str, ...] = ()
    source: SourceType | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Needs:
    """The entities that make a source, by the end of their unique id."""

    flow: Flow
    quantity: Quantity
    energy: tuple[str, ...]
    power: str
    """Left out of the source where it is turned off: the dashboard can do without."""


_NEEDS: Final[Mapping[Kind, _Needs]] = {
    Kind.SOLAR: _Needs(
        flow=Flow.PRODUCTION,
        quantity=Quantity.LIFETIME,
        energy=("production_energy_lifetime",),
        power="production_power",
    ),
    # The dashboard's grid power is + import, as net consumption is (G§6.4).
    Kind.GRID: _Needs(
        flow=Flow.NET_CONSUMPTION,
        quantity=Quantity.IMPORT_EXPORT,
        energy=("grid_import_energy", "grid_export_energy"),
        power="net_consumption_power",
    ),
    # The dashboard's battery: from it, to it, power + discharging; a storage CT counts the same way round (G§9).
    Kind.BATTERY: _Needs(
        flow=Flow.STORAGE,
        quantity=Quantity.IMPORT_EXPORT,
        energy=("storage_ct_energy_delivered", "storage_ct_energy_received"),
        power="storage_ct_power",
    ),
}


async def async_propose(hass: HomeAssistant, entry: GatewayConfigEntry) -> list[Proposal]:
    """Say for each kind of source what would become of it."""
    preferences = (await async_get_manager(hass)).data
    existing = preferences["energy_sources"] if preferences else []
    return [_propose(hass, entry, kind, existing) for kind in Kind]


async def async_add(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Add what is proposed now behind what the dashboard has."""
    new = [proposal.source for proposal in await async_propose(hass, entry) if proposal.source is not None]
    manager = await async_get_manager(hass)
    preferences = manager.data or manager.default_preferences()
    await manager.async_update({**preferences, "energy_sources": [*preferences["energy_sources"], *new]})


async def async_describe(hass: HomeAssistant, proposals: Sequence[Proposal]) -> str:
    """Write the proposals as a list, in Home Assistant's language: a form's texts cannot be put together otherwise."""
    texts = await async_get_translations(hass, hass.config.language, "common", [DOMAIN])

    def line(proposal: Proposal) -> str:
        """Prefer the sentence for this kind of source to the one for all."""
        key = f"component.{DOMAIN}.common.energy_{proposal.verdict}"
        text = texts.get(f"{key}_{proposal.kind}") or texts[key]
        return text.format(
            kind=texts[f"component.{DOMAIN}.common.energy_{proposal.kind}"], entities=", ".join(proposal.names)
        )

    return "\n".join(f"- {line(proposal)}" for proposal in proposals)


def _propose(hass: HomeAssistant, entry: GatewayConfigEntry, kind: Kind, existing: Sequence[SourceType]) -> Proposal:
    """Look at one kind: what is there first, then what the gateway has."""
    registry = er.async_get(hass)
    for source in existing:
        owners = {entity_id: registry.async_get(entity_id) for entity_id in _statistics(source)}
        names = tuple(entity_id if owner is None else _name(owner, entity_id) for entity_id, owner in owners.items())
        if source["type"] != kind:
            continue
        if any(owner and owner.config_entry_id == entry.entry_id for owner in owners.values()):
            return Proposal(kind=kind, verdict=Verdict.ALREADY_THERE, names=names)
        # Two gateways have panels and batteries of their own, but they are in one house with one grid.
        if kind is Kind.GRID or any(owner is None or owner.platform != DOMAIN for owner in owners.values()):
            return Proposal(kind=kind, verdict=Verdict.ANOTHER_THERE, names=names)
    return _propose_new(hass, entry, kind)


def _propose_new(hass: HomeAssistant, entry: GatewayConfigEntry, kind: Kind) -> Proposal:
    """Look for the entities of a source that is not there yet."""
    registry = er.async_get(hass)
    needs, site = _NEEDS[kind], entry.runtime_data.site
    if site.group(needs.flow, needs.quantity) is None:
        measured = site.group(needs.flow, Quantity.POWER) is not None
        return Proposal(kind=kind, verdict=Verdict.NO_COUNTERS if measured else Verdict.NOT_MEASURED)
    found = {
        key: registered
        for key in (*needs.energy, needs.power)
        if (entity_id := registry.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{site.info.serial}_{key}"))
        and (registered := registry.async_get(entity_id))
    }
    if not found.keys() >= set(needs.energy):
        return Proposal(kind=kind, verdict=Verdict.NO_VALUE_YET)
    if off := [found[key] for key in needs.energy if found[key].disabled]:
        return Proposal(
            kind=kind, verdict=Verdict.TURNED_OFF, names=tuple(_name(entity, entity.entity_id) for entity in off)
        )
    used = [entity for entity in found.values() if not entity.disabled]
    power = found.get(needs.power)
    return Proposal(
        kind=kind,
        verdict=Verdict.ADD,
        names=tuple(_name(entity, entity.entity_id) for entity in used),
        source=_source(
            kind,
            entry.title,
            [found[key].entity_id for key in needs.energy],
            power.entity_id if power and not power.disabled else None,
        ),
    )


def _source(kind: Kind, name: str, energy: list[str], power: str | None) -> SourceType:
    """Write a source as the dashboard's own settings do (homeassistant/components/energy/data.py)."""
    power_config: PowerConfig | None = None if power is None else {"stat_rate": power}
    match kind:
        case Kind.SOLAR:
            solar: SolarSourceType = {
                "type": "solar",
                "stat_energy_from": energy[0],
                "config_entry_solar_forecast": None,
                "name": name,
            }
            if power is not None:
                solar["stat_rate"] = power
            return solar
        case Kind.GRID:
            grid: GridSourceType = {
                "type": "grid",
                "stat_energy_from": energy[0],
                "stat_energy_to": energy[1],
                "stat_cost": None,
                "entity_energy_price": None,
                "number_energy_price": None,
                "stat_compensation": None,
                "entity_energy_price_export": None,
                "number_energy_price_export": None,
                "cost_adjustment_day": 0.0,
                "name": name,
            }
            if power_config:
                grid["power_config"] = power_config
            return grid
        case Kind.BATTERY:
            battery: BatterySourceType = {
                "type": "battery",
                "stat_energy_from": energy[0],
                "stat_energy_to": energy[1],
                "name": name,
            }
            if power_config:
                battery["power_config"] = power_config
            return battery


def _statistics(source: SourceType) -> Iterator[str]:
    """The statistics of energy and power that a source is made of; costs and levels are not energy."""
    for key in ("stat_energy_from", "stat_energy_to", "stat_rate"):
        value = source.get(key)
        if isinstance(value, str):
            yield value


def _name(entity: er.RegistryEntry, otherwise: str) -> str:
    """The name that the person knows."""
    return entity.name or entity.original_name or otherwise
