"""`/ivp/ensemble/secctrl`: the aggregate values of all storage (S§4)."""

from typing import Final

from ..json_types import JsonObject
from ..storage_models import SecondaryControl
from .values import flag, load_settings, object_in, percent, stored_energy

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
        battery_reserve_energy_wh=stored_energy(document.get("ENC_agg_backup_energy")),
        battery_capacity_wh=stored_energy(document.get("Enc_max_available_capacity")),
        ac_battery_state_of_charge_percent=percent(document.get("ACB_agg_soc")),
        ac_battery_available_energy_wh=stored_energy(document.get("ACB_agg_energy")),
        reserve_set_percent=percent(document.get("configured_backup_soc")),
        reserve_in_force_percent=percent(document.get("adjusted_backup_soc")),
        shutdown_level_percent=percent(document.get("VLS_Limit")),
        shutdown=flag(document.get("shutdown")),
        commissioning=flag(document.get("Commission_in_progress")),
        updating=_any_flag(document, "ESS_in_progress", "ESS_R3_To_R4_in_progress"),
        islanded=flag(object_in(document.get("offgrid_secctrl")).get("is_active")),
    )


def _any_flag(document: JsonObject, *keys: str) -> bool | None:
    """Return whether any of the flags is set, None where none is sent."""
    sent = [found for key in keys if (found := flag(document.get(key))) is not None]
    return any(sent) if sent else None
