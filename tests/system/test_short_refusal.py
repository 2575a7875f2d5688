"""A gateway that refuses credentials for a while, as with a wrong clock after a power cut, is read again by itself."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.helpers import issue_registry as ir
import pytest

from simulator.cloud import Cloud, CloudAnswer
from tests.conftest import PASSWORD, USERNAME, StartCloud, StartHome
from tests.support.aged_tokens import is_asked
from tests.support.home import Home
from tests.support.virtual_time import settle

MINUTE, HOUR = 60.0, 3600.0
REFUSED = ("/auth/*", "/ivp/*", "/production*", "/api/*", "/inventory*")


async def refuse(home: Home, *, when: str) -> None:
    """Refuse every credential from now on, or from before a restart."""
    for path in REFUSED:
        home.simulator.faults.add("status", path=path, code=401)
    home.simulator.end_sessions()
    if when == "start":
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await settle(home.hass)


async def remember(home: Home, start_cloud: StartCloud) -> Cloud:
    """Store the account, and start the cloud that accepts it."""
    cloud = await start_cloud(home.simulator)
    data = {**home.entry.data, CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD}
    home.hass.config_entries.async_update_entry(home.entry, data=data)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)
    return cloud


def is_whole(home: Home) -> bool:
    """Return whether everything is read and the user is asked for nothing."""
    loaded = home.entry.state is ConfigEntryState.LOADED
    issues = [issue for _, issue in ir.async_get(home.hass).issues if issue.startswith("config_entry_reauth")]
    return loaded and not home.lost() and not issues and not home.hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("when", ["running", "start"])
@pytest.mark.parametrize("remembered", [False, True], ids=["token", "password"])
async def test_a_valid_token_that_is_refused_for_minutes_is_used_again(
    start_home: StartHome, start_cloud: StartCloud, *, remembered: bool, when: str
) -> None:
    """The user is asked meanwhile, and no longer than until the gateway accepts the token."""
    home = await start_home("metered_net_single_phase", inverters=1)
    cloud = await remember(home, start_cloud) if remembered else None
    await refuse(home, when=when)
    await home.advance(10 * MINUTE, step=30)
    assert is_asked(home.hass)

    home.simulator.faults.clear()
    await home.advance(15 * MINUTE, step=30)

    assert is_whole(home)
    assert cloud is None or (cloud.login_requests, cloud.token_requests) == (1, 1)


@pytest.mark.parametrize("when", ["running", "start"])
@pytest.mark.parametrize("known", [True, False], ids=["right_password", "wrong_password"])
async def test_a_long_refusal_sends_the_password_once(
    start_home: StartHome, start_cloud: StartCloud, *, known: bool, when: str
) -> None:
    home = await start_home("metered_net_single_phase", inverters=1)
    cloud = await remember(home, start_cloud)
    if not known:
        cloud.login_answer = CloudAnswer.WRONG_PASSWORD
    await refuse(home, when=when)

    await home.advance(HOUR, step=60)
    assert (is_asked(home.hass), cloud.login_requests) == (True, 1)

    home.simulator.faults.clear()
    await home.advance(15 * MINUTE, step=30)
    assert (is_whole(home), cloud.login_requests) == (True, 1)


async def test_a_refusal_after_the_gateway_has_accepted_a_new_token_is_renewed_again(
    start_home: StartHome, start_cloud: StartCloud
) -> None:
    home = await start_home("metered_net_single_phase", inverters=1)
    cloud = await remember(home, start_cloud)
    await refuse(home, when="start")
    home.simulator.faults.clear()
    await home.advance(15 * MINUTE, step=30)

    home.simulator.revoke_tokens()
    await home.advance(10 * MINUTE, step=30)

    assert (is_whole(home), cloud.login_requests) == (True, 2)


async def test_a_sign_in_that_the_user_has_begun_is_not_ended(start_home: StartHome) -> None:
    home = await start_home("metered_net_single_phase", inverters=1)
    flows = home.hass.config_entries.flow
    await refuse(home, when="running")
    await home.advance(2 * MINUTE)
    (flow,) = flows.async_progress()
    await flows.async_configure(flow["flow_id"], {})

    home.simulator.faults.clear()
    await home.advance(15 * MINUTE, step=30)

    assert [(each["flow_id"], each["context"]["source"]) for each in flows.async_progress()] == [
        (flow["flow_id"], SOURCE_REAUTH)
    ]
    assert home.lost() == set()


async def test_a_local_account_that_is_refused_for_minutes_is_used_again(start_home: StartHome) -> None:
    home = await start_home("metered_digest", inverters=1)
    home.simulator.faults.add("status", path="/api/v1/production/inverters", code=401)
    await home.advance(10 * MINUTE, step=30)

    home.simulator.faults.clear()
    await home.advance(15 * MINUTE, step=30)

    assert is_whole(home)
