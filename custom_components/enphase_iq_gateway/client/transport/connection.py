"""The connection to the gateway: all requests, one at a time, each only to a verified device.

It holds the session, the pinned certificate, the lock and the limits, and raises every failure as a `GatewayError`.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
from .connector import GatewayConnector, UnverifiedDeviceError

CONNECT_S: Final = 10.0
"""Time to connect, TLS included (G§2.8)."""
ANSWER_S: Final = 45.0
"""Time for a whole exchange: single requests can take as long (G§2.8), some reports always take 30 s (G§13.4)."""
IDENTITY_S: Final = 20.0
"""Time for `/info`, which takes at most 0.4 s on an idle gateway (G§1): half of the worst time in G§2.8, because two
schemes are tried within `ANSWER_S`."""
IDENTITY_LIMIT: Final = 64 * 1024
"""Bytes of `/info`, which any device at the address may send: real ones have less than 4 kB (G§1)."""
BODY_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a decoded body: a hundred times the largest recorded answer (device data, 43 kB)."""
SESSION_COOKIE: Final = "sessionId"
"""The cookie that `/auth/check_jwt` sets for a token (G§2.5)."""

_LOGGER = logging.getLogger(__name__)

type ReadSerial = Callable[[bytes, Scheme], str]
"""Return the serial in the body of an identity document that was read over a scheme.

Raises:
    GatewayResponseError: it is no such document.
    GatewayConnectionError: the scheme is not acceptable.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer of the gateway with any status."""

    status: int
    body: bytes
    session: Secret | None
    """The session cookie that the answer sets."""
    duration_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Request:
    """A request to a path. Its headers may contain the credential, so they are not in its repr."""

    path: str
    method: str = hdrs.METH_GET
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)


class Connection:
    """One gateway at one address, known by its serial and its certificate."""

    def __init__(
        self,
        address: Address,
        *,
        identity_path: str,
        check_path: str,
        read_serial: ReadSerial,
        serial: str | None,
        pinned: Certificate | None,
        check: CertificateCheck,
        resolver: AbstractResolver | None,
        clock: Callable[[], float],
    ) -> None:
        """Set the expected device; with `serial=None` the first one to answer is accepted.

        `check_path` is where the gateway checks a token.

        Must be created inside the event loop; connects with the first request.
        """
        self.serial = serial
        self.scheme: Scheme | None = None
        self._address = address
        self._identity_path = identity_path
        self._read_serial = read_serial
        self._connector = GatewayConnector(
            identity_path=identity_path,
            check_path=check_path,
            pinned=pinned,
            check=check,
            clock=clock,
            resolver=resolver,
        )
        self._session = ClientSession(
            connector=self._connector,
            cookie_jar=DummyCookieJar(),
            # Compression would cost the gateway more CPU time than it saves on the network.
            headers={hdrs.ACCEPT_ENCODING: "identity"},
            timeout=ClientTimeout(total=None, connect=CONNECT_S),
        )
        self._lock = asyncio.Lock()

    @property
    def pinned(self) -> Certificate | None:
        """Return the accepted certificate; it changes at set-up and when the gateway renews its own."""
        return self._connector.pinned

    def confirm_renewal(self) -> None:
        """Pin the renewed certificate, if there is one, now that the device has accepted the token over it."""
        self._connector.confirm_renewal()

    def refuse_renewal(self, *, for_good: bool) -> None:
        """Refuse the renewed certificate, if there is one: the device did not accept the token over it.

        The token is not sent over it again where the device has rejected it `for_good`.

        Raises:
            GatewayCertificateError: there is one.
        """
        self._connector.refuse_renewal(for_good=for_good)

    async def close(self) -> None:
        """Close the connection; later requests fail."""
        await self._session.close()

    async def identify(self) -> Answer:
        """Read the identity document and verify the device: over https first, over http for firmware < 7 (G§2.1).

        Raises:
            GatewayError: no device responds, or it is not a gateway.
        """
        async with self._lock:
            if self.scheme is None:
                return (await self._find_scheme())[1]
            return await self._identify(self.scheme)

    async def get(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        digest: ClientMiddlewareType | None = None,
        limit_s: float | None = None,
    ) -> Answer:
        """Return the answer of a path; the credential is in the headers or answers a digest challenge.

        Raises:
            GatewayError: there is no answer, but never for a status.
        """
        return await self._request(_Request(path=path, headers=headers), digest, limit_s)

    async def send(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        digest: ClientMiddlewareType | None = None,
        limit_s: float | None = None,
    ) -> Answer:
        """Send a JSON body to a path and return the answer; never repeated after a timeout.

        Raises:
            GatewayError: there is no answer, but never for a status; the gateway may have followed the request.
        """
        headers = {**(headers or {}), hdrs.CONTENT_TYPE: "application/json"}
        return await self._request(_Request(path=path, method=method, headers=headers, body=body), digest, limit_s)

    async def _request(self, request: _Request, digest: ClientMiddlewareType | None, limit_s: float | None) -> Answer:
        """Send a request when the earlier ones are answered, and return the answer."""
        limit_s = ANSWER_S if limit_s is None else limit_s
        middlewares = (self._verify_first,) if digest is None else (digest, self._verify_first)
        async with self._lock:
            try:
                async with asyncio.timeout(limit_s):
                    scheme = self.scheme or (await self._find_scheme())[0]
                    return await self._exchange(scheme, request, middlewares)
            except TimeoutError:
                self._connector.refuse_tried_renewal()
                self._reset()
                raise GatewayTimeoutError(f"{request.path}: no whole answer within {limit_s:g} s") from None
            except GatewayConnectionError:
                self._connector.refuse_tried_renewal()
                self._reset()
                raise
            except GatewayResponseError:
                self._connector.refuse_tried_renewal()
                raise

    def _reset(self) -> None:
        """Forget the device and, with plain HTTP, the scheme: a firmware update may have replaced it by TLS."""
        self._connector.reset()
        if self.scheme == "http":
            self.scheme = None

    async def _find_scheme(self) -> tuple[Scheme, Answer]:
        """Identify the gateway over https, else over http; return the scheme and the identity document."""
        try:
            answer = await self._identify("https")
        except GatewayConnectionError as error:
            if self.pinned is not None:
                raise  # a gateway that has had a certificate is never tried without TLS
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
        """Read the identity document on the current connection and verify the device by its serial and certificate."""
        path = self._identity_path
        try:
            async with asyncio.timeout(IDENTITY_S):
                answer = await self._exchange(scheme, _Request(path=path))
            if answer.status != HTTPStatus.OK:
                raise GatewayStatusError(path, answer.status)
            serial = self._read_serial(answer.body, scheme)
            if self.serial is None:
                self.serial = serial
            if serial != self.serial:
                raise GatewayWrongDeviceError(self.serial, serial)
            self._connector.mark_verified()
        except TimeoutError:
            self._reset()
            raise GatewayTimeoutError(f"{path}: no whole answer within {IDENTITY_S:g} s") from None
        except GatewayResponseError:
            # A malformed answer does not invalidate a connection that is already verified.
            if not self._connector.is_verified:
                self._reset()
            raise
        except GatewayError:
            self._reset()
            raise
        return answer

    async def _verify_first(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send a request; verify the device first where the connection is not verified."""
        try:
            response = await handler(request)
        except UnverifiedDeviceError:
            await self._identify("https" if request.is_ssl() else "http")
            response = await handler(request)
        if response.status == HTTPStatus.UNAUTHORIZED and not request.is_ssl():
            # D3.18.10 resets the connection after a 401, so the answer to its challenge needs a new one (G§2.2).
            response.close()
            self._connector.hang_up()
        return response

    async def _exchange(
        self, scheme: Scheme, request: _Request, middlewares: tuple[ClientMiddlewareType, ...] = ()
    ) -> Answer:
        """Send a request and return the answer, or raise the client's error for what went wrong."""
        path = request.path
        if self._session.closed:
            raise GatewayConnectionError(f"{path}: this client is closed")
        try:
            answer = await self._send(scheme, request, middlewares)
        except UnverifiedDeviceError:
            raise GatewayConnectionError(
                f"{path}: the connection did not last from {self._identity_path} to this request"
            ) from None
        except (ClientError, OSError, ValueError) as error:
            translated = _translate(path, error)
            _LOGGER.debug("%s %s", request.method, translated)
            # Not chained: aiohttp's errors contain the headers of the request.
            raise translated from None
        _LOGGER.debug(
            "%s %s: status %s, %s bytes, %s ms",
            request.method,
            path,
            answer.status,
            len(answer.body),
            answer.duration_ms,
        )
        return answer

    async def _send(self, scheme: Scheme, request: _Request, middlewares: tuple[ClientMiddlewareType, ...]) -> Answer:
        """Send a request and read the whole answer.

        aiohttp repeats it when a kept-alive connection is closed, but never a POST.
        """
        started = monotonic()
        async with self._session.request(
            request.method,
            self._address.url(scheme, request.path),
            data=request.body,
            headers=request.headers,
            allow_redirects=False,
            middlewares=middlewares,
        ) as response:
            hung_up = response.status == HTTPStatus.UNAUTHORIZED and scheme == "http"
            limit = IDENTITY_LIMIT if request.path == self._identity_path else BODY_LIMIT
            body = b"" if hung_up else await _read(response, request.path, limit)
            return Answer(
                status=response.status,
                body=body,
                session=_session_cookie(response),
                duration_ms=round((monotonic() - started) * 1000),
            )


def _session_cookie(response: ClientResponse) -> Secret | None:
    """Return the session cookie that an answer sets."""
    cookie = response.cookies.get(SESSION_COOKIE)
    return Secret(cookie.value) if cookie is not None and cookie.value else None


async def _read(response: ClientResponse, path: str, limit: int) -> bytes:
    """Read a body up to the limit, whatever length its header announces."""
    body = bytearray()
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > limit:
            raise GatewayResponseError(path, f"more than {limit} bytes")
    return bytes(body)


def _translate(path: str, error: ClientError | OSError | ValueError) -> GatewayError:
    """Return the client's error for one of aiohttp, TLS or the socket; quotes only messages of the operating system."""
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
