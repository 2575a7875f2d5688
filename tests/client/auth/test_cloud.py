"""Tokens from the cloud: each refusal has its own error, and only one is about the password (G§2.3a)."""

import logging

from aiohttp import ClientSession
import pytest

from custom_components.enphase_iq_gateway.client.auth import cloud
from custom_components.enphase_iq_gateway.client.auth.cloud import CloudError, CloudProblem, CloudUrls, fetch_token
from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.client.auth.token import Token
from simulator import Simulator
from simulator.cloud import Cloud, CloudAnswer
from tests.support.device import OTHER_SERIAL, Device, reply

EMAIL = "somebody@example.com"
PASSWORD = "made-up-password"


def simulated() -> Cloud:
    """Return a cloud with one account."""
    return Cloud(Simulator(), {EMAIL: PASSWORD})


class Waits(list[float]):
    """Records how long to wait instead of waiting."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


async def ask(there: Cloud, password: str = PASSWORD, waits: Waits | None = None) -> Token:
    """Request a token for the gateway from the simulated cloud."""
    urls = CloudUrls(login=f"{there.enlighten_url}/login/login.json", token=f"{there.entrez_url}/tokens")
    async with ClientSession() as session:
        return await fetch_token(
            session,
            EMAIL,
            Secret(password),
            there.simulator.serial,
            urls=urls,
            sleep=Waits() if waits is None else waits,
        )


async def test_a_right_account_gets_a_token_for_the_gateway() -> None:
    async with simulated() as there:
        token = await ask(there)

        assert token.serial == there.simulator.serial
        assert [request.path for request in there.requests] == ["/login/login.json", "/tokens"]
        assert not any("homeassistant" in request.user_agent.lower() for request in there.requests)


async def test_a_wrong_password_is_an_error_and_not_tried_again() -> None:
    """More attempts would block the account."""
    async with simulated() as there:
        with pytest.raises(CloudError) as caught:
            await ask(there, "wrong")

        assert caught.value.problem is CloudProblem.WRONG_PASSWORD
        assert there.login_requests == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (CloudAnswer.WRONG_PASSWORD, CloudProblem.WRONG_PASSWORD),
        (CloudAnswer.MFA, CloudProblem.MULTI_FACTOR),
        (CloudAnswer.BLOCKED, CloudProblem.BLOCKED),
        (CloudAnswer.NOT_JSON, CloudProblem.UNEXPECTED),
        (CloudAnswer.FORBIDDEN, CloudProblem.FORBIDDEN),
        (CloudAnswer.NOT_ACCEPTABLE, CloudProblem.REFUSED),
        (CloudAnswer.SERVER_ERROR, CloudProblem.UNAVAILABLE),
    ],
)
async def test_each_answer_to_the_login_is_its_own_problem(answer: CloudAnswer, problem: CloudProblem) -> None:
    async with simulated() as there:
        there.login_answer = answer
        with pytest.raises(CloudError) as caught:
            await ask(there)
        assert caught.value.problem is problem

        there.login_answer = CloudAnswer.OK
        assert await ask(there)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (CloudAnswer.WRONG_PASSWORD, CloudProblem.FORBIDDEN),
        (CloudAnswer.NOT_JSON, CloudProblem.UNEXPECTED),
        (CloudAnswer.FORBIDDEN, CloudProblem.FORBIDDEN),
        (CloudAnswer.NOT_ACCEPTABLE, CloudProblem.REFUSED),
        (CloudAnswer.SERVER_ERROR, CloudProblem.UNAVAILABLE),
    ],
)
async def test_each_answer_to_the_request_for_a_token_is_its_own_problem(
    answer: CloudAnswer, problem: CloudProblem
) -> None:
    """No answer means a wrong password, which the login has accepted."""
    async with simulated() as there:
        there.token_answer = answer
        with pytest.raises(CloudError) as caught:
            await ask(there)

    assert caught.value.problem is problem


async def test_a_cloud_that_is_down_is_tried_three_times() -> None:
    waits = Waits()
    async with simulated() as there:
        there.login_answer = CloudAnswer.SERVER_ERROR
        with pytest.raises(CloudError):
            await ask(there, waits=waits)

        assert there.login_requests == 3
    assert waits == list(cloud.BACK_OFF_S)


async def test_a_cloud_that_comes_back_in_time_is_no_problem() -> None:
    async with simulated() as there:
        there.token_answer = CloudAnswer.SERVER_ERROR

        async def mend(_: float) -> None:
            there.token_answer = CloudAnswer.OK

        urls = CloudUrls(login=f"{there.enlighten_url}/login/login.json", token=f"{there.entrez_url}/tokens")
        async with ClientSession() as session:
            assert await fetch_token(session, EMAIL, Secret(PASSWORD), there.simulator.serial, urls=urls, sleep=mend)


async def test_a_cloud_that_does_not_answer_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "TIMEOUT_S", 0.05)
    async with simulated() as there:
        there.login_answer = CloudAnswer.HANG
        with pytest.raises(CloudError) as caught:
            await ask(there)

        assert caught.value.problem is CloudProblem.TIMEOUT
        assert there.login_requests == 3


async def test_a_cloud_that_cannot_be_reached_is_unavailable() -> None:
    async with simulated() as there:
        pass
    with pytest.raises(CloudError) as caught:
        await ask(there)

    assert caught.value.problem is CloudProblem.UNAVAILABLE


async def test_a_token_for_another_gateway_is_none_for_this_one() -> None:
    async with simulated() as there:
        there.token_serial = OTHER_SERIAL
        with pytest.raises(CloudError) as caught:
            await ask(there)

    assert caught.value.problem is CloudProblem.NO_TOKEN_FOR_GATEWAY


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (reply(b"[]"), CloudProblem.UNEXPECTED),
        (reply(b'{"message": "success"}'), CloudProblem.UNEXPECTED),
        (reply(b'{"session_id": 1}'), CloudProblem.UNEXPECTED),
        (reply(bytes(100_000)), CloudProblem.UNEXPECTED),
        (reply(b"", 404), CloudProblem.UNEXPECTED),
        (reply(b"", 302, "Location: http://127.0.0.1:1/"), CloudProblem.UNEXPECTED),
        (reply(b"", 429), CloudProblem.UNAVAILABLE),
    ],
    ids=["list", "no session", "session is a number", "too many bytes", "404", "redirect", "429"],
)
async def test_a_login_of_another_shape_is_not_understood(answer: bytes, problem: CloudProblem) -> None:
    """No redirect is followed with the password."""
    async with Device({"/login": answer}) as there, ClientSession() as session:
        urls = CloudUrls(login=f"http://127.0.0.1:{there.port}/login")
        with pytest.raises(CloudError) as caught:
            await fetch_token(session, EMAIL, Secret(PASSWORD), OTHER_SERIAL, urls=urls, sleep=Waits())

    assert caught.value.problem is problem


async def test_no_secret_is_logged_or_in_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with simulated() as there:
        there.token_answer = CloudAnswer.NOT_JSON
        with pytest.raises(CloudError) as caught:
            await ask(there)

    whole = f"{caught.value} {caught.value!r} {caplog.text}"
    assert PASSWORD not in whole
    assert EMAIL not in whole
