"""Descriptions of the sensors of each battery and of the devices around them (S§2, §13)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfPower, UnitOfTemperature
from homeassistant.util import dt as dt_util

from ..client.site.storage_snapshot import StorageSnapshot
from ..client.storage_models import AcBattery, BatteryState, SleepState
from ..entity import Value
from ..entity.storage import StorageDeviceDescription, ac_batteries, batteries, of_device, other_devices
from .storage import whole

type Devices[DeviceT] = Callable[[StorageSnapshot], Mapping[str, DeviceT]]


@dataclass(frozen=True, kw_only=True)
class StorageDeviceSensorDescription(SensorEntityDescription, StorageDeviceDescription):
    """Description of a sensor of a battery or of another device."""


def _state_of_charge[T](devices: Devices[T], value_fn: Callable[[T], float | None]) -> StorageDeviceSensorDescription:
    """Return the row of the state of charge, the device's main entity."""
    return StorageDeviceSensorDescription(
        key="state_of_charge",
        name=None,
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        devices_fn=devices,
        value_fn=of_device(devices, lambda device: whole(value_fn(device))),
    )


def _power[T](devices: Devices[T], value_fn: Callable[[T], float | None]) -> StorageDeviceSensorDescription:
    """Return the row of power, + discharging; the device class names it."""
    return StorageDeviceSensorDescription(
        key="power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        devices_fn=devices,
        value_fn=of_device(devices, lambda device: whole(value_fn(device))),
    )


def _energy(key: str, value_fn: Callable[[AcBattery], float | None]) -> StorageDeviceSensorDescription:
    """Return the row of a counter of an AC Battery."""
    return StorageDeviceSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        devices_fn=ac_batteries,
        value_fn=of_device(ac_batteries, lambda battery: whole(value_fn(battery))),
    )


def _temperature[T](
    devices: Devices[T],
    value_fn: Callable[[T], float | None],
    *,
    key: str = "temperature",
    translation_key: str | None = None,
    enabled: bool = True,
) -> StorageDeviceSensorDescription:
    """Return a row of temperature; without a translation key the device class names it."""
    return StorageDeviceSensorDescription(
        key=key,
        translation_key=translation_key,
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        devices_fn=devices,
        value_fn=of_device(devices, lambda device: _one_digit(value_fn(device))),
    )


def _stored[T](key: str, devices: Devices[T], value_fn: Callable[[T], float | None]) -> StorageDeviceSensorDescription:
    """Return a row of stored energy."""
    return StorageDeviceSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        devices_fn=devices,
        value_fn=of_device(devices, lambda device: whole(value_fn(device))),
    )


def _last_reported[T](devices: Devices[T], value_fn: Callable[[T], int | None]) -> StorageDeviceSensorDescription:
    """Return the row of the time of the last report."""
    return StorageDeviceSensorDescription(
        key="last_reported",
        translation_key="last_reported",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        devices_fn=devices,
        value_fn=of_device(devices, lambda device: _time(value_fn(device))),
    )


def _status[T](
    devices: Devices[T],
    value_fn: Callable[[T], str | None],
    attributes_fn: Callable[[T], Mapping[str, Value | list[str]]],
) -> StorageDeviceSensorDescription:
    """Return the row of the status, the word as sent: new firmware may have new words (S§24)."""
    return StorageDeviceSensorDescription(
        key="status",
        translation_key="status",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        devices_fn=devices,
        value_fn=of_device(devices, value_fn),
        attributes_fn=of_device(devices, attributes_fn),
    )


def _one_digit(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _time(reported: int | None) -> datetime | None:
    return None if reported is None else dt_util.utc_from_timestamp(reported)


STORAGE_DEVICE_SENSORS: Final[tuple[StorageDeviceSensorDescription, ...]] = (
    _state_of_charge(batteries, lambda battery: battery.state_of_charge_percent),
    _power(batteries, lambda battery: battery.power_w),
    _temperature(batteries, lambda battery: battery.device.temperature_c),
    _temperature(
        batteries,
        lambda battery: battery.device.max_cell_temperature_c,
        key="max_cell_temperature",
        translation_key="max_cell_temperature",
        enabled=False,
    ),
    _stored("available_energy", batteries, lambda battery: battery.available_energy_wh),
    _stored("capacity", batteries, lambda battery: battery.device.capacity_wh),
    StorageDeviceSensorDescription(
        key="state",
        translation_key="state",
        device_class=SensorDeviceClass.ENUM,
        entity_registry_enabled_default=False,
        options=list(BatteryState),
        devices_fn=batteries,
        value_fn=of_device(batteries, lambda battery: battery.state),
    ),
    _last_reported(batteries, lambda battery: battery.device.last_reported),
    _status(
        batteries,
        lambda battery: battery.device.admin_state,
        lambda battery: {
            "conditions": list(battery.device.status_words),
            "led": battery.device.led_status,
            "asleep": battery.device.sleep_enabled,
            "rated_power_w": whole(battery.rated_power_w),
        },
    ),
    _state_of_charge(ac_batteries, lambda battery: battery.state_of_charge_percent),
    _power(ac_batteries, lambda battery: battery.power_w),
    _energy("energy_charged", lambda battery: battery.energy_charged_wh),
    _energy("energy_discharged", lambda battery: battery.energy_discharged_wh),
    _temperature(ac_batteries, lambda battery: battery.max_cell_temperature_c, enabled=False),
    StorageDeviceSensorDescription(
        key="sleep_state",
        translation_key="sleep_state",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        options=list(SleepState),
        devices_fn=ac_batteries,
        value_fn=of_device(ac_batteries, lambda battery: battery.sleep_state),
        attributes_fn=of_device(
            ac_batteries,
            lambda battery: {
                "band_low": whole(battery.sleep_min_soc_percent),
                "band_high": whole(battery.sleep_max_soc_percent),
            },
        ),
    ),
    _temperature(other_devices, lambda device: device.temperature_c),
    _last_reported(other_devices, lambda device: device.last_reported),
    _status(other_devices, lambda device: device.admin_state, lambda device: {"conditions": list(device.status_words)}),
)
