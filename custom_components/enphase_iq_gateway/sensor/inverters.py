"""Descriptions of the sensors of an inverter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.util import dt as dt_util

from ..client.models import Inverter
from ..entity import InverterDescription


@dataclass(frozen=True, kw_only=True)
class InverterSensorDescription(SensorEntityDescription, InverterDescription):
    """Description of a sensor of an inverter."""

    counted: bool = False
    """Whether it shows a checked counter."""
    daily: bool = False
    """Whether it begins again at midnight."""


def _whole(value_fn: Callable[[Inverter], float | None]) -> Callable[[Inverter], int | None]:
    """Return a function for the value in whole W or Wh: the gateway counts an inverter's energy in joules (G§5.5)."""

    def value(inverter: Inverter) -> int | None:
        exact = value_fn(inverter)
        return None if exact is None else round(exact)

    return value


def _energy(
    key: str,
    value_fn: Callable[[Inverter], float | None],
    *,
    enabled: bool = False,
    visible: bool = True,
    daily: bool = False,
    state_class: SensorStateClass | None = SensorStateClass.TOTAL_INCREASING,
) -> InverterSensorDescription:
    """Return a row of energy."""
    return InverterSensorDescription(
        key=key,
        counted=state_class is not None,
        daily=daily,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        entity_registry_enabled_default=enabled,
        entity_registry_visible_default=visible,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        state_class=state_class,
        suggested_display_precision=2,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        value_fn=_whole(value_fn),
    )


def _detail(
    key: str,
    device_class: SensorDeviceClass | None,
    unit: str | None,
    value_fn: Callable[[Inverter], float | None],
    precision: int | None = None,
    *,
    named_by_device_class: bool = False,
) -> InverterSensorDescription:
    """Return a row of technical details, disabled by default; without a translation key the device class names it."""
    return InverterSensorDescription(
        key=key,
        translation_key=None if named_by_device_class else key,
        device_class=device_class,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=precision,
        value_fn=value_fn,
    )


INVERTER_SENSORS: Final[tuple[InverterSensorDescription, ...]] = (
    InverterSensorDescription(
        key="power",
        # The device's main entity has the name of the device; the key is for its icon.
        translation_key="power",
        name=None,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=_whole(lambda inverter: inverter.power_w),
    ),
    # Hidden, so that the many counters do not fill the dashboards; the Energy dashboard and statistics have them.
    _energy("energy_lifetime", lambda inverter: inverter.energy_lifetime_wh, enabled=True, visible=False),
    _energy("energy_today", lambda inverter: inverter.details.energy_today_wh, daily=True),
    # A whole day and a sliding window are no counters, so they have no state class.
    _energy("energy_yesterday", lambda inverter: inverter.details.energy_yesterday_wh, state_class=None),
    _energy("energy_last_7_days", lambda inverter: inverter.details.energy_last_7_days_wh, state_class=None),
    InverterSensorDescription(
        key="last_reported",
        translation_key="last_reported",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda inverter: (
            None if inverter.last_reported is None else dt_util.utc_from_timestamp(inverter.last_reported)
        ),
    ),
    _detail("max_power", SensorDeviceClass.POWER, UnitOfPower.WATT, _whole(lambda inverter: inverter.max_power_w), 0),
    _detail(
        "dc_voltage",
        SensorDeviceClass.VOLTAGE,
        UnitOfElectricPotential.VOLT,
        lambda inverter: inverter.details.dc_voltage_v,
        1,
    ),
    _detail(
        "dc_current",
        SensorDeviceClass.CURRENT,
        UnitOfElectricCurrent.AMPERE,
        lambda inverter: inverter.details.dc_current_a,
        2,
    ),
    _detail(
        "ac_voltage",
        SensorDeviceClass.VOLTAGE,
        UnitOfElectricPotential.VOLT,
        lambda inverter: inverter.details.ac_voltage_v,
        1,
    ),
    _detail(
        "ac_current",
        SensorDeviceClass.CURRENT,
        UnitOfElectricCurrent.AMPERE,
        lambda inverter: inverter.details.ac_current_a,
        2,
    ),
    _detail(
        "ac_frequency",
        SensorDeviceClass.FREQUENCY,
        UnitOfFrequency.HERTZ,
        lambda inverter: inverter.details.ac_frequency_hz,
        2,
    ),
    _detail(
        "temperature",
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        lambda inverter: inverter.details.temperature_c,
        0,
        named_by_device_class=True,
    ),
    _detail(
        "report_interval",
        SensorDeviceClass.DURATION,
        UnitOfTime.SECONDS,
        lambda inverter: inverter.details.report_interval_s,
        0,
    ),
    # The gateway's own scale, without a unit (G§5.4).
    _detail("signal_strength", None, None, lambda inverter: inverter.details.signal_strength),
    _detail(
        "conversion_error_time",
        SensorDeviceClass.DURATION,
        UnitOfTime.SECONDS,
        lambda inverter: inverter.details.conversion_error_time_s,
        0,
    ),
)
