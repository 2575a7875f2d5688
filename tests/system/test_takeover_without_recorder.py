"""Counters that move to this integration in a Home Assistant that records nothing."""

from datetime import timedelta

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.flow.possible_entities import possible_entities
from custom_components.enphase_iq_gateway.history.takeover.counterparts import ENVOY_DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.plan import Plan, make_plan
from custom_components.enphase_iq_gateway.history.takeover.starts import async_find_shifts
from tests.support.home import Home

PRODUCED = FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME)


def plan(home: Home) -> Plan:
    """Plan the move of core's lifetime production."""
    row = er.async_get(home.hass).async_get_or_create(
        "sensor", ENVOY_DOMAIN, f"{home.entry.unique_id}_lifetime_production", suggested_object_id="produced"
    )
    return make_plan([row], possible_entities(home.hass, home.entry))


async def test_a_counter_without_any_old_value_is_not_shifted(home: Home) -> None:
    moves = plan(home).moves
    assert len(moves) == 1

    assert (await async_find_shifts(home.hass, home.entry, moves)).counters == {}


@pytest.mark.parametrize("shown", ["unknown", "unavailable"])
async def test_a_state_that_is_no_number_is_no_old_value(home: Home, shown: str) -> None:
    moves = plan(home).moves
    home.hass.states.async_set("sensor.produced", shown, {"unit_of_measurement": "kWh"})

    assert (await async_find_shifts(home.hass, home.entry, moves)).counters == {}


async def test_a_counter_that_stopped_elsewhere_goes_on_from_its_last_value(home: Home) -> None:
    """Nothing was recorded here then, so that all that this integration has counted is left out."""
    moves = plan(home).moves
    own_wh = home.entry.runtime_data.guard.state.counters[PRODUCED].published
    assert own_wh is not None
    home.hass.states.async_set("sensor.produced", str(own_wh / 1000 + 500), {"unit_of_measurement": "kWh"})
    await home.advance(timedelta(hours=1).total_seconds())

    shifts = await async_find_shifts(home.hass, home.entry, moves)

    now_wh = home.entry.runtime_data.guard.state.counters[PRODUCED].published
    assert now_wh is not None
    assert shifts.counters == {PRODUCED: pytest.approx(own_wh + 500_000 - now_wh, abs=1)}
