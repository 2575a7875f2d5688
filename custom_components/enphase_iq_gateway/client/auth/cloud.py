"""Fetching a token from Enphase's cloud: sign in at Enlighten, then request the token from Entrez (G§2.3a).

This is the only code that connects to the internet, and only to fetch a token. Its session must check certificates.
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
"""Waits between three attempts: the user is waiting in a form, so all of it must end within about a minute."""
USER_AGENT: Final = "enphase-iq-gateway"
"""The cloud answers 406 to a user agent that contains "HomeAssistant"."""
_BODY_LIMIT: Final = 64 * 1024  # a token has about 600 bytes, a login answer less than 2 kB


class CloudProblem(StrEnum):
    """Why there is no token from the cloud, as a translation key."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a problem
    MULTI_FACTOR = "multi_factor"
    """The account requires a second factor: the token must be created by hand."""
    BLOCKED = "blocked"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    """Status 406: the user agent is not accepted."""
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    UNEXPECTED = "unexpected"
    NO_TOKEN_FOR_GATEWAY = "no_token_for_gateway"  # noqa: S105 - the name of a problem


class CloudError(GatewayError):
    """The token could not be fetched from the cloud."""

    def __init__(self, problem: CloudProblem, url: str) -> None:
        """Set the problem; only `wrong_password` concerns the password."""
        super().__init__(f"{url}: {problem}")
        self.problem = problem


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudUrls:
    """The addresses of the cloud; tests use others."""

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
    """Sign in and return a token for one gateway; cookies stay in the session, so it must be used for this call only.

    Retries only while the cloud is unavailable or does not answer: other failures would repeat.

    Raises: CloudError.
    """
    urls = urls or CloudUrls()
    waits_s = iter(BACK_OFF_S)
    while True:
        try:
            token = await _fetch_once(session, username, password, serial, urls)
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


async def _fetch_once(session: ClientSession, username: str, password: Secret, serial: str, urls: CloudUrls) -> Token:
    """Sign in and request a token, once."""
    form = {"user[email]": username, "user[password]": password.reveal()}
    status, body = await _post(session, urls.login, data=form)
    if status == HTTPStatus.UNAUTHORIZED:
        raise CloudError(CloudProblem.WRONG_PASSWORD, urls.login)
    _expect_ok(urls.login, status)
    request = {"session_id": _session_id(body, urls.login), "serial_num": serial, "username": username}
    status, body = await _post(session, urls.token, json=request)
    _expect_ok(urls.token, status)
    try:
        return Token.parse(body.decode())
    except NotATokenError, UnicodeDecodeError:
        raise CloudError(CloudProblem.UNEXPECTED, urls.token) from None


async def _post(
    session: ClientSession, url: str, *, data: dict[str, str] | None = None, json: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Send a form or a document and return status and body; redirects are not followed."""
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
    """Return the session id of a successful login (G§2.3a)."""
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
