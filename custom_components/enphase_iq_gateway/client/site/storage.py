"""The snapshot of storage from its documents: each quantity from its best source (S§19 to §26)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ..endpoints import (
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
    PRODUCTION_LIMIT,
    SCHEDULER,
    TARIFF,
)
from ..gateway_clock import GatewayClock
from ..storage_models import AcBattery, EnsembleDevice, EnsembleInventory, LiveData
from . import storage_values as values
from .ac_batteries import merge_ac_batteries, reported_storage
from .grid_state import GridState, grid_signs, grid_state, is_connected
from .storage_documents import StorageDocuments
from .storage_site import StorageSite
from .storage_snapshot import BatteryValues, DryContactValues, GeneratorValues, StorageSnapshot

_NO_DEVICES: Final = EnsembleInventory()


def measure_storage(
    site: StorageSite,
    documents: StorageDocuments,
    at: float,
    *,
    measured_w: float | None = None,
    clock_ahead_s: float = 0.0,
    previous: GridState | None = None,
    live_at: float | None = None,
) -> StorageSnapshot:
    """Return the snapshot of a site.

    `at` is the local time and `clock_ahead_s` how far the gateway's clock is ahead of it; `measured_w` is the power of
    all storage that is shown, by a CT or live data; `previous` is the state of the grid before; `live_at` is when live
    data were read, by default just now.
    """
    clock = GatewayClock(at=at, ahead_s=clock_ahead_s)
    live = values.fresh_live_data(documents, clock if live_at is None else replace(clock, at=live_at))
    power_w = values.battery_power(site, documents, live, measured_w, clock)
    snapshot = StorageSnapshot(
        at=at,
        power_w=power_w,
        state=values.state_of(power_w, _units(site, documents)),
        generator=_generator(site, documents, live),
    )
    snapshot = _with_energy(snapshot, site, documents, live)
    snapshot = _with_settings(snapshot, site, documents, live)
    snapshot = _with_grid(snapshot, site, documents, previous)
    return _with_devices(snapshot, site, documents, clock)


def _with_energy(
    snapshot: StorageSnapshot, site: StorageSite, documents: StorageDocuments, live: LiveData | None
) -> StorageSnapshot:
    """Return the snapshot with the states of charge, the energies and the reserve in force."""
    reserve = values.reserve_in_force(site, documents, live)
    reserve_wh = values.reserve_energy(documents, reserve)
    battery_wh = values.battery_available_energy(site, documents, live)
    ac_battery_wh = values.ac_battery_available_energy(site, documents, live)
    return replace(
        snapshot,
        state_of_charge_percent=values.state_of_charge(site, documents, live),
        battery_state_of_charge_percent=values.battery_state_of_charge(site, documents, live),
        ac_battery_state_of_charge_percent=values.ac_battery_state_of_charge(site, documents, live),
        capacity_wh=values.capacity(site, documents),
        available_energy_wh=values.available_energy(site, battery_wh, ac_battery_wh),
        usable_energy_wh=values.usable_energy(site, battery_wh, ac_battery_wh, reserve_wh),
        reserve_energy_wh=reserve_wh,
        reserve_percent=reserve,
        health_percent=values.health(site, documents),
    )


def _with_settings(
    snapshot: StorageSnapshot, site: StorageSite, documents: StorageDocuments, live: LiveData | None
) -> StorageSnapshot:
    """Return the snapshot with what is set by the user, an installer or the cloud."""
    tariff, scheduler = documents.get(TARIFF), documents.get(SCHEDULER)
    return replace(
        snapshot,
        reserve_set_percent=values.reserve_set(site, documents),
        shutdown_level_percent=values.shutdown_level(site, documents),
        charge_from_grid_allowed=values.charge_from_grid_allowed(site, documents),
        profile=values.profile(site, documents, live),
        optimized=tariff.optimized if tariff and site.has_storage else None,
        scheduler_mode=scheduler.last_mode if scheduler else None,
        export_limit=None if site.is_empty else documents.get(EXPORT_LIMIT),
        production_limit=None if site.is_empty else documents.get(PRODUCTION_LIMIT),
    )


def _with_grid(
    snapshot: StorageSnapshot, site: StorageSite, documents: StorageDocuments, previous: GridState | None
) -> StorageSnapshot:
    """Return the snapshot with the state of the grid and of the relay to it (S§25)."""
    signs = grid_signs(documents, has_controller=bool(site.system_controllers))
    state = grid_state(signs, previous) if site.has_grid_relay else None
    return replace(
        snapshot,
        grid_state=state,
        grid_connected=is_connected(state),
        grid_relay=documents.get(GRID_RELAY) if site.system_controllers else None,
    )


def _with_devices(
    snapshot: StorageSnapshot, site: StorageSite, documents: StorageDocuments, clock: GatewayClock
) -> StorageSnapshot:
    """Return the snapshot with the batteries, the devices around them and their contacts."""
    inventory = documents.get(ENSEMBLE_INVENTORY) or _NO_DEVICES
    return replace(
        snapshot,
        batteries=_batteries(documents, clock),
        ac_batteries=_ac_batteries(documents, clock),
        system_controllers=_by_our_clock(inventory.system_controllers, clock),
        collars=_by_our_clock(inventory.collars, clock),
        combiners=_by_our_clock(inventory.combiner_controllers, clock),
        dry_contacts=_dry_contacts(site, documents),
    )


def _with_date[T: EnsembleDevice](device: T, clock: GatewayClock) -> T:
    """Return a device with the date of its report by our clock."""
    return replace(device, last_reported=clock.date(device.last_reported))


def _by_our_clock[T: EnsembleDevice](devices: Mapping[str, T], clock: GatewayClock) -> dict[str, T]:
    """Return devices with the dates of their reports by our clock."""
    return {serial: _with_date(device, clock) for serial, device in devices.items()}


def _ac_batteries(documents: StorageDocuments, clock: GatewayClock) -> dict[str, AcBattery]:
    """Return the AC Batteries with the dates of their reports by our clock."""
    return {
        serial: replace(
            battery,
            last_reported=clock.date(battery.last_reported),
            counted_since=battery.counted_since if clock.is_possible(battery.counted_since) else None,
        )
        for serial, battery in merge_ac_batteries(documents, clock).items()
    }


def _units(site: StorageSite, documents: StorageDocuments) -> int:
    """Return the number of batteries of any kind."""
    reported = reported_storage(documents)
    counted = (reported.count if reported else None) or 0
    return len(site.batteries) + (len(site.ac_batteries) or (counted if site.has_ac_batteries else 0))


def _batteries(documents: StorageDocuments, clock: GatewayClock) -> dict[str, BatteryValues]:
    """Return the IQ Batteries of the inventory with their power and rated power (S§19 to §21)."""
    inventory = documents.get(ENSEMBLE_INVENTORY) or _NO_DEVICES
    powers, rated_powers = documents.get(ENSEMBLE_POWER) or {}, documents.get(ENSEMBLE_STATUS) or {}
    merged: dict[str, BatteryValues] = {}
    for serial, battery in inventory.batteries.items():
        power = powers.get(serial)
        power_w = power.power_w if power else None
        soc = values.unless_failed(power.state_of_charge_percent if power else None, battery.state_of_charge_percent)
        merged[serial] = BatteryValues(
            device=_with_date(battery, clock),
            state_of_charge_percent=soc,
            power_w=power_w,
            state=values.state_of(power_w),
            available_energy_wh=None if soc is None or battery.capacity_wh is None else battery.capacity_wh * soc / 100,
            rated_power_w=rated_powers.get(serial),
        )
    return merged


def _generator(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> GeneratorValues | None:
    """Return the generator where one is configured (S§8)."""
    config, generator, mode = (documents.get(GENERATOR_CONFIG), documents.get(GENERATOR), documents.get(GENERATOR_MODE))
    if config is None or not site.has_generator:
        return None
    return GeneratorValues(
        config=config,
        state=values.generator_state(generator),
        power_w=live.generator.total_w if live else None,
        details=generator,
        last_command=mode.command if mode else None,
        schedule=documents.get(GENERATOR_SCHEDULE),
    )


def _dry_contacts(site: StorageSite, documents: StorageDocuments) -> dict[str, DryContactValues]:
    """Return the dry contacts of a system controller, none on other sites (S§7)."""
    if not site.has_dry_contacts:
        return {}
    settings = documents.get(DRY_CONTACT_SETTINGS) or {}
    contacts = documents.get(DRY_CONTACTS) or {}
    return {
        contact_id: DryContactValues(contact=contact, settings=settings.get(contact_id))
        for contact_id, contact in contacts.items()
    }
