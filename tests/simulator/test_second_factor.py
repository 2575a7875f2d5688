"""The second factor of the simulated cloud: one code per challenge, for five minutes (S§42)."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from simulator import Simulator
from simulator.cloud import LOGIN_PATH, Cloud
from simulator.second_factor import CHECK_PATH, SEND_PATH, Checking, Sending

from .gateway_client import Clock

EMAIL, PASSWORD = "user@example.com", "password"


class Browser:
    """A user's browser at the login page: it keeps cookies and repeats the XSRF token."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False))
        self.xsrf = True

    async def close(self) -> None:
        """Close the browser."""
        await self._session.close()

    async def post(self, path: str, **form: str) -> tuple[int, bytes]:
        """Submit a form; return status and body."""
        headers = {}
        for cookie in self._session.cookie_jar:
            if cookie.key == "XSRF-TOKEN" and self.xsrf:
                headers["X-CSRF-Token"] = cookie.value.replace("%3D", "=")
        async with self._session.post(self._cloud.enlighten_url + path, data=form, headers=headers) as response:
            return response.status, await response.read()

    async def login(self) -> None:
        """Submit the password."""
        await self.post(LOGIN_PATH, **{"user[email]": EMAIL, "user[password]": PASSWORD})

    async def check(self, code: str, email: str = EMAIL) -> tuple[int, bytes]:
        """Submit a code."""
        form = {"email": b64encode(email.encode()).decode(), "otp": b64encode(code.encode()).decode()}
        return await self.post(CHECK_PATH, **form)


@pytest.fixture
async def cloud(clock: Clock) -> AsyncIterator[Cloud]:
    """Run a cloud with one account that has a second factor."""
    async with Cloud(Simulator(clock=clock), {EMAIL: PASSWORD}) as cloud:
        cloud.second_factor.required = True
        yield cloud


@pytest.fixture
async def browser(cloud: Cloud) -> AsyncIterator[Browser]:
    """Open a browser in which the password has been entered."""
    browser = Browser(cloud)
    await browser.login()
    yield browser
    await browser.close()


async def test_the_last_code_signs_in_once(cloud: Cloud, browser: Browser) -> None:
    await browser.post(SEND_PATH, locale="en")
    await browser.post(SEND_PATH, locale="en")
    cloud.second_factor.codes[:] = "111111", "222222"  # codes are random, and could be the same

    assert await browser.check("111111") == (200, b'{"isValid":false,"isBlocked":false}')
    status, body = await browser.check("222222")
    assert (status, b'"session_id"' in body) == (200, True)
    assert (await browser.check("222222"))[0] == 401


async def test_a_challenge_ends_after_five_minutes(cloud: Cloud, browser: Browser, clock: Clock) -> None:
    await browser.post(SEND_PATH, locale="en")
    clock.advance(seconds=301)

    assert (await browser.post(SEND_PATH, locale="en"))[0] == 403
    assert (await browser.check(cloud.second_factor.codes[-1]))[0] == 401


async def test_a_form_without_the_xsrf_token_is_refused(browser: Browser) -> None:
    browser.xsrf = False

    assert (await browser.post(SEND_PATH, locale="en"))[0] == 403


async def test_the_code_of_another_account_is_wrong(cloud: Cloud, browser: Browser) -> None:
    await browser.post(SEND_PATH, locale="en")

    assert b'"isValid":false' in (await browser.check(cloud.second_factor.codes[-1], "other@example.com"))[1]


async def test_values_that_are_not_base64_are_wrong(browser: Browser) -> None:
    await browser.post(SEND_PATH, locale="en")

    assert b'"isValid":false' in (await browser.post(CHECK_PATH, email="user@example.com", otp="äöü"))[1]


async def test_too_many_wrong_codes_block(browser: Browser) -> None:
    await browser.post(SEND_PATH, locale="en")

    answers = [(await browser.check("no"))[1] for _ in range(6)]

    assert [b'"isBlocked":true' in answer for answer in answers] == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Sending.EMPTY, (204, b"")),
        (Sending.BLOCKED, (200, b'{"success":false,"isBlocked":true}')),
        (Sending.REFUSED, (200, b'{"success":false}')),
        (Sending.TOO_MANY_REQUESTS, (429, b"")),
        (Sending.SERVER_ERROR, (503, b"")),
    ],
)
async def test_the_request_for_a_code_answers_as_configured(
    cloud: Cloud, browser: Browser, answer: Sending, expected: tuple[int, bytes]
) -> None:
    cloud.second_factor.send_answer = answer

    assert await browser.post(SEND_PATH, locale="en") == expected
    assert len(cloud.second_factor.codes) == (answer is Sending.EMPTY)


def contains(text: bytes) -> Callable[[tuple[int, bytes]], bool]:
    return lambda answer: answer[0] == 200 and text in answer[1]


def has_status(status: int) -> Callable[[tuple[int, bytes]], bool]:
    return lambda answer: answer == (status, b"")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Checking.FULL, contains(b'"session_id"')),
        (Checking.OTHER_NAMES, contains(b'"sessionId"')),
        (Checking.MESSAGE, contains(b'{"message":"success"}')),
        (Checking.SUCCESS, contains(b'{"success":true}')),
        (Checking.IS_VALID, contains(b'"isValid":true')),
        (Checking.EMPTY, has_status(200)),
        (Checking.WRONG, contains(b'"isValid":false')),
        (Checking.BLOCKED, contains(b'"isBlocked":true')),
        (Checking.BAD_REQUEST, has_status(400)),
        (Checking.NOT_FOUND, has_status(404)),
        (Checking.CONFLICT, has_status(409)),
        (Checking.UNPROCESSABLE, has_status(422)),
        (Checking.TOO_MANY_REQUESTS, has_status(429)),
        (Checking.SERVER_ERROR, has_status(503)),
        (Checking.NOT_JSON, contains(b"<html>")),
    ],
)
async def test_a_right_code_answers_as_configured(
    cloud: Cloud, browser: Browser, answer: Checking, expected: Callable[[tuple[int, bytes]], bool]
) -> None:
    await browser.post(SEND_PATH, locale="en")
    cloud.second_factor.check_answer = answer

    assert expected(await browser.check(cloud.second_factor.codes[-1]))
