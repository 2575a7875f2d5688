"""Propose sources for the Energy dashboard, and add them.

The preferences of the dashboard belong to the user: a source is only ever added, never changed or removed, and never
where it would count the same energy twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

from ..client.models import Flow
from ..client.site.site import Quantity, Site, Source
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry


class Kind(StrEnum):
    """The kinds of source that a gateway can provide."""

    SOLAR = "solar"
    GRID = "grid"
    BATTERY = "battery"


class GridCounters(StrEnum):
    """The counters of import and export that a site has."""

    BALANCED = "balanced"
    """Those of a utility meter that nets its phases."""
    EACH_PHASE = "each_phase"
    """Those of the CT, which counts each phase by itself."""


class Verdict(StrEnum):
    """What happens to a kind of source, and why."""

    ADD = "add"
    ALREADY_THERE = "already_there"
    """The dashboard has a source with this gateway's entities."""
    ANOTHER_THERE = "another_there"
    """The dashboard has another source: a second one could count the same energy twice."""
    TURNED_OFF = "turned_off"
    """A required entity is disabled."""
    NO_VALUE_YET = "no_value_yet"
    NO_COUNTERS = "no_counters"
    """Power is measured but energy is not."""
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A verdict on one kind of source, and the names of the entities it is about."""

    kind: Kind
    verdict: Verdict
    names: tuple[str, ...] = ()
    source: SourceType | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Needs:
    """The entities of a source, by the end of their unique id."""

    flow: Flow
    quantity: Quantity
    energy: tuple[str, ...]
    power: str
    """Optional: left out of the source where it is disabled."""
    state_of_charge: str | None = None
    """Optional too."""


# Grid power is positive on import, in the dashboard as here (G§6.4).
_GRID: Final = _Needs(
    flow=Flow.NET_CONSUMPTION,
    quantity=Quantity.IMPORT_EXPORT,
    energy=("grid_import_energy", "grid_export_energy"),
    power="net_consumption_power",
)
_BALANCED_GRID: Final = replace(_GRID, energy=("grid_import_energy_balanced", "grid_export_energy_balanced"))
_NEEDS: Final[Mapping[Kind, _Needs]] = {
    Kind.SOLAR: _Needs(
        flow=Flow.PRODUCTION,
        quantity=Quantity.LIFETIME,
        energy=("production_energy_lifetime",),
        power="production_power",
    ),
    Kind.GRID: _GRID,
    # Battery power is positive on discharge, in the dashboard as here (S§21).
    Kind.BATTERY: _Needs(
        flow=Flow.STORAGE,
        quantity=Quantity.IMPORT_EXPORT,
        energy=("battery_energy_discharged", "battery_energy_charged"),
        power="battery_power",
        state_of_charge="battery_state_of_charge",
    ),
}


def grid_counters(site: Site) -> tuple[GridCounters, ...]:
    """Return the counters of import and export that a site has, the recommended ones first.

    With a CT that measures total consumption the balanced ones are the only ones.
    """
    if not site.phases(Flow.NET_CONSUMPTION):
        return (GridCounters.EACH_PHASE,)
    if site.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT)) is Source.INTEGRATED:
        return (GridCounters.BALANCED,)
    return (GridCounters.BALANCED, GridCounters.EACH_PHASE)


async def async_propose(
    hass: HomeAssistant, entry: GatewayConfigEntry, counters: GridCounters | None = None
) -> list[Proposal]:
    """Return a proposal for each kind of source, by default with the recommended counters of the grid."""
    preferences = (await async_get_manager(hass)).data
    existing = preferences["energy_sources"] if preferences else []
    site = entry.runtime_data.site
    balanced = (counters or grid_counters(site)[0]) is GridCounters.BALANCED
    needs = {**_NEEDS, Kind.GRID: _BALANCED_GRID} if balanced else _NEEDS
    return [_existing(hass, entry, kind, existing) or _new(hass, entry, kind, needs[kind]) for kind in Kind]


async def async_add(hass: HomeAssistant, entry: GatewayConfigEntry, counters: GridCounters | None = None) -> None:
    """Add the sources that are proposed now to those of the dashboard."""
    new = [proposal.source for proposal in await async_propose(hass, entry, counters) if proposal.source is not None]
    manager = await async_get_manager(hass)
    preferences = manager.data or manager.default_preferences()
    await manager.async_update({**preferences, "energy_sources": [*preferences["energy_sources"], *new]})


async def async_describe(hass: HomeAssistant, proposals: Sequence[Proposal]) -> str:
    """Return the proposals as a Markdown list, in the language of Home Assistant.

    A form cannot combine several texts, so they are in the language of the server instead of that of the user.
    """
    texts = await async_get_translations(hass, hass.config.language, "common", [DOMAIN])
    common = f"component.{DOMAIN}.common"

    def line(proposal: Proposal) -> str:
        """Return the text for this verdict; some kinds of source have their own."""
        general = f"{common}.energy_{proposal.verdict}"
        text = texts.get(f"{general}_{proposal.kind}") or texts[general]
        return text.format(kind=texts[f"{common}.energy_{proposal.kind}"], entities=", ".join(proposal.names))

    return "\n".join(f"- {line(proposal)}" for proposal in proposals)


def _existing(
    hass: HomeAssistant, entry: GatewayConfigEntry, kind: Kind, existing: Sequence[SourceType]
) -> Proposal | None:
    """Return why a kind of source is left unchanged, None if nothing in the dashboard stands in the way."""
    registry = er.async_get(hass)
    for source in existing:
        if source["type"] != kind:
            continue
        entities = {statistic: registry.async_get(statistic) for statistic in _statistics(source)}
        names = tuple(_name(entity) if entity else statistic for statistic, entity in entities.items())
        if any(entity and entity.config_entry_id == entry.entry_id for entity in entities.values()):
            return Proposal(kind=kind, verdict=Verdict.ALREADY_THERE, names=names)
        # Two gateways have panels and batteries of their own, but share the grid of the house.
        if kind is Kind.GRID or any(entity is None or entity.platform != DOMAIN for entity in entities.values()):
            return Proposal(kind=kind, verdict=Verdict.ANOTHER_THERE, names=names)
    return None


def _new(hass: HomeAssistant, entry: GatewayConfigEntry, kind: Kind, needs: _Needs) -> Proposal:
    """Return whether a source can be added: its counters must exist and be enabled."""
    site = entry.runtime_data.site
    if site.group(needs.flow, needs.quantity) is None:
        measured = site.group(needs.flow, Quantity.POWER) is not None
        return Proposal(kind=kind, verdict=Verdict.NO_COUNTERS if measured else Verdict.NOT_MEASURED)
    registry = er.async_get(hass)
    found = {
        key: entity
        for key in (*needs.energy, needs.power, needs.state_of_charge)
        if key is not None
        and (entity_id := registry.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{site.info.serial}_{key}"))
        and (entity := registry.async_get(entity_id))
    }
    if not found.keys() >= set(needs.energy):
        return Proposal(kind=kind, verdict=Verdict.NO_VALUE_YET)
    if off := [found[key] for key in needs.energy if found[key].disabled]:
        return Proposal(kind=kind, verdict=Verdict.TURNED_OFF, names=tuple(_name(entity) for entity in off))
    used = {key: entity for key, entity in found.items() if not entity.disabled}
    energy = [used[key].entity_id for key in needs.energy]
    power = used[needs.power].entity_id if needs.power in used else None
    soc = used[needs.state_of_charge].entity_id if needs.state_of_charge in used else None
    return Proposal(
        kind=kind,
        verdict=Verdict.ADD,
        names=tuple(_name(entity) for entity in used.values()),
        source=_source(kind, entry.title, energy, power, soc),
    )


def _source(kind: Kind, name: str, energy: list[str], power: str | None, soc: str | None) -> SourceType:
    """Return a source as the settings of the dashboard store it (homeassistant/components/energy/data.py)."""
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
            if soc is not None:
                battery["stat_soc"] = soc
            return battery


def _statistics(source: SourceType) -> Iterator[str]:
    """Yield the statistics of energy and power of a source, without those of costs and levels."""
    for key in ("stat_energy_from", "stat_energy_to", "stat_rate"):
        value = source.get(key)
        if isinstance(value, str):
            yield value


def _name(entity: er.RegistryEntry) -> str:
    """Return the name of an entity without that of its device."""
    return entity.name or entity.original_name or entity.entity_id
