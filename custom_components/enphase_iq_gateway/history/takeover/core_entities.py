"""The counterparts of the entities of Home Assistant's own `enphase_envoy` (2026.10, 2026.11).

A key is what follows the serial in a unique id. None means that this integration has no counterpart.
"""

from typing import Final

type Key = tuple[str, str]
"""The platform and the end of a unique id: `("sensor", "production")`."""
type Keys = dict[Key, str | None]

PHASES: Final = ("l1", "l2", "l3")


def _sensors(names: dict[str, str | None]) -> Keys:
    return {("sensor", name): ours for name, ours in names.items()}


def _ct(flow: str) -> dict[str, str | None]:
    """Return the sensors of a CT beside those of production, total and net consumption."""
    return {
        f"{flow}_ct_energy_delivered": f"{flow}_ct_energy_delivered",
        f"{flow}_ct_energy_received": f"{flow}_ct_energy_received",
        f"{flow}_ct_power": f"{flow}_ct_power",
        f"{flow}_ct_frequency": None,
        f"{flow}_ct_voltage": None,
        f"{flow}_ct_current": None,
        f"{flow}_ct_powerfactor": None,
        f"{flow}_ct_metering_status": f"{flow}_ct_status",
        f"{flow}_ct_status_flags": None,
    }


# What this integration has only for all phases together.
_ONLY_TOGETHER: Final = (
    "_energy_today",
    "_energy_last_7_days",
    "net_consumption_energy_lifetime",
    "grid_frequency",
    "_ct_status",
)


def _phase(ours: str | None, phase: str) -> str | None:
    """Return the counterpart of one phase."""
    return None if ours is None or ours.endswith(_ONLY_TOGETHER) else f"{ours}_{phase}"


# The phases of these are entities of their own: the key with `_l1` to `_l3`.
_MEASURED: Final[dict[str, str | None]] = {
    "production": "production_power",
    "daily_production": "production_energy_today",
    "seven_days_production": "production_energy_last_7_days",
    "lifetime_production": "production_energy_lifetime",
    "consumption": "total_consumption_power",
    "daily_consumption": "total_consumption_energy_today",
    "seven_days_consumption": "total_consumption_energy_last_7_days",
    "lifetime_consumption": "total_consumption_energy_lifetime",
    "net_consumption": "net_consumption_power",
    "balanced_net_consumption": "net_consumption_power",
    "lifetime_balanced_net_consumption": "net_consumption_energy_lifetime",
    "lifetime_net_consumption": "grid_import_energy",
    "lifetime_net_production": "grid_export_energy",
    "voltage": "net_consumption_voltage",
    "net_ct_current": "net_consumption_current",
    "net_ct_powerfactor": "net_consumption_power_factor",
    "frequency": "grid_frequency",
    "net_consumption_ct_metering_status": "net_consumption_ct_status",
    "net_consumption_ct_status_flags": None,
    "production_ct_power": "production_power",
    "production_ct_energy_delivered": "production_energy_lifetime",
    "production_ct_energy_received": None,
    "production_ct_voltage": "production_voltage",
    "production_ct_current": "production_current",
    "production_ct_powerfactor": "production_power_factor",
    "production_ct_frequency": "grid_frequency",
    "production_ct_metering_status": "production_ct_status",
    "production_ct_status_flags": None,
    "total_consumption_ct_power": "total_consumption_power",
    "total_consumption_ct_energy_delivered": "total_consumption_energy_lifetime",
    "total_consumption_ct_energy_received": None,
    "total_consumption_ct_voltage": "total_consumption_voltage",
    "total_consumption_ct_current": "total_consumption_current",
    "total_consumption_ct_powerfactor": "total_consumption_power_factor",
    "total_consumption_ct_frequency": None,
    "total_consumption_ct_metering_status": "total_consumption_ct_status",
    "total_consumption_ct_status_flags": None,
    "battery_discharge": "storage_ct_power",
    "lifetime_battery_discharged": "storage_ct_energy_delivered",
    "lifetime_battery_charged": "storage_ct_energy_received",
    "storage_voltage": None,
    "storage_ct_current": None,
    "storage_ct_powerfactor": None,
    "storage_ct_frequency": None,
    "storage_ct_metering_status": "storage_ct_status",
    "storage_ct_status_flags": None,
    **_ct("backfeed"),
    **_ct("load"),
    **_ct("evse"),
    **_ct("pv3p"),
}

GATEWAY: Final[Keys] = {
    **_sensors(_MEASURED),
    **_sensors({f"{name}_{phase}": _phase(ours, phase) for name, ours in _MEASURED.items() for phase in PHASES}),
    **_sensors(
        {
            "battery_level": "battery_state_of_charge",
            "available_energy": "battery_available_energy",
            "max_capacity": "battery_capacity",
            "reserve_soc": "battery_reserve",
            "reserve_energy": "battery_reserve_energy",
            "aggregated_soc": "battery_state_of_charge",
            "aggregated_available_energy": "battery_available_energy",
            "aggregated_max_battery_capacity": "battery_capacity",
            "acb_soc": None,
            "acb_power": None,
            "acb_battery_state": None,
            "acb_available_energy": None,
            "acb_aggregate_sleep_state": None,
        }
    ),
    ("number", "reserve_soc"): "reserve_soc",
    ("select", "storage_mode"): "storage_mode",
    ("select", "acb_sleep_soc"): None,
    ("switch", "charge_from_grid"): "charge_from_grid",
    ("button", "acb_sleep"): "acb_sleep",
    ("button", "acb_wake"): "acb_wake",
}
"""Entities of the gateway itself, and of its batteries together."""

PREFERRED: Final = (
    "lifetime_production",
    "production",
    "lifetime_consumption",
    "consumption",
    "net_consumption",
    "production_ct_frequency",
    "battery_level",
    "available_energy",
    "max_capacity",
)
"""The keys that come first where two entities have the same counterpart."""

DEVICE: Final[Keys] = {
    **_sensors(
        {
            # Inverters; the first is the whole unique id.
            "": "power",
            "dc_voltage": "dc_voltage",
            "dc_current": "dc_current",
            "ac_voltage": "ac_voltage",
            "ac_current": "ac_current",
            "ac_frequency": "ac_frequency",
            "lifetime_energy": "energy_lifetime",
            "energy_today": "energy_today",
            "energy_produced": None,
            "last_report_duration": "report_interval",
            "max_reported": "max_power",
            # Batteries and system controllers too.
            "temperature": "temperature",
            "last_reported": "last_reported",
            "soc": "state_of_charge",
            "real_power_mw": "power",
            "apparent_power_mva": None,
            "acb_battery_soc": "state_of_charge",
            "acb_battery_power": "power",
            "acb_battery_temperature": "temperature",
            "acb_battery_sleep_state": "sleep_state",
            "acb_battery_charge_status": None,
            "acb_battery_last_reported": None,
            "acb_battery_sleep_soc_target": None,
            "grid_state": None,
            "admin_state_str": None,
            "mid_state": None,
            "comm_level_2_4_ghz": None,
            "comm_level_sub_ghz": None,
        }
    ),
    ("binary_sensor", "communicating"): "communicating",
    ("binary_sensor", "dc_switch"): "dc_switch",
    ("binary_sensor", "operating"): None,
    ("binary_sensor", "producing"): None,
    ("switch", "mains_admin_state"): "grid_relay",
}
"""Entities of an inverter, a battery, a system controller or a collar."""

ON_THE_GATEWAY: Final[Keys] = {
    ("binary_sensor", "mains_oper_state"): "grid_connected",
    ("number", "reserve_soc"): "reserve_soc",
    ("select", "storage_mode"): "storage_mode",
    ("switch", "charge_from_grid"): "charge_from_grid",
}
"""Entities that core has on the system controller and this integration has on the gateway."""

RELAY: Final[Keys] = {
    ("number", "soc_low"): "soc_low",
    ("number", "soc_high"): "soc_high",
    ("select", "mode"): "mode",
    ("select", "grid_action"): "grid_action",
    ("select", "microgrid_action"): "off_grid_action",
    ("select", "generator_action"): "generator_action",
    ("switch", "relay_status"): "relay",
}
"""Entities of a dry contact: their unique ids are `E_relay_NC1_` and the key, here `E_NC1_` and the counterpart."""
