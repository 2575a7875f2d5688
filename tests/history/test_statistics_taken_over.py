"""Statistics continue when an entity of this integration gets the entity id of another integration's."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.const import DOMAIN

OLD = "sensor.envoy_122300000001_lifetime_energy_production"
PERIOD = timedelta(minutes=5)


@pytest.mark.slow
async def test_statistics_continue_under_the_old_id(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The unit was MWh before and is kWh after; the energy between the two is counted too."""
    await async_setup_recorder_instance(hass)
    assert await async_setup_component(hass, "sensor", {})
    registry = er.async_get(hass)
    new = registry.async_get_or_create(Platform.SENSOR, DOMAIN, "1_production_energy_lifetime")
    # An hour ago: the recorder makes the statistics of the last five minutes when it starts.
    begin = dt_util.utcnow().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)

    async def pass_five_minutes(period: int, states: dict[str, tuple[float, str]]) -> None:
        start = begin + period * PERIOD
        freezer.move_to(start + timedelta(seconds=10))
        for entity_id, (value, unit) in states.items():
            attributes = {"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": unit}
            hass.states.async_set(entity_id, str(value), attributes)
        await async_wait_recording_done(hass)
        freezer.move_to(start + PERIOD + timedelta(seconds=5))
        do_adhoc_statistics(hass, start=start)
        await async_wait_recording_done(hass)

    await pass_five_minutes(0, {OLD: (12.000, "MWh"), new.entity_id: (12_000, "kWh")})
    await pass_five_minutes(1, {OLD: (12.001, "MWh"), new.entity_id: (12_001, "kWh")})
    hass.states.async_remove(OLD)
    await pass_five_minutes(2, {new.entity_id: (12_002, "kWh")})
    registry.async_update_entity(new.entity_id, new_entity_id=OLD)
    hass.states.async_remove(new.entity_id)
    await async_wait_recording_done(hass)
    await pass_five_minutes(3, {OLD: (12_003, "kWh")})
    await pass_five_minutes(4, {OLD: (12_004, "kWh")})

    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, begin, None, {OLD}, "5minute", {"energy": "kWh"}, {"sum"})
    )
    assert [row.get("sum") for row in found[OLD]] == pytest.approx([0, 1, 3, 4])
