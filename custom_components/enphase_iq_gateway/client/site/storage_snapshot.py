"""The values of storage, grid relay and generator: the data of the storage coordinator."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..settings_models import (
    DryContact,
    DryContactSettings,
    ExportLimit,
    Generator,
    GeneratorConfig,
    GeneratorSchedule,
    GridRelay,
    ProductionLimit,
)
from ..storage_models import (
    AcBattery,
    BatteryState,
    Collar,
    CombinerController,
    IqBattery,
    SystemController,
)
from .grid_state import GridState


@dataclass(frozen=True, kw_only=True, slots=True)
class BatteryValues:
    """One IQ Battery from all documents that have it."""

    device: IqBattery
    """As the inventory has it; its state of charge is up to 5 minutes old."""
    state_of_charge_percent: float | None = None
    power_w: float | None = None
    """+ discharging."""
    state: BatteryState | None = None
    available_energy_wh: float | None = None
    rated_power_w: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorValues:
    """The generator from all documents that have it."""

    config: GeneratorConfig
    state: str | None = None
    """`running`, `stopped`, or another word as sent."""
    power_w: float | None = None
    """From live data."""
    details: Generator | None = None
    last_command: str | None = None
    schedule: GeneratorSchedule | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DryContactValues:
    """One dry contact with its settings."""

    contact: DryContact
    settings: DryContactSettings | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageSnapshot:
    """The values of storage, grid relay and generator at one moment; dates are by the clock of this computer."""

    at: float
    """Epoch seconds."""
    state_of_charge_percent: float | None = None
    """Of all storage."""
    battery_state_of_charge_percent: float | None = None
    """Of the IQ Batteries; differs on a site that has AC Batteries too."""
    ac_battery_state_of_charge_percent: float | None = None
    capacity_wh: float | None = None
    """Of all storage."""
    available_energy_wh: float | None = None
    """Of all storage, the part below the shutdown level included."""
    usable_energy_wh: float | None = None
    """Above the reserve in force."""
    reserve_energy_wh: float | None = None
    """The part of the reserve in force."""
    reserve_percent: float | None = None
    """In force."""
    reserve_set_percent: float | None = None
    shutdown_level_percent: float | None = None
    health_percent: float | None = None
    charge_from_grid_allowed: bool | None = None
    profile: str | None = None
    """A `StorageProfile`, or another word or number as sent."""
    optimized: bool | None = None
    """Whether the cloud's optimizer controls the batteries, which may change the reserve at any time (S§26)."""
    scheduler_mode: str | None = None
    """The last mode that was commanded; diagnostic only."""
    power_w: float | None = None
    """Of all storage, + discharging."""
    state: BatteryState | None = None
    grid_state: GridState | None = None
    """Not debounced."""
    grid_connected: bool | None = None
    grid_relay: GridRelay | None = None
    """Of a system controller."""
    generator: GeneratorValues | None = None
    export_limit: ExportLimit | None = None
    production_limit: ProductionLimit | None = None
    batteries: Mapping[str, BatteryValues] = field(default_factory=dict[str, BatteryValues])
    ac_batteries: Mapping[str, AcBattery] = field(default_factory=dict[str, AcBattery])
    system_controllers: Mapping[str, SystemController] = field(default_factory=dict[str, SystemController])
    collars: Mapping[str, Collar] = field(default_factory=dict[str, Collar])
    combiners: Mapping[str, CombinerController] = field(default_factory=dict[str, CombinerController])
    dry_contacts: Mapping[str, DryContactValues] = field(default_factory=dict[str, DryContactValues])
