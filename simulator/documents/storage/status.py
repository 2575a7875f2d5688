"""`/ivp/ensemble/status`: the devices with their rated power and submodules (S§5)."""

from simulator.documents import Document
from simulator.simulated_site import SimulatedSite
from simulator.storage.reports import IqReport, iq_reports

from .aggregates import relay, secctrl
from .inventory import CONTROLLER_FIRMWARE, battery_grid_mode, controller_serial, enpower_state

_COUNTERS = (
    "api_ecagtInit",
    "api_ecagtTick",
    "rest_StatusGet",
    "rest_InventoryGet",
    "rest_SecCtrlGet",
    "rest_RelayGet",
)
_OBSOLETE = {"message": "Obsolete API, please use ivp/arf/profile"}


def status(site: SimulatedSite, now: float) -> Document:
    """Return all devices by serial, with the aggregates and the relay."""
    devices: Document = {}
    if site.hardware.controller == "enpower":
        devices[controller_serial()] = _controller(site, now)
    elif site.hardware.controller == "collar":
        devices |= _collar(site, now)
    for report in iq_reports(site, now):
        devices[report.unit.serial] = _battery(site, report, now)
    document: Document = {"inventory": {"serial_nums": devices}}
    old = site.firmware.storage_forms == 7
    if old:
        document["counters"] = dict.fromkeys(_COUNTERS, int(now) % 100_000)
    document |= {"secctrl": secctrl(site, now), "relay": relay(site, now)}
    return document | {"profile": _OBSOLETE, "fakeit": {"fake_inventory_mode": False}} if old else document


def _device(site: SimulatedSite, kind: int, link: str, serial: str, state: tuple[int, str]) -> Document:
    device: Document = {"device_type": kind}
    if site.firmware.storage_forms > 7:
        device |= {"com_interface_str": link, "device_id": serial}
    device |= {"admin_state": state[0], "admin_state_str": state[1]}
    return device | {"prop_set": True} if site.firmware.lists_all_meters else device


def _software(site: SimulatedSite, part: str, version: str) -> Document:
    parts: Document = {"msg_retry_count": 0, "part_number": part, "assembly_number": part, "app_fw_version": version}
    if site.firmware.storage_forms == 7:
        parts |= {"zb_fw_version": "100B", "zb_bootloader_vers": "1.8.1"}
    parts |= {"ibl_fw_version": "1.3.413", "swift_asic_fw_version": "", "bmu_fw_version": ""}
    if site.firmware.lists_all_meters:
        parts |= {"dmir": _image(), "procload": _image()}
    return parts


def _image() -> Document:
    return {"part_number": "546-00003-01", "assembly_number": "01"}


def _submodule(kind: int, part: str) -> Document:
    return {
        "device_type": kind,
        "admin_state": 1,
        "part_number": part,
        "assembly_number": part,
        "dmir": _image(),
        "procload": _image(),
    }


def _controller(site: SimulatedSite, now: float) -> Document:
    link = "CAN" if site.hardware.wired else "ZigBee"
    modules = {"122200000901": _submodule(18, "800-01346-r02"), "122200000902": _submodule(20, "800-01855-r01")}
    return {
        **_device(site, 17, link, controller_serial(), enpower_state(site, now)),
        **_software(site, site.hardware.controller_part, CONTROLLER_FIRMWARE),
        "submodule_count": len(modules),
        "submodules": modules,
    }


def _collar(site: SimulatedSite, now: float) -> Document:
    connected = site.world.plant.relay.at(now).connected
    mode = (88, "ENCMN_MDE_ON_GRID") if connected else (89, "ENCMN_MDE_OFF_GRID")
    kinds: tuple[tuple[int, str, tuple[int, str], str, Document], ...] = (
        (27, "CAN", mode, "865-00400-r22", {"installed": 1}),
        (125, "CAN", (82, "ENCMN_C6_CC_READY"), "800-02403-r08", {}),
        (115, "CAN", (80, "ENCMN_C6_RGM_DEV_CONNECTED"), "800-02403-r08", {}),
    )
    return {
        controller_serial(number): {
            **_device(site, kind, link, controller_serial(number), state),
            **extra,
            **_software(site, part, "3.0.6-D0"),
            "submodule_count": 0,
            "submodules": {},
        }
        for number, (kind, link, state, part, extra) in enumerate(kinds)
    }


def _battery(site: SimulatedSite, report: IqReport, now: float) -> Document:
    """Return a battery; the number of its phase is a word from 8 on."""
    model = report.model
    modules = {
        str(122_200_000_000 + int(report.unit.serial) % 1000 * 100 + number): _battery_module(site, model.revision)
        for number in range(model.inverters)
    }
    device = _device(site, 13, model.link, report.unit.serial, model.ready)
    device |= {
        "reported_grid_mode": battery_grid_mode(site, now),
        "phase": 1 if site.firmware.storage_forms == 7 else model.phase,
    }
    if site.firmware.storage_forms > 7:
        device["der_index"] = 2
    return device | {
        "encharge_revision": model.revision,
        "encharge_capacity": model.capacity_wh,
        "encharge_rated_power": model.rated_w,
        "reported_enc_grid_state": "grid-tied",
        **_software(site, model.part_number, model.firmware),
        "submodule_count": len(modules),
        "submodules": modules,
    }


def _battery_module(site: SimulatedSite, revision: int) -> Document:
    """Return a microinverter within a battery; those of a 10C have more keys."""
    module = _submodule(14, "800-01729-r02")
    if revision == 4 and site.firmware.lists_all_meters:
        module |= {
            "alternate_device_type": 120,
            "fsm_state": "ENCMN_MDE_PCU_READY",
            "rated_power": 2100,
            "is_ll": True,
            "pcu_phase": "ph-b",
        }
    return module
