"""`/ivp/ensemble/inventory`: the devices by group."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints.ensemble_inventory import parse_ensemble_inventory
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.storage_models import (
    Collar,
    CombinerController,
    CombinerMeter,
    EnsembleInventory,
    IqBattery,
    SystemController,
)
from tests.support import storage_answers as storage
from tests.support.answers import NOW, Document, body


def parse(*groups: Document) -> EnsembleInventory:
    """Parse an inventory of these groups."""
    return parse_ensemble_inventory(body(list(groups)))


def parse_battery(**changes: Document) -> IqBattery:
    """Parse one battery."""
    return parse(storage.group("ENCHARGE", storage.battery(**changes))).batteries[storage.BATTERY]


def parse_controller(**changes: Document) -> SystemController:
    """Parse one system controller."""
    return parse(storage.group("ENPOWER", storage.controller(**changes))).system_controllers[storage.CONTROLLER]


def parse_collar(**changes: Document) -> Collar:
    """Parse one collar."""
    return parse(storage.group("COLLAR", storage.collar(**changes))).collars[storage.COLLAR]


def test_a_battery_has_all_its_values() -> None:
    assert parse_battery() == IqBattery(
        serial=storage.BATTERY,
        part_number="836-01826-r76",
        firmware="3.0.7545_rel/31.33",
        last_reported=NOW - 50,
        communicating=True,
        admin_state="ENCHG_STATE_READY",
        status_words=("envoy.global.ok", "prop.done"),
        temperature_c=18.0,
        state_of_charge_percent=48.0,
        capacity_wh=5000.0,
        max_cell_temperature_c=20.0,
        sleep_enabled=False,
        dc_switch_on=True,
        led_status=12,
    )


def test_a_system_controller_has_its_temperature_in_celsius() -> None:
    """S§24: it is sent in °F."""
    assert parse_controller(temperature=113).temperature_c == 45.0
    assert parse_controller(temperature=72).temperature_c == 22.2


def test_a_system_controller_has_its_words() -> None:
    controller = parse_controller(mains_admin_state="closed", mains_oper_state="open synchronizing")

    assert (controller.commanded_position, controller.relay_position) == ("closed", "open synchronizing")
    assert controller.battery_grid_mode == "multimode-ongrid"


def test_a_collar_has_its_state_and_no_date_of_a_report() -> None:
    """S§2.3: the date is that of the installation."""
    assert parse_collar() == Collar(
        serial=storage.COLLAR,
        part_number="865-00400-r22",
        firmware="3.0.6-D0",
        communicating=True,
        admin_state="ENCMN_MDE_ON_GRID",
        temperature_c=42.0,
    )


def test_a_combiner_has_two_devices_with_odd_keys() -> None:
    inventory = parse_ensemble_inventory(body(storage.ensemble_inventory()))

    assert inventory.combiner_controllers[storage.COMBINER] == CombinerController(
        serial=storage.COMBINER, part_number="800-02403-r08", firmware="0.1.20-D1", communicating=True
    )
    assert inventory.combiner_meters[storage.METER] == CombinerMeter(
        serial=storage.METER, part_number="800-02403-r08", firmware="2.2.1-D4119"
    )


def test_an_empty_list_is_a_gateway_without_any_device() -> None:
    inventory = parse()

    assert inventory.is_empty


def test_a_group_may_be_empty() -> None:
    """S§34: a system controller without a battery."""
    inventory = parse(storage.group("ENCHARGE"), storage.group("ENPOWER", storage.controller()))

    assert inventory.batteries == {}
    assert not inventory.is_empty


def test_an_unknown_group_and_one_without_a_type_leave_the_others() -> None:
    """S§2: firmware of 2021 ends the array with a group without a type."""
    inventory = parse(
        storage.group("NEW THING", storage.battery()),
        {"grid_profile_name": "made up", "item_count": 1},
        storage.group("ENCHARGE", storage.battery()),
    )

    assert list(inventory.batteries) == [storage.BATTERY]


@pytest.mark.parametrize("device", [None, [], {}, {"serial_num": 5}, {"serial_num": " "}, {"serial_num": "<b>1</b>"}])
def test_an_odd_device_leaves_the_others(device: Document) -> None:
    assert list(parse(storage.group("ENCHARGE", device, storage.battery())).batteries) == [storage.BATTERY]


@pytest.mark.parametrize("devices", [None, {}, "none", 3])
def test_a_group_without_a_list_of_devices_is_empty(devices: Document) -> None:
    assert parse({"type": "ENCHARGE", "devices": devices}).is_empty


@pytest.mark.parametrize("temperature", ["unknown", None, 4000, -300, True])
def test_an_impossible_temperature_is_missing(temperature: Document) -> None:
    """S§35: the text `unknown` for minutes after a reboot."""
    battery = parse_battery(temperature=temperature, maxCellTemp=temperature)

    assert (battery.temperature_c, battery.max_cell_temperature_c) == (None, None)
    assert parse_controller(temperature=temperature).temperature_c is None


@pytest.mark.parametrize("percent", [-1, 101, "48", None, True])
def test_a_percentage_beyond_its_range_is_missing(percent: Document) -> None:
    assert parse_battery(percentFull=percent).state_of_charge_percent is None


@pytest.mark.parametrize(("sent", "expected"), [(True, True), (1, True), ("true", True), ("False", False), (2, None)])
def test_a_boolean_may_be_a_number_or_a_text(sent: Document, *, expected: bool | None) -> None:
    assert parse_battery(communicating=sent).communicating is expected


@pytest.mark.parametrize(("sent", "expected"), [(True, False), (False, True), ("?", None)])
def test_the_dc_switch_is_on_unless_it_is_off(sent: Document, *, expected: bool | None) -> None:
    assert parse_battery(dc_switch_off=sent).dc_switch_on is expected


@pytest.mark.parametrize("capacity", [0, -5, None, 1e9])
def test_a_capacity_that_no_battery_has_is_missing(capacity: Document) -> None:
    assert parse_battery(encharge_capacity=capacity).capacity_wh is None


def test_a_text_too_long_for_a_state_is_missing() -> None:
    assert parse_battery(admin_state_str="x" * 256).admin_state is None
    assert parse_battery(admin_state_str="x" * 255).admin_state == "x" * 255


@pytest.mark.parametrize("document", [b"", b"<html>", b"{}", b'{"error": "404 - Not Found"}', b'[{"devices": []}]'])
def test_another_document_is_an_error(document: bytes) -> None:
    with pytest.raises(GatewayResponseError, match="/ivp/ensemble/inventory"):
        parse_ensemble_inventory(document)
