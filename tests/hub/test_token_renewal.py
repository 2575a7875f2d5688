"""The end of a token: it is renewed in time where possible; otherwise the user has to sign in again."""

from datetime import UTC, datetime
from random import SystemRandom

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.client import Token
from custom_components.enphase_iq_gateway.client.auth import cloud as client_cloud
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.hub import token_renewal
from simulator import Simulator
from simulator.cloud import Cloud, CloudAnswer
from tests.conftest import PASSWORD, USERNAME, set_up
from tests.support.aged_tokens import (
    DAY,
    INSTALLER,
    MINUTE,
    YEAR,
    Clock,
    is_asked,
    is_read,
    life_left_s,
    pass_time,
    poll,
    set_up_with,
    token_issue,
)
from tests.support.entries import is_loaded
from tests.support.virtual_time import settle


@pytest.fixture
def spread_s() -> float:
    """Return the longest random wait before a renewal: none, so that it happens at once."""
    return 0.0


@pytest.fixture(autouse=True)
def _spread(monkeypatch: pytest.MonkeyPatch, spread_s: float) -> None:
    """Set the longest random wait before a renewal."""
    monkeypatch.setattr(token_renewal, "SPREAD_S", spread_s)


with_spread = pytest.mark.parametrize("spread_s", [token_renewal.SPREAD_S], ids=["spread"])


# Renewed before its end


@pytest.mark.parametrize(
    ("lifetime_s", "left_s", "renewed"),
    [
        (YEAR, 37 * DAY, False),
        (YEAR, 36 * DAY, True),
        (INSTALLER, 73 * MINUTE, False),
        (INSTALLER, 71 * MINUTE, True),
    ],
)
async def test_a_token_is_renewed_when_a_tenth_of_its_life_is_left(
    hass: HomeAssistant,
    simulator: Simulator,
    cloud: Cloud,
    clock: Clock,
    *,
    lifetime_s: float,
    left_s: float,
    renewed: bool,
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=left_s, lifetime_s=lifetime_s)

    assert is_loaded(entry)
    assert cloud.token_requests == int(renewed)
    assert (life_left_s(entry) > left_s + DAY) is renewed
    assert token_issue(hass, entry) is None


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_new_token_is_used_and_shown_without_a_reload(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.login_answer = CloudAnswer.SERVER_ERROR
    entry = await set_up_with(hass, simulator, clock, left_s=20 * DAY)
    runtime = entry.runtime_data
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{simulator.serial}_token_expires")
    assert entity_id is not None
    before = hass.states.get(entity_id)
    cloud.login_answer = CloudAnswer.OK

    await pass_time(hass, MINUTE)

    assert entry.runtime_data is runtime
    ends = datetime.fromtimestamp(Token.parse(entry.data[CONF_TOKEN]).expires_at, UTC)
    state = hass.states.get(entity_id)
    assert before is not None
    assert state is not None
    assert (state.state, state.state == before.state) == (ends.isoformat(), False)
    simulator.end_sessions()
    simulator.requests.clear()
    await poll(hass, entry)
    assert is_read(entry)
    assert runtime.gateway.token_expires_at == ends.timestamp()


async def test_polling_does_not_wait_for_the_cloud(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.enphase_iq_gateway.client.auth.cloud.TIMEOUT_S", 600.0)
    cloud.login_answer = CloudAnswer.HANG
    entry = await set_up(hass, simulator)
    clock.shift_s = -340 * DAY
    token = simulator.token()
    clock.shift_s = 0
    data = {**entry.data, CONF_TOKEN: token, CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD}
    hass.config_entries.async_update_entry(entry, data=data)
    await hass.config_entries.async_reload(entry.entry_id)
    while not cloud.login_requests:
        await hass.async_block_till_done()
    simulator.requests.clear()

    await entry.runtime_data.coordinators[PollGroup.LIVE].async_refresh()

    assert is_read(entry)
    assert simulator.requests
    await hass.config_entries.async_unload(entry.entry_id)


async def test_an_outage_of_the_cloud_is_waited_out(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.login_answer = CloudAnswer.SERVER_ERROR
    entry = await set_up_with(hass, simulator, clock, left_s=35 * DAY)
    assert cloud.login_requests == 1

    for wait_s, tried in ((59, 1), (61, 2), (119, 2), (121, 3), (239, 3)):
        await pass_time(hass, wait_s)
        assert cloud.login_requests == tried

    assert is_read(entry)
    assert token_issue(hass, entry) is None
    cloud.login_answer = CloudAnswer.OK
    await pass_time(hass, 241)
    assert life_left_s(entry) > 364 * DAY
    assert cloud.token_requests == 1


async def test_a_token_that_has_expired_already_is_not_the_last_one(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    """It only seems so while Home Assistant's clock is ahead."""
    cloud.token_lifetime_s = -DAY
    entry = await set_up_with(hass, simulator, clock, left_s=35 * DAY)
    cloud.token_lifetime_s = None

    await pass_time(hass, MINUTE)

    assert life_left_s(entry) > 364 * DAY


async def test_a_long_outage_of_the_cloud_is_an_issue(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.login_answer = CloudAnswer.SERVER_ERROR
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY)
    assert token_issue(hass, entry) is not None

    cloud.login_answer = CloudAnswer.OK
    await pass_time(hass, MINUTE)

    assert token_issue(hass, entry) is None


async def test_a_password_that_is_wrong_by_now_is_not_tried_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.accounts[USERNAME] = "another one"
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY)

    for _ in range(3):
        await pass_time(hass, 7 * 60 * MINUTE)

    assert cloud.login_requests == 1
    assert token_issue(hass, entry) is not None
    assert is_read(entry)
    assert not is_asked(hass)


# The gateway refuses the token


async def test_a_refused_token_is_renewed_before_the_user_is_asked(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=300 * DAY)
    simulator.revoke_tokens()

    await poll(hass, entry)
    await settle(hass)

    assert (is_read(entry), is_asked(hass), cloud.token_requests) == (True, False, 1)


async def test_a_new_token_that_is_refused_too_asks_the_user(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=300 * DAY)
    for path in ("/auth/*", "/ivp/*", "/production*", "/api/*"):
        simulator.faults.add("status", path=path, code=401)

    for _ in range(4):
        await poll(hass, entry)

    assert (is_asked(hass), cloud.token_requests) == (True, 1)


async def test_a_refused_token_and_a_wrong_password_ask_the_user(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=300 * DAY)
    cloud.accounts.clear()
    simulator.revoke_tokens()

    await poll(hass, entry)
    await poll(hass, entry)

    assert (is_asked(hass), cloud.login_requests) == (True, 1)


async def test_a_refused_token_and_a_cloud_that_is_down_do_not_ask_the_user(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=300 * DAY)
    cloud.login_answer = CloudAnswer.SERVER_ERROR
    simulator.revoke_tokens()
    for _ in range(3):
        await poll(hass, entry)
    assert (is_read(entry), is_asked(hass), cloud.login_requests) == (False, False, 1)

    cloud.login_answer = CloudAnswer.OK
    await pass_time(hass, MINUTE)

    assert (is_read(entry), is_asked(hass)) == (True, False)


async def test_a_refusal_does_not_wait_for_the_next_try(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.login_answer = CloudAnswer.SERVER_ERROR
    entry = await set_up_with(hass, simulator, clock, left_s=35 * DAY)
    cloud.login_answer = CloudAnswer.OK
    simulator.revoke_tokens()

    await poll(hass, entry)
    await settle(hass)

    assert (is_read(entry), is_asked(hass)) == (True, False)


async def test_a_token_that_ended_while_home_assistant_was_off_is_renewed_at_start(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=-DAY)

    assert (is_loaded(entry), is_asked(hass), cloud.token_requests) == (True, False, 1)
    assert life_left_s(entry) > 364 * DAY


async def test_a_token_that_ended_waits_at_start_for_the_cloud(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-up is tried every few seconds, the cloud with the same waits as in the background."""
    now_s = 1000.0
    monkeypatch.setattr(token_renewal, "monotonic", lambda: now_s)
    cloud.login_answer = CloudAnswer.SERVER_ERROR
    entry = await set_up_with(hass, simulator, clock, left_s=-DAY)
    assert (is_loaded(entry), is_asked(hass), cloud.login_requests) == (False, False, 1)

    for passed_s, tried in ((59, 1), (2, 2), (119, 2), (2, 3), (239, 3)):
        now_s += passed_s
        await hass.config_entries.async_reload(entry.entry_id)
        assert cloud.login_requests == tried

    cloud.login_answer = CloudAnswer.OK
    now_s += 2
    await hass.config_entries.async_reload(entry.entry_id)
    assert is_loaded(entry)
    assert cloud.login_requests == 4


async def test_a_wait_that_the_cloud_requests_is_observed_at_start(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 1000.0
    for module in (token_renewal, client_cloud):
        monkeypatch.setattr(module, "monotonic", lambda: now_s)
    cloud.login_answer, cloud.retry_after = CloudAnswer.TOO_MANY_REQUESTS, "3600"
    entry = await set_up_with(hass, simulator, clock, left_s=-DAY)
    cloud.login_answer = CloudAnswer.OK

    now_s += 3599
    await hass.config_entries.async_reload(entry.entry_id)
    assert (is_loaded(entry), cloud.login_requests) == (False, 1)

    now_s += 2
    await hass.config_entries.async_reload(entry.entry_id)
    assert (is_loaded(entry), cloud.login_requests) == (True, 2)


async def test_a_wait_that_the_cloud_requests_is_observed_in_the_background(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.login_answer, cloud.retry_after = CloudAnswer.TOO_MANY_REQUESTS, "3600"
    entry = await set_up_with(hass, simulator, clock, left_s=35 * DAY)
    assert (cloud.login_requests, is_read(entry)) == (1, True)

    await pass_time(hass, 3500)

    assert cloud.login_requests == 1


@with_spread
@pytest.mark.parametrize(
    ("lifetime_s", "left_s", "longest_s"),
    [(YEAR, 36 * DAY, DAY), (YEAR, 2 * DAY, DAY), (INSTALLER, 60 * MINUTE, 30 * MINUTE)],
)
async def test_renewals_are_spread_over_a_day(
    hass: HomeAssistant,
    simulator: Simulator,
    cloud: Cloud,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    lifetime_s: float,
    left_s: float,
    longest_s: float,
) -> None:
    """All homes restart on the day of a release; a short token is renewed before its end."""
    ranges: list[tuple[float, float]] = []

    def middle(_: SystemRandom, first: float, last: float) -> float:
        ranges.append((first, last))
        return (first + last) / 2

    monkeypatch.setattr(SystemRandom, "uniform", middle)
    entry = await set_up_with(hass, simulator, clock, left_s=left_s, lifetime_s=lifetime_s)
    ((first_s, last_s),) = ranges
    assert first_s == 0
    assert last_s == pytest.approx(longest_s, abs=5)
    assert (cloud.login_requests, token_issue(hass, entry)) == (0, None)

    await pass_time(hass, longest_s / 2 - 10)
    assert cloud.login_requests == 0
    await pass_time(hass, longest_s / 2 + 10)

    assert (cloud.login_requests, life_left_s(entry) > left_s + DAY) == (1, True)
    assert token_issue(hass, entry) is None


@with_spread
async def test_the_spread_of_renewals_delays_no_token_that_is_refused(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=36 * DAY)
    simulator.revoke_tokens()

    await poll(hass, entry)
    await settle(hass)

    assert (is_read(entry), cloud.login_requests) == (True, 1)


@pytest.mark.slow
@pytest.mark.parametrize("remembered", [True, False])
async def test_a_token_that_ended_asks_the_user(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock, *, remembered: bool
) -> None:
    cloud.accounts.clear()
    entry = await set_up_with(hass, simulator, clock, left_s=-DAY, remembered=remembered)

    assert (is_loaded(entry), is_asked(hass), cloud.login_requests) == (False, True, int(remembered))


async def test_a_token_that_ended_is_not_tried_again(hass: HomeAssistant, simulator: Simulator, clock: Clock) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=-DAY, remembered=False)

    assert (entry.state, is_asked(hass)) == (ConfigEntryState.SETUP_ERROR, True)
