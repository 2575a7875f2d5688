"""`/ivp/ensemble/secctrl`: the aggregate values of all storage (S§4)."""

from typing import Final

from ..storage_models import SecondaryControl
from .quantities import percent, stored_energy
from .values import load_settings

SECONDARY_CONTROL_PATH: Final = "/ivp/ensemble/secctrl"


def parse_secondary_control(body: bytes) -> SecondaryControl:
    """Return the aggregate values; a gateway without storage sends zeros.

    Raises:
        GatewayResponseError: the body is not an object with a state of charge.
    """
    document = load_settings(body, SECONDARY_CONTROL_PATH, "agg_soc", "ENC_agg_soc")
    return SecondaryControl(
        state_of_charge_percent=percent(document.get("agg_soc")),
        capacity_wh=stored_energy(document.get("Max_energy")),
        battery_state_of_charge_percent=percent(document.get("ENC_agg_soc")),
        battery_state_of_health_percent=percent(document.get("ENC_agg_soh")) or None,
        battery_available_energy_wh=stored_energy(document.get("ENC_agg_avail_energy")),
        battery_capacity_wh=stored_energy(document.get("Enc_max_available_capacity")),
        ac_battery_state_of_charge_percent=percent(document.get("ACB_agg_soc")),
        ac_battery_available_energy_wh=stored_energy(document.get("ACB_agg_energy")),
        reserve_set_percent=percent(document.get("configured_backup_soc")),
        reserve_in_force_percent=percent(document.get("adjusted_backup_soc")),
        shutdown_level_percent=percent(document.get("VLS_Limit")),
    )
