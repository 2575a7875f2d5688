"""Getting a token from the maker's cloud: Enlighten knows the person, Entrez gives the token (G§2.3a).

The only place that leaves the house, and only to get a token. It needs a session that checks certificates.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
import time
from typing import Final

from aiohttp import ClientError, ClientSession, hdrs
import orjson

from ..exceptions import GatewayError
from .secret import Secret
from .token import NotATokenError, Token, TokenError

TIMEOUT_S: Final = 10.0
"""For one request (G§2.3)."""
BACK_OFF_S: Final = (2.0, 5.0)
"""Waits between three tries: a person is looking at the form, so the whole is to end within a minute or so."""
USER_AGENT: Final = "enphase-iq-gateway"
"""The cloud answers 406 to one that contains "HomeAssistant"."""
_BODY_LIMIT: Final = 64 * 1024  # a token has about 600 bytes, a login answer less than 2 kB


class CloudProblem(StrEnum):
    """Why the cloud gave no token, as a key that a form can translate."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a problem
    MULTI_FACTOR = "multi_factor"
    """The account wants a second factor: only a token made by hand helps."""
    BLOCKED = "blocked"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    """406: it does not like who is asking."""
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    UNEXPECTED = "unexpected"
    NO_TOKEN_FOR_GATEWAY = "no_token_for_gateway"  # noqa: S105 - the name of a problem


class CloudError(GatewayError):
    """The cloud gave no token."""

    def __init__(self, problem: CloudProblem, url: str) -> None:
        """Keep which problem it is: only `wrong_password` says anything about the password."""
        super().__init__(f"{url}: {problem}")
        self.problem = problem


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudUrls:
    """Where the cloud is; other places are for tests."""

    login: str = "https://enlighten.enphaseenergy.com/login/login.json"
    token: str = "https://entrez.enphaseenergy.com/tokens"  # noqa: S105 - an address


async def fetch_token(
    session: ClientSession,
    username: str,
    password: Secret,
    serial: str,
    *,
    urls: CloudUrls | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.time,
) -> Token:
    """Sign in and get a token for one gateway; the session is to be this call's own, as cookies stay in it.

    Tried again only while the cloud is down or does not answer: any other answer would be the same.

    Raises: CloudError.
    """
    urls = urls or CloudUrls()
    waits_s = iter(BACK_OFF_S)
    while True:
        try:
            token = await _ask(session, username, password, serial, urls)
            break
        except CloudError as error:
            wait_s = next(waits_s, None)
            if wait_s is None or error.problem not in {CloudProblem.UNAVAILABLE, CloudProblem.TIMEOUT}:
                raise
        await sleep(wait_s)
    try:
        token.check(serial, clock())
    except TokenError:
        raise CloudError(CloudProblem.NO_TOKEN_FOR_GATEWAY, urls.token) from None
    return token


async def _ask(session: ClientSession, username: str, password: Secret, serial: str, urls: CloudUrls) -> Token:
    """Log in and ask for a token, once."""
    form = {"user[email]": username, "user[password]": password.reveal()}
    status, body = await _post(session, urls.login, data=form)
    if status == HTTPStatus.UNAUTHORIZED:
        raise CloudError(CloudProblem.WRONG_PASSWORD, urls.login)
    _expect_ok(urls.login, status)
    wish = {"session_id": _session_id(body, urls.login), "serial_num": serial, "username": username}
    status, body = await _post(session, urls.token, json=wish)
    _expect_ok(urls.token, status)
    try:
        return Token.parse(body.decode())
    except NotATokenError, UnicodeDecodeError:
        raise CloudError(CloudProblem.UNEXPECTED, urls.token) from None


async def _post(
    session: ClientSession, url: str, *, data: dict[str, str] | None = None, json: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Send a form or a document and take the answer, no redirect followed."""
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            session.post(
                url, data=data, json=json, headers={hdrs.USER_AGENT: USER_AGENT}, allow_redirects=False
            ) as response,
        ):
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > _BODY_LIMIT:
                    raise CloudError(CloudProblem.UNEXPECTED, url)
            return response.status, bytes(body)
    except TimeoutError:
        raise CloudError(CloudProblem.TIMEOUT, url) from None
    except ClientError, OSError, ValueError:
        raise CloudError(CloudProblem.UNAVAILABLE, url) from None


def _expect_ok(url: str, status: int) -> None:
    match status:
        case HTTPStatus.OK:
            return
        case HTTPStatus.FORBIDDEN | HTTPStatus.UNAUTHORIZED:
            problem = CloudProblem.FORBIDDEN
        case HTTPStatus.NOT_ACCEPTABLE:
            problem = CloudProblem.REFUSED
        case HTTPStatus.TOO_MANY_REQUESTS:
            problem = CloudProblem.UNAVAILABLE
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            problem = CloudProblem.UNAVAILABLE
        case _:
            problem = CloudProblem.UNEXPECTED
    raise CloudError(problem, url)


def _session_id(body: bytes, url: str) -> str:
    """Take the session out of a login that was let in (G§2.3a)."""
    try:
        login = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise CloudError(CloudProblem.UNEXPECTED, url) from None
    if not isinstance(login, dict):
        raise CloudError(CloudProblem.UNEXPECTED, url)
    if login.get("isBlocked") is True:
        raise CloudError(CloudProblem.BLOCKED, url)
    session_id = login.get("session_id")
    if isinstance(session_id, str) and session_id:
        return session_id
    raise CloudError(CloudProblem.MULTI_FACTOR if login.get("success") is True else CloudProblem.UNEXPECTED, url)
