"""A takeover continues statistics alike on every database that Home Assistant supports."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.history.takeover.starts import async_find_shifts
from custom_components.enphase_iq_gateway.history.takeover.sums import async_continue_sums
from tests.history.takeover.recording import ENERGY, record_and_purge
from tests.history.takeover.two_integrations import TwoIntegrations

SHIFT_MWH = 0.4


@pytest.mark.long
async def test_a_counter_that_stopped_at_another_value_continues_without_a_jump(
    home: TwoIntegrations, dialect: str
) -> None:
    """Its last value is read from the statistics, and so is what this integration has counted since."""
    assert get_instance(home.hass).dialect_name == dialect
    entity_id = home.entity_id("lifetime_production")
    await home.live(10)
    shown = home.hass.states.get(entity_id)
    assert shown is not None
    await home.hass.config_entries.async_unload(home.core.entry_id)
    last = float(shown.state) + SHIFT_MWH
    home.clock.tick(1)  # databases order states of the same moment differently
    home.hass.states.async_set(entity_id, str(last), shown.attributes)
    await home.live(5)
    home.hass.states.async_set(entity_id, "unavailable", {"restored": True})
    await home.live(10)

    before = (await home.sums([entity_id]))[entity_id][-1]
    plan = home.plan()
    shifts = await async_find_shifts(home.hass, home.entry, plan.moves)
    await home.take_over(plan, shifts)
    await home.live(10)

    after = (await home.sums([entity_id]))[entity_id][-1]
    state = home.hass.states.get(entity_id)
    assert state is not None
    counted = float(state.state) - last
    assert 0 < counted < SHIFT_MWH / 100
    assert after - before == pytest.approx(1000 * counted, abs=0.05)


@pytest.mark.slow
async def test_a_sum_whose_short_term_rows_are_gone_continues(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    dialect: str,
) -> None:
    await async_setup_recorder_instance(hass)
    recording = await record_and_purge(hass, freezer)
    assert get_instance(hass).dialect_name == dialect

    async_continue_sums(hass, [ENERGY])
    await async_wait_recording_done(hass)
    await recording.record(150)

    assert await recording.sums() == [11, 50]
