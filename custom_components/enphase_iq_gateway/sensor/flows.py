"""The table of what is shown of each flow of energy: a row holds for every flow named in it, and for its phases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import (
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactivePower,
)

from ..client import Flow, Measurement, Quantity

HOUSE: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION)
PRODUCED_AND_CONSUMED: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION)
NET: Final = (Flow.NET_CONSUMPTION,)
# The gateway sends three; those of power and energy are far below what a CT can tell, and would change at each reading.
_SENT_DIGITS: Final = 3
OTHER_CTS: Final = (Flow.STORAGE, Flow.BACKFEED, Flow.LOAD, Flow.EVSE, Flow.PV3P)


@dataclass(frozen=True, kw_only=True)
class FlowSensorDescription(SensorEntityDescription):
    """A value of one flow, for all phases together or for one of them.

    `key` may hold `{flow}`; phases append `_l1` to `_l3` to the unique id and `_phase` to the translation key.
    """

    flows: tuple[Flow, ...]
    quantity: Quantity
    """What it comes from, which decides the coordinator."""
    value_fn: Callable[[Measurement], float | None]
    digits: int = 0
    """Behind the point, in the native unit: a change of further ones is no news."""
    phases: bool = True
    phases_enabled: bool = True

    @cached_property
    def counted(self) -> bool:
        """Whether it is a counter, so that what the guard publishes is shown and not what was measured."""
        return self.quantity in (Quantity.LIFETIME, Quantity.IMPORT_EXPORT)

    def value(self, measured: Measurement) -> float | None:
        """The value to show, to its digits: whole numbers where it has none."""
        value = self.value_fn(measured)
        return None if value is None else round(value, self.digits or None)

    def of(self, flow: Flow, phase: int) -> FlowSensorDescription:
        """The same row for one flow and phase, 0 for all phases together."""
        key = self.key.format(flow=flow)
        return replace(
            self,
            key=f"{key}_l{phase}" if phase else key,
            translation_key=f"{key}_phase" if phase else key,
            translation_placeholders={"phase": f"L{phase}"} if phase else None,
            entity_registry_enabled_default=self.entity_registry_enabled_default
            and (phase == 0 or self.phases_enabled),
        )


def _positive(value: float | None) -> float | None:
    """The half above zero."""
    return None if value is None else max(value, 0.0)


def _negative(value: float | None) -> float | None:
    """The half below zero, as a positive number."""
    return None if value is None else max(-value, 0.0)


def _power(
    key: str,
    flows: tuple[Flow, ...],
    value_fn: Callable[[Measurement], float | None],
    *,
    secondary: bool = False,
    phases_enabled: bool = True,
) -> FlowSensorDescription:
    """A row of power; a secondary one is off by default and not told by phase."""
    return FlowSensorDescription(
        key=key,
        device_class=SensorDeviceClass.POWER,
        entity_registry_enabled_default=not secondary,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        flows=flows,
        phases=not secondary,
        phases_enabled=phases_enabled,
        quantity=Quantity.POWER,
        value_fn=value_fn,
    )


def _energy(
    key: str,
    flows: tuple[Flow, ...],
    quantity: Quantity,
    value_fn: Callable[[Measurement], float | None],
    *,
    enabled: bool = True,
    phases: bool = False,
    phases_enabled: bool = False,
    state_class: SensorStateClass | None = SensorStateClass.TOTAL_INCREASING,
) -> FlowSensorDescription:
    """A row of energy."""
    return FlowSensorDescription(
        key=key,
        device_class=SensorDeviceClass.ENERGY,
        entity_registry_enabled_default=enabled,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        state_class=state_class,
        suggested_display_precision=2,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        flows=flows,
        phases=phases,
        phases_enabled=phases_enabled,
        quantity=quantity,
        value_fn=value_fn,
    )


def _electrical(
    key: str,
    device_class: SensorDeviceClass,
    unit: str | None,
    value_fn: Callable[[Measurement], float | None],
    precision: int,
    *,
    flows: tuple[Flow, ...] = HOUSE,
    phases: bool = True,
) -> FlowSensorDescription:
    """A row of what an electrician asks for: off by default."""
    return FlowSensorDescription(
        key=key,
        device_class=device_class,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=precision,
        digits=_SENT_DIGITS,
        flows=flows,
        phases=phases,
        phases_enabled=False,
        quantity=Quantity.ELECTRICAL,
        value_fn=value_fn,
    )


FLOW_SENSORS: Final[tuple[FlowSensorDescription, ...]] = (
    _power("{flow}_power", HOUSE, lambda measured: measured.power_w),
    _power("grid_import_power", NET, lambda measured: _positive(measured.power_w), secondary=True),
    _power("grid_export_power", NET, lambda measured: _negative(measured.power_w), secondary=True),
    _energy(
        "{flow}_energy_lifetime",
        PRODUCED_AND_CONSUMED,
        Quantity.LIFETIME,
        lambda measured: measured.energy_lifetime_wh,
        phases=True,
        phases_enabled=True,
    ),
    # Today is counted here from the lifetime, so it comes with it.
    _energy("{flow}_energy_today", PRODUCED_AND_CONSUMED, Quantity.LIFETIME, lambda measured: measured.energy_today_wh),
    # A window that moves on each day is no counter: no state class.
    *(
        _energy(
            "{flow}_energy_last_7_days",
            (flow,),
            Quantity.LAST_7_DAYS,
            lambda measured: measured.energy_last_7_days_wh,
            enabled=flow is Flow.PRODUCTION,
            state_class=None,
        )
        for flow in PRODUCED_AND_CONSUMED
    ),
    _energy(
        "{flow}_energy_lifetime",
        NET,
        Quantity.LIFETIME,
        lambda measured: measured.energy_lifetime_wh,
        enabled=False,
        state_class=SensorStateClass.TOTAL,
    ),
    _energy(
        "grid_import_energy", NET, Quantity.IMPORT_EXPORT, lambda measured: measured.energy_delivered_wh, phases=True
    ),
    _energy(
        "grid_export_energy", NET, Quantity.IMPORT_EXPORT, lambda measured: measured.energy_received_wh, phases=True
    ),
    _electrical(
        "{flow}_voltage",
        SensorDeviceClass.VOLTAGE,
        UnitOfElectricPotential.VOLT,
        lambda measured: measured.voltage_v,
        1,
    ),
    _electrical(
        "{flow}_current",
        SensorDeviceClass.CURRENT,
        UnitOfElectricCurrent.AMPERE,
        lambda measured: measured.current_a,
        2,
    ),
    _electrical(
        "{flow}_apparent_power",
        SensorDeviceClass.APPARENT_POWER,
        UnitOfApparentPower.VOLT_AMPERE,
        lambda measured: measured.apparent_power_va,
        0,
    ),
    _electrical(
        "{flow}_reactive_power",
        SensorDeviceClass.REACTIVE_POWER,
        UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        lambda measured: measured.reactive_power_var,
        0,
    ),
    _electrical("{flow}_power_factor", SensorDeviceClass.POWER_FACTOR, None, lambda measured: measured.power_factor, 2),
    # One grid, one frequency: every gateway that tells it has a production CT.
    _electrical(
        "grid_frequency",
        SensorDeviceClass.FREQUENCY,
        UnitOfFrequency.HERTZ,
        lambda measured: measured.frequency_hz,
        2,
        flows=(Flow.PRODUCTION,),
        phases=False,
    ),
    _power("{flow}_ct_power", OTHER_CTS, lambda measured: measured.power_w, phases_enabled=False),
    _energy(
        "{flow}_ct_energy_delivered",
        OTHER_CTS,
        Quantity.IMPORT_EXPORT,
        lambda measured: measured.energy_delivered_wh,
        phases=True,
    ),
    _energy(
        "{flow}_ct_energy_received",
        OTHER_CTS,
        Quantity.IMPORT_EXPORT,
        lambda measured: measured.energy_received_wh,
        phases=True,
    ),
)
