"""Models of settings and of what can be switched: relay, contacts, generator, scheduler and tariff (S§6 to §11).

The name of every number contains its unit; None is a missing value. Words are texts as sent. `raw` is the JSON as
sent, because a write must send the whole object back with one field changed (S§27).
"""

from dataclasses import dataclass, field

from .json_types import Json, JsonObject


@dataclass(frozen=True, kw_only=True, slots=True)
class GridRelay:
    """`/ivp/ensemble/relay` (S§6), with `closed` for a gateway without a relay too."""

    commanded_position: str | None = None
    """`closed`, `open` (`mains_admin_state`)."""
    relay_position: str | None = None
    """`closed`, `open`, `open synchronizing`, `open synchronized` (`mains_oper_state`, S§25)."""
    battery_grid_mode: str | None = None
    """`Enchg_grid_mode`."""
    solar_grid_mode: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DryContact:
    """One contact in `/ivp/ensemble/dry_contacts` (S§7.1), which exists without a system controller too."""

    contact_id: str
    """NC1, NC2: normally closed; NO1, NO2: normally open."""
    status: str | None = None
    """`open`, `closed`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DryContactSettings:
    """One contact in `/ivp/ss/dry_contact_settings` (S§7.2)."""

    contact_id: str
    contact_type: str | None = None
    """`NONE`, `LOAD`, `3RD-PV`, `PV`; actions are carried out for `LOAD` only."""
    load_name: str | None = None
    mode: str | None = None
    """`manual`; `soc`: by the state of charge."""
    grid_action: str | None = None
    """`apply` (powered), `shed` (not powered), `schedule`, `none`."""
    off_grid_action: str | None = None
    generator_action: str | None = None
    soc_low_percent: float | None = None
    """Opens below."""
    soc_high_percent: float | None = None
    """Closes above."""
    raw: JsonObject = field(default_factory=dict[str, Json], repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Generator:
    """`/ivp/ensemble/generator` (S§8.1); a generator exists exactly where it has a configuration."""

    commanded_position: str | None = None
    """`open`, `close`, `unknown` (`admin_state`)."""
    relay_position: str | None = None
    """`open`, `close` (`oper_state`)."""
    mode_number: int | None = None
    """`admin_mode`: 0 off, 1 on, 2 auto, by inference."""

    @property
    def running(self) -> bool | None:
        """Return whether its relay is closed; None without a position."""
        return None if self.relay_position is None else self.relay_position in {"close", "closed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorConfig:
    """`/ivp/ss/gen_config` (S§8.2)."""

    configured: bool
    """Whether a generator exists: the document is not `{}`."""
    manufacturer: str | None = None
    model: str | None = None
    rated_power_w: float | None = None
    """Sent in kW in spite of its name, `name_plate_rating_wat`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorMode:
    """`/ivp/ss/gen_mode`: the last command, not the state (S§8.4)."""

    command: str | None = None
    """`off`, `on`, `auto`; None without a generator."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorSchedule:
    """`/ivp/ss/gen_schedule`: when the generator starts by itself (S§8.3)."""

    start_percent: float | None = None
    """Starts below this state of charge."""
    stop_percent: float | None = None
    exercise_day: str | None = None
    """`Mon` to `Sun`; all None where no exercise is configured."""
    exercise_start_min: int | None = None
    """Minutes after midnight."""
    exercise_duration_min: int | None = None
    exercise_every_weeks: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportLimit:
    """`/ivp/ss/pel_settings` (S§9)."""

    enabled: bool | None = None
    limit_w: float | None = None
    """None where the limit is in percent."""
    limit_percent: float | None = None
    """None where the limit is in W; 100 is no real limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductionLimit:
    """`/ivp/sc/pvlimit` (S§9)."""

    enabled: bool | None = None
    limit_percent: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduler:
    """`/ivp/sc/sched` (S§10)."""

    charge_from_grid_allowed: bool | None = None
    """The permission in force; not whether it is charging."""
    last_mode: str | None = None
    """The last mode that was commanded, as named in the document; diagnostic only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """`/admin/lib/tariff`: settings of storage that newer firmware only stores (S§11, S§26)."""

    mode: str | None = None
    """`self-consumption`, `backup`, `savings-mode`, `economy`."""
    shutdown_level_percent: float | None = None
    charge_from_grid: bool | None = None
    optimized: bool = False
    """`opt_schedules`: the cloud controls the battery, and nothing else here is authoritative."""
    raw: JsonObject = field(default_factory=dict[str, Json], repr=False)
    """The object `tariff`, without the `schedule` that the gateway rebuilds on every read."""
