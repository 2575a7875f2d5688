"""`/ivp/ensemble/inventory` and `/ivp/ensemble/power`: the batteries and the controller (S§2, S§3)."""

from simulator.documents import Document
from simulator.simulated_site import SimulatedSite
from simulator.storage.grid import CLOSED
from simulator.storage.reports import IqReport, iq_reports

INSTALLED = 1_719_000_000
_FIRST_CONTROLLER_SERIAL = 482_500_000_001  # made up
_WIRED_AGE_S, _RADIO_AGE_S = 3, 141  # S§2.2
_STATUS_OK = ["envoy.global.ok", "prop.done"]
_STATUS_GONE = ["envoy.cond_flags.obs_strs.failure", "prop.done"]
CONTROLLER_FIRMWARE = "2.7.6936_rel/31.43"


def controller_serial(number: int = 0) -> str:
    """Return the serial of the system controller or collar, or of a device of the combiner."""
    return str(_FIRST_CONTROLLER_SERIAL + number)


def inventory(site: SimulatedSite, now: float) -> Document:
    """Return the groups of devices; AC Batteries are never among them."""
    groups: list[Document] = []
    if site.hardware.batteries or site.hardware.controller:
        groups.append({"type": "ENCHARGE", "devices": [_battery(site, each) for each in iq_reports(site, now)]})
    if site.hardware.controller == "enpower":
        group: Document = {"type": "ENPOWER", "devices": [_enpower(site, now)]}
        groups.append(group | {"isMidDevice": True} if site.firmware.scheduler else group)
    elif site.hardware.controller == "collar":
        groups += _collar(site, now)
    return groups


def power(site: SimulatedSite, now: float) -> Document:
    """Return the power of each IQ Battery; the key has a colon (S§3)."""
    return {
        "devices:": [
            {
                "serial_num": each.unit.serial,
                "real_power_mw": 1000 * each.power_w,
                "apparent_power_mva": 1000 * each.power_w,
                "soc": each.percent,
            }
            for each in iq_reports(site, now)
        ]
    }


def battery_grid_mode(site: SimulatedSite, now: float) -> str:
    """Return the grid mode of the batteries (S§6)."""
    if not site.hardware.batteries:
        return "unknown"
    if not site.hardware.has_relay:
        return "grid-tied"
    if site.world.plant.generator.at(now).closed:
        return "multimode-generator"
    return "multimode-ongrid" if site.world.plant.relay.at(now).connected else "multimode-offgrid"


def enpower_state(site: SimulatedSite, now: float) -> tuple[int, str]:
    """Return the admin state of the Enpower as a number and a word (S§24)."""
    relay = site.world.plant.relay.at(now)
    if site.world.plant.generator.at(now).closed:
        return 30, "ENPWR_STATE_OPER_GEN_CLOSE"
    if relay.oper == CLOSED:
        return 24, "ENPWR_STATE_OPER_CLOSED"
    return (10, "ENPWR_STATE_GRIDMODE_CONFIRM") if relay.grid else (11, "ENPWR_STATE_OPER_NO_GRID")


def _battery(site: SimulatedSite, report: IqReport) -> Document:
    model, form = report.model, site.firmware.storage_forms
    number, word = model.ready
    radio = 0 if model.link == "CAN" else 4
    device: Document = {
        "part_num": model.part_number,
        "serial_num": report.unit.serial,
        "installed": INSTALLED,
        "device_status": _STATUS_OK if report.communicating else _STATUS_GONE,
        "last_rpt_date": report.at,
        "admin_state": number,
        "admin_state_str": word,
        "created_date": INSTALLED,
        "img_load_date": INSTALLED,
        "img_pnum_running": model.firmware,
    }
    if form == 7:
        device["zigbee_dongle_fw_version"] = "100F"
    device["bmu_fw_version"] = "3.8.77"
    if site.firmware.scheduler:
        device["bmu_ibl_fw_version"] = ""
    if form == 7:
        device["operating"] = report.communicating
    device |= {
        "communicating": report.communicating,
        "sleep_enabled": False,
        "percentFull": report.percent,
        "temperature": report.temperature,
        "maxCellTemp": report.max_cell_temperature,
    }
    if form > 7:
        device["reported_enc_grid_state"] = "grid-tied"
    device |= {
        "comm_level_sub_ghz": radio,
        "comm_level_2_4_ghz": radio,
        "led_status": _led(site, report),
        "dc_switch_off": False,
        "encharge_rev": model.revision,
        "encharge_capacity": model.capacity_wh,
    }
    return device | {"phase": model.phase, "der_index": 2} if form > 7 else device


def _led(site: SimulatedSite, report: IqReport) -> int:
    """Return the number of the LED's state (S§24)."""
    if abs(report.power_w) > 30:
        return 13 if report.power_w > 0 else 12
    if report.percent >= 99:
        return 14
    settings = site.world.plant.settings.at(report.at)
    return 17 if report.percent <= max(settings.reserve, settings.very_low) else 15


def _enpower(site: SimulatedSite, now: float) -> Document:
    """Return the system controller, with its temperature in degrees Fahrenheit (S§2.2)."""
    wired = site.hardware.wired
    at = now - (_WIRED_AGE_S + now % 10 if wired else _RADIO_AGE_S + now % 59)
    relay = site.world.plant.relay.at(at)
    number, word = enpower_state(site, at)
    form, radio = site.firmware.storage_forms, 0 if wired else 5
    device: Document = {
        "part_num": site.hardware.controller_part,
        "serial_num": controller_serial(),
        "installed": INSTALLED,
        "device_status": _STATUS_OK,
        "last_rpt_date": int(at),
        "admin_state": number,
        "admin_state_str": word,
        "created_date": INSTALLED,
        "img_load_date": INSTALLED,
        "img_pnum_running": CONTROLLER_FIRMWARE,
    }
    if form == 7:
        device |= {"zigbee_dongle_fw_version": "100B", "operating": True}
    return device | {
        "communicating": True,
        "temperature": round(32 + 1.8 * (24.0 + site.world.at(at).powers.east * 12.0)),
        "comm_level_sub_ghz": radio,
        "comm_level_2_4_ghz": radio,
        "mains_admin_state": relay.admin,
        "mains_oper_state": relay.oper,
        "Enpwr_grid_mode": "multimode-ongrid" if site.hardware.batteries else "grid-tied",
        "Enchg_grid_mode": battery_grid_mode(site, at),
        "Enpwr_relay_state_bm": 16_124 if number == 30 else 5071,
        "Enpwr_curr_state_id": 128 if number == 30 else 16,
    }


def _collar(site: SimulatedSite, now: float) -> list[Document]:
    """Return the collar, whose dates and `grid_state` never change, and the combiner (S§2.3)."""
    connected = site.world.plant.relay.at(now).connected
    collar = {
        "part_num": "865-00400-r22",
        "serial_num": controller_serial(),
        "installed": INSTALLED,
        "device_status": _STATUS_OK,
        "last_rpt_date": INSTALLED,
        "admin_state": 88 if connected else 89,
        "admin_state_str": "ENCMN_MDE_ON_GRID" if connected else "ENCMN_MDE_OFF_GRID",
        "created_date": INSTALLED,
        "img_load_date": INSTALLED,
        "img_pnum_running": "3.0.6-D0",
        "communicating": True,
        "temperature": round(30.0 + site.world.at(now).powers.east * 12.0),
        "mid_state": "close" if connected else "open",
        "grid_state": "on_grid",
        "control_error": 0,
        "collar_state": "Installed",
    }
    combiner = {
        "part_num": "800-02403-r08",
        "serial_num": controller_serial(1),
        "installed": INSTALLED,
        "last_rpt_date": INSTALLED,
        "admin_state": 82,
        "admin_state_str": "ENCMN_C6_CC_READY",
        "created_date": INSTALLED,
        "img_load_date": INSTALLED,
        "fw_version": "0.1.20-D1",
        "dmir_version": "0.1.20-D1",
        "communicating": True,
    }
    meter = {
        "part_num": "800-02403-r08",
        "serial_num": controller_serial(2),
        "installed": INSTALLED,
        "FW Version": "2.2.1-D4119",
        "Device State": 80,
    }
    return [
        {"type": "COLLAR", "devices": [collar]},
        {"type": "C6 COMBINER CONTROLLER", "devices": [combiner]},
        {"type": "C6 RGM", "devices": [meter]},
    ]
