"""System health."""

from datetime import UTC, datetime

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.support.home import Home

from .conftest import StartHome, StartSimulator, set_up


async def health(hass: HomeAssistant) -> dict[str, object]:
    """Return what the page shows."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    return dict(await get_system_health_info(hass, DOMAIN))


@pytest.mark.slow
async def test_a_gateway_that_answers_is_reachable(home: Home) -> None:
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


async def test_the_gateway_s_own_health_is_shown_once_it_was_read(home: Home) -> None:
    await home.advance(660, step=30)

    shown = await health(home.hass)

    assert {key: shown[key] for key in ("reaches_cloud", "last_cloud_report", "network")} == {
        "reaches_cloud": True,
        "last_cloud_report": datetime(2026, 11, 20, 11, 0, tzinfo=UTC),
        "network": "ethernet",
    }
    assert "alerts" not in shown


@pytest.mark.parametrize("ahead_s", [-7000, 7000])
async def test_the_last_report_to_enphase_is_by_our_clock(start_home: StartHome, ahead_s: int) -> None:
    home = await start_home(spoil=lambda faults: faults.add("clock_off", seconds=ahead_s))
    await home.advance(660, step=30)

    assert (await health(home.hass))["last_cloud_report"] == datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


async def test_a_last_report_in_the_future_is_not_shown(start_home: StartHome) -> None:
    home = await start_home(spoil=lambda faults: faults.add("clock_off", seconds=7000, path="/home"))
    await home.advance(660, step=30)

    assert "last_cloud_report" not in await health(home.hass)


@pytest.mark.slow
async def test_firmware_with_known_faults_has_advice(home: Home) -> None:
    home.simulator.set_firmware("8.3.6086")
    await home.advance(4 * 3600 + 60, step=60)

    shown = await health(home.hass)

    assert str(shown["firmware_advice"]).split("; ")[-1] == ("may report live data of batteries that no longer changes")


async def test_a_gateway_that_does_not_answer_is_not_reachable(home: Home) -> None:
    began = dt_util.utcnow()
    home.simulator.faults.add("reset")
    await home.advance(400)

    shown = await health(home.hass)

    assert (shown["reachable"], shown["report_last_success"]) == (False, began)


async def test_a_gateway_that_is_not_set_up_is_not_reachable(home: Home) -> None:
    await home.hass.config_entries.async_unload(home.entry.entry_id)

    assert await health(home.hass) == {"reachable": False}


@pytest.mark.slow
async def test_two_gateways_are_distinguished_by_numbers_and_not_by_titles_with_an_address(
    start_home: StartHome, start_simulator: StartSimulator
) -> None:
    home = await start_home()
    other = await set_up(
        home.hass, await start_simulator("metered_digest", serial="122300000002", clock=home.clock.now)
    )

    shown = await health(home.hass)

    assert other.data[CONF_HOST] in other.title
    assert (shown["firmware (1)"], shown["firmware (2)"]) == ("8.2.4345", "4.10.35")
    assert not any(other.data[CONF_HOST] in f"{key} {value}" for key, value in shown.items())


async def test_an_ignored_gateway_is_not_shown(home: Home) -> None:
    ignored = {"unique_id": "122300000222", "title": "122300000222 (192.0.2.5)"}
    await home.hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_IGNORE}, data=ignored)

    shown = await health(home.hass)

    assert "reachable" in shown
    assert not any("(" in key for key in shown)
