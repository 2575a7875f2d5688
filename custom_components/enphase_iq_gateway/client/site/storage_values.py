"""Which source serves each quantity of storage (S§19 to §26): pure functions of the documents."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from awesomeversion import AwesomeVersion

from ..endpoints import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    LIVE_DATA,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
)
from ..gateway_clock import GatewayClock
from ..settings_models import Generator, Tariff
from ..storage_models import BatteryState, LiveData, SecondaryControl
from .ac_batteries import fresh_storage, merge_ac_batteries, reported_storage
from .phases import total_of
from .storage_documents import StorageDocuments
from .storage_site import StorageSite

TARIFF_STALE_SINCE: Final = AwesomeVersion("8.2.4200")
"""The first firmware that stores settings of the tariff without following them (S§26)."""
IDLE_BELOW_W: Final = 30.0
"""For one unit: a full battery trickles with up to 24 W (S§3, S§24)."""
_FAILED_JUMP_PERCENT: Final = 3.0


class StorageProfile(StrEnum):
    """The known profiles; others are shown as sent."""

    BACKUP = "backup"
    SELF_CONSUMPTION = "self_consumption"
    SAVINGS = "savings"


PROFILE_NUMBERS: Final[Mapping[str, int]] = {
    StorageProfile.BACKUP: 0,
    StorageProfile.SELF_CONSUMPTION: 1,
    StorageProfile.SAVINGS: 2,
}
_PROFILE_OF_NUMBER: Final = {number: profile for profile, number in PROFILE_NUMBERS.items()}
_PROFILE_OF_MODE: Final = {
    "backup": StorageProfile.BACKUP,
    "self-consumption": StorageProfile.SELF_CONSUMPTION,
    "savings-mode": StorageProfile.SAVINGS,
    "economy": StorageProfile.SAVINGS,
}


def control_of(documents: StorageDocuments) -> SecondaryControl | None:
    """Return the aggregate values, None without a capacity: they are sent without any battery too (S§4)."""
    control = documents.get(SECONDARY_CONTROL)
    return control if control is not None and control.capacity_wh else None


def fresh_live_data(documents: StorageDocuments, clock: GatewayClock) -> LiveData | None:
    """Return live data unless they are outdated by the gateway's clock."""
    live = documents.get(LIVE_DATA)
    return live if live is not None and live.is_fresh(clock) else None


def unless_failed(percent: float | None, other: float | None) -> float | None:
    """Return a state of charge, that of the other source where it is missing or 0 in this source only (S§19)."""
    if percent is None or (percent == 0 and (other or 0) > _FAILED_JUMP_PERCENT):
        return other
    return percent


def state_of_charge(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> float | None:
    """Return the state of charge of all storage in % (S§19)."""
    if not site.has_storage:
        return None
    control = control_of(documents)
    found = unless_failed(
        live.state_of_charge_percent if live else None, control.state_of_charge_percent if control else None
    )
    if found is None and not site.batteries:
        reported = reported_storage(documents)
        return reported.state_of_charge_percent if reported else None
    return found


def battery_state_of_charge(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> float | None:
    """Return the state of charge of the IQ Batteries in %."""
    if not site.batteries:
        return None
    control = control_of(documents)
    return unless_failed(
        live.battery_state_of_charge_percent if live else None,
        control.battery_state_of_charge_percent if control else None,
    )


def ac_battery_state_of_charge(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> float | None:
    """Return the state of charge of the AC Batteries in %."""
    if not site.has_ac_batteries:
        return None
    control, reported = control_of(documents), reported_storage(documents)
    if live is not None and live.ac_battery_state_of_charge_percent:
        return live.ac_battery_state_of_charge_percent
    return unless_failed(
        control.ac_battery_state_of_charge_percent if control else None,
        reported.state_of_charge_percent if reported else None,
    )


def capacity(site: StorageSite, documents: StorageDocuments) -> float | None:
    """Return the nominal capacity of all storage in Wh, else the sum of the IQ Batteries (S§20)."""
    if not site.has_storage:
        return None
    if (control := control_of(documents)) is not None:
        return control.capacity_wh
    inventory = documents.get(ENSEMBLE_INVENTORY)
    if inventory is None or not site.batteries or site.has_ac_batteries:
        return None
    return total_of(battery.capacity_wh for battery in inventory.batteries.values())


def battery_available_energy(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> float | None:
    """Return the energy in the IQ Batteries in Wh, the part below the shutdown level included (S§20)."""
    if not site.batteries:
        return 0.0
    control = control_of(documents)
    stored_wh = control.battery_available_energy_wh if control else None
    if live is None or live.battery_available_energy_wh is None:
        return stored_wh
    # 0 is a failed report where the controller has more (S§19).
    return live.battery_available_energy_wh or stored_wh or 0.0


def ac_battery_available_energy(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> float | None:
    """Return the energy in the AC Batteries in Wh."""
    if not site.has_ac_batteries:
        return 0.0
    if live is not None and live.ac_battery_available_energy_wh:
        return live.ac_battery_available_energy_wh
    if (control := control_of(documents)) is not None and control.ac_battery_available_energy_wh is not None:
        return control.ac_battery_available_energy_wh
    reported = reported_storage(documents)
    return reported.available_energy_wh if reported else None


def reserve_energy(documents: StorageDocuments, reserve_percent: float | None) -> float | None:
    """Return the energy of the reserve in force in Wh: its share of the capacity of the IQ Batteries (S§20)."""
    control = control_of(documents)
    if control is None or control.battery_capacity_wh is None or reserve_percent is None:
        return None
    return control.battery_capacity_wh * reserve_percent / 100


def available_energy(site: StorageSite, battery_wh: float | None, ac_battery_wh: float | None) -> float | None:
    """Return the energy in all batteries in Wh."""
    return total_of((battery_wh, ac_battery_wh)) if site.has_storage else None


def usable_energy(
    site: StorageSite, battery_wh: float | None, ac_battery_wh: float | None, reserve_wh: float | None
) -> float | None:
    """Return the energy above the reserve in Wh; AC Batteries have no reserve (S§20)."""
    if not site.has_storage or battery_wh is None or ac_battery_wh is None:
        return None
    if not site.batteries:
        return ac_battery_wh
    return None if reserve_wh is None else max(0.0, battery_wh - reserve_wh) + ac_battery_wh


def reserve_in_force(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> float | None:
    """Return the reserve applied now in %; the tariff is never used (S§26)."""
    if not site.batteries:
        return None
    control = control_of(documents)
    if control is not None and control.reserve_in_force_percent is not None:
        return control.reserve_in_force_percent
    return live.reserve_percent if live else None


def reserve_set(site: StorageSite, documents: StorageDocuments) -> float | None:
    """Return the reserve of the current profile in %; under the cloud's optimizer its current target (S§26)."""
    control = control_of(documents)
    return control.reserve_set_percent if control and site.batteries else None


def shutdown_level(site: StorageSite, documents: StorageDocuments) -> float | None:
    """Return the state of charge in % at which batteries stop even in an outage (S§26)."""
    if not site.batteries:
        return None
    control = control_of(documents)
    if control is not None and control.shutdown_level_percent is not None:
        return control.shutdown_level_percent
    tariff = documents.get(TARIFF)
    return tariff.shutdown_level_percent if tariff else None


def health(site: StorageSite, documents: StorageDocuments) -> float | None:
    """Return the mean state of health of the IQ Batteries in %."""
    control = control_of(documents)
    return control.battery_state_of_health_percent if control and site.batteries else None


def followed_tariff(documents: StorageDocuments) -> Tariff | None:
    """Return the tariff where the gateway follows it: on old firmware, without the cloud's optimizer (S§26)."""
    tariff = documents.get(TARIFF)
    if tariff is None or tariff.optimized or documents.info.firmware >= TARIFF_STALE_SINCE:
        return None
    return tariff


def charge_from_grid_allowed(site: StorageSite, documents: StorageDocuments) -> bool | None:
    """Return whether batteries may charge from the grid, None where only a stale tariff has it (S§26)."""
    if not site.has_storage:
        return None
    scheduler = documents.get(SCHEDULER)
    if scheduler is not None and scheduler.charge_from_grid_allowed is not None:
        return scheduler.charge_from_grid_allowed
    tariff = followed_tariff(documents)
    return tariff.charge_from_grid if tariff else None


def profile(site: StorageSite, documents: StorageDocuments, live: LiveData | None) -> str | None:
    """Return the profile in force: a `StorageProfile`, or an unknown word or number as sent (S§14.1, S§26)."""
    if not site.has_storage:
        return None
    if live is not None and live.profile_number is not None and live.profile_number >= 0:
        return _PROFILE_OF_NUMBER.get(live.profile_number, str(live.profile_number))
    tariff = followed_tariff(documents)
    if tariff is None or tariff.mode is None:
        return None
    return _PROFILE_OF_MODE.get(tariff.mode, tariff.mode)


def battery_power(
    site: StorageSite, documents: StorageDocuments, live: LiveData | None, measured_w: float | None, clock: GatewayClock
) -> float | None:
    """Return the power of all storage in W, + discharging, from the best source (S§21).

    The best is `measured_w`, which is that of a storage CT, then live data, then the sum of what the batteries report.
    """
    if not site.has_storage:
        return None
    if measured_w is not None:
        return measured_w
    if live is not None and live.storage.total_w is not None:
        return live.storage.total_w
    reported = documents.get(ENSEMBLE_POWER) or {}
    parts = [reported[serial].power_w if serial in reported else None for serial in site.batteries]
    if site.has_ac_batteries:
        parts.append(ac_battery_power(documents, clock))
    return total_of(parts)


def ac_battery_power(documents: StorageDocuments, clock: GatewayClock) -> float | None:
    """Return the power of all AC Batteries in W, + discharging: the report's unless it is stale, else their sum."""
    reported = fresh_storage(documents, clock)
    if reported is not None and reported.power_w is not None:
        return reported.power_w
    batteries = merge_ac_batteries(documents, clock).values() if documents.get(DEVICE_DATA) else ()
    return total_of(battery.power_w for battery in batteries) if batteries else None


def state_of(power_w: float | None, units: int = 1) -> BatteryState | None:
    """Return whether batteries charge, discharge or are idle, by their power and their number (S§24)."""
    if power_w is None:
        return None
    if abs(power_w) <= IDLE_BELOW_W * max(1, units):
        return BatteryState.IDLE
    return BatteryState.DISCHARGING if power_w > 0 else BatteryState.CHARGING


def generator_state(generator: Generator | None) -> str | None:
    """Return `running` or `stopped` by the relay of the generator, another word as sent (S§8.1)."""
    if generator is None:
        return None
    if generator.running:
        return "running"
    return "stopped" if generator.relay_position == "open" else generator.relay_position
