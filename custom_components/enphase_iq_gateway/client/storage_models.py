"""Models of batteries, of the devices around them and of live data (S§2 to §5, §13, §14).

The name of every number contains its unit; None is a missing value. Power is positive out of the battery, S§21. The
gateway may extend the words that describe a state, so they are texts as sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .gateway_clock import GatewayClock


@dataclass(frozen=True, kw_only=True, slots=True)
class EnsembleDevice:
    """The values that all devices of `/ivp/ensemble/inventory` have (S§2)."""

    serial: str
    part_number: str | None = None
    firmware: str | None = None
    last_reported: int | None = None
    """Epoch seconds; None where the date is that of the installation, as of a collar (S§2.3)."""
    communicating: bool | None = None
    admin_state: str | None = None
    """`admin_state_str`: for example `ENCHG_STATE_READY` (S§24)."""
    status_words: tuple[str, ...] = ()
    """`device_status`: `envoy.global.ok`, `prop.done` and conditions (S§24)."""
    temperature_c: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IqBattery(EnsembleDevice):
    """One IQ Battery module: device of the group ENCHARGE (S§2.1)."""

    state_of_charge_percent: float | None = None
    """At `last_reported`, so up to 5 minutes old."""
    capacity_wh: float | None = None
    """Nominal (S§20)."""
    max_cell_temperature_c: float | None = None
    sleep_enabled: bool | None = None
    dc_switch_on: bool | None = None
    led_status: int | None = None
    """12 charging, 13 discharging, 14 idle and charged, 15 idle, 17 idle and low; others unknown (S§24)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemController(EnsembleDevice):
    """One IQ System Controller: device of the group ENPOWER (S§2.2)."""

    commanded_position: str | None = None
    """Position of the grid relay that was commanded: `closed`, `open` (`mains_admin_state`)."""
    relay_position: str | None = None
    """Actual position: `closed`, `open`, `open synchronizing`, `open synchronized` (`mains_oper_state`, S§25)."""
    battery_grid_mode: str | None = None
    """`Enchg_grid_mode`: `multimode-ongrid`, `multimode-generator`, `unknown` without a battery."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Collar(EnsembleDevice):
    """One IQ Meter Collar (S§2.3); its `admin_state` is the state of the grid (S§25)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinerController(EnsembleDevice):
    """One IQ Combiner 6C controller (S§2.3)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinerMeter(EnsembleDevice):
    """The revenue-grade meter of an IQ Combiner 6C (S§2.3)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EnsembleInventory:
    """`/ivp/ensemble/inventory`: the devices by serial (S§2)."""

    batteries: Mapping[str, IqBattery] = field(default_factory=dict[str, IqBattery])
    system_controllers: Mapping[str, SystemController] = field(default_factory=dict[str, SystemController])
    collars: Mapping[str, Collar] = field(default_factory=dict[str, Collar])
    combiner_controllers: Mapping[str, CombinerController] = field(default_factory=dict[str, CombinerController])
    combiner_meters: Mapping[str, CombinerMeter] = field(default_factory=dict[str, CombinerMeter])

    @property
    def is_empty(self) -> bool:
        """Return whether the gateway has none of these devices."""
        return not (
            self.batteries
            or self.system_controllers
            or self.collars
            or self.combiner_controllers
            or self.combiner_meters
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BatteryPower:
    """One IQ Battery in `/ivp/ensemble/power` (S§3), 7 to 17 % below what a CT measures (S§21)."""

    serial: str
    power_w: float | None = None
    """+ discharging, - charging."""
    state_of_charge_percent: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondaryControl:
    """`/ivp/ensemble/secctrl`: the aggregate values that the controller works with (S§4).

    Sent without any battery too, so it does not prove that there is one.
    """

    state_of_charge_percent: float | None = None
    """Of all storage (`agg_soc`)."""
    capacity_wh: float | None = None
    """Of all storage (`Max_energy`)."""
    battery_state_of_charge_percent: float | None = None
    """Of the IQ Batteries."""
    battery_state_of_health_percent: float | None = None
    """None where it is 0 or not sent: without a battery, on old firmware."""
    battery_available_energy_wh: float | None = None
    battery_capacity_wh: float | None = None
    ac_battery_state_of_charge_percent: float | None = None
    ac_battery_available_energy_wh: float | None = None
    reserve_set_percent: float | None = None
    """`configured_backup_soc`."""
    reserve_in_force_percent: float | None = None
    """`adjusted_backup_soc`."""
    shutdown_level_percent: float | None = None
    """`VLS_Limit`, from 8.1.41 on."""


class BatteryPowerSource(StrEnum):
    """Where the power of the batteries comes from, the best first (S§21)."""

    STORAGE_CT = "storage_ct"
    LIVE_DATA = "live_data"
    BATTERIES = "batteries"
    """The sum of the reported powers, 7 to 17 % lower than what a CT measures."""


class BatteryState(StrEnum):
    """Whether a battery charges or discharges, by its power (S§24)."""

    CHARGING = "charging"
    DISCHARGING = "discharging"
    IDLE = "idle"


class SleepState(StrEnum):
    """Whether an AC Battery sleeps, by the order to sleep and its own flag (S§31)."""

    AWAKE = "awake"
    GOING_TO_SLEEP = "going_to_sleep"
    ASLEEP = "asleep"
    WAKING = "waking"


@dataclass(frozen=True, kw_only=True, slots=True)
class AcBattery:
    """One AC Battery, from `/inventory.json`, `/ivp/pdm/device_data` or both (S§13)."""

    serial: str
    part_number: str | None = None
    firmware: str | None = None
    last_reported: int | None = None
    """Epoch seconds."""
    communicating: bool | None = None
    state_of_charge_percent: float | None = None
    state_of_health_percent: float | None = None
    power_w: float | None = None
    """The mean over its last report interval, + discharging."""
    report_interval_s: int | None = None
    energy_discharged_wh: float | None = None
    energy_charged_wh: float | None = None
    counted_since: int | None = None
    """When both counters began at zero, epoch seconds by the gateway's clock: they restart with a firmware update."""
    max_cell_temperature_c: float | None = None
    min_cell_temperature_c: float | None = None
    status_words: tuple[str, ...] = ()
    sleep_state: SleepState | None = None
    sleep_min_soc_percent: float | None = None
    """The band in which it sleeps; 25 and 30 are sent while it has no order."""
    sleep_max_soc_percent: float | None = None


REPORT_STALE_AFTER_S: Final = 1800.0
"""AC Batteries report every 15 minutes, but the report of production may repeat days-old values (S§31)."""
LIVE_DATA_STALE_AFTER_S: Final = 90.0
"""Live data were up to 57 s old while their stream was on (S§14.1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedStorage:
    """The AC Batteries together: `storage` of a report with `percentFull` (S§13, G§6.9)."""

    count: int | None
    power_w: float | None
    """+ discharging."""
    available_energy_wh: float | None
    state_of_charge_percent: float | None
    reading_time: int | None
    """Epoch seconds; may be days old (S§31)."""

    def is_fresh(self, clock: GatewayClock) -> bool:
        """Return whether the values are recent by the gateway's clock."""
        return clock.is_recent(self.reading_time, REPORT_STALE_AFTER_S)


@dataclass(frozen=True, kw_only=True, slots=True)
class LivePower:
    """The power of one flow in live data."""

    total_w: float | None = None
    phases_w: tuple[float | None, ...] = ()
    """One per phase in use, empty on a single-phase site."""


NO_POWER = LivePower()


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveData:
    """`/ivp/livedata/status` (S§14.1)."""

    stream_enabled: bool | None = None
    """Whether values are refreshed every second, else about every 5 s or not at all."""
    is_last_known: bool = False
    """The gateway states that these are the last available values, because the stream is off."""
    last_update: int | None = None
    """Epoch seconds by the gateway's clock; may advance while the values stand still."""
    production: LivePower = NO_POWER
    storage: LivePower = NO_POWER
    """+ discharging."""
    grid: LivePower = NO_POWER
    """+ import."""
    load: LivePower = NO_POWER
    """Total consumption: grid + production + storage (S§14.1)."""
    generator: LivePower = NO_POWER
    """+ supplying, by inference (S§21)."""
    phase_count: int = 1
    state_of_charge_percent: float | None = None
    """Of all storage."""
    battery_state_of_charge_percent: float | None = None
    """Of the IQ Batteries."""
    battery_available_energy_wh: float | None = None
    ac_battery_state_of_charge_percent: float | None = None
    ac_battery_available_energy_wh: float | None = None
    reserve_percent: float | None = None
    """`backup_soc`: the reserve in force."""
    profile_number: int | None = None
    """`backup_bat_mode`: 0 full backup, 1 self-consumption, 2 savings, -1 unknown (S§14.1)."""
    main_relay_state: int | None = None
    """1 on grid in every normal sample; by inference 0 open, 2 grid present, 3 ready, 4 waiting."""

    def is_fresh(self, clock: GatewayClock) -> bool:
        """Return whether the values are recent by the gateway's clock, and not marked as the last known ones."""
        return not self.is_last_known and clock.is_recent(self.last_update, LIVE_DATA_STALE_AFTER_S)
