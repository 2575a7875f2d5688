"""The gateway as the rest sees it: who it is, whether it lets us in, and what its endpoints say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
import time
from types import MappingProxyType, TracebackType
from typing import Self, cast

from aiohttp.abc import AbstractResolver

from .auth.sign_in import Account, Anonymous, DigestSignIn, SignIn, TokenSignIn
from .auth.token import Token
from .endpoints import INFO, Endpoint
from .exceptions import GatewayAuthenticationError, GatewayError, GatewayStatusError
from .models import Info
from .transport.address import Address
from .transport.certificates import Certificate, CertificateCheck
from .transport.connection import Answer, Connection


@dataclass(kw_only=True, slots=True)
class EndpointStatistics:
    """How reading one endpoint went, for diagnostics."""

    requests: int = 0
    status: int | None = None
    """Of the last answer, as the next two."""
    duration_ms: int | None = None
    size_bytes: int | None = None
    last_success: float | None = None
    """Epoch seconds."""
    last_error: str | None = None
    """What went wrong last, whenever that was."""


class Gateway:
    """One gateway; make it inside a running event loop and close it."""

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
        """Take where it is and whom to expect there: without serial and pin (set-up) the first to answer is taken.

        The resolver stays open: it belongs to the caller.
        """
        self._door = Connection(
            address,
            serial=expected_serial,
            pinned=pinned,
            check=certificate_check,
            resolver=resolver,
            clock=clock,
        )
        self._credential = credential
        self._clock = clock
        self._sign_in = _way_in(self._door, credential, clock)
        self._statistics: dict[str, EndpointStatistics] = {}
        self._documents: dict[Endpoint[object], tuple[bytes, object]] = {}

    async def __aenter__(self) -> Self:
        """Use it and close it."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Hang up; no request passes from now on."""
        await self._door.close()

    @property
    def serial(self) -> str | None:
        """The serial expected or, at set-up, found."""
        return self._door.serial

    @property
    def certificate(self) -> Certificate | None:
        """The certificate to store: changes when none was pinned yet and when the gateway has renewed its own."""
        return self._door.pinned

    @property
    def presented_certificate(self) -> Certificate | None:
        """The certificate that was shown last, believed or not."""
        return self._door.presented

    @property
    def token_expires_at(self) -> int | None:
        """When the token ends, epoch seconds; None where another kind of sign-in is used."""
        return self._credential.expires_at if isinstance(self._credential, Token) else None

    @property
    def statistics(self) -> Mapping[str, EndpointStatistics]:
        """How reading went, by path."""
        return MappingProxyType(self._statistics)

    def replace_token(self, token: Token) -> None:
        """Sign in with another token from the next request on; the session of the old one ends with it."""
        self._credential = token
        self._sign_in = _way_in(self._door, token, self._clock)

    async def identify(self) -> Info:
        """Ask which gateway this is, without any credential, and make sure that it is the expected one.

        Raises: GatewayWrongDeviceError, GatewayCertificateError, GatewayError; GatewayAuthenticationError when its
        firmware wants another kind of credential than the one given (G§2.1).
        """
        info = await self.read(INFO)
        if self._credential is not None and isinstance(self._credential, Token) is not info.wants_token:
            wanted = "a token" if info.wants_token else "a local account"
            raise GatewayAuthenticationError(f"firmware {info.firmware} wants {wanted}")
        return info

    async def check_sign_in(self) -> None:
        """Make sure that the gateway accepts the credential.

        Raises: GatewayAuthenticationError when only another credential helps; GatewayError when there is no telling.
        """
        info = await self.identify()
        if isinstance(self._credential, Token):
            self._credential.check(info.serial, self._clock())
        await self._sign_in.check()

    async def read[T](self, endpoint: Endpoint[T], *, timeout_s: float | None = None) -> T:
        """Read an endpoint, within its own limit or else the door's where none is given.

        Raises: GatewayError; GatewayStatusError for a 401 that concerns this endpoint alone (G§2.6).
        """

        def parse(body: bytes) -> T:
            return self._parse(endpoint, body)

        return await self._ask(endpoint.path, parse, endpoint.limit_s if timeout_s is None else timeout_s)

    def _parse[T](self, endpoint: Endpoint[T], body: bytes) -> T:
        """Make the model of an answer; an answer that repeats the last one is the same object, and costs nothing."""
        before = self._documents.get(endpoint)
        if before is not None and before[0] == body:
            return cast("T", before[1])
        document = endpoint.read(body)
        self._documents[endpoint] = (body, document)
        return document

    async def read_raw(self, path: str, *, timeout_s: float | None = None) -> bytes:
        """Read what a path says as it is, for diagnostics.

        Raises: GatewayError.
        """
        return await self._ask(path, bytes, timeout_s)

    async def _ask[T](self, path: str, parse: Callable[[bytes], T], timeout_s: float | None) -> T:
        """Ask, judge the status, make something of the body, and keep account of it."""
        kept = self._statistics.setdefault(path, EndpointStatistics())
        kept.requests += 1
        try:
            answer = await self._answer(path, timeout_s)
            kept.status, kept.duration_ms, kept.size_bytes = answer.status, answer.duration_ms, len(answer.body)
            if answer.status != HTTPStatus.OK:
                raise GatewayStatusError(path, answer.status)
            document = parse(answer.body)
            kept.last_success = self._clock()
        except GatewayError as error:
            kept.last_error = str(error)
            raise
        return document

    async def _answer(self, path: str, timeout_s: float | None) -> Answer:
        """Ask for a path: `/info` as nobody, with everything it proves; others as who we are."""
        if path == INFO.path:
            return await self._door.identify()
        return await self._sign_in.get(path, timeout_s)


def _way_in(door: Connection, credential: Token | Account | None, clock: Callable[[], float]) -> SignIn:
    if isinstance(credential, Token):
        return TokenSignIn(door, credential, clock)
    return Anonymous(door) if credential is None else DigestSignIn(door, credential)
