"""Two sensors that are recorded for an hour and then not, for longer than the recorder keeps short-term statistics."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

ENERGY, POWER = "sensor.energy", "sensor.power"
PERIOD = timedelta(minutes=5)


class Recording:
    """States that are recorded and compiled, five minutes at a time."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        self.hass, self.freezer = hass, freezer
        # A new recorder counts the latest five minutes as compiled already, so the hour ends before them.
        self.start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)

    async def record(self, energy: float) -> None:
        """Record five minutes."""
        energies = {"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "kWh"}
        powers = {"device_class": "power", "state_class": "measurement", "unit_of_measurement": "W"}
        self.freezer.move_to(self.start + timedelta(seconds=10))
        self.hass.states.async_set(ENERGY, str(energy), energies)
        self.hass.states.async_set(POWER, "5", powers)
        await async_wait_recording_done(self.hass)
        self.freezer.move_to(self.start + PERIOD + timedelta(seconds=5))
        do_adhoc_statistics(self.hass, start=self.start)
        await async_wait_recording_done(self.hass)
        self.start += PERIOD

    async def sums(self) -> list[float]:
        """Return the sums of the short-term rows since the pause."""
        found = await get_instance(self.hass).async_add_executor_job(
            lambda: statistics_during_period(
                self.hass, self.start - timedelta(hours=1), None, {ENERGY}, "5minute", {"energy": "kWh"}, {"sum"}
            )
        )
        return [float(row["sum"] or 0) for row in found.get(ENERGY, [])]


async def record_and_purge(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Recording:
    """Record an hour, then nothing for twelve days, of which the recorder keeps ten."""
    assert await async_setup_component(hass, "sensor", {})
    recording = Recording(hass, freezer)
    for number in range(12):
        await recording.record(100 + number)
    for entity_id in (ENERGY, POWER):
        hass.states.async_remove(entity_id)
    recording.start += timedelta(days=12)
    freezer.move_to(recording.start)
    await hass.services.async_call("recorder", "purge", {"keep_days": 10}, blocking=True)
    for _ in range(2):
        await async_wait_recording_done(hass)
    return recording
