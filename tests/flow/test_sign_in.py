"""Sign in: every error is explained, and set-up works once it is corrected."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.enphase_iq_gateway.const import CONF_METHOD, CONF_REMEMBER_PASSWORD, DOMAIN
from simulator import Simulator
from simulator.cloud import Cloud, CloudAnswer
from tests.conftest import PASSWORD, USERNAME, StartCloud, StartSimulator, start_flow
from tests.support.entries import credentials
from tests.support.forms import account, go_to, submit
from tests.support.texts import error_text, step_text
from tests.support.virtual_time import VirtualTime

UNMETERED_PATHS = ("/api/v1/production", "/production.json", "/ivp/pdm/device_data")


# The token


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrapped",
    [
        lambda token: f'  "{token}"\n',
        lambda token: f"'{token}'",
        lambda token: f"{token[:60]}\r\n{token[60:120]}\n  {token[120:]}",
    ],
    ids=["double quotes and white space", "quotes", "broken into lines"],
)
async def test_quotes_and_white_space_around_a_pasted_token_are_dropped(
    hass: HomeAssistant, start_simulator: StartSimulator, wrapped: Callable[[str], str]
) -> None:
    simulator = await start_simulator()
    token = simulator.token()
    result = await go_to(hass, await start_flow(hass, simulator), "token")

    result = await submit(hass, result, token=wrapped(token))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_TOKEN] == token


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (lambda _: "eyJ", "This isn't a token."),
        (lambda _: "one.two.three", "This isn't a token."),
        (lambda _: "", "This isn't a token."),
        (
            lambda simulator: simulator.token(serial="121900000099"),
            "This token is for gateway 121900000099, but this is gateway 122300000001.",
        ),
        (lambda simulator: simulator.token(lifetime_s=-86_400), "This token expired on 20"),
        (lambda simulator: simulator.token()[:-8] + "AAAAAAAA", "The gateway rejected the sign-in."),
    ],
    ids=["a part", "garbage", "nothing", "other gateway", "ended", "forged"],
)
async def test_a_wrong_token_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, typed: Callable[[Simulator], str], read: str
) -> None:
    simulator = await start_simulator()
    result = await go_to(hass, await start_flow(hass, simulator), "token")
    assert simulator.serial in step_text(result)

    result = await submit(hass, result, token=typed(simulator))

    assert read in error_text(result)
    assert result["data_schema"] is not None
    assert [key.description for key in result["data_schema"].schema] == [None]
    assert hass.config_entries.async_entries(DOMAIN) == []
    result = await submit(hass, result, token=simulator.token())
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_token_of_another_gateway_is_not_sent(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    result = await go_to(hass, await start_flow(hass, simulator), "token")

    await submit(hass, result, token=simulator.token(serial="121900000099"))

    assert credentials(simulator) == []


async def test_a_gateway_that_is_busy_when_the_token_is_checked_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator()
    result = await go_to(hass, await start_flow(hass, simulator), "token")
    simulator.faults.add("status", path="/auth/check_jwt", code=503)

    result = await submit(hass, result, token=simulator.token())

    assert error_text(result).startswith("The gateway is busy (status 503).")
    simulator.faults.clear()
    result = await submit(hass, result, token=simulator.token())
    assert result["type"] is FlowResultType.CREATE_ENTRY


# The account in the cloud


@pytest.mark.parametrize("remember", [False, True], ids=["forgotten", "remembered"])
async def test_the_password_is_stored_only_when_the_user_chooses_so(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud, *, remember: bool
) -> None:
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account(remember=remember))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    stored = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD} if remember else {}
    assert {key: value for key, value in result["data"].items() if key in {CONF_USERNAME, CONF_PASSWORD}} == stored
    assert (cloud.login_requests, cloud.token_requests) == (1, 1)
    assert [request.user_agent for request in cloud.requests] == ["enphase-iq-gateway"] * 3


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (CloudAnswer.WRONG_PASSWORD, "doesn't recognize this email and password"),
        (CloudAnswer.FAILED, "doesn't recognize this email and password"),
        (CloudAnswer.FORBIDDEN, "doesn't recognize this email and password"),
        (CloudAnswer.BLOCKED, "has blocked this account"),
        (CloudAnswer.NOT_JSON, "an unexpected response"),
        (CloudAnswer.NOT_ACCEPTABLE, "rejected the request"),
        (CloudAnswer.TOO_MANY_REQUESTS, "too many requests. Try again in 15 minutes."),
        (CloudAnswer.TOO_MANY_SESSIONS, "too many active sessions"),
        (CloudAnswer.SERVER_ERROR, "aren't available"),
        (CloudAnswer.HANG, "didn't respond in time"),
    ],
)
async def test_each_answer_to_the_login_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud, *, answer: CloudAnswer, read: str
) -> None:
    """Each try sends the password once."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    cloud.login_answer = answer
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account(remember=True))

    assert read in error_text(result)
    assert len(cloud.requests) == 1
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    assert_only_the_password_is_gone(result)
    cloud.login_answer = CloudAnswer.OK
    result = await submit(hass, result, **account(remember=True))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (CloudAnswer.NOT_JSON, "an unexpected response"),
        (CloudAnswer.FORBIDDEN, "didn't issue a token"),
        (CloudAnswer.NOT_ACCEPTABLE, "rejected the request"),
        (CloudAnswer.SERVER_ERROR, "aren't available"),
        (CloudAnswer.HANG, "didn't respond in time"),
    ],
)
async def test_each_answer_to_the_request_for_a_token_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud, *, answer: CloudAnswer, read: str
) -> None:
    """Both ways to a token are tried (S§42.4)."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    cloud.token_answer = cloud.enlighten_token_answer = answer
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account(remember=True))

    assert read in error_text(result)
    assert "this email and password" not in error_text(result)
    assert len(cloud.requests) == 3
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    assert_only_the_password_is_gone(result)
    cloud.token_answer = CloudAnswer.OK
    result = await submit(hass, result, **account(remember=True))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_token_comes_from_enlighten_where_entrez_has_none(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    cloud.token_answer = CloudAnswer.FORBIDDEN
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account())

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (cloud.token_requests, cloud.enlighten_token_requests) == (1, 1)


@pytest.mark.slow
async def test_a_wait_that_the_cloud_requests_is_observed(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud, clock: VirtualTime
) -> None:
    simulator = await start_simulator(clock=clock.now)
    cloud = await start_cloud(simulator)
    cloud.login_answer, cloud.retry_after = CloudAnswer.TOO_MANY_REQUESTS, "120"
    result = await go_to(hass, await start_flow(hass, simulator), "account")
    result = await submit(hass, result, **account())
    assert "Try again in 2 minutes." in error_text(result)
    cloud.login_answer = CloudAnswer.OK

    result = await submit(hass, result, **{CONF_METHOD: "account"})
    result = await submit(hass, result, **account())

    assert "Try again in 2 minutes." in error_text(result)
    assert cloud.login_requests == 1
    clock.tick(121)
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    result = await submit(hass, result, **account())
    assert result["type"] is FlowResultType.CREATE_ENTRY


def assert_only_the_password_is_gone(result: ConfigFlowResult) -> None:
    """Check that only the password has to be entered again."""
    assert result["data_schema"] is not None
    suggested = {str(key): (key.description or {}).get("suggested_value") for key in result["data_schema"].schema}
    assert suggested == {CONF_USERNAME: USERNAME, CONF_PASSWORD: None, CONF_REMEMBER_PASSWORD: True}


async def test_a_wrong_password_can_be_corrected(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account("wrong"))

    assert error_text(result) == "Enphase doesn't recognize this email and password."
    assert cloud.login_requests == 1
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    result = await submit(hass, result, **account())
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_cloud_that_cannot_be_reached_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    await cloud.__aexit__(None, None, None)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account())

    assert "aren't available" in error_text(result)
    await cloud.__aenter__()
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    result = await submit(hass, result, **account())
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("spoil", "explanation"),
    [
        (
            lambda cloud: setattr(cloud, "token_serial", "121900000099"),
            "Enphase issues no token for gateway 122300000001 to this account.",
        ),
        (lambda cloud: setattr(cloud, "token_lifetime_s", -60.0), "Enphase sent an unexpected response."),
    ],
    ids=["other gateway", "ended"],
)
async def test_a_token_of_the_cloud_that_does_not_fit_is_explained(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    start_cloud: StartCloud,
    spoil: Callable[[Cloud], None],
    explanation: str,
) -> None:
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    spoil(cloud)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account())

    assert error_text(result).startswith(explanation)
    cloud.token_serial = cloud.token_lifetime_s = None
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    result = await submit(hass, result, **account())
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_token_of_the_cloud_that_the_gateway_rejects_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    """Its clock may be far off (G§2.6)."""
    simulator = await start_simulator()
    await start_cloud(simulator)
    simulator.faults.add("status", path="/auth/check_jwt", code=401)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await submit(hass, result, **account(remember=True))

    assert error_text(result).startswith("The gateway rejected the sign-in.")
    assert hass.config_entries.async_entries(DOMAIN) == []
    simulator.faults.clear()
    result = await submit(hass, result, **account(remember=True))
    assert result["type"] is FlowResultType.CREATE_ENTRY


# The gateway's own account


async def test_a_blank_password_is_the_end_of_the_serial(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator("non_metered")
    result = await start_flow(hass, simulator)
    assert step_text(result) == f"The gateway at {simulator.address} has its own account."
    assert result["data_schema"] is not None
    assert result["data_schema"]({})[CONF_USERNAME] == "envoy"

    result = await submit(hass, result, username="envoy")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_PASSWORD] == ""
    assert hass.config_entries.async_entries(DOMAIN)[0].state is ConfigEntryState.LOADED


@pytest.mark.parametrize("answers", [{"username": "envoy", "password": "wrong"}, {"username": "some:one"}])
@pytest.mark.parametrize("profile", ["non_metered", "metered_digest", "legacy"])
async def test_a_wrong_local_account_is_an_error(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str, answers: dict[str, str]
) -> None:
    """The production of the gateway can be read without an account (G§2.2)."""
    simulator = await start_simulator(profile)
    result = await start_flow(hass, simulator)

    result = await submit(hass, result, **answers)

    assert error_text(result).startswith("The gateway rejected the sign-in.")
    result = await submit(hass, result, username=simulator.username, password=simulator.password)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_token_of_another_integration_signs_in(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    data = {CONF_TOKEN: simulator.token()}
    MockConfigEntry(domain="enphase_envoy", unique_id=simulator.serial, data=data).add_to_hass(hass)

    menu = await start_flow(hass, simulator)
    assert menu["menu_options"] == ["other_integration", "account", "token"]
    result = await go_to(hass, menu, "other_integration")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_TOKEN] == data[CONF_TOKEN]


async def test_a_token_of_another_integration_that_is_rejected_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator()
    data = {CONF_TOKEN: "no token"}
    MockConfigEntry(domain="enphase_envoy", unique_id=simulator.serial, data=data).add_to_hass(hass)

    result = await go_to(hass, await start_flow(hass, simulator), "other_integration")

    assert (result["step_id"], error_text(result)) == (
        "retry_sign_in",
        "This isn't a token. Copy all of it: three long parts separated by dots.",
    )
