"""The connection to Enphase's cloud: its requests, cookies and errors (G§2.3, S§42).

This is the only code that connects to the internet, and only when a user signs in: to get a token, and the layout of
their panels. Its session must check certificates.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from time import monotonic
from typing import Final
from urllib.parse import unquote

from aiohttp import ClientError, ClientResponse, ClientSession, hdrs
import orjson

from ..exceptions import GatewayError
from ..json_types import JsonObject
from .secret import Secret

TIMEOUT_S: Final = 10.0
"""For one request (G§2.3)."""
USER_AGENT: Final = "enphase-iq-gateway"
"""The cloud answers 406 to a user agent that contains "HomeAssistant" (S§42.6)."""
SESSION_COOKIE: Final = "_enlighten_4_session"
NONCE_COOKIE: Final = "login_otp_nonce"
_BODY_LIMIT: Final = 64 * 1024  # a token has about 600 bytes, a login answer less than 2 kB
_DAY_S: Final = timedelta(days=1).total_seconds()
# The longest wait that is obeyed: a token is renewed 36 days before its end.
_LONGEST_WAIT_S: Final = 7 * _DAY_S
# Answered with any status; the limit is lifted within a day (S§42.1).
_TOO_MANY_SESSIONS: Final = b"too many active sessions"
_XSRF_COOKIES: Final = ("XSRF-TOKEN", "BP-XSRF-TOKEN")


class CloudProblem(StrEnum):
    """Why there is no token from the cloud, as a translation key."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a problem
    MULTI_FACTOR = "multi_factor"
    """The account requires a code."""
    WRONG_CODE = "wrong_code"
    """The code is wrong, or no longer valid."""
    CODE_EXPIRED = "code_expired"
    """The five minutes for the code are over, and another one was sent."""
    CODE_TOO_SOON = "code_too_soon"
    """Another code may be sent after half a minute only."""
    BLOCKED = "blocked"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    """Status 406: the user agent is not accepted."""
    TOO_MANY_REQUESTS = "too_many_requests"
    TOO_MANY_SESSIONS = "too_many_sessions"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    UNEXPECTED = "unexpected"
    NO_TOKEN_FOR_GATEWAY = "no_token_for_gateway"  # noqa: S105 - the name of a problem


class CloudError(GatewayError):
    """The token could not be fetched from the cloud."""

    def __init__(self, problem: CloudProblem, url: str, *, retry_after_s: float = 0.0) -> None:
        """Set the problem and the wait that the cloud has requested, 0 for none."""
        super().__init__(f"{url}: {problem}")
        self.problem = problem
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudUrls:
    """The addresses of the cloud's two hosts; tests use others."""

    enlighten: str = "https://enlighten.enphaseenergy.com"
    entrez: str = "https://entrez.enphaseenergy.com"


@dataclass(kw_only=True, slots=True)
class Cloud:
    """The cloud, shared by all sign-ins: its addresses and the end of the wait that it has requested."""

    urls: CloudUrls = CloudUrls()
    closed_until: float = 0.0
    """By the monotonic clock; set by the header `Retry-After`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudResponse:
    """An answer of the cloud with a status that the caller has to judge."""

    url: str
    status: int
    body: bytes

    @property
    def is_denied(self) -> bool:
        """Return whether the cloud does not permit the request."""
        return self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

    def document(self) -> JsonObject:
        """Return the JSON object in the body, whatever its Content-Type; an empty one for an empty body.

        Raises:
            CloudError: the body is anything else.
        """
        if not self.body.strip():
            return {}
        try:
            document = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise CloudError(CloudProblem.UNEXPECTED, self.url)
        return document


class CloudConnection:
    """Requests of one sign-in; its cookies are kept in memory only."""

    def __init__(self, open_session: Callable[[], ClientSession], cloud: Cloud) -> None:
        """Set what opens the session, which must have no cookie jar of its own (`DummyCookieJar`)."""
        self._open_session = open_session
        self._session: ClientSession | None = None
        self._closed = False
        self._cloud = cloud
        self._cookies: dict[str, Secret] = {}

    @property
    def urls(self) -> CloudUrls:
        """Return the addresses of the cloud."""
        return self._cloud.urls

    def cookie(self, name: str) -> Secret | None:
        """Return a cookie, None where the cloud has not set it."""
        return self._cookies.get(name)

    def forget(self) -> None:
        """Drop all cookies."""
        self._cookies.clear()

    def close(self) -> None:
        """Drop all cookies and detach the session; later requests fail."""
        self._closed = True
        self.forget()
        if self._session is not None:
            self._session.detach()

    async def post_form(self, url: str, form: Mapping[str, str], accept: str = "*/*") -> CloudResponse:
        """Send a form to Enlighten, with its cookies.

        Raises:
            CloudError: the cloud cannot be reached, or rejects the request.
        """
        # The headers of the web page, with which the second factor is known to work (S§42.1).
        headers = {
            hdrs.ACCEPT: accept,
            hdrs.REFERER: f"{self.urls.enlighten}/",
            "X-Requested-With": "XMLHttpRequest",
            **self._cookie_headers(),
        }
        return await self._request(hdrs.METH_POST, url, headers, data=form)

    async def post_document(self, url: str, document: Mapping[str, str]) -> CloudResponse:
        """Send a JSON document to Entrez, without cookies.

        Raises:
            CloudError: the cloud cannot be reached, or rejects the request.
        """
        return await self._request(hdrs.METH_POST, url, {}, json=document)

    async def get(self, url: str, query: Mapping[str, str] | None = None, *, limit: int = _BODY_LIMIT) -> CloudResponse:
        """Read a page of Enlighten with its cookies; the query is in no error, because it may contain a serial.

        Raises:
            CloudError: the cloud cannot be reached, or the answer has more bytes than the limit.
        """
        return await self._request(hdrs.METH_GET, url, self._cookie_headers(), query=query, limit=limit)

    def _cookie_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self._cookies:
            headers[hdrs.COOKIE] = "; ".join(f"{name}={value.reveal()}" for name, value in self._cookies.items())
        if token := next((self._cookies[name] for name in _XSRF_COOKIES if name in self._cookies), None):
            headers["X-CSRF-Token"] = unquote(token.reveal().strip('"'))
        return headers

    async def _request(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        *,
        data: Mapping[str, str] | None = None,
        json: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        limit: int = _BODY_LIMIT,
    ) -> CloudResponse:
        """Send a request; redirects are not followed."""
        if self._closed:
            raise CloudError(CloudProblem.UNEXPECTED, url)
        if (left_s := self._cloud.closed_until - monotonic()) > 0:
            raise CloudError(CloudProblem.TOO_MANY_REQUESTS, url, retry_after_s=left_s)
        headers[hdrs.USER_AGENT] = USER_AGENT
        try:
            if self._session is None:
                self._session = self._open_session()
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._session.request(
                    method, url, data=data, json=json, params=query, headers=headers, allow_redirects=False
                ) as response,
            ):
                body = await _body(response, url, limit)
        except TimeoutError:
            raise CloudError(CloudProblem.TIMEOUT, url) from None
        except ClientError, OSError, ValueError:
            raise CloudError(CloudProblem.UNAVAILABLE, url) from None
        except CloudError:
            raise
        except Exception as error:  # the resolver has errors of its own where there is no network
            raise CloudError(CloudProblem.UNAVAILABLE, url) from error
        self._check(response, url, body)
        self._store_cookies(response)
        return CloudResponse(url=url, status=response.status, body=body)

    def _check(self, response: ClientResponse, url: str, body: bytes) -> None:
        """Raise what has the same meaning for every request."""
        retry_after_s = _retry_after_s(response.headers.get(hdrs.RETRY_AFTER, ""))
        match response.status:
            case _ if _TOO_MANY_SESSIONS in body.lower():
                problem = CloudProblem.TOO_MANY_SESSIONS
                retry_after_s = _DAY_S
            case HTTPStatus.NOT_ACCEPTABLE:
                problem = CloudProblem.REFUSED
            case HTTPStatus.TOO_MANY_REQUESTS:
                problem = CloudProblem.TOO_MANY_REQUESTS
                self._cloud.closed_until = monotonic() + retry_after_s
            case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                problem = CloudProblem.UNAVAILABLE
                self._cloud.closed_until = monotonic() + retry_after_s
            case _:
                return
        raise CloudError(problem, url, retry_after_s=retry_after_s)

    def _store_cookies(self, response: ClientResponse) -> None:
        if not str(response.url).startswith(self.urls.enlighten):
            return
        for name, cookie in response.cookies.items():
            if cookie.value and cookie["max-age"] != "0":
                self._cookies[name] = Secret(cookie.coded_value)
            else:
                self._cookies.pop(name, None)


async def _body(response: ClientResponse, url: str, limit: int) -> bytes:
    """Return the body of an answer."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise CloudError(CloudProblem.UNEXPECTED, url)
    return bytes(body)


def _retry_after_s(text: str) -> float:
    """Return the seconds that the header `Retry-After` requests, as a number or a date; 0 without it."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        wait_s = float(text)
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        wait_s = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(wait_s, 0.0), _LONGEST_WAIT_S)
