"""Descriptions of the sensors of the flows of energy: each row holds for all of its flows and their phases."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
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

from ..client.models import OTHER_CTS, Flow, Measurement
from ..client.site.site import CALCULATED, Quantity, Site, Source
from ..client.storage_models import BatteryPowerSource
from ..counters.limits import may_fall

_BATTERY_POWER_SOURCES: Final = {
    Source.READINGS: BatteryPowerSource.STORAGE_CT,
    Source.LIVE_DATA: BatteryPowerSource.LIVE_DATA,
    Source.BATTERIES: BatteryPowerSource.BATTERIES,
    Source.AC_BATTERIES: BatteryPowerSource.BATTERIES,
}
HOUSE: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION)
PRODUCED_AND_CONSUMED: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION)
NET: Final = (Flow.NET_CONSUMPTION,)
STORAGE: Final = (Flow.STORAGE,)
_SENT_DIGITS: Final = 3
"""Decimals that the gateway sends of electrical details.

Those of power and energy are not shown: they are far below what a CT can measure, and would change with every reading.
"""
# Without a CT on the grid, import and export of one phase would be no measurement; inverters report no phases.
_WITHOUT_PHASES: Final = frozenset({Source.INTEGRATED, Source.INVERTERS_AND_NET})


@dataclass(frozen=True, kw_only=True)
class FlowSensorDescription(SensorEntityDescription):
    """Description of a sensor of a flow, for all phases together or for one of them.

    `key` may contain `{flow}`; phases append `_l1` to `_l3` to the unique id and `_phase` to the translation key.
    """

    flows: tuple[Flow, ...]
    quantity: Quantity
    """The quantity that it shows or is derived from; decides which coordinator it belongs to."""
    value_fn: Callable[[Measurement], float | None]
    digits: int = 0
    """Decimals of the native unit that are shown; the state does not change with further ones."""
    phases: bool = True
    """Whether there is a sensor of every phase too, disabled by default."""
    balanced: bool = False
    """Whether it nets the phases, and so exists only on sites with several phases."""
    daily: bool = False
    """Whether it begins again at midnight."""
    reset_fn: Callable[[Measurement], float | None] = lambda _: None
    """Returns when a counter that may fall began again, epoch seconds."""
    of_ct: bool = False
    """Whether it shows what a CT measures, and nothing else."""
    attributes_fn: Callable[[Source], Mapping[str, object]] | None = None
    """Returns the attributes by the source of the quantity."""

    @property
    def counted(self) -> bool:
        """Whether it shows a checked counter, and not what was measured."""
        return self.quantity in (Quantity.LIFETIME, Quantity.IMPORT_EXPORT)

    def value(self, measured: Measurement) -> float | None:
        """Return the value rounded to its digits, as an integer where it has none."""
        value = self.value_fn(measured)
        return None if value is None else round(value, self.digits or None)

    def exists_on(self, site: Site, flow: Flow) -> bool:
        """Return whether the site has the sensor of a flow."""
        if self.of_ct and site.sources.get((flow, self.quantity)) is not Source.READINGS:
            return False
        return not self.balanced or site.phases(flow) > 1

    def at(self, site: Site, flow: Flow, phase: int) -> FlowSensorDescription:
        """Return the description for one flow and phase of a site, with the state class `total` where it may fall."""
        description = self.of(flow, phase)
        if self.state_class is not None and may_fall(site, flow, self.quantity):
            return replace(description, state_class=SensorStateClass.TOTAL)
        return description

    def of(self, flow: Flow, phase: int) -> FlowSensorDescription:
        """Return the description for one flow and phase, 0 for all phases together."""
        key = self.key.format(flow=flow)
        return replace(
            self,
            key=f"{key}_l{phase}" if phase else key,
            translation_key=f"{key}_phase" if phase else key,
            translation_placeholders={"phase": f"L{phase}"} if phase else None,
            entity_registry_enabled_default=self.entity_registry_enabled_default and phase == 0,
        )


def _positive(value: float | None) -> float | None:
    """Return the value where it is positive, else 0."""
    return None if value is None else max(value, 0.0)


def _negative(value: float | None) -> float | None:
    """Return the absolute value where it is negative, else 0."""
    return None if value is None else max(-value, 0.0)


def _battery_power_source(source: Source) -> dict[str, object]:
    """Return the source of the power of the batteries; what they report is 7 to 17 % low (S§21)."""
    return {"source": _BATTERY_POWER_SOURCES[source]}


def _calculated(source: Source) -> dict[str, object]:
    """Return whether this integration calculates an energy from power, because no CT counts it."""
    return {"calculated": source in CALCULATED}


def _power(
    key: str,
    flows: tuple[Flow, ...],
    value_fn: Callable[[Measurement], float | None],
    *,
    secondary: bool = False,
    phases: bool = True,
    of_ct: bool = False,
    attributes_fn: Callable[[Source], Mapping[str, object]] | None = None,
) -> FlowSensorDescription:
    """Return a row of power; a secondary one is disabled by default and has no phases."""
    return FlowSensorDescription(
        key=key,
        device_class=SensorDeviceClass.POWER,
        entity_registry_enabled_default=not secondary,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        flows=flows,
        phases=phases and not secondary,
        of_ct=of_ct,
        attributes_fn=attributes_fn,
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
    balanced: bool = False,
    daily: bool = False,
    of_ct: bool = False,
    state_class: SensorStateClass | None = SensorStateClass.TOTAL_INCREASING,
    reset_fn: Callable[[Measurement], float | None] = lambda _: None,
    attributes_fn: Callable[[Source], Mapping[str, object]] | None = None,
) -> FlowSensorDescription:
    """Return a row of energy."""
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
        balanced=balanced,
        daily=daily,
        of_ct=of_ct,
        quantity=quantity,
        value_fn=value_fn,
        reset_fn=reset_fn,
        attributes_fn=attributes_fn,
    )


def _balanced(key: str, value_fn: Callable[[Measurement], float | None]) -> FlowSensorDescription:
    """Return a row of balanced energy, which falls when a spike is undone: by most of the value where that is small."""
    return _energy(
        key,
        NET,
        Quantity.IMPORT_EXPORT,
        value_fn,
        balanced=True,
        state_class=SensorStateClass.TOTAL,
        reset_fn=lambda measured: measured.energy_balanced_reset_at,
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
    """Return a row of electrical details, disabled by default."""
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
    ),
    # Today is derived from the lifetime.
    _energy(
        "{flow}_energy_today",
        PRODUCED_AND_CONSUMED,
        Quantity.LIFETIME,
        lambda measured: measured.energy_today_wh,
        daily=True,
        reset_fn=lambda measured: measured.energy_today_reset_at,
    ),
    # A sliding window is no counter, so it has no state class.
    _energy(
        "{flow}_energy_last_7_days",
        PRODUCED_AND_CONSUMED,
        Quantity.LAST_7_DAYS,
        lambda measured: measured.energy_last_7_days_wh,
        enabled=False,
        state_class=None,
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
    _balanced("grid_import_energy_balanced", lambda measured: measured.energy_import_balanced_wh),
    _balanced("grid_export_energy_balanced", lambda measured: measured.energy_export_balanced_wh),
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
    # All CTs measure the frequency of the same grid, and every gateway with CTs has one for production.
    _electrical(
        "grid_frequency",
        SensorDeviceClass.FREQUENCY,
        UnitOfFrequency.HERTZ,
        lambda measured: measured.frequency_hz,
        2,
        flows=(Flow.PRODUCTION,),
        phases=False,
    ),
    _power(
        "battery_power", STORAGE, lambda measured: measured.power_w, phases=False, attributes_fn=_battery_power_source
    ),
    _power("battery_charge_power", STORAGE, lambda measured: _negative(measured.power_w), secondary=True),
    _power("battery_discharge_power", STORAGE, lambda measured: _positive(measured.power_w), secondary=True),
    _energy(
        "battery_energy_charged",
        STORAGE,
        Quantity.IMPORT_EXPORT,
        lambda measured: measured.energy_received_wh,
        attributes_fn=_calculated,
    ),
    _energy(
        "battery_energy_discharged",
        STORAGE,
        Quantity.IMPORT_EXPORT,
        lambda measured: measured.energy_delivered_wh,
        attributes_fn=_calculated,
    ),
    _power("{flow}_ct_power", OTHER_CTS, lambda measured: measured.power_w, of_ct=True),
    _energy(
        "{flow}_ct_energy_delivered",
        OTHER_CTS,
        Quantity.IMPORT_EXPORT,
        lambda measured: measured.energy_delivered_wh,
        phases=True,
        of_ct=True,
    ),
    _energy(
        "{flow}_ct_energy_received",
        OTHER_CTS,
        Quantity.IMPORT_EXPORT,
        lambda measured: measured.energy_received_wh,
        phases=True,
        of_ct=True,
    ),
)


def flow_sensors_of(site: Site) -> Iterator[tuple[FlowSensorDescription, Flow, int]]:
    """Return the rows of the sensors that a site can have, with flow and phase, 0 being all phases together."""
    for row in FLOW_SENSORS:
        for flow in row.flows:
            if site.group(flow, row.quantity) is None or not row.exists_on(site, flow):
                continue
            has_phases = row.phases and site.sources[flow, row.quantity] not in _WITHOUT_PHASES
            for phase in range(1 + (site.phases(flow) if has_phases else 0)):
                yield row, flow, phase
