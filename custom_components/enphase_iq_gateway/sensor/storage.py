"""Descriptions of the sensors of all storage together, of the grid and of the generator (S§19 to §26)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfPower

from ..client.settings_models import ExportLimit, ProductionLimit
from ..client.site.grid_state import GridState
from ..client.site.storage_site import StorageSite
from ..client.site.storage_snapshot import StorageSnapshot
from ..client.storage_models import BatteryState
from ..entity import Value
from ..entity.storage import (
    StorageDescription,
    has_devices,
    has_generator,
    has_grid_relay,
    has_iq_batteries,
    has_storage,
)


@dataclass(frozen=True, kw_only=True)
class StorageSensorDescription(SensorEntityDescription, StorageDescription):
    """Description of a sensor of all storage, of the grid or of the generator."""


def whole(value: float | None) -> int | None:
    """Return a value in whole units: all sources are whole, or change by more than that at every reading."""
    return None if value is None else round(value)


def _percent(
    key: str,
    value_fn: Callable[[StorageSnapshot], float | None],
    *,
    enabled: bool = True,
    device_class: SensorDeviceClass | None = None,
    category: EntityCategory | None = None,
    attributes_fn: Callable[[StorageSnapshot], Mapping[str, object]] | None = None,
    exists_fn: Callable[[StorageSite], bool] = has_iq_batteries,
) -> StorageSensorDescription:
    """Return a row in percent."""
    return StorageSensorDescription(
        key=key,
        translation_key=key,
        device_class=device_class,
        entity_category=category,
        entity_registry_enabled_default=enabled,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        exists_fn=exists_fn,
        value_fn=lambda storage: whole(value_fn(storage)),
        attributes_fn=attributes_fn,
    )


def _stored(
    key: str,
    value_fn: Callable[[StorageSnapshot], float | None],
    *,
    enabled: bool = True,
    exists_fn: Callable[[StorageSite], bool] = has_storage,
    attributes_fn: Callable[[StorageSnapshot], Mapping[str, object]] | None = None,
) -> StorageSensorDescription:
    """Return a row of stored energy."""
    return StorageSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        entity_registry_enabled_default=enabled,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        exists_fn=exists_fn,
        value_fn=lambda storage: whole(value_fn(storage)),
        attributes_fn=attributes_fn,
    )


def _limit[LimitT: (ExportLimit, ProductionLimit)](
    key: str,
    limit_fn: Callable[[StorageSnapshot], LimitT | None],
    value_fn: Callable[[LimitT], float | None],
    *,
    translation_key: str | None = None,
    device_class: SensorDeviceClass | None = None,
    unit: str = PERCENTAGE,
) -> StorageSensorDescription:
    """Return the row of a limit, which has a value while the limit is enabled."""

    def value(storage: StorageSnapshot) -> float | None:
        limit = limit_fn(storage)
        return value_fn(limit) if limit is not None and limit.enabled else None

    return StorageSensorDescription(
        key=key,
        translation_key=translation_key or key,
        device_class=device_class,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=unit,
        suggested_display_precision=0,
        exists_fn=has_devices,
        value_fn=value,
    )


def _parts(storage: StorageSnapshot) -> dict[str, Value]:
    """Return the state of charge of each kind of battery, on a site that has both."""
    parts = {
        "iq_batteries": whole(storage.battery_state_of_charge_percent),
        "ac_batteries": whole(storage.ac_battery_state_of_charge_percent),
    }
    return {} if None in parts.values() else {**parts}


def _generator_attributes(storage: StorageSnapshot) -> dict[str, Value]:
    """Return the last command, and when the generator starts by itself (S§8.3)."""
    if storage.generator is None:
        return {}
    attributes: dict[str, Value] = {"last_command": storage.generator.last_command}
    if (schedule := storage.generator.schedule) is not None:
        start_min = schedule.exercise_start_min
        attributes |= {
            "starts_at_percent": whole(schedule.start_percent),
            "stops_at_percent": whole(schedule.stop_percent),
            "exercise_day": schedule.exercise_day,
            "exercise_start": None if start_min is None else f"{start_min // 60:02}:{start_min % 60:02}",
            "exercise_duration_min": schedule.exercise_duration_min,
            "exercise_every_weeks": schedule.exercise_every_weeks,
        }
    return attributes


STORAGE_SENSORS: Final[tuple[StorageSensorDescription, ...]] = (
    _percent(
        "battery_state_of_charge",
        lambda storage: storage.state_of_charge_percent,
        device_class=SensorDeviceClass.BATTERY,
        exists_fn=has_storage,
        attributes_fn=_parts,
    ),
    _stored(
        "battery_available_energy",
        lambda storage: storage.available_energy_wh,
        attributes_fn=lambda storage: {"above_reserve_wh": whole(storage.usable_energy_wh)},
    ),
    _stored("battery_capacity", lambda storage: storage.capacity_wh),
    # The cloud's optimizer moves the reserve; what is set then is its target and not the choice of the user.
    _percent(
        "battery_reserve",
        lambda storage: storage.reserve_percent,
        attributes_fn=lambda storage: {
            "set_to": whole(storage.reserve_set_percent),
            "cloud_optimizer": storage.optimized,
        },
    ),
    StorageSensorDescription(
        key="battery_state",
        translation_key="battery_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(BatteryState),
        exists_fn=has_storage,
        value_fn=lambda storage: storage.state,
    ),
    # Not an enum: future firmware may have further profiles.
    StorageSensorDescription(
        key="battery_profile",
        translation_key="battery_profile",
        exists_fn=has_iq_batteries,
        value_fn=lambda storage: storage.profile,
        attributes_fn=lambda storage: {
            "cloud_optimizer": storage.optimized,
            "scheduler_mode": storage.scheduler_mode,
        },
    ),
    _stored(
        "battery_reserve_energy", lambda storage: storage.reserve_energy_wh, enabled=False, exists_fn=has_iq_batteries
    ),
    _percent(
        "battery_health",
        lambda storage: storage.health_percent,
        enabled=False,
        category=EntityCategory.DIAGNOSTIC,
    ),
    _percent("battery_shutdown_level", lambda storage: storage.shutdown_level_percent, enabled=False),
    StorageSensorDescription(
        key="grid_state",
        translation_key="grid_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(GridState),
        exists_fn=has_grid_relay,
        value_fn=lambda storage: storage.grid_state,
    ),
    # Not an enum: the state of its relay is shown as sent where it is neither open nor closed.
    StorageSensorDescription(
        key="generator_state",
        translation_key="generator_state",
        exists_fn=has_generator,
        value_fn=lambda storage: storage.generator.state if storage.generator else None,
        attributes_fn=_generator_attributes,
    ),
    StorageSensorDescription(
        key="generator_power",
        translation_key="generator_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        exists_fn=has_generator,
        value_fn=lambda storage: whole(storage.generator.power_w) if storage.generator else None,
        attributes_fn=lambda storage: (
            {"rated_power_w": whole(storage.generator.config.rated_power_w)} if storage.generator else {}
        ),
    ),
    # Set by an installer; they are added where a limit is enabled (S§9).
    _limit(
        "export_limit",
        lambda storage: storage.export_limit,
        lambda limit: whole(limit.limit_w),
        device_class=SensorDeviceClass.POWER,
        unit=UnitOfPower.WATT,
    ),
    _limit(
        "export_limit_percent",
        lambda storage: storage.export_limit,
        lambda limit: limit.limit_percent,
        translation_key="export_limit",
    ),
    _limit("production_limit", lambda storage: storage.production_limit, lambda limit: limit.limit_percent),
)
