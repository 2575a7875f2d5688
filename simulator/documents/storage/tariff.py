"""`/admin/lib/tariff` and `/admin/lib/acb_config` (S§11, S§12)."""

from datetime import UTC, datetime

from simulator.documents import Document
from simulator.simulated_site import SimulatedSite

_WEEK = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def tariff(site: SimulatedSite, now: float) -> Document:
    """Return the stored settings and the schedule, which is made anew on every read."""
    stored = {**site.world.plant.settings.at(now).tariff}
    if not site.firmware.tokens:
        return {
            "tariff": {key: value for key, value in stored.items() if key not in ("storage_settings", "seasons_sell")}
        }
    if not site.firmware.optimizer_known:
        settings = {key: value for key, value in stored["storage_settings"].items() if key != "opt_schedules"}
        stored["storage_settings"] = settings
    if site.firmware.storage_forms == 7:
        stored["seasons"] = [
            season
            | {"days": [{key: value for key, value in day.items() if key != "peak_rule"} for day in season["days"]]}
            for season in stored["seasons"]
        ]
    return {"tariff": stored, "schedule": _schedule(site, now)}


def _schedule(site: SimulatedSite, now: float) -> Document:
    """Return the derived schedule; under the optimizer it has the defaults and no `tariff` (S§11.3)."""
    settings = site.world.plant.settings.at(now)
    stored, optimizer = settings.tariff["storage_settings"], settings.optimizer
    source = "" if optimizer else "Tariff"
    mode = "self-consumption" if optimizer else stored["mode"]
    document: Document = {
        "filename": source,
        "source": source,
        "date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "version": "" if optimizer else "00.00.02",
        "reserved_soc": 30.0 if optimizer else float(stored["reserved_soc"]),
        "very_low_soc": 10 if optimizer else stored["very_low_soc"],
        "charge_from_grid": not optimizer and stored["charge_from_grid"],
        "batt_mode": mode,
        "battery_mode": mode,
        "operation_mode_sub_type": stored["operation_mode_sub_type"],
        "opt_schedules": False,
        "override": False,
        "override_backup_soc": 30.0,
        "override_chg_dischg_rate": 0.0,
        "override_tou_mode": "StorageTouMode_DEFAULT_TOU_MODE",
        "schedule": {"Disable": [{day: [_period("ID")]} for day in _WEEK]},
    }
    if not optimizer:
        code = "CG" if stored["charge_from_grid"] else "CP" if mode == "backup" else "ZN"
        days = {day: [_period(code)] for day in _WEEK}
        document["schedule"]["tariff"] = [{"start": "1/1", "end": "1/1", **days}]
    if site.firmware.storage_forms == 7:
        del document["filename"], document["batt_mode"]
    if not site.firmware.optimizer_known:
        del document["opt_schedules"]
    return document


def _period(code: str) -> Document:
    return {"start": 0, "duration": 1440, "setting": code}


def acb_config(site: SimulatedSite, now: float) -> Document:
    """Return the AC Batteries that are ordered to sleep (S§12)."""
    return {
        "acb_sleep": [
            {"serial_num": serial, "sleep_min_soc": low, "sleep_max_soc": high}
            for serial, (low, high) in site.world.plant.settings.at(now).sleep.items()
        ]
    }
