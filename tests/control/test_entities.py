"""The entities of control: dry contacts, grid relay, generator, storage mode and AC Batteries."""

import asyncio
from dataclasses import replace

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import orjson
import pytest

from custom_components.enphase_iq_gateway.client.endpoints import GRID_RELAY
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.control.areas import ControlArea
from custom_components.enphase_iq_gateway.control.gateway_control import async_control
from simulator.storage.settings import Settings
from tests.conftest import StartHome
from tests.support.control import ControlledHome, StartControl

RELAY = "/ivp/ensemble/relay"
CONTACTS = "/ivp/ensemble/dry_contacts"
CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
ACB_CONFIG = "/admin/lib/acb_config"


async def refused(controlled: ControlledHome, service: str, unique_id: str, **data: object) -> str:
    """Return the key of the error with which an action is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await controlled.finish(controlled.start(service, unique_id, **data), 5)
    return str(caught.value.translation_key)


async def test_a_contact_is_switched_with_one_object(controlled: ControlledHome) -> None:
    task = controlled.start("switch.turn_off", "E_NC1_relay")
    await controlled.advance(2)
    assert controlled.shown("E_NC1_relay").state == "on"
    assert controlled.shown("E_NC1_relay").attributes["pending"] is False

    await controlled.finish(task, 10)

    assert controlled.shown("E_NC1_relay").state == "off"
    assert controlled.shown("E_NC1_relay").attributes["load"] == "Pool pump"
    assert controlled.written() == [("POST", CONTACTS, b'{"dry_contacts":{"id":"NC1","status":"open"}}')]


async def test_a_contact_can_be_switched_on(controlled: ControlledHome) -> None:
    await controlled.finish(controlled.start("switch.turn_on", "E_NO1_relay"), 10)

    assert controlled.shown("E_NO1_relay").state == "on"


async def test_contacts_keep_their_state_for_90_s_after_a_change_of_settings(
    controlled_by_new_firmware: ControlledHome,
) -> None:
    controlled = controlled_by_new_firmware
    task = controlled.start("select.select_option", "E_NC1_grid_action", option="none")
    await controlled.finish(task, 20)
    assert controlled.shown("E_NC1_grid_action").state == "none"
    before = len(controlled.home.simulator.requests)

    for _ in range(8):
        await controlled.advance(10, step=5)
        assert controlled.shown("E_NC1_relay").state == "on"
    read = [request.path for request in controlled.home.simulator.requests[before:] if request.method == "GET"]
    assert CONTACTS not in read

    await controlled.advance(90, step=5)
    assert CONTACTS in [request.path for request in controlled.home.simulator.requests[before:]]
    assert controlled.shown("E_NC1_relay").state == "on"


async def test_contacts_keep_their_state_over_a_reload_within_90_s(controlled_by_new_firmware: ControlledHome) -> None:
    controlled = controlled_by_new_firmware
    task = controlled.start("select.select_option", "E_NC1_grid_action", option="none")
    await controlled.finish(task, 20)
    await controlled.advance(10)

    await controlled.hass.config_entries.async_reload(controlled.home.entry.entry_id)

    assert controlled.shown("E_NC1_relay").state == "on"
    await controlled.advance(30, step=5)
    assert controlled.shown("E_NC1_relay").state == "on"
    await controlled.advance(120, step=5)
    assert controlled.shown("E_NC1_relay").state == "on"


async def test_a_contact_that_is_switched_meanwhile_is_read_back_later(
    controlled_by_new_firmware: ControlledHome,
) -> None:
    controlled = controlled_by_new_firmware
    await controlled.finish(controlled.start("select.select_option", "E_NC1_grid_action", option="none"), 20)

    task = controlled.start("switch.turn_off", "E_NC1_relay")
    await controlled.advance(30, step=5)
    assert controlled.shown("E_NC1_relay").state == "on"
    assert controlled.written()[-1][1] == CONTACTS
    await controlled.finish(task, 100)

    assert controlled.shown("E_NC1_relay").state == "off"


@pytest.mark.parametrize(
    ("unique_id", "field", "value"),
    [
        ("E_NC1_mode", "mode", "soc"),
        ("E_NC1_grid_action", "grid_action", "shed"),
        ("E_NC1_off_grid_action", "micro_grid_action", "none"),
        ("E_NC1_generator_action", "gen_action", "schedule"),
        ("E_NC1_soc_low", "soc_low", 25.0),
        ("E_NC1_soc_high", "soc_high", 80.0),
    ],
)
async def test_a_setting_of_a_contact_is_written_with_all_others(
    controlled: ControlledHome, unique_id: str, field: str, value: float | str
) -> None:
    simulator = controlled.home.simulator
    former = simulator.world.plant.settings.at(simulator.clock()).contact_settings[0]

    if isinstance(value, str):
        task = controlled.start("select.select_option", unique_id, option=value)
    else:
        task = controlled.start("number.set_value", unique_id, value=value)
    await controlled.finish(task, 20)

    assert controlled.shown(unique_id).state == str(value)
    ((method, path, body),) = controlled.written()
    assert (method, path) == ("POST", CONTACT_SETTINGS)
    sent = orjson.loads(body)["dry_contacts"]
    assert sent == {key: former[key] for key in sent} | {field: value}
    assert isinstance(sent[field], type(former[field]))


async def test_a_contact_cannot_close_below_where_it_opens(controlled: ControlledHome) -> None:
    assert await refused(controlled, "number.set_value", "E_NC1_soc_low", value=70) == "contact_band"
    assert controlled.written() == []


def make_pv(controlled: ControlledHome) -> None:
    """Connect third-party PV to the first contact."""

    def change(settings: Settings) -> Settings:
        first, *others = settings.contact_settings
        return replace(settings, contact_settings=(first | {"type": "3RD-PV"}, *others))

    controlled.home.simulator.world.change_settings(change)


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_contact_for_pv_has_no_switch(start_home: StartHome) -> None:
    controlled = ControlledHome(home=await start_home("storage"))
    make_pv(controlled)
    await controlled.turn_on(ControlArea.DRY_CONTACTS)

    registered = er.async_entries_for_config_entry(er.async_get(controlled.hass), controlled.home.entry.entry_id)
    keys = {each.unique_id.partition("_")[2] for each in registered if each.domain in {"switch", "select"}}
    assert "NC2_relay" in keys
    assert {key for key in keys if key.startswith("NC1")} == set()


async def test_a_contact_that_is_used_for_pv_later_is_not_switched(controlled: ControlledHome) -> None:
    make_pv(controlled)

    assert await refused(controlled, "switch.turn_off", "E_NC1_relay") == "pv_contact"
    assert controlled.shown("E_NC1_relay").state == "unknown"
    assert controlled.written() == []


async def test_contacts_without_settings_are_not_switched(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("status", path=CONTACT_SETTINGS, code=503)

    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(controlled.start("switch.turn_off", "E_NC1_relay"), 5)
    assert caught.value.translation_key == "control_unreadable"
    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(controlled.start("select.select_option", "E_NC1_mode", option="soc"), 5)
    assert caught.value.translation_key == "control_unreadable"
    assert controlled.written() == []


async def test_a_low_charge_keeps_the_home_on_the_grid(controlled: ControlledHome) -> None:
    """The batteries are at the reserve of 20 % and stop at 10 %."""
    with pytest.raises(ServiceValidationError) as caught:
        await controlled.finish(controlled.start("switch.turn_off", "E_grid_relay"), 5)

    assert caught.value.translation_key == "off_grid_low_charge"
    assert caught.value.translation_placeholders == {"charge": "20", "needed": "20"}
    assert controlled.shown("E_grid_relay").state == "on"
    assert controlled.written() == []


@pytest.mark.usefixtures("enough_charge")
async def test_going_off_grid_is_shown_once_the_relay_is_open(controlled: ControlledHome) -> None:
    """The commanded position follows the request at once, but is no proof that the relay has moved."""
    task = controlled.start("switch.turn_off", "E_grid_relay")
    await controlled.advance(24)
    relay = controlled.home.coordinator(PollGroup.STORAGE).data.storage
    assert relay is not None
    assert relay.grid_relay is not None
    assert relay.grid_relay.commanded_position == "open"
    assert controlled.shown("E_grid_relay").state == "on"
    assert controlled.shown("E_grid_relay").attributes["pending"] is False

    await controlled.finish(task, 20)

    assert controlled.shown("E_grid_relay").state == "off"
    assert controlled.written() == [("POST", RELAY, b'{"mains_admin_state":"open"}')]


@pytest.mark.usefixtures("enough_charge")
async def test_the_relay_can_be_closed_again(controlled: ControlledHome) -> None:
    await controlled.finish(controlled.start("switch.turn_off", "E_grid_relay"), 60)

    await controlled.finish(controlled.start("switch.turn_on", "E_grid_relay"), 30)

    assert controlled.shown("E_grid_relay").state == "on"
    assert controlled.written()[-1] == ("POST", RELAY, b'{"mains_admin_state":"closed"}')


@pytest.mark.slow
async def test_a_collar_that_follows_the_command_is_shown_by_its_own_state(start_control: StartControl) -> None:
    controlled = await start_control("collar")
    controlled.home.simulator.faults.add("write_works", path=RELAY)
    for service, state in (("turn_off", "off"), ("turn_on", "on")):
        task = controlled.start(f"switch.{service}", "E_grid_relay")
        await asyncio.sleep(0)
        assert controlled.shown("E_grid_relay").state != state
        await controlled.finish(task, 60)
        assert controlled.shown("E_grid_relay").state == state


async def test_a_collar_that_ignores_the_command_becomes_read_only(start_control: StartControl) -> None:
    controlled = await start_control("collar")

    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(controlled.start("switch.turn_off", "E_grid_relay"), 100)

    assert caught.value.translation_key == "control_ignored"
    assert controlled.shown("E_grid_relay").state == "on"
    assert controlled.shown("E_grid_relay").attributes["read_only"] is True
    assert await refused(controlled, "switch.turn_off", "E_grid_relay") == "control_read_only"
    assert len(controlled.written()) == 1


@pytest.mark.usefixtures("enough_charge")
async def test_a_command_replaces_the_one_that_is_pending(controlled: ControlledHome) -> None:
    first = controlled.start("switch.turn_off", "E_grid_relay")
    await controlled.advance(10)

    await controlled.finish(controlled.start("switch.turn_on", "E_grid_relay"), 30)
    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(first, 10)

    assert caught.value.translation_key == "control_superseded"
    assert controlled.shown("E_grid_relay").state == "on"


@pytest.mark.usefixtures("enough_charge")
async def test_a_relay_that_does_not_move_stays_writable(controlled: ControlledHome) -> None:
    """It fails after 90 s and stays writable."""
    controlled.home.simulator.faults.add("write_ignored", path=RELAY)
    task = controlled.start("switch.turn_off", "E_grid_relay")
    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, 100)

    assert caught.value.translation_key == "control_ignored"
    assert caught.value.translation_placeholders == {"firmware": "8.2.4286", "seconds": "90"}
    assert controlled.shown("E_grid_relay").state == "on"
    assert "read_only" not in controlled.shown("E_grid_relay").attributes


@pytest.mark.usefixtures("enough_charge")
async def test_going_off_grid_is_refused_while_the_generator_runs(controlled: ControlledHome) -> None:
    await controlled.finish(controlled.start("select.select_option", "S_generator_mode", option="on"), 400, step=15)

    assert await refused(controlled, "switch.turn_off", "E_grid_relay") == "off_grid_generator"
    assert [path for _, path, _ in controlled.written()] == ["/ivp/ss/gen_mode"]


@pytest.mark.slow
async def test_the_generator_is_on_once_its_relay_is_closed(controlled: ControlledHome) -> None:
    """It warms up for five minutes; the accepted command is no proof that it runs."""
    task = controlled.start("select.select_option", "S_generator_mode", option="on")
    await controlled.advance(240, step=15)
    assert not task.done()
    assert controlled.shown("S_generator_mode").attributes["pending"] == "on"

    await controlled.finish(task, 120, step=15)

    assert controlled.shown("S_generator_mode").state == "on"
    assert controlled.written() == [("POST", "/ivp/ss/gen_mode", b'{"gen_cmd":"on"}')]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "off"])
async def test_the_generator_is_set_to_auto_or_off_at_once(controlled: ControlledHome, mode: str) -> None:
    await controlled.finish(controlled.start("select.select_option", "S_generator_mode", option=mode), 30)

    assert controlled.shown("S_generator_mode").state == mode
    assert controlled.written() == [("POST", "/ivp/ss/gen_mode", orjson.dumps({"gen_cmd": mode}))]


@pytest.mark.slow
async def test_the_storage_mode_is_proved_by_live_data(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_works")
    task = controlled.start("select.select_option", "S_storage_mode", option="backup")
    await controlled.finish(task, 200)

    assert controlled.shown("S_storage_mode").state == "backup"
    assert await refused(controlled, "number.set_value", "S_reserve_soc", value=50) == "reserve_in_backup"


@pytest.mark.slow
async def test_charging_from_the_grid_is_proved_by_the_scheduler(start_control: StartControl) -> None:
    controlled = await start_control("storage")
    controlled.home.simulator.faults.add("write_works")
    for service, state in (("turn_on", "on"), ("turn_off", "off")):
        await controlled.finish(controlled.start(f"switch.{service}", "S_charge_from_grid"), 200)
        assert controlled.shown("S_charge_from_grid").state == state


@pytest.mark.slow
async def test_ac_batteries_are_put_to_sleep_in_the_chosen_band_and_woken(start_control: StartControl) -> None:
    controlled = await start_control("acb")
    serials = sorted(unit.serial for unit in controlled.home.simulator.world.plant.units if unit.is_acb)
    for key, value in (("low", 40), ("high", 45)):
        await controlled.finish(controlled.start("number.set_value", f"S_acb_sleep_{key}", value=value), 3)
        assert float(controlled.shown(f"S_acb_sleep_{key}").state) == value

    task = controlled.start("button.press", "S_acb_sleep")
    await controlled.advance(5)
    assert controlled.shown("S_acb_sleep").attributes["pending"] == "sleep"
    await controlled.finish(task, 1850, step=30)
    await controlled.finish(controlled.start("button.press", "S_acb_wake"), 1850, step=30)

    (_, _, sleep), (_, _, wake) = controlled.written()
    assert [(method, path) for method, path, _ in controlled.written()] == [("PUT", ACB_CONFIG), ("DELETE", ACB_CONFIG)]
    assert orjson.loads(sleep) == {
        "acb_sleep": [{"serial_num": serial, "sleep_min_soc": 40, "sleep_max_soc": 45} for serial in serials]
    }
    assert orjson.loads(wake) == {"acb_sleep": [{"serial_num": serial} for serial in serials]}


async def test_a_reversed_sleep_band_is_refused_and_kept_over_a_reload(start_control: StartControl) -> None:
    controlled = await start_control("acb")
    await controlled.finish(controlled.start("number.set_value", "S_acb_sleep_low", value=50), 3)

    assert await refused(controlled, "button.press", "S_acb_sleep") == "sleep_band"
    assert controlled.written() == []
    await controlled.hass.config_entries.async_reload(controlled.home.entry.entry_id)
    assert float(controlled.shown("S_acb_sleep_low").state) == 50


async def test_the_relay_is_read_right_after_a_command(controlled: ControlledHome) -> None:
    await controlled.finish(controlled.start("switch.turn_on", "E_grid_relay"), 10)

    requests = [(request.method, request.path) for request in controlled.home.simulator.requests]
    written = requests.index(("POST", RELAY))
    assert requests[written + 1] == ("GET", RELAY)


async def test_a_write_waits_until_a_poll_has_ended(controlled: ControlledHome) -> None:
    """Otherwise the poll could show what it has read before the write."""
    control = async_control(controlled.hass, controlled.home.entry)
    assert control is not None
    controlled.home.clock.tick(600)  # many endpoints are due
    before = len(controlled.home.simulator.requests)

    poll = controlled.hass.async_create_task(control.coordinator.async_refresh())
    await control.coordinator.async_write(GRID_RELAY, {"mains_admin_state": "closed"}, method="POST", answer_s=5)
    await poll

    requests = [(request.method, request.path) for request in controlled.home.simulator.requests[before:]]
    assert len(requests) > 5
    assert requests.index(("POST", RELAY)) == len(requests) - 1
