"""`/ivp/ensemble/inventory`: batteries, system controllers, collars and combiners (S§2)."""

from collections.abc import Callable, Mapping
from typing import Final, TypedDict

from ..json_types import JsonObject
from ..storage_models import (
    Collar,
    CombinerController,
    CombinerMeter,
    EnsembleDevice,
    EnsembleInventory,
    IqBattery,
    SystemController,
)
from .quantities import fahrenheit, percent, stored_energy, temperature
from .values import (
    array_in,
    at_most,
    epoch,
    flag,
    load_objects,
    object_in,
    part_number_in,
    serial_in,
    whole,
    word,
    words,
)

ENSEMBLE_INVENTORY_PATH: Final = "/ivp/ensemble/inventory"


def parse_ensemble_inventory(body: bytes) -> EnsembleInventory:
    """Return the devices of the known groups by serial, none for `[]` (S§2).

    A device without a serial and a group without a type, as firmware of 2021 sends, are left out.

    Raises:
        GatewayResponseError: the body is not an array of groups, or has too many devices.
    """
    groups = load_objects(body, ENSEMBLE_INVENTORY_PATH, "type")
    return EnsembleInventory(
        batteries=_devices(groups, "ENCHARGE", _battery),
        system_controllers=_devices(groups, "ENPOWER", _system_controller),
        collars=_devices(groups, "COLLAR", _collar),
        combiner_controllers=_devices(groups, "C6 COMBINER CONTROLLER", _combiner_controller),
        combiner_meters=_devices(groups, "C6 RGM", _combiner_meter),
    )


def _devices[T: EnsembleDevice](
    groups: list[JsonObject], kind: str, build: Callable[[str, JsonObject], T]
) -> Mapping[str, T]:
    devices: dict[str, T] = {}
    for group in groups:
        if group["type"] != kind:
            continue
        for entry in array_in(group.get("devices")):
            device = object_in(entry)
            serial = serial_in(device.get("serial_num"))
            if serial is not None:
                devices[serial] = build(serial, device)
    return at_most(devices, ENSEMBLE_INVENTORY_PATH)


def _last_reported(device: JsonObject) -> int | None:
    """Return the date of the last report; a collar and a combiner send their installation instead (S§2.3)."""
    reported = epoch(device.get("last_rpt_date"))
    return None if reported == epoch(device.get("installed")) else reported


class _Common(TypedDict):
    """The fields that devices of all groups but the combiner's meter have under the same keys (S§2)."""

    serial: str
    part_number: str | None
    last_reported: int | None
    communicating: bool | None
    admin_state: str | None
    status_words: tuple[str, ...]


def _common(serial: str, device: JsonObject) -> _Common:
    return _Common(
        serial=serial,
        part_number=part_number_in(device.get("part_num")),
        last_reported=_last_reported(device),
        communicating=flag(device.get("communicating")),
        admin_state=word(device.get("admin_state_str")),
        status_words=words(device.get("device_status")),
    )


def _battery(serial: str, device: JsonObject) -> IqBattery:
    dc_switch_off = flag(device.get("dc_switch_off"))
    return IqBattery(
        **_common(serial, device),
        firmware=word(device.get("img_pnum_running")),
        temperature_c=temperature(device.get("temperature")),
        state_of_charge_percent=percent(device.get("percentFull")),
        capacity_wh=stored_energy(device.get("encharge_capacity")) or None,
        max_cell_temperature_c=temperature(device.get("maxCellTemp")),
        sleep_enabled=flag(device.get("sleep_enabled")),
        dc_switch_on=None if dc_switch_off is None else not dc_switch_off,
        led_status=whole(device.get("led_status")),
    )


def _system_controller(serial: str, device: JsonObject) -> SystemController:
    return SystemController(
        **_common(serial, device),
        firmware=word(device.get("img_pnum_running")),
        temperature_c=fahrenheit(device.get("temperature")),
        commanded_position=word(device.get("mains_admin_state")),
        relay_position=word(device.get("mains_oper_state")),
        battery_grid_mode=word(device.get("Enchg_grid_mode")),
    )


def _collar(serial: str, device: JsonObject) -> Collar:
    return Collar(
        **_common(serial, device),
        firmware=word(device.get("img_pnum_running")),
        temperature_c=temperature(device.get("temperature")),
    )


def _combiner_controller(serial: str, device: JsonObject) -> CombinerController:
    return CombinerController(
        **_common(serial, device),
        firmware=word(device.get("fw_version")),
    )


def _combiner_meter(serial: str, device: JsonObject) -> CombinerMeter:
    """Return the meter of a combiner, whose keys contain spaces (S§2.3)."""
    return CombinerMeter(
        serial=serial, part_number=part_number_in(device.get("part_num")), firmware=word(device.get("FW Version"))
    )
