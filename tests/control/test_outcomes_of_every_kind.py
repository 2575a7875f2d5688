"""Every outcome of every kind of write, from the user's action to the state that is shown."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.storage_models import AcBattery, SleepState
from tests.support.control import ControlledHome, StartControl

pytestmark = pytest.mark.slow

type Data = dict[str, float | str]
CHANGES: dict[str, tuple[str, str, Data, str, str]] = {
    "contact": ("switch.turn_off", "E_NC1_relay", {}, "on", "off"),
    "contact setting": ("select.select_option", "E_NC1_grid_action", {"option": "none"}, "apply", "none"),
    "grid relay": ("switch.turn_off", "E_grid_relay", {}, "on", "off"),
    "generator": ("select.select_option", "S_generator_mode", {"option": "off"}, "auto", "off"),
    "storage mode": ("select.select_option", "S_storage_mode", {"option": "savings"}, "self_consumption", "savings"),
    "reserve": ("number.set_value", "S_reserve_soc", {"value": 35}, "20.0", "35.0"),
}
CHANGES_ELSEWHERE: dict[str, tuple[str, str, Data, str, str]] = {
    "charge from grid": ("switch.turn_on", "S_charge_from_grid", {}, "off", "on"),
}
of_every_kind = pytest.mark.parametrize("kind", [*CHANGES, *CHANGES_ELSEWHERE])


async def home_for(start_control: StartControl, kind: str) -> ControlledHome:
    """Set up a site that has a setting, with batteries that may form the grid."""
    controlled = await start_control("storage_ct_split" if kind in CHANGES else "storage")
    controlled.home.simulator.world.change_settings(lambda settings: replace(settings, very_low=5))
    return controlled


@of_every_kind
@pytest.mark.parametrize("fault", ["write_works", "write_late", "write_times_out"])
async def test_a_change_of_any_kind_is_shown_once_it_is_in_effect(
    start_control: StartControl, kind: str, fault: str
) -> None:
    controlled = await home_for(start_control, kind)
    service, unique_id, data, before, after = (CHANGES | CHANGES_ELSEWHERE)[kind]
    controlled.home.simulator.faults.add(fault)
    task = controlled.start(service, unique_id, **data)
    await asyncio.sleep(0)
    assert controlled.shown(unique_id).state == before
    assert "pending" in controlled.shown(unique_id).attributes

    await controlled.finish(task, 350, step=2)

    assert controlled.shown(unique_id).state == after
    assert "pending" not in controlled.shown(unique_id).attributes
    assert len(controlled.written()) == 1


@of_every_kind
@pytest.mark.parametrize(
    ("fault", "parameters", "key"),
    [
        ("write_ignored", {}, "control_ignored"),
        ("write_fails", {"code": 400}, "control_refused"),
        ("write_fails", {"code": 503}, "control_refused"),
    ],
)
async def test_a_change_of_any_kind_that_fails_leaves_what_the_gateway_has(
    start_control: StartControl, kind: str, fault: str, parameters: dict[str, int], key: str
) -> None:
    controlled = await home_for(start_control, kind)
    service, unique_id, data, before, _ = (CHANGES | CHANGES_ELSEWHERE)[kind]
    controlled.home.simulator.faults.add(fault).parameters.update(parameters)

    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(controlled.start(service, unique_id, **data), 650, step=5)

    assert caught.value.translation_key == key
    assert (caught.value.translation_placeholders or {})["firmware"] in {"8.2.4286", "8.3.6086"}
    assert controlled.shown(unique_id).state == before
    assert "pending" not in controlled.shown(unique_id).attributes
    assert len(controlled.written()) == 1


@pytest.mark.parametrize("kind", ["storage mode", "reserve", "charge from grid"])
async def test_a_storage_setting_that_the_cloud_undoes_after_90_s_fails_and_becomes_read_only(
    start_control: StartControl, kind: str
) -> None:
    controlled = await home_for(start_control, kind)
    service, unique_id, data, before, after = (CHANGES | CHANGES_ELSEWHERE)[kind]
    controlled.home.simulator.faults.add("write_undone", seconds=90)
    task = controlled.start(service, unique_id, **data)
    await controlled.advance(60, step=5)
    assert controlled.shown(unique_id).state == after

    with pytest.raises(HomeAssistantError) as caught:
        await controlled.finish(task, 160, step=5)

    assert caught.value.translation_key == "control_undone"
    assert controlled.shown(unique_id).state == before
    assert controlled.shown(unique_id).attributes["read_only"] is True
    assert len(controlled.written()) == 1


@pytest.mark.parametrize("kind", ["contact", "contact setting", "grid relay", "generator"])
async def test_a_setting_that_is_undone_later_is_shown_as_it_is(start_control: StartControl, kind: str) -> None:
    """The cloud is not known to undo these settings: the change is confirmed, and later polls show the new state."""
    controlled = await home_for(start_control, kind)
    service, unique_id, data, before, after = CHANGES[kind]
    controlled.home.simulator.faults.add("write_undone", seconds=90)
    await controlled.finish(controlled.start(service, unique_id, **data), 60, step=2)
    assert controlled.shown(unique_id).state == after

    await controlled.advance(900, step=15)

    assert controlled.shown(unique_id).state == before
    assert "read_only" not in controlled.shown(unique_id).attributes
    assert len(controlled.written()) == 1


def ac_batteries(controlled: ControlledHome) -> Mapping[str, AcBattery]:
    """Return the AC Batteries as they were last read."""
    storage = controlled.home.coordinator(PollGroup.STORAGE).data.storage
    assert storage is not None
    return storage.ac_batteries


SLEEP = {
    "write_works": None,
    "write_late": None,
    "write_times_out": None,
    "write_ignored": "control_ignored",
    "write_undone": "control_ignored",
    "write_fails": "control_refused",
}


@pytest.mark.parametrize(("fault", "key"), SLEEP.items())
async def test_an_order_to_ac_batteries_ends_as_they_report(
    start_control: StartControl, fault: str, key: str | None
) -> None:
    """They report every 15 minutes, so an order that is undone before the next report has no effect."""
    controlled = await start_control("acb")
    controlled.home.simulator.faults.add(fault)
    task = controlled.start("button.press", "S_acb_sleep")
    await asyncio.sleep(0)
    assert controlled.shown("S_acb_sleep").attributes["pending"] == "sleep"

    if key is None:
        await controlled.finish(task, 2500, step=30)
    else:
        with pytest.raises(HomeAssistantError) as caught:
            await controlled.finish(task, 2500, step=30)
        assert caught.value.translation_key == key
    states = {battery.sleep_state for battery in ac_batteries(controlled).values()}
    assert states == ({SleepState.AWAKE} if key else {SleepState.GOING_TO_SLEEP})
    assert "pending" not in controlled.shown("S_acb_sleep").attributes
    assert len(controlled.written()) == 1
