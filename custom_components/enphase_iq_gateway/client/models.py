"""Models of the gateway's answers, one per endpoint, and the values they share.

The name of every number contains its unit; None is a missing value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from awesomeversion import AwesomeVersion

from .storage_models import AcBattery, ReportedStorage


class Flow(StrEnum):
    """A flow of energy that a CT measures or that is computed from two CTs (G§8)."""

    PRODUCTION = "production"
    TOTAL_CONSUMPTION = "total_consumption"
    NET_CONSUMPTION = "net_consumption"
    STORAGE = "storage"
    BACKFEED = "backfeed"
    LOAD = "load"
    EVSE = "evse"
    PV3P = "pv3p"


OTHER_CTS: Final = (Flow.STORAGE, Flow.BACKFEED, Flow.LOAD, Flow.EVSE, Flow.PV3P)
"""The flows of CTs other than those of production and consumption; all of them have power and energy."""


class MeterStatus(StrEnum):
    """The gateway's check of a CT's wiring: `meteringStatus` of G§8."""

    NORMAL = "normal"
    NOT_METERING = "not_metering"
    CHECK_WIRING = "check_wiring"


@dataclass(frozen=True, kw_only=True, slots=True)
class Info:
    """`/info`: the identity of the gateway (G§1)."""

    serial: str
    firmware: AwesomeVersion
    part_number: str | None = None
    has_meter: bool | None = None
    """`imeter`: the gateway has metering hardware, with or without CTs; None where it is not reported (G§1.2)."""
    wants_token: bool = False
    """Sign-in requires a token: firmware 7 and later (G§2.1)."""
    time: int | None = None
    """The gateway's clock, epoch seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """The values of one flow from one source, for all phases together or for one phase."""

    power_w: float | None = None
    """Net consumption: + import, - export. Storage: + discharging (G§6.4, §9)."""
    voltage_v: float | None = None
    """The mean of the phases (the gateway sends their sum, G§6.3)."""
    current_a: float | None = None
    apparent_power_va: float | None = None
    reactive_power_var: float | None = None
    power_factor: float | None = None
    """Within -1..1, else None (from 8.3.1598 on the gateway sends the sum over the phases, G§6.3)."""
    frequency_hz: float | None = None
    energy_delivered_wh: float | None = None
    """One-way counter of `/ivp/meters/readings`: produced, imported, consumed or discharged (G§9)."""
    energy_received_wh: float | None = None
    """The other one-way counter: net exported, storage charged (G§9)."""
    energy_lifetime_wh: float | None = None
    """Net consumption: import - export, so it may decrease (G§6.4)."""
    energy_import_balanced_wh: float | None = None
    """Net consumption: what a utility meter that nets its phases counts as import; computed by the guard."""
    energy_export_balanced_wh: float | None = None
    """The same for export."""
    energy_balanced_reset_at: float | None = None
    """When the two began at zero, epoch seconds; None where they continue those of an earlier version."""
    energy_today_wh: float | None = None
    energy_today_reset_at: float | None = None
    """The midnight from which today counts, epoch seconds, where today may fall; computed by the guard."""
    energy_last_7_days_wh: float | None = None
    """The seven days before today (G§3, §6.5)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """One CT of `/ivp/meters` (G§8)."""

    eid: int
    flow: Flow
    enabled: bool
    phase_count: int
    """Phases in use, 1 to 3."""
    status: MeterStatus | None = None
    flags: frozenset[str] = frozenset()
    """`production-imbalance`, `negative-production`, `power-on-unused-phase`, `negative-total-consumption`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The reading of one CT in `/ivp/meters/readings` (G§9); `eid` identifies its `Meter`."""

    eid: int
    timestamp: float | None
    """Epoch seconds; None for a CT that has never measured."""
    total: Measurement
    """The voltage is the sum over the phases, as sent."""
    channels: tuple[Measurement, ...]
    """Always three; only the first `phase_count` of the meter are valid."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedFlow:
    """One `eim` entry of a report (G§6.3)."""

    active: bool
    """`activeCount` > 0; otherwise the values may be zero, live or meaningless (G§6.7)."""
    total: Measurement
    """The voltage is the sum over the phases, as sent."""
    lines: tuple[Measurement, ...] = ()
    """One per phase, empty without `details=1`; on split phase the third may be all zero (G§6.3)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedInverters:
    """The `inverters` entry of a report: the sum of what the inverters last reported (G§6.2)."""

    active_count: int | None
    power_w: float | None
    energy_lifetime_wh: float | None
    """Wraps at 2^32 J on some firmware (G§6.6)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """`/production.json?details=1` or `/production` (G§6, §7)."""

    inverters: ReportedInverters | None
    flows: Mapping[Flow, ReportedFlow]
    """Production, total and net consumption where the report has them."""
    storage: ReportedStorage | None = None
    """None without AC Batteries (S§31)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductionSummary:
    """`/api/v1/production` (G§3): up to 15 minutes old, and wrong on some gateways."""

    power_w: float | None
    energy_today_wh: float | None
    energy_last_7_days_wh: float | None
    energy_lifetime_wh: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InverterDetails:
    """Values of an inverter that only `/ivp/pdm/device_data` has, except its lifetime (G§5)."""

    energy_today_wh: float | None = None
    energy_yesterday_wh: float | None = None
    energy_last_7_days_wh: float | None = None
    """The seven days before today."""
    dc_voltage_v: float | None = None
    dc_current_a: float | None = None
    ac_voltage_v: float | None = None
    ac_current_a: float | None = None
    """None where the model does not measure it: 0 while producing (G§5.4)."""
    ac_frequency_hz: float | None = None
    temperature_c: float | None = None
    report_interval_s: int | None = None
    signal_strength: int | None = None
    """`rssi`, arbitrary units; None where the model does not measure it (0, G§5.4)."""
    conversion_error_time_s: int | None = None


NO_DETAILS = InverterDetails()


@dataclass(frozen=True, kw_only=True, slots=True)
class Inverter:
    """One inverter, from `/api/v1/production/inverters` (G§4), `/ivp/pdm/device_data` (G§5) or both."""

    serial: str
    power_w: float | None = None
    """The mean over its last report interval."""
    max_power_w: float | None = None
    last_reported: int | None = None
    """End of its last report interval, epoch seconds; None if it has never reported."""
    energy_lifetime_wh: float | None = None
    """From the device data only."""
    details: InverterDetails = NO_DETAILS
    communicating: bool = True
    """Decided from its reports; the gateway's `modGone` is true for every inverter at night (G§5.2)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InverterList:
    """`/api/v1/production/inverters` (G§4) without AC Batteries and relays; may include retired inverters."""

    inverters: Mapping[str, Inverter]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inventory:
    """`/inventory.json`: the installed devices (G§11)."""

    inverter_part_numbers: Mapping[str, str]
    """By serial, retired inverters included."""
    ac_batteries: Mapping[str, AcBattery] = field(default_factory=dict[str, AcBattery])
    """By serial, without deleted ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayHealth:
    """`/home`: the gateway's network and its connection to the cloud (G§11); None for what it does not report."""

    reaches_cloud: bool | None
    last_cloud_report: int | None
    """Epoch seconds."""
    network: str | None
    """The kind of the interface in use: ethernet, wifi, cellular."""
    mac: str | None
    """The MAC address of this interface, in lower case with colons."""
    alerts: int | None
    """The number of alerts; only some firmware has a list of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceData:
    """`/ivp/pdm/device_data` (G§5): the active inverters by serial."""

    inverters: Mapping[str, Inverter]
    retired: frozenset[str]
    """Serials of inverters that are no longer members of the system (`active` false)."""
    truncated: bool
    """`deviceCount` has reached `deviceDataLimit`: further inverters are missing (G§5.1)."""
    ac_batteries: Mapping[str, AcBattery] = field(default_factory=dict[str, AcBattery])
    """By serial, without retired ones."""
