"""The settings of storage: what is in force, and the documents that the gateway keeps."""

from dataclasses import dataclass, field
from typing import Any

from .hardware import Hardware

type Settled = dict[str, Any]
"""A stored document or a part of one; it is replaced as a whole, never changed."""

CONTACTS = ("NC1", "NC2", "NO1", "NO2")
_SET_AT = "1751875088"
_EVERY_DAY = "Mon,Tue,Wed,Thu,Fri,Sat,Sun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings at one time."""

    mode: str
    """Profile in force: self-consumption, backup or savings-mode."""
    reserve: int
    """Reserve in force, in percent."""
    very_low: int
    """State of charge at which the batteries stop, in percent."""
    charge_from_grid: bool
    tariff: Settled
    """The stored `tariff`, which is in force only on old firmware (S§26)."""
    contact_settings: tuple[Settled, ...]
    contacts: dict[str, str]
    """Commanded position of each dry contact."""
    generator_config: Settled
    generator_schedule: Settled
    sleep: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Band of the state of charge of each AC Battery that is ordered to sleep."""
    contacts_unclear_until: float = 0.0
    """Epoch until which normally closed contacts are reported as open (S§29)."""

    @property
    def optimizer(self) -> bool:
        """Whether the cloud's schedules control the battery."""
        return bool(self.tariff["storage_settings"].get("opt_schedules"))

    @property
    def generator_levels(self) -> tuple[int, int]:
        """States of charge at which a generator starts and stops."""
        levels = self.generator_schedule["default_soc"]
        return levels["start_soc"], levels["stop_soc"]


def first_settings(hardware: Hardware) -> Settings:
    """Return the settings of a site at the start."""
    generator = hardware.generator
    config: Settled = {}
    schedule: Settled = {}
    if generator is not None:
        config = {
            "max_cont_gen_amps": 60.0,
            "min_gen_loading_perc": 5,
            "max_gen_efficiency_perc": 100,
            "name_plate_rating_wat": generator.rated_kw,
            "start_method": "auto",
            "warm_up_mins": generator.warm_up_min,
            "cool_down_mins": generator.cool_down_min,
            "gen_type": "Standby",
            "model": f"Simulated ({generator.rated_kw:.0f}kW)",
            "manufacturer": "Example",
            "last_updated_by": "ITK",
            "generator_id": "",
            "charge_from_generator": True,
        }
        period = {"id": "normal_1", "start": 0.0, "duration": 1440.0, "start_soc": 100.0, "stop_soc": -1.0}
        day = {"id": "all_days", "week_days": _EVERY_DAY, "periods": [period | {"setting": "AON"}]}
        schedule = {
            "exercise_config": {"freq_in_weeks": 1, "start": 750, "duration": 30, "day": "Sun"},
            "default_soc": {"start_soc": generator.start_soc, "stop_soc": generator.stop_soc},
            "schedule": {"default": [{"id": "always_on", "start": "1/1", "end": "12/31", "days": [day]}]},
            "last_updated_by": "ITK",
        }
    return Settings(
        mode=hardware.mode,
        reserve=100 if hardware.mode == "backup" else hardware.reserve,
        very_low=hardware.very_low,
        charge_from_grid=hardware.charge_from_grid,
        tariff=_tariff(hardware),
        contact_settings=tuple(_contact(hardware, number) for number in range(len(CONTACTS))),
        contacts=_positions(hardware),
        generator_config=config,
        generator_schedule=schedule,
    )


def _positions(hardware: Hardware) -> dict[str, str]:
    """Return the first positions; without an Enpower, all contacts are open (S§7.1)."""
    if hardware.controller != "enpower":
        return dict.fromkeys(CONTACTS, "open")
    return {
        contact: "closed" if contact.startswith("NC") or number < len(hardware.loads) else "open"
        for number, contact in enumerate(CONTACTS)
    }


def _contact(hardware: Hardware, number: int) -> Settled:
    """Return the settings of a dry contact with the keys of every firmware (S§7.2)."""
    used = number < len(hardware.loads)
    return {
        "id": CONTACTS[number],
        "type": "LOAD" if used else "NONE",
        "grid_action": "apply",
        "micro_grid_action": "shed" if used and number % 2 else "apply",
        "gen_action": "apply",
        "safe_state_action": "shed",
        "essential_start_time": 28_800.0,
        "essential_end_time": 64_800.0,
        "priority": float(number + 1),
        "black_s_start": 5.0,
        "black_start_retries": 10_000.0,
        "action_retries": 1.0,
        "override": "false",
        "manual_override": "false",
        "load_name": hardware.loads[number] if used else "",
        "mode": "manual",
        "soc_low": 30.0,
        "soc_high": 70.0,
        "pv_phase_select": [],
        "pv_serial_nb": [],
    }


def _tariff(hardware: Hardware) -> Settled:
    """Return the stored tariff (S§11); rates are 32-bit floats."""
    day = {
        "id": "all_days",
        "days": _EVERY_DAY,
        "must_charge_start": 0,
        "must_charge_duration": 0,
        "must_charge_mode": "CG" if hardware.charge_from_grid else "CP",
        "peak_rule": "DL",
        "enable_discharge_to_grid": False,
        "periods": [
            {"id": "filler", "start": 0, "rate": 0.15199999511241913},
            {"id": "peak-1", "start": 960, "rate": 0.36445000767707825},
            {"id": "filler", "start": 1260, "rate": 0.15199999511241913},
        ],
    }
    return {
        "currency": {"code": "USD" if hardware.generator else "EUR"},
        "logger": "mylogger",
        "date": _SET_AT,
        "storage_settings": {
            "mode": hardware.mode,
            "operation_mode_sub_type": "",
            "reserved_soc": 100.0 if hardware.mode == "backup" else 30.0 if hardware.optimizer else hardware.reserve,
            "very_low_soc": 5 if hardware.optimizer else hardware.very_low,
            "charge_from_grid": hardware.charge_from_grid,
            "date": _SET_AT,
            "opt_schedules": hardware.optimizer,
        },
        "single_rate": {"rate": 0.20000000298023224, "sell": 0.0},
        "seasons": [{"id": "all_year_long", "start": "1/1", "days": [day], "tiers": []}],
        "seasons_sell": [],
    }
