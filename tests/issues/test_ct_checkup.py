"""The issue about a production CT that measures too little."""

from datetime import UTC, datetime

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.conftest import StartHome
from tests.support.home import Home
from tests.support.virtual_time import pass_time

MORNING = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
pytestmark = pytest.mark.parametrize("clock", [MORNING], indirect=True)


async def pass_hours(home: Home, hours: float) -> ir.IssueEntry | None:
    """Advance the time and return the issue of the check-up."""
    await pass_time(home.hass, home.clock, hours * 3600, step=60)
    return ir.async_get(home.hass).async_get_issue(DOMAIN, f"ct_checkup_{home.entry.entry_id}")


@pytest.mark.slow
async def test_a_ct_that_measures_nothing_raises_one_issue_with_both_powers(start_home: StartHome) -> None:
    home = await start_home("metered_net_single_phase", spoil=lambda faults: faults.add("production_ct_low"))

    issue = await pass_hours(home, 2)

    assert issue is not None
    assert issue.translation_key == "ct_checkup_nothing"
    powers = issue.translation_placeholders or {}
    assert powers["gateway"] == home.entry.title
    assert powers["ct"] == "0 W"
    assert 500 < int(powers["inverters"].removesuffix(" W")) < 1100


@pytest.mark.slow
async def test_a_missing_phase_is_raised_with_the_power_of_each_phase(start_home: StartHome) -> None:
    home = await start_home("metered_production_ct_lacks_a_phase")

    issue = await pass_hours(home, 2)

    assert issue is not None
    assert issue.translation_key == "ct_checkup_phase_missing"
    assert "L2 0 W" in (issue.translation_placeholders or {})["ct"]


@pytest.mark.slow
async def test_the_issue_disappears_once_the_ct_measures_again(start_home: StartHome) -> None:
    home = await start_home("metered_net_single_phase", spoil=lambda faults: faults.add("production_ct_low"))
    assert await pass_hours(home, 2) is not None

    home.simulator.faults.clear()

    assert await pass_hours(home, 2.5) is None


async def test_a_reload_forgets_the_issue(start_home: StartHome) -> None:
    home = await start_home("metered_net_single_phase", spoil=lambda faults: faults.add("production_ct_low"))
    assert await pass_hours(home, 2) is not None

    await home.hass.config_entries.async_reload(home.entry.entry_id)

    assert await pass_hours(home, 0.1) is None


@pytest.mark.slow
async def test_a_ct_in_order_raises_nothing(start_home: StartHome) -> None:
    home = await start_home("metered_net_three_phase")

    assert await pass_hours(home, 2) is None


async def test_a_gateway_without_cts_has_no_checkup(start_home: StartHome) -> None:
    home = await start_home("metered_without_cts")

    assert await pass_hours(home, 2) is None
