"""Sensors of settings of the installer: limits, and the schedule of the generator."""

from homeassistant.helpers import entity_registry as er
import pytest

from tests.conftest import StartHome
from tests.support.entries import sensor_id
from tests.support.home import Home


def limits(home: Home) -> dict[str, str]:
    """Return the states of the limits by the end of their unique ids."""
    states = {unique_id.partition("_")[2]: state for unique_id, (_, state) in home.states().items()}
    return {key: state for key, state in states.items() if key.endswith(("_limit", "_limit_percent"))}


@pytest.mark.slow
@pytest.mark.usefixtures("all_entities_enabled")
async def test_an_export_limit_is_shown_where_it_is_enabled(start_home: StartHome) -> None:
    assert limits(await start_home("acb")) == {"export_limit_percent": "100.0"}


@pytest.mark.usefixtures("all_entities_enabled")
async def test_without_a_limit_there_is_no_entity(start_home: StartHome) -> None:
    assert limits(await start_home("storage_single_phase")) == {}


async def test_the_generator_has_its_schedule(start_home: StartHome) -> None:
    home = await start_home("storage_ct_split")
    state = home.hass.states.get(sensor_id(home.hass, f"{home.entry.unique_id}_generator_state"))

    assert state is not None
    schedule = ("starts_at_percent", "stops_at_percent", "exercise_day", "exercise_start", "exercise_duration_min")
    assert [state.attributes[key] for key in schedule] == [30, 70, "Sun", "12:30", 30]
    assert state.attributes["exercise_every_weeks"] == 1


@pytest.mark.usefixtures("all_entities_enabled")
async def test_batteries_and_the_generator_have_their_rated_powers(start_home: StartHome) -> None:
    home = await start_home("storage_ct_split")
    states = {
        entry.unique_id: home.hass.states.get(entry.entity_id) for entry in er.async_get(home.hass).entities.values()
    }

    rated = {
        unique_id.partition("_")[2]: state.attributes["rated_power_w"]
        for unique_id, state in states.items()
        if state is not None and "rated_power_w" in state.attributes
    }

    assert rated == {"status": 3840, "generator_power": 22000}
