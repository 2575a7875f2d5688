"""Sums continue where an integration was off for longer than the recorder keeps short-term statistics."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.history.takeover.sums import async_continue_sums
from tests.support.recorder import Busy

from .recording import ENERGY, POWER, Recording, record_and_purge


@pytest.fixture
async def recording(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> Recording:
    """Record, and purge the short-term statistics."""
    await async_setup_recorder_instance(hass)
    return await record_and_purge(hass, freezer)


async def test_a_sum_that_is_not_continued_begins_at_zero(recording: Recording) -> None:
    await recording.record(150)

    assert await recording.sums() == [0]


@pytest.mark.slow
async def test_the_sum_continues_from_what_a_repair_leaves(recording: Recording) -> None:
    """The recorder is busy, so that the repair that was started before is not made yet."""
    busy, recorder = Busy(), get_instance(recording.hass)
    recorder.queue_task(busy)
    recorder.async_adjust_statistics(ENERGY, recording.start - timedelta(days=13), -5.0, "kWh")
    async_continue_sums(recording.hass, [ENERGY])
    busy.done.set()
    await async_wait_recording_done(recording.hass)
    await recording.record(150)

    assert await recording.sums() == [6, 45]


@pytest.mark.slow
async def test_the_sum_continues_with_the_energy_of_the_pause(recording: Recording) -> None:
    async_continue_sums(recording.hass, [ENERGY, POWER, "sensor.unknown"])
    await async_wait_recording_done(recording.hass)
    await recording.record(150)
    await recording.record(151)

    assert await recording.sums() == [11, 50, 51]


async def test_a_sum_that_continues_by_itself_is_left_unchanged(recording: Recording) -> None:
    await recording.record(150)
    async_continue_sums(recording.hass, [ENERGY])
    await async_wait_recording_done(recording.hass)

    assert await recording.sums() == [0]


async def test_without_a_recorder_there_is_nothing_to_continue(hass: HomeAssistant) -> None:
    async_continue_sums(hass, [ENERGY])

    assert hass.states.async_all() == []
