"""`/ivp/livedata/status`: the powers of the present second while the stream is on (S§14.1)."""

from simulator.documents import Document
from simulator.documents.electrics import electrics
from simulator.profiles import NET, PRODUCTION, STORAGE
from simulator.simulated_site import SimulatedSite
from simulator.site_state import PowerAndEnergy

from .aggregates import Totals

_STALL_EVERY_S, _STALL_S = 1200, 57  # the values freeze for up to 57 s (S§14.1) [inf: how often]
_OLDEST_S = 10_000  # the site's states are kept a little longer
_RELAY_STATES = {"open": 0, "closed": 1, "open synchronizing": 2, "open synchronized": 3}  # [inf]
_GENERATOR_OPEN, _GENERATOR_CLOSED = 5, 6
_MODES = {"backup": 0, "self-consumption": 1, "savings-mode": 2, "economy": 2}
_STALE_INFO = "Last available status data shown. Live stream not enabled"
_PLACEHOLDER = {"dry_contact_id": "", "dry_contact_type": "", "dry_contact_load_name": "", "dry_contact_status": 0}


def live_data(site: SimulatedSite, now: float) -> Document:
    """Return the live data; without the stream, those of the end of the last one."""
    plant = site.world.plant
    streams = now < plant.stream_until
    if streams:
        update, values_at = int(now - 1), now - 1
        if site.firmware.scheduler:
            stalled_s = values_at % _STALL_EVERY_S
            values_at -= stalled_s if stalled_s < _STALL_S else 0.0
        if site.live_values_since is not None:
            values_at = min(values_at, site.live_values_since)
        if site.live_update_since is not None:
            update = int(min(update, site.live_update_since))
        meters = _meters(site, update, max(values_at, now - _OLDEST_S))
    else:
        meters = _last_meters(site, now)
    document: Document = {
        "connection": {
            "mqtt_state": "connected",
            "prov_state": "configured",
            "auth_state": "ok",
            "sc_stream": "enabled" if streams else "disabled",
            "sc_debug": "disabled",
        },
        "meters": meters,
        "tasks": {"task_id": 2_072_606_140, "timestamp": int(now - now % 86_400)},
        "counters": {"main_CfgLoad": 2, "main_CfgChanged": 1, "rest_Status": int(now) % 1_000_000},
        "dry_contacts": {"": _PLACEHOLDER},
    }
    return document if streams else document | {"info": _STALE_INFO}


def _last_meters(site: SimulatedSite, now: float) -> Document:
    """Return the values at the end of the last stream, which stay as they are."""
    plant = site.world.plant
    end, meters = plant.last_live
    if end != plant.stream_until:
        meters = _meters(site, int(plant.stream_until), max(plant.stream_until, now - _OLDEST_S))
        plant.last_live = (plant.stream_until, meters)
    return meters


def _meters(site: SimulatedSite, update: int, values_at: float) -> Document:
    """Return the powers, with the load as the sum of the others, and the state of the plant."""
    world, state = site.world, site.world.at(values_at)
    plant, totals = world.plant, Totals(site, values_at)
    settings = plant.settings.at(values_at)
    blocks = {
        "pv": _block(PRODUCTION, site.quantity(state, PRODUCTION), site),
        "storage": _block(STORAGE, state.storage, site),
        "grid": _block(NET, state.net_consumption, site),
    }
    if not site.profile.has_eim:
        blocks = {name: dict.fromkeys(block, 0) for name, block in blocks.items()}
    load = {key: sum(block[key] for block in blocks.values()) for key in blocks["pv"]}
    powers = state.powers.generator or [0.0] * world.phases
    generator = PowerAndEnergy.sum_of([PowerAndEnergy(each, 0.0, 0.0) for each in powers])
    document: Document = {
        "last_update": update,
        "soc": totals.percent,
        "main_relay_state": _RELAY_STATES[plant.relay.at(values_at).oper],
        "gen_relay_state": _GENERATOR_CLOSED if plant.generator.at(values_at).closed else _GENERATOR_OPEN,
        "backup_bat_mode": _MODES.get(settings.mode, -1),
        "backup_soc": settings.reserve,
        "is_split_phase": int(world.phases == 2),
        "phase_count": world.phases,
        "enc_agg_soc": totals.iq_percent,
        "enc_agg_energy": totals.iq_energy,
        "acb_agg_soc": totals.acb_percent,
        "acb_agg_energy": totals.acb_energy,
        **blocks,
        "load": load,
        "generator": {
            key: value if key.startswith("agg_p_") else 0 for key, value in _block(NET, generator, site).items()
        },
    }
    if site.firmware.scheduler and site.hardware.batteries:
        count = sum(each.inverters for each in site.hardware.batteries)
        running = min(count, 1 + round(count * abs(state.powers.battery) / plant.rated_w))
        document["iqpm"] = {
            "status": True,
            "issupported": True,
            "total_PCU_count": count,
            "running_PCU_count": running,
        }
    return document


def _block(kind: str, measured: PowerAndEnergy, site: SimulatedSite) -> dict[str, int]:
    """Return a quantity in mW and mVA: the sum and always three phases."""
    rows = electrics(kind, measured, site.world.phases)
    real = [round(1000 * each.power) for each in rows]
    apparent = [round((-1000 if each.power < 0 else 1000) * each.apparent) for each in rows]
    real += [0] * (3 - len(real))
    apparent += [0] * (3 - len(apparent))
    return {
        "agg_p_mw": sum(real),
        "agg_s_mva": sum(apparent),
        **{f"agg_p_ph_{phase}_mw": value for phase, value in zip("abc", real, strict=True)},
        **{f"agg_s_ph_{phase}_mva": value for phase, value in zip("abc", apparent, strict=True)},
    }
