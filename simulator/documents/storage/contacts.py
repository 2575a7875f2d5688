"""Dry contacts, export limits and the generator (S§7, S§8, S§9)."""

from simulator.documents import Document
from simulator.firmware import Firmware
from simulator.simulated_site import SimulatedSite
from simulator.storage.generator import MODES
from simulator.storage.settings import CONTACTS, Settled

from .aggregates import Totals

_LONG_KEYS = ("essential_start_time", "essential_end_time", "priority", "black_s_start", "manual_override")
_NEW_KEYS = ("safe_state_action", "black_start_retries", "action_retries", "pv_phase_select")


def contacts(site: SimulatedSite, now: float) -> Document:
    """Return the positions; after a change of the settings, normally closed contacts read open for a while (S§29)."""
    plant, soc = site.world.plant, float(Totals(site, now).percent)
    unclear = site.firmware.scheduler and now < plant.settings.at(now).contacts_unclear_until
    return {
        "dry_contacts": [
            {
                "id": contact,
                "status": "open" if unclear and contact.startswith("NC") else plant.contact(number, now, soc),
            }
            for number, contact in enumerate(CONTACTS)
        ]
    }


def contact_settings(site: SimulatedSite, now: float) -> Document:
    """Return the settings of the contacts, short without a controller (S§7.2)."""
    settings = site.world.plant.settings.at(now).contact_settings
    return {"dry_contacts": [_form(site, each) for each in settings]}


def _form(site: SimulatedSite, contact: Settled) -> Document:
    missing: set[str] = set()
    if not _new_contacts(site.firmware):
        missing |= set(_NEW_KEYS)
        if not site.hardware.controller:
            missing |= set(_LONG_KEYS)
    return {key: value for key, value in contact.items() if key not in missing}


def _new_contacts(firmware: Firmware) -> bool:
    """Return whether the settings of contacts have their newest form (S§7.2: 8.3.1598, 8.3.5433)."""
    return firmware.lists_all_meters


def export_limit(site: SimulatedSite, _now: float) -> Document:
    """Return the limit of the export: the short form, the full one, or an active one (S§9)."""
    document: Document = {
        "PEL": False,
        "Hard_PEL": False,
        "Soft_PEL": False,
        "Export_Limit_Type": "Aggregate",
        "percent": False,
        "apparent": False,
        "PEL_Limit": 0.0,
        "Comm_Time_Loss": 0.0,
        "Resp_Time_SoftPEL": 0.0,
        "Resp_Time_HardPEL": 0.0,
        "msReset_HardPEL": 0.0,
        "PEL_db": 0.0,
    }
    if site.hardware.export_limit:
        document |= {"PEL": True, "Soft_PEL": True, "percent": True, "PEL_Limit": 100.0}
        return {key: value for key, value in document.items() if not key.endswith("HardPEL")}
    if site.hardware.controller or site.profile.ac_batteries or _new_contacts(site.firmware):
        return document
    return {"PEL": False}


def generator(site: SimulatedSite, now: float) -> Document:
    """Return the generator; on old firmware, one seems to be present everywhere (S§8.1)."""
    plant, firmware = site.world.plant, site.firmware
    old = firmware.numbers <= (8, 2, 127)
    if site.hardware.generator is None:
        return {
            "admin_state": "unknown",
            "oper_state": "open",
            "admin_mode": 0,
            "schedule": 0,
            "start_soc": 100,
            "stop_soc": -1,
            "exc_on": 0,
            "present": int(old),
            "type": int(not old),
        }
    state = plant.generator.at(now)
    start, stop = plant.settings.at(now).generator_levels
    return {
        "admin_state": "close" if state.closed else "open",
        "oper_state": "close" if state.closed else "open",
        "admin_mode": MODES[state.command],
        "schedule": 1,
        "start_soc": start,
        "stop_soc": stop,
        "exc_on": int(_exercises(site, now)),
        "present": 1,
        "type": 1,
    }


def _exercises(site: SimulatedSite, now: float) -> bool:
    """Return whether it is time for the weekly exercise, which doesn't close the relay."""
    exercise = site.world.plant.settings.at(now).generator_schedule.get("exercise_config")
    if not exercise:
        return False
    local = site.world.days.local(now)
    minute = 60 * local.hour + local.minute
    begin: int = exercise["start"]
    end: int = begin + exercise["duration"]
    return local.strftime("%a") == exercise["day"] and begin <= minute < end


def generator_config(site: SimulatedSite, now: float) -> Document:
    """Return the properties of the generator; empty without one."""
    return site.world.plant.settings.at(now).generator_config


def generator_schedule(site: SimulatedSite, now: float) -> Document:
    """Return the schedule of the generator; empty without one."""
    return site.world.plant.settings.at(now).generator_schedule


def generator_mode(site: SimulatedSite, now: float) -> Document:
    """Return the last command (S§8.4); empty without a generator."""
    if site.hardware.generator is None:
        return {}
    return {"gen_cmd": site.world.plant.generator.at(now).command, "last_updated_by": "ITK"}
