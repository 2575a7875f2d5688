"""The one door to the gateway: every request and every answer passes here, one at a time.

The door keeps the session, the certificate, the lock, the limits; what goes wrong leaves it as a `GatewayError`.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
import logging
from time import monotonic
from typing import Final

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientHandlerType,
    ClientMiddlewareType,
    ClientPayloadError,
    ClientRequest,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    hdrs,
)
from aiohttp.abc import AbstractResolver

from ..auth.secret import Secret
from ..endpoints import INFO
from ..exceptions import (
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
    GatewayWrongDeviceError,
)
from .address import Address, Scheme
from .certificates import Certificate, CertificateCheck
from .connector import GatewayConnector, UnprovenError

CONNECT_S: Final = 10.0
"""Time to connect, TLS included (G§2.8)."""
ANSWER_S: Final = 45.0
"""Time for a whole exchange: single requests take as long in bad moments (G§2.8), some reports 30 s always (G§13.4)."""
IDENTITY_S: Final = 20.0
"""Time for `/info`, which takes 0.4 s at most on a gateway at ease (G§1): the worst moment of G§2.8 halved, since two
schemes are tried within `ANSWER_S`."""
BODY_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a decoded body: a hundred times the largest recorded answer (device data, 43 kB)."""
SESSION_COOKIE: Final = "sessionId"
"""What `/auth/check_jwt` gives for a token (G§2.5)."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the gateway answered, whatever the status."""

    status: int
    body: bytes
    session: Secret | None
    """The session cookie that came with it."""
    duration_ms: int


class Connection:
    """One gateway at one address, known by its serial and its certificate."""

    def __init__(
        self,
        address: Address,
        *,
        serial: str | None,
        pinned: Certificate | None,
        check: CertificateCheck,
        resolver: AbstractResolver | None,
        clock: Callable[[], float],
    ) -> None:
        """Take whom to expect (serial None: whoever answers first); needs a running event loop, connects later."""
        self.serial = serial
        self.scheme: Scheme | None = None
        self._address = address
        self._connector = GatewayConnector(pinned=pinned, check=check, clock=clock, resolver=resolver)
        self._session = ClientSession(
            connector=self._connector,
            cookie_jar=DummyCookieJar(),
            # Packing would cost the gateway more than the network.
            headers={hdrs.ACCEPT_ENCODING: "identity"},
            timeout=ClientTimeout(total=None, connect=CONNECT_S),
        )
        self._lock = asyncio.Lock()

    @property
    def pinned(self) -> Certificate | None:
        """The certificate believed: changes at set-up and when the gateway has renewed its own."""
        return self._connector.pinned

    @property
    def presented(self) -> Certificate | None:
        """The certificate shown last, believed or not."""
        return self._connector.presented

    async def close(self) -> None:
        """Hang up; no request passes from now on."""
        await self._session.close()

    async def identify(self) -> Answer:
        """Read `/info` and make sure that it is the expected gateway: https first, http for firmware < 7 (G§2.1).

        Raises: GatewayError.
        """
        async with self._lock:
            if self.scheme is None:
                return (await self._find())[1]
            return await self._identify(self.scheme)

    async def get(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        digest: ClientMiddlewareType | None = None,
        limit_s: float | None = None,
    ) -> Answer:
        """Ask for a path, with a credential in the headers or one that answers a digest challenge.

        Raises: GatewayError, but none for a status.
        """
        limit_s = ANSWER_S if limit_s is None else limit_s
        middlewares = (self._prove_first,) if digest is None else (digest, self._prove_first)
        async with self._lock:
            try:
                async with asyncio.timeout(limit_s):
                    scheme = self.scheme or (await self._find())[0]
                    return await self._exchange(scheme, path, headers, middlewares)
            except TimeoutError:
                self._lose()
                raise GatewayTimeoutError(f"{path}: no whole answer within {limit_s:g} s") from None
            except GatewayConnectionError:
                self._lose()
                raise

    def _lose(self) -> None:
        """After a failure nothing is known: plain HTTP may have become TLS by an update of the firmware."""
        self._connector.forget()
        if self.scheme == "http":
            self.scheme = None

    async def _find(self) -> tuple[Scheme, Answer]:
        """Find the scheme the gateway speaks."""
        try:
            answer = await self._identify("https")
        except GatewayConnectionError as error:
            if self.pinned is not None:
                raise  # it has a certificate, so it is not to be looked for without
            over_tls = error
        else:
            self.scheme = "https"
            return self.scheme, answer
        try:
            answer = await self._identify("http")
        except GatewayConnectionError as error:
            slow = isinstance(over_tls, GatewayTimeoutError) or isinstance(error, GatewayTimeoutError)
            kind = GatewayTimeoutError if slow else GatewayConnectionError
            raise kind(f"{over_tls} (https), {error} (http)") from None
        self.scheme = "http"
        return self.scheme, answer

    async def _identify(self, scheme: Scheme) -> Answer:
        """Read `/info` on the connection that is there, and believe it when the serial is right."""
        try:
            async with asyncio.timeout(IDENTITY_S):
                answer = await self._exchange(scheme, INFO.path, None, ())
            if answer.status != HTTPStatus.OK:
                raise GatewayStatusError(INFO.path, answer.status)
            info = INFO.read(answer.body)
            if self.serial is None:
                self.serial = info.serial
            if info.serial != self.serial:
                raise GatewayWrongDeviceError(self.serial, info.serial)
            if info.wants_token and scheme == "http":
                # Its TLS server is down, or someone wants us to believe so.
                raise GatewayConnectionError(f"{INFO.path}: firmware {info.firmware} over plain HTTP, expected TLS")
            self._connector.prove()
        except TimeoutError:
            self._lose()
            raise GatewayTimeoutError(f"{INFO.path}: no whole answer within {IDENTITY_S:g} s") from None
        except GatewayResponseError:
            # Odd words take nothing from what this connection has shown before.
            if not self._connector.is_proven:
                self._lose()
            raise
        except GatewayError:
            self._lose()
            raise
        return answer

    async def _prove_first(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send a request once the device has shown who it is."""
        try:
            response = await handler(request)
        except UnprovenError:
            await self._identify("https" if request.is_ssl() else "http")
            response = await handler(request)
        if response.status == HTTPStatus.UNAUTHORIZED and not request.is_ssl():
            # D3.18.10 resets a connection on which it has said 401: what answers its challenge needs a new one (G§2.2).
            response.close()
            self._connector.hang_up()
        return response

    async def _exchange(
        self,
        scheme: Scheme,
        path: str,
        headers: Mapping[str, str] | None,
        middlewares: tuple[ClientMiddlewareType, ...],
    ) -> Answer:
        """Send a GET and take the whole answer; aiohttp sends it once more when a kept connection turns out closed."""
        if self._session.closed:
            raise GatewayConnectionError(f"{path}: this client is closed")
        started = monotonic()
        try:
            async with self._session.get(
                self._address.url(scheme, path), headers=headers, allow_redirects=False, middlewares=middlewares
            ) as response:
                hung_up = response.status == HTTPStatus.UNAUTHORIZED and scheme == "http"
                body = b"" if hung_up else await _read(response, path)
                cookie = response.cookies.get(SESSION_COOKIE) if hdrs.SET_COOKIE in response.headers else None
        except UnprovenError:
            raise GatewayConnectionError(f"{path}: the connection did not last from /info to this request") from None
        except (ClientError, OSError, ValueError) as error:
            translated = _translate(path, error)
            _LOGGER.debug("GET %s", translated)
            # Not chained: aiohttp's errors hold the headers of the request.
            raise translated from None
        duration_ms = round((monotonic() - started) * 1000)
        _LOGGER.debug("GET %s: status %s, %s bytes, %s ms", path, response.status, len(body), duration_ms)
        return Answer(
            status=response.status,
            body=body,
            session=Secret(cookie.value) if cookie is not None and cookie.value else None,
            duration_ms=duration_ms,
        )


async def _read(response: ClientResponse, path: str) -> bytes:
    """Take a body as far as the limit, whatever its header says of the length."""
    body = bytearray()
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise GatewayResponseError(path, f"more than {BODY_LIMIT} bytes")
    return bytes(body)


def _translate(path: str, error: ClientError | OSError | ValueError) -> GatewayError:
    """Turn what aiohttp, TLS or the socket says into the tree; only words of the operating system are repeated."""
    match error:
        case TimeoutError():
            return GatewayTimeoutError(f"{path}: no connection within {CONNECT_S:g} s")
        case OSError():
            return GatewayConnectionError(f"{path}: {error.strerror or type(error).__name__}")
        case ClientConnectionError() | ClientPayloadError() | InvalidURL():
            return GatewayConnectionError(f"{path}: {type(error).__name__}")
        case ClientResponseError():
            return GatewayResponseError(path, "not HTTP")
        case _:
            return GatewayResponseError(path, f"{type(error).__name__}, expected an answer in the form of HTTP")
