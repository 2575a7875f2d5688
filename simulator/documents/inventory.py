"""`/inventory.json`: the installed devices by kind (G§11, S§13)."""

from simulator.inverter_reports import Inverter
from simulator.simulated_site import SimulatedSite
from simulator.storage.reports import AcbReport, acb_reports

from . import Document
from .storage.inventory import INSTALLED

_INVERTER_PART, _AC_BATTERY_PART = "800-01391-r03", "800-00930-r03"  # IQ8HC (G§1.4), AC Battery (S§13)
_IN_SERVICE = 2
_ASLEEP = "envoy.cond_flags.pcu_ctrl.sleep-mode"
_AWAKE_BAND = (25, 30)  # S§31


def inventory(site: SimulatedSite, now: float) -> Document:
    """Return the inverters, AC Batteries and the controller; IQ Batteries are not here, and all dates are texts."""
    world = site.world
    return [
        {"type": "PCU", "devices": [_inverter(site, each, now) for each in world.inverters.values()]},
        {"type": "ACB", "devices": [_ac_battery(site, each) for each in acb_reports(site, now)]},
        {"type": "NSRB", "devices": []},
        {"type": "ESUB", "devices": [_controller(now)] if site.hardware.controller == "enpower" else []},
    ]


def _device(part_number: str, serial: str, at: int, kind: int) -> Document:
    return {
        "part_num": part_number,
        "installed": str(INSTALLED),
        "serial_num": serial,
        "device_status": ["envoy.global.ok"],
        "last_rpt_date": str(at),
        "admin_state": _IN_SERVICE,
        "dev_type": kind,
        "created_date": str(INSTALLED),
        "img_load_date": str(INSTALLED),
        "img_pnum_running": "520-00082-r01-v04.30.32",
        "ptpn": "540-00134-r01-v04.30.10",
        "chaneid": 1_627_390_225,
        "device_control": [{"gficlearset": False}],
        "producing": True,
        "communicating": True,
    }


def _inverter(site: SimulatedSite, inverter: Inverter, now: float) -> Document:
    report = site.world.report(inverter, now)
    produces = inverter.active and report is not None and report.watts > 0
    device = _device(_INVERTER_PART, inverter.serial, report.end if report else 0, 1)
    return device | {
        "device_status": ["envoy.global.ok"] if produces else ["envoy.cond_flags.pcu_ctrl.dc-pwr-low"],
        "producing": produces,
        "communicating": produces,
        "provisioned": True,
        "operating": produces,
        "phase": "ph-a",
    }


def _ac_battery(site: SimulatedSite, report: AcbReport) -> Document:
    """Return an AC Battery, whose order to sleep shows with its next report (S§31)."""
    orders = site.world.plant.settings.at(report.at).sleep
    low, high = orders.get(report.unit.serial, _AWAKE_BAND)
    ordered = report.unit.serial in orders
    device = _device(_AC_BATTERY_PART, report.unit.serial, report.at, 11)
    if ordered and low <= report.percent <= high:
        device["device_status"] = [_ASLEEP]
    return device | {
        "communicating": report.unit.serial not in site.silent,
        "provisioned": True,
        "operating": True,
        "sleep_enabled": ordered,
        "percentFull": report.percent,
        "maxCellTemp": report.max_cell_temperature,
        "sleep_min_soc": low,
        "sleep_max_soc": high,
        "charge_status": report.state,
    }


def _controller(now: float) -> Document:
    """Return the system controller in its older form (S§13)."""
    device = _device("800-01855-r01", "202400000001", int(now - now % 60), 19)
    return device | {"admin_state": 1, "producing": False, "operating": True}
