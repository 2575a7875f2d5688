"""The actions for automations: each returns what was confirmed, and when."""

from datetime import datetime

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from tests.conftest import StartHome, StartSimulator, set_up
from tests.support.control import ControlledHome, StartControl


async def test_the_reserve_is_confirmed_with_its_time(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_late", seconds=10)
    started = dt_util.utcnow()

    response = await controlled.finish(controlled.start("set_reserve", reserve=35), 250)

    assert (response["setting"], response["confirmed"]) == ("reserve", 35)
    assert 10 <= (datetime.fromisoformat(response["at"]) - started).total_seconds() <= 20
    assert controlled.shown("S_reserve_soc").state == "35.0"


async def test_a_reserve_with_decimals_is_rounded_and_confirmed(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_works")

    response = await controlled.finish(controlled.start("set_reserve", reserve=33.3), 250)

    assert response["confirmed"] == 33
    assert controlled.shown("S_reserve_soc").state == "33.0"
    assert not controlled.repairs()


async def test_the_storage_mode_is_confirmed(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_works")

    task = controlled.start("set_storage_mode", mode="savings", gateway=controlled.home.entry.entry_id)
    response = await controlled.finish(task, 250)

    assert response["confirmed"] == "savings"
    assert controlled.shown("S_storage_mode").state == "savings"


@pytest.mark.usefixtures("enough_charge")
async def test_going_off_grid_and_back_is_confirmed(controlled: ControlledHome) -> None:
    for action, closed in (("go_off_grid", False), ("go_on_grid", True)):
        response = await controlled.finish(controlled.start(action), 100)
        assert (response["setting"], response["confirmed"]) == ("grid_relay", closed)


async def test_an_action_fails_as_the_entity_does(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_ignored")

    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(controlled.start("set_reserve", reserve=35), 60)

    assert caught.value.translation_key == "control_ignored"
    assert controlled.shown("S_reserve_soc").attributes["read_only"] is True


async def test_a_gateway_that_is_not_set_up_is_refused(controlled: ControlledHome) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await controlled.start("set_reserve", reserve=35, gateway="another")

    assert caught.value.translation_key == "which_gateway"


async def test_a_site_without_the_setting_refuses(start_control: StartControl) -> None:
    controlled = await start_control("storage_single_phase")

    with pytest.raises(ServiceValidationError) as caught:
        await controlled.start("go_off_grid")

    assert caught.value.translation_key == "control_not_available"


@pytest.mark.parametrize("action", ["go_off_grid", "go_on_grid"])
async def test_without_the_option_actions_refuse(start_home: StartHome, action: str) -> None:
    home = await start_home("storage")

    with pytest.raises(ServiceValidationError) as caught:
        await ControlledHome(home=home).start(action)

    assert caught.value.translation_key == "control_off"


async def test_with_two_gateways_one_must_be_chosen(
    controlled: ControlledHome, start_simulator: StartSimulator
) -> None:
    await set_up(controlled.hass, await start_simulator(serial="122300000002"))

    with pytest.raises(ServiceValidationError) as caught:
        await controlled.start("go_on_grid")

    assert caught.value.translation_key == "which_gateway"


async def test_a_gateway_that_is_away_is_refused_in_words(controlled: ControlledHome) -> None:
    """Home Assistant tries to set it up again, and the user may have named it or not."""
    await controlled.hass.config_entries.async_unload(controlled.home.entry.entry_id)

    for named in ({}, {"gateway": controlled.home.entry.entry_id}):
        with pytest.raises(ServiceValidationError) as caught:
            await controlled.start("go_on_grid", **named)
        assert caught.value.translation_key == "not_loaded"


async def test_nothing_is_changed_on_another_gateway_while_one_is_away(
    controlled: ControlledHome, start_simulator: StartSimulator
) -> None:
    other = await set_up(controlled.hass, await start_simulator(serial="122300000002"))
    await controlled.hass.config_entries.async_unload(other.entry_id)

    with pytest.raises(ServiceValidationError) as caught:
        await controlled.start("go_on_grid")

    assert caught.value.translation_key == "which_gateway"
