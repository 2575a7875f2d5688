"""`/ivp/livedata/status`: power, state of charge and relays, refreshed every second while its stream is on (S§14)."""

from typing import Final

from ..exceptions import GatewayResponseError
from ..json_types import Json, JsonObject
from ..storage_models import LiveData, LivePower
from .quantities import CT_LIMIT_W, MOST_PHASES, milliwatts, percent, stored_energy
from .values import epoch, load_settings, object_in, whole

LIVE_DATA_PATH: Final = "/ivp/livedata/status"
LIVE_STREAM_PATH: Final = "/ivp/livedata/stream"

_LIMIT_W: Final = MOST_PHASES * CT_LIMIT_W
_STREAM: Final = {"enabled": True, "disabled": False}
_SPLIT_PHASES: Final = 2


def parse_live_data(body: bytes) -> LiveData:
    """Return live data: power in W, energy in Wh.

    Raises:
        GatewayResponseError: the body is not an object with meters.
    """
    document = load_settings(body, LIVE_DATA_PATH, "meters")
    meters = document["meters"]
    if not isinstance(meters, dict):
        raise GatewayResponseError(LIVE_DATA_PATH, "no object in meters")
    phases = _phase_count(meters)
    stream = object_in(document.get("connection")).get("sc_stream")
    return LiveData(
        stream_enabled=_STREAM.get(stream) if isinstance(stream, str) else None,
        is_last_known="info" in document,
        last_update=epoch(meters.get("last_update")),
        production=_power(meters.get("pv"), phases),
        storage=_power(meters.get("storage"), phases),
        grid=_power(meters.get("grid"), phases),
        load=_power(meters.get("load"), phases),
        generator=_power(meters.get("generator"), phases),
        phase_count=phases,
        state_of_charge_percent=percent(meters.get("soc")),
        battery_state_of_charge_percent=percent(meters.get("enc_agg_soc")),
        battery_available_energy_wh=stored_energy(meters.get("enc_agg_energy")),
        ac_battery_state_of_charge_percent=percent(meters.get("acb_agg_soc")),
        ac_battery_available_energy_wh=stored_energy(meters.get("acb_agg_energy")),
        reserve_percent=percent(meters.get("backup_soc")),
        profile_number=whole(meters.get("backup_bat_mode")),
        main_relay_state=whole(meters.get("main_relay_state")),
    )


def _phase_count(meters: JsonObject) -> int:
    """Return the number of phases; 0 on a split-phase site means 2, elsewhere 1 (S§14.1)."""
    count = whole(meters.get("phase_count")) or 0
    if 1 <= count <= MOST_PHASES:
        return count
    return _SPLIT_PHASES if whole(meters.get("is_split_phase")) == 1 else 1


def _power(value: Json, phases: int) -> LivePower:
    """Return the power of a flow; phases only where the site has several and the gateway sends them."""
    flow = object_in(value)
    keys = [f"agg_p_ph_{phase}_mw" for phase in "abc"[:phases]]
    separate = phases > 1 and any(key in flow for key in keys)
    return LivePower(
        total_w=milliwatts(flow.get("agg_p_mw"), _LIMIT_W),
        phases_w=tuple(milliwatts(flow.get(key), _LIMIT_W) for key in keys) if separate else (),
    )
