"""Sign in with a second factor: every error is explained, and set-up works once it is corrected (S§42)."""

from enum import StrEnum
import gc

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.enphase_iq_gateway.client import Token
from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE, CONF_METHOD
from custom_components.enphase_iq_gateway.flow.sign_in import CONF_SEND_AGAIN
from simulator import Simulator
from simulator.cloud import LAYOUT_PATH, Cloud, CloudAnswer
from simulator.second_factor import CHECK_PATH, SEND_PATH, Challenge, Checking, Sending
from tests.conftest import PASSWORD, USERNAME, StartCloud, StartSimulator, start_flow
from tests.support.forms import account, go_to, submit, time_out_unanswered
from tests.support.texts import error_text, step_text
from tests.support.virtual_time import VirtualTime


@pytest.fixture
async def simulator(start_simulator: StartSimulator, clock: VirtualTime) -> Simulator:
    """Start a gateway on virtual time."""
    return await start_simulator(clock=clock.now)


@pytest.fixture
async def cloud(start_cloud: StartCloud, simulator: Simulator) -> Cloud:
    """Start a cloud whose accounts have a second factor."""
    cloud = await start_cloud(simulator)
    cloud.second_factor.required = True
    return cloud


async def enter_account(hass: HomeAssistant, simulator: Simulator, *, remember: bool = False) -> ConfigFlowResult:
    """Start the flow and submit the right account."""
    result = await go_to(hass, await start_flow(hass, simulator), "account")
    return await submit(hass, result, **account(remember=remember))


async def enter_code(hass: HomeAssistant, result: ConfigFlowResult, code: str) -> ConfigFlowResult:
    """Submit a code."""
    return await submit(hass, result, **{CONF_CODE: code, CONF_SEND_AGAIN: False})


async def send_again(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Submit the form for another code."""
    return await submit(hass, result, **{CONF_SEND_AGAIN: True})


async def finish(hass: HomeAssistant, result: ConfigFlowResult, cloud: Cloud) -> None:
    """Enter the last code, and check that it leads to an entry."""
    assert (result["type"], result.get("step_id")) == (FlowResultType.FORM, "otp")
    result = await enter_code(hass, result, cloud.second_factor.codes[-1])
    assert result["type"] is FlowResultType.CREATE_ENTRY


# It works


@pytest.mark.parametrize("remember", [False, True])
async def test_only_the_token_is_stored(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, *, remember: bool
) -> None:
    result = await enter_account(hass, simulator, remember=remember)
    assert "Enter it within five minutes" in step_text(result)
    (code,) = cloud.second_factor.codes

    result = await enter_code(hass, result, f" {code[:3]} {code[3:]}\n")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert set(result["data"]) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE}
    assert Token.parse(result["data"][CONF_TOKEN]).serial == simulator.serial
    paths = [request.path for request in cloud.requests]
    assert paths == ["/login/login.json", SEND_PATH, CHECK_PATH, "/tokens", LAYOUT_PATH]
    assert {request.user_agent for request in cloud.requests} == {"enphase-iq-gateway"}


@pytest.mark.parametrize("challenge", [Challenge.NONCE, Challenge.REQUIRES_MFA])
@pytest.mark.parametrize("sending", [Sending.OK, Sending.EMPTY])
@pytest.mark.parametrize(
    "checking",
    [
        Checking.FULL,
        Checking.OTHER_NAMES,
        Checking.MESSAGE,
        Checking.SUCCESS,
        Checking.IS_VALID,
        Checking.EMPTY,
    ],
)
async def test_every_variant_of_the_answers_leads_to_a_token(
    hass: HomeAssistant,
    simulator: Simulator,
    cloud: Cloud,
    *,
    challenge: Challenge,
    sending: Sending,
    checking: Checking,
) -> None:
    second_factor = cloud.second_factor
    second_factor.challenge_answer, second_factor.send_answer, second_factor.check_answer = challenge, sending, checking

    await finish(hass, await enter_account(hass, simulator), cloud)

    assert (cloud.token_requests, cloud.enlighten_token_requests) == (1, 0)


async def test_the_token_comes_from_enlighten_where_entrez_has_none(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    cloud.token_answer = CloudAnswer.FORBIDDEN

    await finish(hass, await enter_account(hass, simulator), cloud)

    assert (cloud.token_requests, cloud.enlighten_token_requests) == (1, 1)


# Another code


async def test_another_code_can_be_sent_after_half_a_minute(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime
) -> None:
    result = await enter_account(hass, simulator)
    clock.tick(29)
    result = await send_again(hass, result)
    assert "less than 30 seconds ago" in error_text(result)
    assert len(cloud.second_factor.codes) == 1
    clock.tick(1)

    result = await send_again(hass, result)

    assert error_text(result) == ""
    assert len(cloud.second_factor.codes) == 2
    result = await enter_code(hass, result, "not it")
    assert "wrong or no longer valid" in error_text(result)
    await finish(hass, result, cloud)


async def test_showing_the_form_again_sends_no_code(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> None:
    """The frontend requests the present step when a page is loaded again."""
    result = await enter_account(hass, simulator)

    result = await hass.config_entries.flow.async_configure(result["flow_id"])

    assert len(cloud.second_factor.codes) == 1
    await finish(hass, result, cloud)


async def test_a_code_that_comes_too_late_is_replaced(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime
) -> None:
    """The login is repeated without the user."""
    result = await enter_account(hass, simulator)
    clock.tick(301)

    result = await enter_code(hass, result, cloud.second_factor.codes[-1])

    assert error_text(result).startswith("The code has expired after five minutes. A new code was sent")
    assert (len(cloud.second_factor.codes), cloud.login_requests) == (2, 2)
    await finish(hass, result, cloud)


async def test_another_code_can_be_sent_after_the_five_minutes(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime
) -> None:
    result = await enter_account(hass, simulator)
    clock.tick(301)

    result = await send_again(hass, result)

    assert error_text(result) == ""
    assert (len(cloud.second_factor.codes), cloud.login_requests) == (2, 2)
    await finish(hass, result, cloud)


async def test_a_second_factor_that_is_turned_off_meanwhile_is_not_needed(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime
) -> None:
    result = await enter_account(hass, simulator)
    code = cloud.second_factor.codes[-1]
    clock.tick(301)
    cloud.second_factor.required = False

    result = await enter_code(hass, result, code)

    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_no_code_is_sent_once_the_second_factor_is_turned_off(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime
) -> None:
    result = await enter_account(hass, simulator)
    clock.tick(301)
    cloud.second_factor.required = False

    result = await send_again(hass, result)

    assert len(cloud.second_factor.codes) == 1
    await finish(hass, result, cloud)


# The same form again


@pytest.mark.parametrize("code", ["000000 ", "", "äöü"])
async def test_a_wrong_code_can_be_corrected(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, *, code: str
) -> None:
    result = await enter_account(hass, simulator)
    cloud.second_factor.codes[-1] = "123456"

    result = await enter_code(hass, result, code)

    assert "wrong or no longer valid" in error_text(result)
    await finish(hass, result, cloud)


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (Checking.WRONG, "wrong or no longer valid"),
        (Checking.BAD_REQUEST, "wrong or no longer valid"),
        (Checking.NOT_FOUND, "wrong or no longer valid"),
        (Checking.CONFLICT, "wrong or no longer valid"),
        (Checking.UNPROCESSABLE, "wrong or no longer valid"),
        (Checking.SERVER_ERROR, "aren't available"),
        (Checking.NOT_JSON, "an unexpected response"),
        (Checking.HANG, "didn't respond in time"),
    ],
)
async def test_a_code_that_was_not_accepted_can_be_entered_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime, *, answer: Checking, read: str
) -> None:
    result = await enter_account(hass, simulator)
    cloud.second_factor.check_answer = answer

    result = await time_out_unanswered(cloud, clock, enter_code(hass, result, cloud.second_factor.codes[-1]))

    assert read in error_text(result)
    cloud.second_factor.check_answer = Checking.FULL
    await finish(hass, result, cloud)


@pytest.mark.parametrize(
    ("answer", "read"), [(Sending.SERVER_ERROR, "aren't available"), (Sending.HANG, "didn't respond in time")]
)
async def test_a_code_that_could_not_be_sent_can_be_sent_at_once(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime, *, answer: Sending, read: str
) -> None:
    cloud.second_factor.send_answer = answer
    result = await time_out_unanswered(cloud, clock, enter_account(hass, simulator))
    assert read in error_text(result)
    cloud.second_factor.send_answer = Sending.OK

    result = await send_again(hass, result)

    assert error_text(result) == ""
    await finish(hass, result, cloud)


async def test_a_refused_code_is_requested_once_more(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> None:
    """The cloud requires another login, which is tried once."""
    cloud.second_factor.send_answer = Sending.REFUSED

    result = await enter_account(hass, simulator)

    assert "an unexpected response" in error_text(result)
    assert cloud.login_requests == 2
    cloud.second_factor.send_answer = Sending.OK
    await finish(hass, await send_again(hass, result), cloud)


async def test_an_accepted_code_is_not_checked_again(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> None:
    cloud.token_answer = cloud.enlighten_token_answer = CloudAnswer.SERVER_ERROR
    result = await enter_account(hass, simulator)
    result = await enter_code(hass, result, cloud.second_factor.codes[-1])
    assert "aren't available" in error_text(result)
    cloud.token_answer = CloudAnswer.OK

    await finish(hass, result, cloud)

    assert [request.path for request in cloud.requests].count(CHECK_PATH) == 1


async def test_a_token_that_the_gateway_rejects_can_be_tried_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    simulator.faults.add("status", path="/auth/check_jwt", code=401)
    result = await enter_account(hass, simulator)

    result = await enter_code(hass, result, cloud.second_factor.codes[-1])

    assert error_text(result).startswith("The gateway rejected the sign-in.")
    simulator.faults.clear()
    await finish(hass, result, cloud)


# Another sign-in


@pytest.mark.parametrize(
    ("answers", "read"),
    [
        ({"challenge_answer": Challenge.BROKEN}, "an unexpected response"),
        ({"send_answer": Sending.BLOCKED}, "has blocked this account"),
        ({"send_answer": Sending.TOO_MANY_REQUESTS}, "too many requests"),
    ],
)
@pytest.mark.parametrize("method", ["account", "token"])
async def test_a_sign_in_without_a_code_can_be_started_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, *, answers: dict[str, StrEnum], read: str, method: str
) -> None:
    for name, answer in answers.items():
        setattr(cloud.second_factor, name, answer)
    result = await enter_account(hass, simulator)
    assert read in error_text(result)
    cloud.second_factor.challenge_answer, cloud.second_factor.send_answer = Challenge.NONCE, Sending.OK

    result = await submit(hass, result, **{CONF_METHOD: method})

    if method == "token":
        result = await submit(hass, result, token=simulator.token())
        assert result["type"] is FlowResultType.CREATE_ENTRY
    else:
        await finish(hass, await submit(hass, result, **account()), cloud)


@pytest.mark.parametrize(
    ("answer", "read"),
    [(Checking.BLOCKED, "has blocked this account"), (Checking.TOO_MANY_REQUESTS, "too many requests")],
)
async def test_after_a_block_the_sign_in_starts_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, *, answer: Checking, read: str
) -> None:
    result = await enter_account(hass, simulator)
    cloud.second_factor.check_answer = answer

    result = await enter_code(hass, result, "000000")

    assert read in error_text(result)
    cloud.second_factor.check_answer = Checking.FULL
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    await finish(hass, await submit(hass, result, **account()), cloud)


async def test_after_too_many_sessions_the_sign_in_starts_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    cloud.token_answer = cloud.enlighten_token_answer = CloudAnswer.TOO_MANY_SESSIONS
    result = await enter_account(hass, simulator)

    result = await enter_code(hass, result, cloud.second_factor.codes[-1])

    assert "too many active sessions" in error_text(result)
    cloud.token_answer = CloudAnswer.OK
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    await finish(hass, await submit(hass, result, **account()), cloud)


async def test_after_a_change_of_the_password_the_sign_in_starts_again(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: VirtualTime
) -> None:
    result = await enter_account(hass, simulator)
    clock.tick(301)
    cloud.accounts[USERNAME] = "another one"

    result = await send_again(hass, result)

    assert "doesn't recognize this email and password" in error_text(result)
    result = await submit(hass, result, **{CONF_METHOD: "account"})
    await finish(hass, await submit(hass, result, **account("another one")), cloud)


# The end


@pytest.mark.slow
@pytest.mark.usefixtures("cloud")
async def test_a_closed_flow_keeps_no_secret_in_memory(hass: HomeAssistant, simulator: Simulator) -> None:
    before = secrets_in_memory()
    result = await enter_account(hass, simulator)
    assert PASSWORD in secrets_in_memory()

    hass.config_entries.flow.async_abort(result["flow_id"])

    assert secrets_in_memory() == before


def secrets_in_memory() -> list[str]:
    """Return the texts of all secrets that the client holds."""
    gc.collect()
    return sorted(each.reveal() for each in gc.get_objects() if isinstance(each, Secret))
