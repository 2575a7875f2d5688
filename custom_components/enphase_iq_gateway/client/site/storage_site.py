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
    EXPORT_LIMIT,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    GRID_RELAY,
    INVENTORY,
    LIVE_DATA,
    PRODUCTION_LIMIT,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from .ac_batteries import merge_ac_batteries, reported_storage
from .storage_documents import StorageDocuments

_GRID_S: Final = 12.0
"""Read again after a second where it has changed, an outage shows within 15 s. Live data do not replace it: they stood
still for up to 57 s while their time advanced (S§14.1)."""
_LIVE_S: Final = 60.0
_GENERATOR_S: Final = 120.0
_BATTERIES_S: Final = 360.0
"""Batteries report every 5 minutes; live data have the power of all of them meanwhile (S§2)."""
_INVENTORY_S: Final = 900.0
"""Temperatures, and whether batteries communicate."""
_CONTROL_S: Final = 1800.0
"""Live data have the state of charge; it is read again when they show other settings."""
_AC_BATTERIES_S: Final = 900.0
_SCHEDULER_S: Final = 1800.0
_HOUR_S: Final = 3600.0
_DAY_S: Final = 86_400.0
"""For rated values and for what an installer sets; contacts are shown with control only, which reads them itself."""
WITHOUT_LIVE_DATA: Final[Mapping[Endpoint[object], float]] = {SECONDARY_CONTROL: 120.0, ENSEMBLE_POWER: 120.0}
"""The shorter intervals of what live data have, while there are none."""


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

    Live data belong to the live coordinator, which has an interval of its own.
    """
    plan: dict[Endpoint[object], float] = {}
    if site.has_storage or site.has_grid_relay:
        plan |= {LIVE_DATA: _LIVE_S}
    if site.has_grid_relay:
        plan |= {GENERATOR_CONFIG: _DAY_S}
    if site.system_controllers:
        plan |= {GRID_RELAY: _GRID_S, DRY_CONTACTS: _DAY_S, DRY_CONTACT_SETTINGS: _DAY_S}
    if site.batteries or site.has_grid_relay or site.combiners:
        plan |= {ENSEMBLE_INVENTORY: _inventory_interval_s(site), ENSEMBLE_STATUS: _DAY_S}
    if site.batteries:
        plan |= {SECONDARY_CONTROL: _CONTROL_S, ENSEMBLE_POWER: _BATTERIES_S, SCHEDULER: _SCHEDULER_S}
    if site.has_storage:
        plan |= {TARIFF: _HOUR_S}
    if site.has_generator:
        plan |= {GENERATOR: _GENERATOR_S, GENERATOR_MODE: _HOUR_S, GENERATOR_SCHEDULE: _DAY_S}
    if site.has_ac_batteries:
        plan |= {INVENTORY: _AC_BATTERIES_S, ACB_CONFIG: _AC_BATTERIES_S}
        plan.setdefault(SECONDARY_CONTROL, _CONTROL_S)
    if not site.is_empty:
        plan |= {EXPORT_LIMIT: _DAY_S, PRODUCTION_LIMIT: _DAY_S}
    shorter = WITHOUT_LIVE_DATA if LIVE_DATA in site.missing else {}
    return {
        endpoint: shorter.get(endpoint, interval_s)
        for endpoint, interval_s in plan.items()
        if endpoint not in site.missing
    }


def _inventory_interval_s(site: StorageSite) -> float:
    """Return how often the inventory is read: it has the state of the grid where there is no relay to read."""
    return _GRID_S if site.collars or (site.system_controllers and GRID_RELAY in site.missing) else _INVENTORY_S
