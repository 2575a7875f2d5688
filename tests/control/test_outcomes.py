"""Every outcome of a write, from the user's action to the state that is shown."""

import asyncio

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import orjson
import pytest

from custom_components.enphase_iq_gateway.client import GatewayAuthenticationError
from simulator import Faults
from tests.support.control import ControlledHome, StartControl
from tests.support.repairs import open_repair, submit_repair

CONTACTS = "/ivp/ensemble/dry_contacts"
TARIFF = "/admin/lib/tariff"


def works(faults: Faults) -> None:
    faults.add("write_works", path=TARIFF)


def issues(controlled: ControlledHome) -> set[str]:
    """Return the translation keys of the repairs about settings that are ignored."""
    return {str(issue.translation_key) for issue in controlled.repairs()}


async def failure(controlled: ControlledHome, unique_id: str, seconds: float, value: float = 35) -> HomeAssistantError:
    """Set the reserve and return the error that the user sees."""
    task = controlled.start("number.set_value", unique_id, value=value)
    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, seconds)
    return caught.value


@pytest.mark.slow
async def test_a_setting_that_works_is_shown_once_it_is_read_back(controlled: ControlledHome) -> None:
    works(controlled.home.simulator.faults)
    task = controlled.start("number.set_value", "S_reserve_soc", value=35)
    await asyncio.sleep(0)
    assert controlled.shown("S_reserve_soc").attributes["pending"] == 35
    assert controlled.shown("S_reserve_soc").state == "20.0"

    await controlled.advance(2)
    assert controlled.shown("S_reserve_soc").state == "35.0"
    assert controlled.shown("S_reserve_soc").attributes["pending"] == 35

    await controlled.finish(task, 200)
    assert controlled.shown("S_reserve_soc").state == "35.0"
    assert "pending" not in controlled.shown("S_reserve_soc").attributes
    assert len(controlled.written()) == 1
    assert issues(controlled) == set()


async def test_a_setting_that_works_late_shows_the_former_value_until_then(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_late", path=TARIFF, seconds=20)
    task = controlled.start("number.set_value", "S_reserve_soc", value=35)
    await controlled.advance(18)
    assert controlled.shown("S_reserve_soc").state == "20.0"
    assert controlled.shown("S_reserve_soc").attributes["pending"] == 35

    await controlled.advance(6)
    assert controlled.shown("S_reserve_soc").state == "35.0"

    await controlled.finish(task, 200)
    assert len(controlled.written()) == 1


async def test_a_setting_that_is_ignored_becomes_read_only_and_is_explained(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_ignored", path=TARIFF)

    error = await failure(controlled, "S_reserve_soc", 40)

    assert error.translation_key == "control_ignored"
    assert error.translation_placeholders == {"firmware": "8.2.4286", "seconds": "30"}
    state = controlled.shown("S_reserve_soc")
    assert state.state == "20.0"
    assert state.attributes["read_only"] is True
    assert "pending" not in state.attributes
    assert issues(controlled) == {"ignored_reserve"}
    with pytest.raises(ServiceValidationError) as refused:
        await controlled.start("number.set_value", "S_reserve_soc", value=40)
    assert refused.value.translation_key == "control_read_only"
    assert len(controlled.written()) == 1


async def test_a_read_only_setting_can_be_tried_again_after_its_repair(controlled: ControlledHome) -> None:
    await failure(controlled, "S_reserve_soc", 40)

    (issue,) = controlled.repairs()
    await submit_repair(controlled.hass, await open_repair(controlled.hass, issue))
    works(controlled.home.simulator.faults)
    await controlled.finish(controlled.start("number.set_value", "S_reserve_soc", value=35), 200)

    assert controlled.shown("S_reserve_soc").state == "35.0"
    assert "read_only" not in controlled.shown("S_reserve_soc").attributes


async def test_read_only_outlasts_a_reload_but_not_other_firmware(controlled: ControlledHome) -> None:
    await failure(controlled, "S_reserve_soc", 40)
    await controlled.hass.config_entries.async_reload(controlled.home.entry.entry_id)
    assert controlled.shown("S_reserve_soc").attributes["read_only"] is True

    controlled.home.simulator.set_firmware("D8.3.6087")
    await controlled.hass.config_entries.async_reload(controlled.home.entry.entry_id)

    assert "read_only" not in controlled.shown("S_reserve_soc").attributes
    assert issues(controlled) == set()


async def test_a_setting_that_the_cloud_undoes_fails_at_the_later_check(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_undone", path=TARIFF, seconds=90)
    task = controlled.start("number.set_value", "S_reserve_soc", value=35)
    await controlled.advance(60, step=5)
    assert controlled.shown("S_reserve_soc").state == "35.0"
    assert not task.done()

    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, 140)

    assert caught.value.translation_key == "control_undone"
    assert caught.value.translation_placeholders == {"firmware": "8.2.4286", "minutes": "3"}
    assert controlled.shown("S_reserve_soc").state == "20.0"
    assert controlled.shown("S_reserve_soc").attributes["read_only"] is True
    assert issues(controlled) == {"ignored_reserve"}


async def test_the_cloud_optimizer_is_named_as_the_reason(start_control: StartControl) -> None:
    controlled = await start_control("acb")

    error = await failure(controlled, "S_reserve_soc", 40)

    assert error.translation_key == "control_ignored_by_optimizer"


@pytest.mark.parametrize("code", [400, 403, 500, 503])
async def test_a_setting_that_is_refused_fails_at_once(controlled: ControlledHome, code: int) -> None:
    controlled.home.simulator.faults.add("write_fails", path=TARIFF, code=code)

    error = await failure(controlled, "S_reserve_soc", 3)

    assert error.translation_key == "control_refused"
    assert error.translation_placeholders == {"firmware": "8.2.4286", "path": TARIFF, "status": str(code)}
    assert controlled.shown("S_reserve_soc").state == "20.0"
    assert len(controlled.written()) == 1
    assert issues(controlled) == set()


@pytest.mark.slow
async def test_a_write_that_times_out_after_it_has_worked_is_read_back_and_not_repeated(
    controlled: ControlledHome,
) -> None:
    controlled.home.simulator.faults.add("write_times_out", path=TARIFF)
    task = controlled.start("number.set_value", "S_reserve_soc", value=35)
    await controlled.advance(30)
    assert controlled.shown("S_reserve_soc").state == "20.0"

    await controlled.finish(task, 300)

    assert controlled.shown("S_reserve_soc").state == "35.0"
    assert len(controlled.written()) == 1


async def test_a_write_without_an_answer_and_without_effect_is_not_repeated(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_ignored", path=CONTACTS)
    controlled.home.simulator.faults.add("reset", path=CONTACTS, when="before", count=1)

    task = controlled.start("switch.turn_off", "E_NC1_relay")
    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, 60)

    assert caught.value.translation_key == "control_no_answer"
    assert controlled.shown("E_NC1_relay").state == "on"
    assert len(controlled.written()) == 1


async def test_a_write_that_cannot_be_read_back_is_reported_as_unknown(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("status", path=CONTACTS, code=503, after=1)

    task = controlled.start("switch.turn_off", "E_NC1_relay")
    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, 60)

    assert caught.value.translation_key == "control_unknown"
    assert len(controlled.written()) == 1


async def test_nothing_is_sent_where_the_document_cannot_be_read_first(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("status", path=TARIFF, code=503)

    error = await failure(controlled, "S_reserve_soc", 3)

    assert error.translation_key == "control_unreadable"
    assert controlled.written() == []


async def test_nothing_is_sent_while_the_gateway_cannot_be_reached(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("reset", when="before")

    error = await failure(controlled, "S_reserve_soc", 3)

    assert error.translation_key == "control_unreadable"
    assert controlled.written() == []


async def test_a_later_check_without_an_answer_is_reported_as_unknown(controlled: ControlledHome) -> None:
    works(controlled.home.simulator.faults)
    task = controlled.start("number.set_value", "S_reserve_soc", value=35)
    await controlled.advance(150, step=10)
    controlled.home.simulator.faults.add("status", path="/ivp/ensemble/secctrl", code=503)

    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, 60)

    assert caught.value.translation_key == "control_unknown"
    assert issues(controlled) == set()


async def test_a_later_change_replaces_the_later_check_of_the_first(controlled: ControlledHome) -> None:
    works(controlled.home.simulator.faults)
    first = controlled.start("number.set_value", "S_reserve_soc", value=35)
    await controlled.advance(60, step=10)

    second = controlled.start("number.set_value", "S_reserve_soc", value=40)
    await controlled.finish(first, 200)
    await controlled.finish(second, 200)

    assert controlled.shown("S_reserve_soc").state == "40.0"
    assert issues(controlled) == set()


async def test_a_write_with_a_rejected_token_is_an_error_about_the_credentials(
    controlled: ControlledHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise GatewayAuthenticationError("status 401")

    monkeypatch.setattr(controlled.home.entry.runtime_data.gateway, "write", refuse)

    error = await failure(controlled, "S_reserve_soc", 3)

    assert error.translation_key == "invalid_auth"


async def test_two_settings_of_one_document_do_not_undo_each_other(controlled: ControlledHome) -> None:
    works(controlled.home.simulator.faults)
    tasks = [
        controlled.start("number.set_value", "S_reserve_soc", value=35),
        controlled.start("select.select_option", "S_storage_mode", option="savings"),
    ]
    for task in tasks:
        await controlled.finish(task, 400)

    bodies = [orjson.loads(body)["tariff"]["storage_settings"] for _, _, body in controlled.written()]
    assert [(body["reserved_soc"], body["mode"]) for body in bodies] == [(35, "self-consumption"), (35, "economy")]
    assert controlled.shown("S_reserve_soc").state == "35.0"
    assert controlled.shown("S_storage_mode").state == "savings"


async def test_a_change_ends_when_the_gateway_is_unloaded(controlled: ControlledHome) -> None:
    works(controlled.home.simulator.faults)
    task = controlled.start("number.set_value", "S_reserve_soc", value=35)
    await controlled.advance(10)

    await controlled.hass.config_entries.async_unload(controlled.home.entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, 3)

    assert caught.value.translation_key == "control_unknown"


async def test_the_error_is_a_translated_sentence(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_ignored")

    error = await failure(controlled, "S_reserve_soc", 40)

    assert str(error) == "Firmware 8.2.4286 accepted the change but hasn't carried it out within 30 seconds"
