"""Tokens from the cloud: each refusal has its own error, and only one is about the password (G§2.3a, S§42)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import logging
import time

from aiohttp import ClientSession
from pycares import AresError
import pytest

from custom_components.enphase_iq_gateway.client.auth import cloud
from custom_components.enphase_iq_gateway.client.auth.cloud import Cloud, CloudError, CloudProblem, CloudUrls
from custom_components.enphase_iq_gateway.client.auth.cloud_sign_in import CloudSignIn
from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.client.auth.token import Token
from simulator.cloud import Cloud as SimulatedCloud, CloudAnswer
from tests.support.cloud_sign_in import EMAIL, PASSWORD, shared, signing_in, simulated
from tests.support.device import OTHER_SERIAL, Device, Reply, reply

LOGIN, SEND, CHECK, TOKEN = (
    "/login/login.json",
    "/app-api/generate_mfa_login_otp",
    "/app-api/validate_login_otp",
    "/entrez-auth-token",
)


async def fetch_token(there: SimulatedCloud, password: str = PASSWORD, access: Cloud | None = None) -> Token:
    """Request a token for the gateway from the simulated cloud."""
    async with signing_in(access or shared(there), there.simulator.serial, password) as sign_in:
        return await sign_in.fetch_token()


async def problem_of(answers: dict[str, Reply], *, code: str = "") -> CloudProblem:
    """Return why no token can be fetched from a cloud with these answers."""
    async with Device(answers) as there:
        urls = CloudUrls(enlighten=f"http://127.0.0.1:{there.port}", entrez=f"http://127.0.0.1:{there.port}")
        async with signing_in(Cloud(urls=urls), OTHER_SERIAL) as sign_in:
            with pytest.raises(CloudError) as caught:
                await (sign_in.fetch_token_with_code(code) if code else sign_in.fetch_token())
    return caught.value.problem


async def test_a_right_account_gets_a_token_for_the_gateway() -> None:
    async with simulated() as there:
        token = await fetch_token(there)

        assert token.serial == there.simulator.serial
        assert [request.path for request in there.requests] == ["/login/login.json", "/tokens"]
        assert not any("homeassistant" in request.user_agent.lower() for request in there.requests)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (CloudAnswer.WRONG_PASSWORD, CloudProblem.WRONG_PASSWORD),
        (CloudAnswer.FAILED, CloudProblem.WRONG_PASSWORD),
        (CloudAnswer.FORBIDDEN, CloudProblem.WRONG_PASSWORD),
        (CloudAnswer.BLOCKED, CloudProblem.BLOCKED),
        (CloudAnswer.NOT_JSON, CloudProblem.UNEXPECTED),
        (CloudAnswer.NOT_ACCEPTABLE, CloudProblem.REFUSED),
        (CloudAnswer.TOO_MANY_REQUESTS, CloudProblem.TOO_MANY_REQUESTS),
        (CloudAnswer.TOO_MANY_SESSIONS, CloudProblem.TOO_MANY_SESSIONS),
        (CloudAnswer.SERVER_ERROR, CloudProblem.UNAVAILABLE),
    ],
)
async def test_each_answer_to_the_login_is_its_own_problem(answer: CloudAnswer, problem: CloudProblem) -> None:
    """The password is sent once: more attempts could get the account blocked."""
    async with simulated() as there:
        there.login_answer = answer
        with pytest.raises(CloudError) as caught:
            await fetch_token(there)
        assert caught.value.problem is problem
        assert there.login_requests == 1

        there.login_answer = CloudAnswer.OK
        assert await fetch_token(there)


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
        there.enlighten_token_answer = CloudAnswer.BLOCKED
        with pytest.raises(CloudError) as caught:
            await fetch_token(there)

    assert caught.value.problem is problem


async def test_a_login_that_is_in_the_cookie_alone_gets_a_token_from_enlighten() -> None:
    async with simulated() as there:
        there.login_answer = CloudAnswer.EMPTY
        token = await fetch_token(there)

        assert token.serial == there.simulator.serial
        assert (there.token_requests, there.enlighten_token_requests) == (0, 1)


async def test_a_token_for_another_gateway_is_refused() -> None:
    async with simulated() as there:
        there.token_serial = OTHER_SERIAL
        with pytest.raises(CloudError) as caught:
            await fetch_token(there)

    assert caught.value.problem is CloudProblem.NO_TOKEN_FOR_GATEWAY


async def test_a_cloud_that_does_not_answer_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "TIMEOUT_S", 0.5)
    async with simulated() as there:
        there.login_answer = CloudAnswer.HANG
        with pytest.raises(CloudError) as caught:
            await fetch_token(there)

        assert caught.value.problem is CloudProblem.TIMEOUT
        assert there.login_requests == 1


async def test_a_cloud_that_cannot_be_reached_is_unavailable() -> None:
    async with simulated() as there:
        pass
    with pytest.raises(CloudError) as caught:
        await fetch_token(there)

    assert caught.value.problem is CloudProblem.UNAVAILABLE


@pytest.mark.parametrize(
    "retry_after",
    [lambda: "120", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)],
    ids=["seconds", "date"],
)
@pytest.mark.parametrize("answer", [CloudAnswer.TOO_MANY_REQUESTS, CloudAnswer.SERVER_ERROR])
async def test_a_wait_that_the_cloud_requests_is_observed_by_all_sign_ins(
    answer: CloudAnswer, retry_after: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated() as there:
        access = shared(there)
        there.login_answer, there.retry_after = answer, retry_after()
        with pytest.raises(CloudError) as caught:
            await fetch_token(there, access=access)
        assert caught.value.retry_after_s == pytest.approx(120, abs=2)
        there.login_answer = CloudAnswer.OK

        with pytest.raises(CloudError) as caught:
            await fetch_token(there, access=access)

        assert caught.value.problem is CloudProblem.TOO_MANY_REQUESTS
        assert 100 < caught.value.retry_after_s <= 121
        assert there.login_requests == 1
        later = time.monotonic() + 121
        monkeypatch.setattr(cloud, "monotonic", lambda: later)
        assert await fetch_token(there, access=access)


@pytest.mark.parametrize("retry_after", [None, "soon", "-5", "", "Thu, 01 Jan 1970 00:00:00 GMT"])
async def test_a_refusal_without_a_time_to_wait_does_not_delay_the_next_sign_in(retry_after: str | None) -> None:
    async with simulated() as there:
        access = shared(there)
        there.login_answer, there.retry_after = CloudAnswer.TOO_MANY_REQUESTS, retry_after
        with pytest.raises(CloudError) as caught:
            await fetch_token(there, access=access)
        assert caught.value.retry_after_s == 0
        there.login_answer = CloudAnswer.OK

        assert await fetch_token(there, access=access)


async def test_no_wait_is_longer_than_a_week() -> None:
    async with simulated() as there:
        there.login_answer, there.retry_after = CloudAnswer.TOO_MANY_REQUESTS, "9" * 30
        with pytest.raises(CloudError) as caught:
            await fetch_token(there)

    assert caught.value.retry_after_s == 7 * 86_400


async def test_too_many_requests_at_entrez_are_not_followed_by_one_at_enlighten() -> None:
    async with simulated() as there:
        there.token_answer = CloudAnswer.TOO_MANY_REQUESTS
        with pytest.raises(CloudError):
            await fetch_token(there)

        assert there.enlighten_token_requests == 0


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (reply(b"[]"), CloudProblem.UNEXPECTED),
        (reply(b"{}"), CloudProblem.UNEXPECTED),
        (reply(b'{"message": "success"}'), CloudProblem.UNEXPECTED),
        (reply(b'{"session_id": 1}'), CloudProblem.UNEXPECTED),
        (reply(b'{"success": true, "isBlocked": false}'), CloudProblem.UNEXPECTED),
        (reply(bytes(100_000)), CloudProblem.UNEXPECTED),
        (reply(b"", 404), CloudProblem.UNEXPECTED),
        (reply(b"", 302, "Location: http://127.0.0.1:1/"), CloudProblem.UNEXPECTED),
        (reply(b"Too many active sessions", 401), CloudProblem.TOO_MANY_SESSIONS),
        (reply(b"", 429), CloudProblem.TOO_MANY_REQUESTS),
    ],
    ids=[
        "list",
        "empty without a cookie",
        "no session",
        "session is a number",
        "challenge without a cookie",
        "too many bytes",
        "404",
        "redirect",
        "too many sessions",
        "429",
    ],
)
async def test_each_other_answer_to_the_login_has_its_problem(answer: bytes, problem: CloudProblem) -> None:
    """No redirect is followed with the password."""
    assert await problem_of({LOGIN: answer}) is problem


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"[]"),
        reply(b"", 302, "Location: http://127.0.0.1:1/"),
        reply(b'{"token": 1}'),
        reply(b'{"token": "eyJ"}'),
        reply(b"eyJ"),
    ],
    ids=["list", "redirect", "number", "garbage", "text"],
)
async def test_a_token_of_another_shape_is_unexpected(answer: bytes) -> None:
    login = reply(b"{}", 200, "Set-Cookie: _enlighten_4_session=1")

    assert await problem_of({LOGIN: login, TOKEN: answer}) is CloudProblem.UNEXPECTED


@pytest.mark.parametrize(
    "answer",
    [reply(b'{"something": "else"}'), reply(b"", 418), reply(b"<html>"), reply(b"")],
    ids=["another document", "another status", "HTML", "no session anywhere"],
)
async def test_an_answer_to_the_code_of_another_shape_is_unexpected(answer: bytes) -> None:
    assert await problem_of({CHECK: answer}, code="123456") is CloudProblem.UNEXPECTED


async def test_an_answer_to_the_code_without_success_is_a_wrong_code() -> None:
    assert await problem_of({CHECK: reply(b'{"success": false}')}, code="123456") is CloudProblem.WRONG_CODE


async def test_the_code_is_sent_as_the_web_page_sends_it() -> None:
    """The form has values in base64, and the cookies of the challenge (S§42.3)."""
    cookies = 'Set-Cookie: XSRF-TOKEN="a%3D%3D"\r\nSet-Cookie: old=1\r\nSet-Cookie: login_otp_nonce=n1'
    answers = {
        LOGIN: reply(b'{"success": true}', 200, cookies),
        SEND: reply(b"", 200, "Set-Cookie: login_otp_nonce=n2\r\nSet-Cookie: old=; Max-Age=0"),
        CHECK: reply(b'{"isValid": false}'),
    }
    async with Device(answers) as there:
        urls = CloudUrls(enlighten=f"http://127.0.0.1:{there.port}")
        async with signing_in(Cloud(urls=urls), OTHER_SERIAL) as sign_in:
            with pytest.raises(CloudError):
                await sign_in.fetch_token()
            await sign_in.send_code()
            with pytest.raises(CloudError):
                await sign_in.fetch_token_with_code("123456")

    sent = there.requests[-1].headers
    assert sent["x-csrf-token"] == "a=="
    assert sent["cookie"] == 'XSRF-TOKEN="a%3D%3D"; login_otp_nonce=n2'
    assert sent["referer"] == f"{urls.enlighten}/"
    assert sent["accept"] == "application/json, text/plain, */*"
    assert sent["user-agent"] == "enphase-iq-gateway"


async def test_no_secret_is_logged_or_in_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with simulated() as there:
        there.token_answer = there.enlighten_token_answer = CloudAnswer.NOT_JSON
        with pytest.raises(CloudError) as caught:
            await fetch_token(there)

    whole = f"{caught.value} {caught.value!r} {caplog.text}"
    assert PASSWORD not in whole
    assert EMAIL not in whole
    assert there.simulator.serial not in whole


async def test_an_exception_that_is_not_of_the_network_is_an_error_of_the_cloud() -> None:
    """A resolver may fail in any way, and only a `CloudError` is handled."""

    def fail() -> ClientSession:
        raise AresError(3, "Failed to initialize c-ares")

    sign_in = CloudSignIn(fail, EMAIL, Secret(PASSWORD), OTHER_SERIAL, cloud=Cloud())
    with pytest.raises(CloudError) as caught:
        await sign_in.fetch_token()

    assert caught.value.problem is CloudProblem.UNAVAILABLE


async def test_a_sign_in_that_was_closed_is_an_error_of_the_cloud() -> None:
    async with simulated() as there:
        async with signing_in(shared(there), there.simulator.serial) as sign_in:
            await sign_in.fetch_token()
            there.requests.clear()
        for request in (sign_in.fetch_token, sign_in.fetch_layout, sign_in.send_code):
            with pytest.raises(CloudError):
                await request()

        assert there.requests == []
