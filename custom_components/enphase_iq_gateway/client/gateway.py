"""The client of one gateway: its identity, the sign-in and its endpoints."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
import time
from types import MappingProxyType, TracebackType
from typing import Final, Literal, Self

from aiohttp.abc import AbstractResolver
import orjson

from .auth.sign_in import CHECK_PATH, Account, Anonymous, DigestSignIn, SignIn, TokenSignIn
from .auth.token import Token
from .endpoints import INFO, LIVE_DATA, Endpoint
from .endpoints.live_data import LIVE_STREAM_PATH
from .endpoints.values import load_json
from .exceptions import GatewayAuthenticationError, GatewayConnectionError, GatewayError, GatewayStatusError
from .json_types import Json, JsonObject
from .models import Info
from .transport.address import Address, Scheme
from .transport.certificates import Certificate, CertificateCheck
from .transport.connection import Answer, Connection
from .transport.unexpected_errors import OnlyGatewayErrors

type WriteMethod = Literal["POST", "PUT", "DELETE"]

_SAME_TIME_S: Final = 60.0
"""Clocks that differ by less are right: `/info` has whole seconds, and an answer may take a while."""


@dataclass(kw_only=True, slots=True)
class EndpointStatistics:
    """Statistics of the requests to one endpoint, for diagnostics."""

    requests: int = 0
    status: int | None = None
    """Status, duration and size are those of the last answer."""
    duration_ms: int | None = None
    size_bytes: int | None = None
    last_success: float | None = None
    """Epoch seconds."""
    last_error: str | None = None
    """The last error, however long ago."""


class Gateway:
    """One gateway. Must be created inside the event loop and closed."""

    def __init__(
        self,
        address: Address,
        *,
        expected_serial: str | None = None,
        credential: Token | Account | None = None,
        pinned: Certificate | None = None,
        certificate_check: CertificateCheck = CertificateCheck.RENEWALS,
        resolver: AbstractResolver | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set the address and the expected device; without serial and pin (at set-up) any gateway is accepted.

        The resolver is not closed with the gateway: it belongs to the caller.
        """
        self._connection = Connection(
            address,
            identity_path=INFO.path,
            check_path=CHECK_PATH,
            read_serial=self._read_serial,
            serial=expected_serial,
            pinned=pinned,
            check=certificate_check,
            resolver=resolver,
            clock=clock,
        )
        self._credential = credential
        self._clock = clock
        self._sign_in = _sign_in(self._connection, credential, clock)
        self._statistics: dict[str, EndpointStatistics] = {}
        self._clock_ahead_s = 0.0

    async def __aenter__(self) -> Self:
        """Return the gateway, which is closed at the end of the `with` block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection; later requests fail."""
        await self._connection.close()

    @property
    def serial(self) -> str | None:
        """Return the expected serial, at set-up the serial of the gateway that answered."""
        return self._connection.serial

    @property
    def certificate(self) -> Certificate | None:
        """Return the certificate to store; it changes at set-up and when the gateway has renewed its own."""
        return self._connection.pinned

    @property
    def token_expires_at(self) -> int | None:
        """Return when the token expires, epoch seconds; None without a token."""
        return self._credential.expires_at if isinstance(self._credential, Token) else None

    @property
    def clock_ahead_s(self) -> float:
        """Return how far the gateway's clock is ahead of ours; 0 within a minute, and before `/info` was read."""
        return self._clock_ahead_s

    @property
    def statistics(self) -> Mapping[str, EndpointStatistics]:
        """Return the statistics of the requests by path."""
        return MappingProxyType(self._statistics)

    def replace_token(self, token: Token) -> None:
        """Use another token from the next request on, without the session of the old one."""
        self._credential = token
        self._sign_in = _sign_in(self._connection, token, self._clock)

    async def identify(self) -> Info:
        """Read `/info` without a credential and verify that this is the expected gateway.

        Raises:
            GatewayWrongDeviceError, GatewayCertificateError: another device responds.
            GatewayAuthenticationError: the firmware requires another kind of credential (G§2.1).
            GatewayError: it cannot be read.
        """
        info = await self.read(INFO)
        if info.time is not None:
            ahead_s = info.time - self._clock()
            self._clock_ahead_s = ahead_s if abs(ahead_s) > _SAME_TIME_S else 0.0
        if isinstance(self._credential, Token) and not info.wants_token:
            raise GatewayAuthenticationError(f"firmware {info.firmware} requires a local account")
        return info

    async def check_sign_in(self) -> None:
        """Check that the gateway accepts the credential.

        Raises:
            GatewayAuthenticationError: it does not.
            GatewayError: it could not be found out.
        """
        info = await self.identify()
        if isinstance(self._credential, Token):
            self._credential.check(info.serial, self._clock())
        with OnlyGatewayErrors(CHECK_PATH):
            await self._sign_in.check()

    async def read[T](self, endpoint: Endpoint[T], *, timeout_s: float | None = None) -> T:
        """Return the document of an endpoint; the default timeout is the endpoint's, else the connection's.

        Raises:
            GatewayError: it cannot be read; GatewayStatusError for a 401 that concerns this endpoint only (G§2.6).
        """
        limit_s = endpoint.limit_s if timeout_s is None else timeout_s
        return await self._request(endpoint.path, lambda: self._answer(endpoint.path, limit_s), endpoint.parse)

    async def read_raw(self, path: str, *, timeout_s: float | None = None) -> bytes:
        """Return the unparsed answer of a path, for diagnostics.

        Raises:
            GatewayError: it cannot be read.
        """
        return await self._request(path, lambda: self._answer(path, timeout_s), bytes)

    async def write(
        self, path: str, document: JsonObject, *, method: WriteMethod = "POST", timeout_s: float | None = None
    ) -> Json:
        """Send a JSON object to a path and return the JSON answer, None for an empty one.

        Sent once, on the connection and to the verified device of all other requests; a status other than 200 is an
        error. An accepted write proves nothing: read back what it should have changed (S§29).

        Raises:
            GatewayError: it is not confirmed; after a GatewayConnectionError it may have been followed all the same.
        """

        async def send() -> Answer:
            # Documents of the gateway that are sent back may be nested too deeply to be written.
            return await self._sign_in.send(method, path, orjson.dumps(document), timeout_s)

        def parse(answer: bytes) -> Json:
            return load_json(answer, path) if answer.strip() else None

        return await self._request(path, send, parse, recorded=f"{method} {path}")

    async def enable_live_stream(self) -> None:
        """Have the gateway refresh its live data every second, until it reboots or for some minutes (S§14.2).

        Raises:
            GatewayError: the gateway does not confirm it.
        """
        try:
            await self.write(LIVE_STREAM_PATH, {"enable": 1})
        except GatewayStatusError as error:
            # Some firmware answers 400 while the stream is enabled already.
            if error.status != HTTPStatus.BAD_REQUEST or not (await self.read(LIVE_DATA)).stream_enabled:
                raise

    async def _request[T](
        self,
        path: str,
        exchange: Callable[[], Awaitable[Answer]],
        parse: Callable[[bytes], T],
        *,
        recorded: str | None = None,
    ) -> T:
        """Return the parsed answer of a path and record the statistics, by default under the path."""
        statistics = self._statistics.setdefault(recorded or path, EndpointStatistics())
        statistics.requests += 1
        try:
            with OnlyGatewayErrors(path):
                answer = await exchange()
                statistics.status, statistics.duration_ms, statistics.size_bytes = (
                    answer.status,
                    answer.duration_ms,
                    len(answer.body),
                )
                if answer.status != HTTPStatus.OK:
                    raise GatewayStatusError(path, answer.status)
                document = parse(answer.body)
            statistics.last_success = self._clock()
        except GatewayError as error:
            statistics.last_error = str(error)
            raise
        return document

    async def _answer(self, path: str, timeout_s: float | None) -> Answer:
        """Return the answer of a path: `/info` without a credential, which verifies the device; others signed in."""
        if path == INFO.path:
            return await self._connection.identify()
        sign_in = self._sign_in
        try:
            return await sign_in.get(path, timeout_s)
        except GatewayAuthenticationError:
            if sign_in is self._sign_in:
                raise
            # The request has waited for another one, while the token was replaced.
            return await self._sign_in.get(path, timeout_s)

    def _read_serial(self, body: bytes, scheme: Scheme) -> str:
        """Return the serial in `/info`, which verifies the device and pins its certificate.

        Raises:
            GatewayResponseError: it has none.
            GatewayConnectionError: it was read over plain HTTP, but the firmware requires TLS, or over TLS, which the
                firmware does not have (G§2.1): the TLS server is down, or another device pretends to be the gateway.
            GatewayAuthenticationError: the firmware requires a token in place of a local account. Without a token no
                device proves that it is the gateway, so no certificate is pinned.
        """
        info = INFO.parse(body)
        if info.wants_token is not (scheme == "https"):
            found, expected = ("plain HTTP", "TLS") if info.wants_token else ("TLS", "plain HTTP")
            raise GatewayConnectionError(f"{INFO.path}: firmware {info.firmware} over {found}, expected {expected}")
        if info.wants_token and isinstance(self._credential, Account):
            raise GatewayAuthenticationError(f"firmware {info.firmware} requires a token")
        return info.serial


def _sign_in(connection: Connection, credential: Token | Account | None, clock: Callable[[], float]) -> SignIn:
    if isinstance(credential, Token):
        return TokenSignIn(connection, credential, clock)
    return Anonymous(connection) if credential is None else DigestSignIn(connection, credential)
