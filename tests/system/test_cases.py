"""Gateways that were shown wrongly once show the right values: from their recorded answers to the states."""

from datetime import UTC, datetime
from pathlib import Path
import shutil
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.conftest import StartSimulator, set_up, sign_in, start_flow
from tests.support.captures import ANSWERS, CASES, folders, needs
from tests.support.cases import FOUND, REFUSED, REPORTED, Case, copy_for_replay, newest_time, shift_times
from tests.support.shown import shown_values
from tests.support.virtual_time import VirtualTime, pass_time

NO_REPAIR = "5_ct_enabled_measures_nothing"
TWO_GATEWAYS = "6_inverter_moved_to_second_gateway"
MOVED = "482300000002"


async def replay(start_simulator: StartSimulator, hass: HomeAssistant, folder: Path) -> ConfigEntry:
    """Set up a gateway that answers with the files of a folder."""
    return await set_up(hass, await start_simulator(replay=folder, clock=time.time))


def wrong_values(hass: HomeAssistant, entry: ConfigEntry, case: Case) -> dict[str, object]:
    """Return what is shown instead of the right values; power and energy are rounded to whole W and Wh."""
    shown = shown_values(hass, entry)
    return {
        key: shown.get(key)
        for key, right in case.values.items()
        if shown.get(key) != (None if right is None else pytest.approx(right, abs=0.51))
    }


@needs(CASES)
def test_every_case_is_in_the_table() -> None:
    assert {folder.name for folder in folders(CASES)} == {*REPORTED, TWO_GATEWAYS, "attacks"}


@needs(ANSWERS)
def test_every_answer_is_in_the_table() -> None:
    assert {folder.name for folder in folders(ANSWERS)} == {*FOUND, *REFUSED}


@needs(CASES)
@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("name", REPORTED)
async def test_a_reported_case_shows_the_right_values(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, name: str
) -> None:
    freezer.move_to(dt_util.utc_from_timestamp(newest_time(CASES / name)))

    entry = await replay(start_simulator, hass, CASES / name)

    assert wrong_values(hass, entry, REPORTED[name]) == {}


@needs(ANSWERS)
@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("name", FOUND)
async def test_answers_of_other_projects_show_the_right_values(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, tmp_path: Path, name: str
) -> None:
    folder = copy_for_replay(ANSWERS / name, tmp_path, FOUND[name].firmware)
    freezer.move_to(dt_util.utc_from_timestamp(newest_time(folder)))

    entry = await replay(start_simulator, hass, folder)

    assert wrong_values(hass, entry, FOUND[name]) == {}


@needs(ANSWERS)
@pytest.mark.parametrize("name", REFUSED)
async def test_answers_without_production_are_refused(
    hass: HomeAssistant, start_simulator: StartSimulator, tmp_path: Path, name: str
) -> None:
    simulator = await start_simulator(replay=copy_for_replay(ANSWERS / name, tmp_path, REFUSED[name]))

    result = await sign_in(hass, await start_flow(hass, simulator), simulator)

    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "unsupported"}


@needs(CASES)
@pytest.mark.parametrize("clock", [datetime(2024, 10, 12, 18, 8, 25, tzinfo=UTC)], indirect=True)
async def test_a_ct_that_measures_nothing_is_reported(
    hass: HomeAssistant, start_simulator: StartSimulator, clock: VirtualTime, tmp_path: Path
) -> None:
    """It is day where Home Assistant is in tests; the answers stay the same for two hours."""
    folder = tmp_path / NO_REPAIR
    shutil.copytree(CASES / NO_REPAIR, folder)
    await replay(start_simulator, hass, folder)

    for _ in range(24):
        await pass_time(hass, clock, 300)
        shift_times(folder, 300)

    (issue,) = [issue for (domain, _), issue in ir.async_get(hass).issues.items() if domain == DOMAIN and issue.active]
    powers = issue.translation_placeholders or {}
    assert issue.translation_key == "ct_checkup_nothing"
    assert (powers["ct"], powers["inverters"]) == ("-2 W", "3579 W")


@needs(CASES)
@pytest.mark.parametrize("order", [("gateway_a", "gateway_b"), ("gateway_b", "gateway_a")])
async def test_an_inverter_belongs_to_the_gateway_that_receives_its_reports(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    order: tuple[str, str],
) -> None:
    """Gateway A has a report of 33 W from five days ago, gateway B one of 222 W from a minute ago."""
    folder = CASES / TWO_GATEWAYS
    freezer.move_to(dt_util.utc_from_timestamp(newest_time(folder / "gateway_b")))

    for name in order:
        await replay(start_simulator, hass, folder / name)

    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{MOVED}_power")
    assert entity_id is not None
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.state == "222"
    assert "does not generate unique IDs" not in caplog.text
