"""The options turn control on area by area; without them there are no entities of control."""

from dataclasses import replace

from homeassistant.const import Platform
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.const import CONF_CONTROL, CONF_UPDATE_INTERVAL
from custom_components.enphase_iq_gateway.control.areas import ControlArea
from tests.conftest import StartHome
from tests.support.control import ControlledHome, StartControl
from tests.support.home import Home
from tests.support.options import open_step

PLATFORMS = {Platform.BUTTON, Platform.NUMBER, Platform.SELECT, Platform.SWITCH}


def controls(home: Home) -> set[str]:
    """Return the keys of the registered entities of control."""
    registered = er.async_entries_for_config_entry(er.async_get(home.hass), home.entry.entry_id)
    return {each.unique_id.partition("_")[2] for each in registered if each.domain in PLATFORMS}


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("profile", ["storage_ct_split", "acb"])
async def test_without_the_option_there_is_no_entity_and_no_write(start_home: StartHome, profile: str) -> None:
    home = await start_home(profile)
    await home.advance(300, step=30)

    assert controls(home) == set()
    assert {request.path for request in home.simulator.requests if request.method != "GET"} <= {"/ivp/livedata/stream"}


@pytest.mark.slow
async def test_the_option_alone_adds_no_request(controlled: ControlledHome) -> None:
    """Only contacts are read more often where they are shown."""
    await controlled.turn_on(*(area for area in ControlArea if area is not ControlArea.DRY_CONTACTS))
    before = len(controlled.home.simulator.requests)
    await controlled.home.advance(300, step=30)
    with_control = [request.path for request in controlled.home.simulator.requests[before:]]

    await controlled.turn_on()
    before = len(controlled.home.simulator.requests)
    await controlled.home.advance(300, step=30)
    without = [request.path for request in controlled.home.simulator.requests[before:]]

    assert set(with_control) <= set(without) | {"/ivp/livedata/stream"}
    assert abs(len(with_control) - len(without)) <= 3


async def test_a_contact_that_is_switched_elsewhere_is_shown_within_a_minute(controlled: ControlledHome) -> None:
    await controlled.home.advance(30)
    controlled.home.simulator.world.change_settings(
        lambda settings: replace(settings, contacts=settings.contacts | {"NO1": "closed"})
    )
    assert controlled.shown("E_NO1_relay").state == "off"

    await controlled.home.advance(75)

    assert controlled.shown("E_NO1_relay").state == "on"


AREAS = {
    ControlArea.DRY_CONTACTS: {
        *(f"{contact}_relay" for contact in ("NC1", "NC2", "NO1", "NO2")),
        *(f"NC1_{key}" for key in ("mode", "grid_action", "off_grid_action", "generator_action")),
        *("NC1_soc_low", "NC1_soc_high"),
    },
    ControlArea.STORAGE_SETTINGS: {"storage_mode", "reserve_soc"},
    ControlArea.GRID_RELAY: {"grid_relay"},
    ControlArea.GENERATOR: {"generator_mode"},
    ControlArea.AC_BATTERY_SLEEP: set(),
}


@pytest.mark.parametrize("area", ControlArea)
async def test_each_area_has_its_entities(start_control: StartControl, area: ControlArea) -> None:
    controlled = await start_control("storage_ct_split", area)

    assert controls(controlled.home) == AREAS[area]


async def test_ac_batteries_have_their_entities(start_control: StartControl) -> None:
    controlled = await start_control("acb", ControlArea.AC_BATTERY_SLEEP)

    assert controls(controlled.home) == {"acb_sleep", "acb_wake", "acb_sleep_low", "acb_sleep_high"}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("metered_net_three_phase", set()),
        ("storage_single_phase", {"storage_mode", "reserve_soc"}),
        ("collar", {"storage_mode", "reserve_soc", "grid_relay"}),
    ],
)
async def test_only_the_settings_of_the_site_are_offered(
    start_control: StartControl, profile: str, expected: set[str]
) -> None:
    """EU batteries have no relay, and a collar has no contacts."""
    controlled = await start_control(profile)

    assert controls(controlled.home) == expected


async def test_the_entities_and_actions_of_an_area_that_is_turned_off_are_removed(controlled: ControlledHome) -> None:
    await controlled.turn_on(ControlArea.GRID_RELAY)

    assert controls(controlled.home) == {"grid_relay"}
    with pytest.raises(ServiceValidationError) as caught:
        await controlled.start("set_reserve", reserve=30)
    assert caught.value.translation_key == "control_off"


@pytest.mark.slow
async def test_turning_the_storage_settings_off_resolves_their_repairs(controlled: ControlledHome) -> None:
    controlled.home.simulator.faults.add("write_ignored")
    task = controlled.start("number.set_value", "S_reserve_soc", value=35)
    with pytest.raises(HomeAssistantError):
        await controlled.finish(task, 60)
    raised = controlled.repairs()

    await controlled.turn_on(ControlArea.GRID_RELAY)
    left = controlled.repairs()
    await controlled.turn_on(ControlArea.STORAGE_SETTINGS)

    assert (len(raised), left) == (1, [])

    assert "read_only" not in controlled.shown("S_reserve_soc").attributes


async def test_control_is_kept_when_the_settings_change(controlled: ControlledHome) -> None:
    form = await open_step(controlled.hass, controlled.home.entry.entry_id, "settings")
    await controlled.hass.config_entries.options.async_configure(form["flow_id"], {CONF_UPDATE_INTERVAL: 60})

    assert controlled.home.entry.options[CONF_CONTROL] == [area.value for area in ControlArea]
    assert controlled.home.entry.options[CONF_UPDATE_INTERVAL] == 60


async def test_the_form_shows_which_areas_are_on(controlled: ControlledHome) -> None:
    await controlled.turn_on(ControlArea.GENERATOR)

    form = await open_step(controlled.hass, controlled.home.entry.entry_id, "control")

    assert form["data_schema"] is not None
    shown = {str(key): key.description["suggested_value"] for key in form["data_schema"].schema}
    assert shown == {area.value: area is ControlArea.GENERATOR for area in ControlArea}
