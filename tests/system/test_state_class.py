"""Counters that may fall have the state class `total`, and the statistics have their true energy.

In an earlier version they were `total_increasing`.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.const import DOMAIN
from simulator import PROFILES, Simulator
from tests.conftest import set_up
from tests.support.gauntlet import sums
from tests.support.gauntlet_rows import MINUTE
from tests.support.virtual_time import VirtualTime, disable_loop_debug, settle, virtual_time

HALF_PAST_ELEVEN: Final = datetime(2026, 6, 10, 21, 30, tzinfo=UTC)
"""In Amsterdam, half an hour before midnight."""
NOON: Final = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
KEYS: Final = ("total_consumption_energy_lifetime", "total_consumption_energy_today")
CLOSE_KWH: Final = 0.02


class Site:
    """A gateway in a Home Assistant with its recorder."""

    def __init__(self, hass: HomeAssistant, clock: VirtualTime, profile: str) -> None:
        self.hass = hass
        self.clock = clock
        self.simulator = Simulator(PROFILES[profile], inverters=6, clock=clock.now)
        self.start = dt_util.utcnow()
        self.began = self.consumption_wh

    @property
    def consumption_wh(self) -> float:
        """Return production + net of the CTs, which is less than the house uses while something unmeasured feeds in."""
        return self.simulator.world.at(self.clock.now()).total_consumption.delivered_wh

    def entity_id(self, key: str) -> str:
        """Return the entity id of one of the counters."""
        unique_id = f"{self.simulator.serial}_{key}"
        entity_id = er.async_get(self.hass).async_get_entity_id("sensor", DOMAIN, unique_id)
        assert entity_id is not None
        return entity_id

    def attribute(self, key: str, name: str) -> object:
        """Return an attribute of one of the counters."""
        state = self.hass.states.get(self.entity_id(key))
        assert state is not None
        return state.attributes.get(name)

    async def set_up(self) -> None:
        """Set the gateway up."""
        self.entry = await set_up(self.hass, self.simulator)

    async def restart(self) -> None:
        """Restart the integration."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)

    async def advance(self, minutes: int) -> None:
        """Advance the time minute by minute."""
        for _ in range(minutes):
            self.clock.tick(MINUTE)
            await settle(self.hass)

    async def errors(self) -> dict[str, float]:
        """Return the false energy of the counters in the statistics in kWh."""
        counted = await sums(self.hass, self.start, {self.entity_id(key) for key in KEYS})
        true_kwh = (self.consumption_wh - self.began) / 1000
        return {key: counted[self.entity_id(key)] - true_kwh for key in KEYS}


@pytest.fixture
async def site(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, request: pytest.FixtureRequest
) -> AsyncIterator[Site]:
    """Start the recorder and a gateway of a profile at a time."""
    profile, start = request.param
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    disable_loop_debug()
    with virtual_time(start) as clock:
        await async_setup_recorder_instance(hass)
        site = Site(hass, clock, profile)
        async with site.simulator:
            yield site
            await hass.config_entries.async_unload(site.entry.entry_id)


@pytest.mark.parametrize("site", [("metered_net_three_phase", HALF_PAST_ELEVEN)], indirect=True, ids=["midnight"])
async def test_the_change_of_the_state_class_adds_no_energy(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier_version:
        earlier_version.setattr(
            "custom_components.enphase_iq_gateway.sensor.flows.may_fall", lambda _site, _flow, _quantity: False
        )
        await site.set_up()
        await site.advance(10)
        assert site.attribute(KEYS[1], "state_class") == "total_increasing"
    await site.restart()
    await site.advance(10)
    await site.restart()
    await site.advance(5)
    assert [site.attribute(key, "state_class") for key in KEYS] == ["total", "total"]
    assert await site.errors() == pytest.approx(dict.fromkeys(KEYS, 0.0), abs=CLOSE_KWH)


@pytest.mark.parametrize("site", [("metered_net_three_phase", HALF_PAST_ELEVEN)], indirect=True, ids=["midnight"])
async def test_today_is_reset_at_midnight(site: Site) -> None:
    """Its last value before midnight lacks the energy since the last report, which is up to five minutes old."""
    await site.set_up()
    await site.advance(40)
    await site.restart()
    await site.advance(10)
    assert site.attribute(KEYS[1], "last_reset") == "2026-06-10T22:00:00+00:00"
    assert await site.errors() == pytest.approx(dict.fromkeys(KEYS, 0.0), abs=0.05)


@pytest.mark.parametrize("site", [("metered_third_party_inverter", NOON)], indirect=True, ids=["noon"])
async def test_consumption_that_falls_is_followed_by_the_statistics(site: Site) -> None:
    await site.set_up()
    await site.advance(60)
    errors = await site.errors()
    assert site.consumption_wh < site.began
    assert errors == pytest.approx(dict.fromkeys(KEYS, 0.0), abs=CLOSE_KWH)
