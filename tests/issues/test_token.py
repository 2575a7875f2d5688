"""A token that expires soon and cannot be renewed: the user is warned in time and led to another one."""

from datetime import UTC, datetime

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
import pytest

from custom_components.enphase_iq_gateway.client import Token
from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE
from simulator import Simulator
from simulator.cloud import Cloud
from tests.conftest import PASSWORD, USERNAME, StartCloud, StartSimulator
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
    set_up_with,
    token_issue,
)
from tests.support.forms import account, submit
from tests.support.repairs import open_repair, submit_repair
from tests.support.texts import issue_text
from tests.support.virtual_time import settle


@pytest.fixture
def clock() -> Clock:
    """Return the simulator's clock."""
    return Clock()


@pytest.fixture
async def simulator(start_simulator: StartSimulator, clock: Clock) -> Simulator:
    """Start a gateway that requires a token."""
    return await start_simulator(clock=clock)


@pytest.fixture
async def cloud(start_cloud: StartCloud, simulator: Simulator) -> Cloud:
    """Start the cloud that issues tokens for it."""
    return await start_cloud(simulator)


@pytest.fixture(autouse=True)
def _no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renew at once."""
    monkeypatch.setattr("custom_components.enphase_iq_gateway.hub.token_renewal.SPREAD_S", 0.0)


@pytest.mark.parametrize(
    ("lifetime_s", "left_s", "has_issue"),
    [
        (YEAR, 31 * DAY, False),
        (YEAR, 29 * DAY, True),
        (INSTALLER, 37 * MINUTE, False),
        (INSTALLER, 35 * MINUTE, True),
    ],
)
async def test_a_pasted_token_that_expires_soon_is_an_issue(
    hass: HomeAssistant, simulator: Simulator, clock: Clock, *, lifetime_s: float, left_s: float, has_issue: bool
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=left_s, lifetime_s=lifetime_s, remembered=False)

    assert (token_issue(hass, entry) is not None) is has_issue
    assert (is_read(entry), is_asked(hass)) == (True, False)


async def sign_in_again(hass: HomeAssistant, entry: ConfigEntry, method: str) -> ConfigFlowResult:
    """Choose a method in the repair, and return the form that it leads to."""
    issue = token_issue(hass, entry)
    assert issue is not None
    menu = await open_repair(hass, issue)
    assert menu["menu_options"] == ["account", "token"]
    result = await submit_repair(hass, menu, {"next_step_id": method})
    return await hass.config_entries.flow.async_configure(result["next_flow"][1])


async def test_the_repair_leads_to_the_form_for_a_token(
    hass: HomeAssistant, simulator: Simulator, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY, remembered=False)
    issue = token_issue(hass, entry)
    assert issue is not None
    ends = datetime.fromtimestamp(Token.parse(entry.data[CONF_TOKEN]).expires_at, UTC)
    assert f"is valid until {ends:%Y-%m-%d %H:%M} UTC" in issue_text(issue)
    assert "https://entrez.enphaseenergy.com" in issue_text(issue)

    result = await sign_in_again(hass, entry, "token")

    assert result["step_id"] == "token"
    answered = await submit(hass, result, token=simulator.token())
    await settle(hass)
    assert answered["reason"] == "reauth_successful"
    assert token_issue(hass, entry) is None
    assert is_read(entry)


async def test_the_repair_leads_to_the_form_for_the_account_and_the_code(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.second_factor.required = True
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY, remembered=False)

    result = await sign_in_again(hass, entry, "account")

    assert (result["step_id"], cloud.login_requests) == ("account", 0)
    result = await submit(hass, result, **account(remember=True))
    assert result["step_id"] == "otp"
    await assert_signed_in_with_the_code(hass, entry, result, cloud)


async def test_the_repair_leads_straight_to_the_code_where_the_account_is_stored(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    """The second factor was turned on after set-up. The password could renew no token, so it is dropped."""
    cloud.second_factor.required = True
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY)
    assert (cloud.login_requests, cloud.second_factor.codes, is_asked(hass)) == (1, [], False)

    result = await sign_in_again(hass, entry, "account")

    assert (result["step_id"], len(cloud.second_factor.codes)) == ("otp", 1)
    await assert_signed_in_with_the_code(hass, entry, result, cloud)


async def assert_signed_in_with_the_code(
    hass: HomeAssistant, entry: ConfigEntry, result: ConfigFlowResult, cloud: Cloud
) -> None:
    """Enter the code, and check that only the token is stored and used."""
    answered = await submit(hass, result, code=cloud.second_factor.codes[-1], send_again=False)
    await settle(hass)
    assert answered["reason"] == "reauth_successful"
    assert token_issue(hass, entry) is None
    assert set(entry.data) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE}
    assert is_read(entry)


async def test_the_repair_signs_in_at_once_with_a_stored_account_that_works_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.accounts[USERNAME] = "another one"
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY)
    cloud.accounts[USERNAME] = PASSWORD
    issue = token_issue(hass, entry)
    assert issue is not None

    await submit_repair(hass, await open_repair(hass, issue), {"next_step_id": "account"})
    await settle(hass)

    assert life_left_s(entry) > 364 * DAY
    assert set(entry.data) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE, CONF_USERNAME, CONF_PASSWORD}


async def test_the_repair_explains_a_stored_account_that_is_wrong(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.accounts[USERNAME] = "another one"
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY)

    result = await sign_in_again(hass, entry, "account")

    assert result["step_id"] == "retry_sign_in"
    result = await submit(hass, result, method="account")
    answered = await submit(hass, result, **account("another one"))
    assert answered["reason"] == "reauth_successful"
    await settle(hass)


async def test_the_repair_can_continue_after_the_gateway_was_busy(
    hass: HomeAssistant, simulator: Simulator, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY, remembered=False)
    simulator.faults.add("status", path="/info", code=503)

    result = await sign_in_again(hass, entry, "token")

    assert result["step_id"] == "reauth_confirm"
    simulator.faults.clear()
    result = await submit(hass, result)
    assert result["step_id"] == "token"
    answered = await submit(hass, result, token=simulator.token())
    assert answered["reason"] == "reauth_successful"
    await settle(hass)


async def test_the_issue_returns_where_no_token_was_entered(
    hass: HomeAssistant, simulator: Simulator, clock: Clock
) -> None:
    entry = await set_up_with(hass, simulator, clock, left_s=29 * DAY, remembered=False)
    issue = token_issue(hass, entry)
    assert issue is not None
    await submit_repair(hass, await open_repair(hass, issue), {"next_step_id": "token"})
    assert token_issue(hass, entry) is None

    await pass_time(hass, 10 * MINUTE)

    assert token_issue(hass, entry) is not None
