"""System health."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.support.home import Home

from .conftest import StartHome, StartSimulator, set_up


async def health(hass: HomeAssistant) -> dict[str, object]:
    """Return what the page shows."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    return dict(await get_system_health_info(hass, DOMAIN))


async def test_a_gateway_that_answers(home: Home) -> None:
    now = dt_util.utcnow()

    assert await health(home.hass) == {
        "reachable": True,
        "firmware": "8.2.4345",
        "live_answer_time": "0.0 s",
        "live_last_success": now,
        "report_answer_time": "0.0 s",
        "report_last_success": now,
        "inverters_answer_time": "0.0 s",
        "inverters_last_success": now,
    }


async def test_a_gateway_that_does_not_answer(home: Home) -> None:
    began = dt_util.utcnow()
    home.simulator.faults.add("reset")
    await home.advance(400)

    shown = await health(home.hass)

    assert (shown["reachable"], shown["report_last_success"]) == (False, began)


async def test_a_gateway_that_is_not_set_up(home: Home) -> None:
    await home.hass.config_entries.async_unload(home.entry.entry_id)

    assert await health(home.hass) == {"reachable": False}


async def test_two_gateways_are_distinguished_by_title(start_home: StartHome, start_simulator: StartSimulator) -> None:
    home = await start_home()
    other = await set_up(
        home.hass, await start_simulator("metered_digest", serial="122300000002", clock=home.clock.now)
    )

    shown = await health(home.hass)

    assert (shown[f"firmware ({home.entry.title})"], shown[f"firmware ({other.title})"]) == ("8.2.4345", "4.10.35")
