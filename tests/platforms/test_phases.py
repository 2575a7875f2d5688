"""The option "Values of each phase" and the entity registry."""

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.const import CONF_PHASE_VALUES, PhaseValues
from tests.conftest import StartHome
from tests.support.entries import sensor_id
from tests.support.home import Home
from tests.support.options import open_step
from tests.support.virtual_time import settle

POWER, ENERGY, VOLTAGE = "production_power_l1", "production_energy_lifetime_l1", "production_voltage_l1"


async def choose(home: Home, phase_values: PhaseValues) -> None:
    """Choose an option in the settings."""
    form = await open_step(home.hass, home.entry.entry_id, "settings")
    await home.hass.config_entries.options.async_configure(form["flow_id"], {CONF_PHASE_VALUES: phase_values})
    await settle(home.hass)


def entity(home: Home, key: str) -> er.RegistryEntry:
    """Return an entity of the gateway from the registry."""
    registry = er.async_get(home.hass)
    return registry.entities[sensor_id(home.hass, f"{home.entry.unique_id}_{key}")]


def enabled(home: Home) -> set[str]:
    """Return which of three sensors of a phase are enabled."""
    return {key for key in (POWER, ENERGY, VOLTAGE) if entity(home, key).disabled_by is None}


@pytest.mark.parametrize(
    ("phase_values", "keys"),
    [
        (PhaseValues.NONE, set()),
        (PhaseValues.POWER, {POWER}),
        (PhaseValues.POWER_AND_ENERGY, {POWER, ENERGY}),
    ],
)
async def test_the_option_enables_its_sensors(start_home: StartHome, phase_values: PhaseValues, keys: set[str]) -> None:
    home = await start_home()

    await choose(home, phase_values)

    assert enabled(home) == keys
    assert keys <= {key.partition("_")[2] for key in home.states()}


async def test_a_smaller_choice_disables_what_the_larger_one_enabled(start_home: StartHome) -> None:
    home = await start_home()
    await choose(home, PhaseValues.POWER_AND_ENERGY)

    await choose(home, PhaseValues.POWER)

    assert enabled(home) == {POWER}
    assert entity(home, ENERGY).disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_a_sensor_that_is_new_with_the_option_is_disabled_without_it(start_home: StartHome) -> None:
    home = await start_home()
    await choose(home, PhaseValues.POWER)
    er.async_get(home.hass).async_remove(entity(home, POWER).entity_id)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert enabled(home) == {POWER}

    await choose(home, PhaseValues.NONE)

    assert enabled(home) == set()


@pytest.mark.slow
async def test_a_sensor_that_the_user_enabled_stays_enabled(start_home: StartHome) -> None:
    home = await start_home()
    er.async_get(home.hass).async_update_entity(entity(home, POWER).entity_id, disabled_by=None)
    await choose(home, PhaseValues.POWER)

    await choose(home, PhaseValues.NONE)

    assert enabled(home) == {POWER}


async def test_a_sensor_that_the_user_disabled_stays_disabled(start_home: StartHome) -> None:
    home = await start_home()
    registry = er.async_get(home.hass)
    registry.async_update_entity(entity(home, POWER).entity_id, disabled_by=er.RegistryEntryDisabler.USER)

    await choose(home, PhaseValues.POWER)

    assert enabled(home) == set()
