"""The counterparts of the entities of `enphase_gateway` and of forks of `enphase_envoy`, which share its domain.

The keys are those of `core_entities`. Keys that are not listed have no counterpart.
"""

from typing import Final

from .core_entities import PHASES, Keys


def _sensors(names: dict[str, str], phases: dict[str, str]) -> Keys:
    by_phase = {f"{name}_{phase}": f"{ours}_{phase}" for name, ours in phases.items() for phase in PHASES}
    return {("sensor", name): ours for name, ours in {**names, **by_phase}.items()}


_PHASES_OF_BOTH: Final = {
    "production": "production_power",
    "lifetime_production": "production_energy_lifetime",
    "lifetime_net_production": "grid_export_energy",
    "consumption": "total_consumption_power",
    "lifetime_consumption": "total_consumption_energy_lifetime",
    "net_consumption": "net_consumption_power",
}
_BOTH: Final = {
    **_PHASES_OF_BOTH,
    "daily_production": "production_energy_today",
    "daily_consumption": "total_consumption_energy_today",
}

_VINCENT: Final = {
    "lifetime_batteries_charged": "storage_ct_energy_received",
    "lifetime_batteries_discharged": "storage_ct_energy_delivered",
    "voltage": "production_voltage",
    "ampere": "production_current",
    "apparent_power": "production_apparent_power",
}
VINCENT_GATEWAY: Final = _sensors(
    {
        **_BOTH,
        **_VINCENT,
        # Import - export, not import as with the others.
        "lifetime_net_consumption": "net_consumption_energy_lifetime",
    },
    {
        **_PHASES_OF_BOTH,
        **_VINCENT,
        "reactive_power": "production_reactive_power",
        "power_factor": "production_power_factor",
    },
)
"""Entities of the gateway made by vincentwolsink's fork."""

VINCENT_INVERTER: Final[Keys] = {
    ("sensor", "inverter_data_watts"): "power",
    ("sensor", "inverter_data_watts_max"): "max_power",
    ("sensor", "inverter_data_dc_current"): "dc_current",
    ("sensor", "inverter_data_dc_voltage"): "dc_voltage",
    ("sensor", "inverter_data_ac_current"): "ac_current",
    ("sensor", "inverter_data_ac_voltage"): "ac_voltage",
    ("sensor", "inverter_data_ac_frequency"): "ac_frequency",
    ("sensor", "inverter_data_temperature"): "temperature",
    ("sensor", "inverter_data_lifetime_power"): "energy_lifetime",
    ("sensor", "inverter_data_watt_hours_today"): "energy_today",
    ("sensor", "inverter_data_watt_hours_yesterday"): "energy_yesterday",
    ("sensor", "inverter_data_watt_hours_week"): "energy_last_7_days",
    ("sensor", "inverter_data_last_reading"): "last_reported",
    ("sensor", "inverter_data_last_reading_interval"): "report_interval",
    ("sensor", "inverter_data_conversion_error"): "conversion_error_time",
    ("binary_sensor", "inverter_info_communicating"): "communicating",
}

_BRIAN: Final = {
    "lifetime_net_consumption": "grid_import_energy",
    "pf": "net_consumption_power_factor",
    "voltage": "net_consumption_voltage",
    "consumption_Current": "net_consumption_current",
    "production_Current": "production_current",
}
BRIAN_GATEWAY: Final = _sensors(
    {
        **_BOTH,
        **_BRIAN,
        "seven_days_production": "production_energy_last_7_days",
        "seven_days_consumption": "total_consumption_energy_last_7_days",
        "frequency": "grid_frequency",
    },
    {**_PHASES_OF_BOTH, **_BRIAN},
)
"""Entities of the gateway made by briancmpbll's fork."""

BRIAN_INVERTER: Final[Keys] = {("sensor", ""): "power"}

HOFFMANN_GATEWAY: Final = _sensors(
    {
        "production": "production_power",
        "daily_production": "production_energy_today",
        "seven_days_production": "production_energy_last_7_days",
        "lifetime_production": "production_energy_lifetime",
        "consumption": "total_consumption_power",
        "daily_consumption": "total_consumption_energy_today",
        "seven_days_consumption": "total_consumption_energy_last_7_days",
        "lifetime_consumption": "total_consumption_energy_lifetime",
        "grid_power": "net_consumption_power",
        "grid_import": "grid_import_power",
        "grid_export": "grid_export_power",
        "lifetime_grid_net_import": "grid_import_energy",
        "lifetime_grid_net_export": "grid_export_energy",
    },
    {},
)
"""Entities of the gateway made by Hoffmann77's `enphase_gateway`."""

HOFFMANN_INVERTER: Final[Keys] = {
    ("sensor", ""): "power",
    ("sensor", "lastReportWatts"): "power",
    ("sensor", "lastReportDate"): "last_reported",
}
