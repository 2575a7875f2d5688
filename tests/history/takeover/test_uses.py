"""Where an entity is used, as the preview of a takeover shows it."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.enphase_iq_gateway.history.takeover.uses import Use, uses_of

ENTITY = "sensor.envoy_production"


@pytest.mark.parametrize(
    "options",
    [
        {"source": ENTITY},
        {"entities": ["sensor.other", ENTITY]},
        {"template": {"sources": [{"entity": ENTITY}]}},
    ],
)
async def test_a_helper_that_names_the_entity_uses_it(hass: HomeAssistant, options: dict[str, object]) -> None:
    MockConfigEntry(domain="utility_meter", options=options).add_to_hass(hass)

    assert uses_of(hass, ENTITY, ()) == [Use.HELPER]


@pytest.mark.parametrize("options", [{}, {"source": f"{ENTITY}_2", "offset": 5, "periodic": True, "tariffs": []}])
async def test_a_helper_that_does_not_name_the_entity_does_not_use_it(
    hass: HomeAssistant, options: dict[str, object]
) -> None:
    MockConfigEntry(domain="utility_meter", options=options).add_to_hass(hass)

    assert uses_of(hass, ENTITY, ()) == []


async def test_the_energy_dashboard_uses_its_entities(hass: HomeAssistant) -> None:
    assert uses_of(hass, ENTITY, {ENTITY}) == [Use.DASHBOARD]
