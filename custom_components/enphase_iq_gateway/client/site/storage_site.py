"""The batteries and related devices of a site, and the endpoints to read for them with their intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..endpoints import (
    ACB_CONFIG,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    ENSEMBLE_STATUS,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GRID_RELAY,
    INVENTORY,
    LIVE_DATA,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from .ac_batteries import merge_ac_batteries, reported_storage
from .storage_documents import StorageDocuments

_LIVE_S: Final = 10.0
"""The grid relay and live data: an outage must show within seconds, and both answers are small (S§40)."""
_STATE_S: Final = 60.0
_BATTERIES_S: Final = 120.0
"""Live data have the power and the state of charge of all batteries meanwhile."""
_REPORTED_S: Final = 300.0
"""Batteries report every 5 minutes (S§2)."""
_SCHEDULER_S: Final = 300.0
_SETTINGS_S: Final = 600.0
_AC_BATTERIES_S: Final = 900.0
_HOUR_S: Final = 3600.0
"""For rated values, which do not change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageSite:
    """The batteries and related devices of a site. Equal sites have the same entities."""

    batteries: frozenset[str] = frozenset()
    """Serials of IQ Batteries."""
    ac_batteries: frozenset[str] = frozenset()
    """Serials; empty where only the values of all AC Batteries together can be read."""
    system_controllers: frozenset[str] = frozenset()
    collars: frozenset[str] = frozenset()
    combiners: frozenset[str] = frozenset()
    has_ac_batteries: bool = False
    has_generator: bool = False
    missing: frozenset[Endpoint[object]] = frozenset()
    """Endpoints that this gateway does not have, or that are closed to this credential."""

    @property
    def has_storage(self) -> bool:
        """Return whether there are batteries of any kind."""
        return bool(self.batteries) or self.has_ac_batteries

    @property
    def has_grid_relay(self) -> bool:
        """Return whether the site can be islanded: it has a system controller or a collar (S§25)."""
        return bool(self.system_controllers or self.collars)

    @property
    def has_dry_contacts(self) -> bool:
        """Return whether there are dry contacts: those of a system controller (S§7.1)."""
        return bool(self.system_controllers)

    @property
    def serials(self) -> frozenset[str]:
        """Return the serials of all devices."""
        return self.batteries | self.ac_batteries | self.system_controllers | self.collars | self.combiners

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to read."""
        return not (self.has_storage or self.has_grid_relay or self.combiners)

    def has(self, endpoint: Endpoint[object]) -> bool:
        """Return whether an endpoint is worth reading: the site has what it reports, and the gateway has it."""
        return endpoint in storage_plan(self)


def decide_storage(documents: StorageDocuments) -> StorageSite:
    """Return the batteries and related devices of the site.

    Only lists of devices count: contacts, relay, generator and aggregate values are sent without any device too (S§4,
    S§6 to §8).
    """
    inventory = documents.get(ENSEMBLE_INVENTORY)
    config = documents.get(GENERATOR_CONFIG)
    ac_batteries = frozenset(merge_ac_batteries(documents))
    return StorageSite(
        batteries=frozenset(inventory.batteries) if inventory else frozenset(),
        ac_batteries=ac_batteries,
        system_controllers=frozenset(inventory.system_controllers) if inventory else frozenset(),
        collars=frozenset(inventory.collars) if inventory else frozenset(),
        combiners=frozenset(inventory.combiner_controllers) if inventory else frozenset(),
        has_ac_batteries=bool(ac_batteries) or reported_storage(documents) is not None,
        has_generator=config is not None and config.configured,
        missing=documents.missing,
    )


def storage_plan(site: StorageSite) -> Mapping[Endpoint[object], float]:
    """Return the endpoints to read, each with its interval in seconds (S§40); none for a site without any device.

    Live data and the relay belong to the live coordinator, whose interval may be longer.
    """
    plan: dict[Endpoint[object], float] = {}
    if site.has_storage or site.has_grid_relay:
        plan |= {LIVE_DATA: _LIVE_S}
    if site.has_grid_relay:
        plan |= {GENERATOR_CONFIG: _SETTINGS_S}
    if site.system_controllers:
        plan |= {GRID_RELAY: _LIVE_S, DRY_CONTACTS: _STATE_S, DRY_CONTACT_SETTINGS: _SETTINGS_S}
    if site.batteries or site.has_grid_relay or site.combiners:
        plan |= {ENSEMBLE_INVENTORY: _inventory_interval_s(site), ENSEMBLE_STATUS: _HOUR_S}
    if site.batteries:
        plan |= {SECONDARY_CONTROL: _BATTERIES_S, ENSEMBLE_POWER: _BATTERIES_S, SCHEDULER: _SCHEDULER_S}
    if site.has_storage:
        plan |= {TARIFF: _SETTINGS_S}
    if site.has_generator:
        plan |= {GENERATOR: _STATE_S, GENERATOR_MODE: _SETTINGS_S}
    if site.has_ac_batteries:
        plan |= {INVENTORY: _AC_BATTERIES_S, ACB_CONFIG: _AC_BATTERIES_S}
        plan.setdefault(SECONDARY_CONTROL, _SETTINGS_S)
    return {endpoint: interval_s for endpoint, interval_s in plan.items() if endpoint not in site.missing}


def _inventory_interval_s(site: StorageSite) -> float:
    """Return how often the inventory is read: it has the state of the grid where the relay cannot be read."""
    if site.collars or (site.system_controllers and GRID_RELAY in site.missing):
        return _LIVE_S
    return _STATE_S if site.system_controllers else _REPORTED_S
