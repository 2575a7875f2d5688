"""Endpoints that fail while a gateway is set up: the gateway is probed again."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import REPORT_DETAILED
from tests.conftest import StartHome
from tests.support.home import Home

HOUR = 3600.0


def report_requests(home: Home) -> int:
    """Return the number of requests for the report with details."""
    return sum(request.path == REPORT_DETAILED.path for request in home.simulator.requests)


@pytest.mark.parametrize(
    ("profile", "path"),
    [
        pytest.param("metered_net_split_phase", "/production.json*", id="the report with the phases"),
        pytest.param("metered_without_meters_list", "/production*", id="both reports"),
        pytest.param("non_metered_new", "/ivp/pdm/device_data", id="the device data"),
    ],
)
@pytest.mark.usefixtures("all_entities_enabled")
async def test_an_endpoint_that_fails_at_a_start_is_looked_for_again(
    start_home: StartHome, profile: str, path: str
) -> None:
    home = await start_home(profile)
    site, names = home.entry.runtime_data.site, set(home.states())
    home.simulator.faults.add("status", path=path, code=503)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert home.entry.runtime_data.site != site
    home.simulator.faults.clear()

    await home.advance(330, step=30)

    assert (home.entry.runtime_data.site, set(home.states())) == (site, names)


async def test_an_endpoint_that_fails_for_good_is_looked_for_ever_less_often(start_home: StartHome) -> None:
    """After 5, 10, 20, 40, 80 and 140 minutes, and once an hour from then on; each poll may be a minute late."""
    home = await start_home(spoil=lambda faults: faults.add("status", path="/production.json*", code=503))
    before, runtime = report_requests(home), home.entry.runtime_data

    await home.advance(145 * 60, step=60)

    assert report_requests(home) == before + 6
    assert home.entry.runtime_data is runtime
    home.simulator.faults.clear()
    await home.advance(HOUR + 600, step=60)
    assert home.entry.runtime_data.site.report_endpoint is REPORT_DETAILED


async def test_an_endpoint_that_fails_at_every_set_up_is_looked_for_later_after_each(start_home: StartHome) -> None:
    """The gateway is reloaded where the endpoint answers at other times."""
    home = await start_home(spoil=lambda faults: faults.add("status", path="/production.json*", code=503))
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    before = report_requests(home)

    await home.advance(360, step=30)
    assert report_requests(home) == before
    await home.advance(360, step=30)
    assert report_requests(home) == before + 1
