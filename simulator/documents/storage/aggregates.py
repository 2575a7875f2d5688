"""`/ivp/ensemble/secctrl`, `/ivp/ensemble/relay` and `/ivp/sc/sched`: all batteries as one (S§4, S§6, S§10)."""

from math import floor

from simulator.documents import Document
from simulator.simulated_site import SimulatedSite
from simulator.storage.hardware import AC_BATTERY_WH
from simulator.storage.reports import acb_reports, iq_reports

from .inventory import battery_grid_mode

_MODES = [
    "ID - Idle",
    "ZN - Zero Net",
    "CG - Charge From Grid",
    "DG - Discharge to Grid",
    "ND - No Discharge",
    "DL - Discharge to Load",
    "CP - Charge From PV",
    "HEMS Discharge",
    "HEMS Charge",
    "FCR - Charge or discharge",
    "HEMS Charge from Grid",
]
_HZ_PER_KW, _V_PER_KW = 0.18, 2.2  # the biases grow with the commanded power (S§4) [inf]


class Totals:
    """Sums over the batteries' reports; percentages and energies are truncated (S§4)."""

    def __init__(self, site: SimulatedSite, now: float) -> None:
        reports, acbs = iq_reports(site, now), acb_reports(site, now)
        settings = site.world.plant.settings.at(now)
        self.iq_capacity = sum(each.model.capacity_wh for each in reports)
        self.iq_energy = floor(sum(each.percent * each.model.capacity_wh / 100 for each in reports))
        self.iq_percent = floor(100 * self.iq_energy / self.iq_capacity) if reports else 0
        self.acb_capacity = AC_BATTERY_WH * len(acbs)
        self.acb_energy = floor(sum(each.stored_wh for each in acbs))
        self.acb_percent = floor(100 * self.acb_energy / self.acb_capacity) if acbs else 0
        self.capacity = self.iq_capacity + self.acb_capacity
        self.percent = floor(100 * (self.iq_energy + self.acb_energy) / self.capacity) if self.capacity else 0
        self.reserved_energy = floor(settings.reserve * self.iq_capacity / 100)
        self.commanded_w = sum(each.power_w for each in reports)


def secctrl(site: SimulatedSite, now: float) -> Document:
    """Return the aggregates of all batteries, with the keys of the firmware."""
    totals, settings, firmware = Totals(site, now), site.world.plant.settings.at(now), site.firmware
    document: Document = {"shutdown": False, **_biases(totals.commanded_w)}
    if firmware.storage_forms == 9:
        islanded = not site.world.plant.relay.at(now).connected
        document["offgrid_secctrl"] = dict.fromkeys(("F", "V", "Vd_neg", "Vq_neg", "Vd_zero", "Vq_zero"), 0.0) | {
            "is_active": islanded,
            "is_system_balanced": True,
            **({"seq_reset_needed": True} if firmware.numbers >= (8, 3, 5433) else {}),
        }
    document |= {
        "configured_backup_soc": settings.reserve,
        "adjusted_backup_soc": settings.reserve,
        "agg_soc": totals.percent,
        "Max_energy": totals.capacity,
        "ENC_agg_soc": totals.iq_percent,
        "ENC_agg_soh": 100 if totals.iq_capacity else 0,
        "ENC_agg_backup_energy": totals.reserved_energy,
        "ENC_agg_avail_energy": totals.iq_energy,
        "Enc_commissioned_capacity": totals.iq_capacity,
        "Enc_max_available_capacity": totals.iq_capacity,
        "ACB_agg_soc": totals.acb_percent,
        "ACB_agg_energy": totals.acb_energy,
    }
    if firmware.numbers == (7, 3, 517):
        del document["ENC_agg_soh"]
    if firmware.storage_forms > 7:
        document |= {
            "VLS_Limit": settings.very_low,
            "soc_rec_enabled": False,
            "soc_recovery_entry": 0,
            "soc_recovery_exit": 10,
            "Commission_in_progress": False,
            "ESS_in_progress": False,
        }
    if firmware.lists_all_meters:
        document["ESS_R3_To_R4_in_progress"] = False
    return document


def _biases(commanded_w: float) -> Document:
    """Return the biases of frequency and voltage, which only the first phase has."""
    hertz, volts = (commanded_w / 1000 * each for each in (_HZ_PER_KW, _V_PER_KW))
    document: Document = {
        "freq_bias_hz": hertz,
        "voltage_bias_v": volts,
        "freq_bias_hz_q8": round(hertz * 1608),
        "voltage_bias_v_q5": round(volts * 32),
    }
    for phase in ("phaseb", "phasec"):
        document |= {
            f"freq_bias_hz_{phase}": 0.0,
            f"voltage_bias_v_{phase}": 0.0,
            f"freq_bias_hz_q8_{phase}": 0,
            f"voltage_bias_v_q5_{phase}": 0,
        }
    return document


def relay(site: SimulatedSite, now: float) -> Document:
    """Return the relay, which is closed also where there is none (S§6)."""
    state, form = site.world.plant.relay.at(now), site.firmware.storage_forms
    document: Document = {"mains_admin_state": state.admin, "mains_oper_state": state.oper}
    if site.firmware.numbers >= (8, 2, 4264):
        document |= {"srt12_state": "open", "srt13_state": "open"}
    document |= {"der1_state": 0, "der2_state": int(bool(site.hardware.batteries))}
    if form > 7:
        document["der3_state"] = 0
    if site.firmware.scheduler:
        document["user_commanded_offgrid_vls_offset"] = 0
    mode = battery_grid_mode(site, now)
    solar = "unknown" if not site.hardware.has_relay else mode
    return document | {"Enchg_grid_mode": mode, "Solar_grid_mode": solar}


def scheduler(site: SimulatedSite, now: float) -> Document:
    """Return the scheduler's view, with the permission to charge from the grid that is in force (S§10)."""
    totals, settings = Totals(site, now), site.world.plant.settings.at(now)
    return {
        "acb_current_mode": 2 if settings.charge_from_grid else 6 if settings.mode == "backup" else 1,
        "acb_debug_mode": -1,
        "ENC_agg_energy": totals.iq_energy,
        "Agg Backup Energy": totals.reserved_energy,
        "Agg VLS Energy": floor(settings.very_low * totals.iq_capacity / 100),
        "Num_of_enc": len(site.hardware.batteries),
        "ENC_agg_soc": totals.iq_percent,
        "Force Discharge": False,
        "Charge From Grid Allowed": settings.charge_from_grid,
        "ACB_agg_soc": totals.acb_percent,
        "ACB_agg_energy": totals.acb_energy,
        "Num_of_acb": site.profile.ac_batteries,
        "agg_soc": totals.percent,
        "max_energy": totals.capacity,
        "sched_mode_key": _MODES,
    }


def pv_limit(_site: SimulatedSite, _now: float) -> Document:
    """Return the limit of the production, which is the same in every recording (S§9)."""
    return {"enable": False, "pv_limit_pct": 100}


def sleep(_site: SimulatedSite, _now: float) -> Document:
    """Return the IQ Batteries that are ordered to sleep: none (S§12)."""
    return {"encharge_sleep": []}
