"""Signing in to the gateway: with a token from firmware 7 on, with a local account before (G§2.1)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol, override

from aiohttp import DigestAuthMiddleware, hdrs

from ..endpoints import INVERTER_LIST
from ..exceptions import (
    GatewayAuthenticationError,
    GatewayResponseError,
    GatewayStatusError,
    UnconfirmedCertificateError,
)
from ..transport.connection import SESSION_COOKIE, Answer, Connection
from .secret import Secret
from .token import Token

CHECK_PATH: Final = "/auth/check_jwt"
SESSION_IDLE_S: Final = 600.0
"""A session expires this long after its last use (G§2.5)."""
DEFAULT_USERNAME: Final = "envoy"
"""May read all endpoints that are used here; its password is the end of the serial (G§2.2)."""

# No gateway is known to answer 403; it is treated like 401 (G§2.6).
_DENIED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_VALID: Final = b"valid token"  # the page reads "Valid token." (G§2.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A local account of firmware < 7."""

    username: str = DEFAULT_USERNAME
    password: Secret
    """Empty: the last six digits of the serial (G§2.2)."""


class SignIn(Protocol):
    """A way to sign in."""

    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        """Return the answer of a path; it may be a 401 that concerns this path only.

        Raises:
            GatewayAuthenticationError: the credential itself is not accepted.
            GatewayError: the gateway cannot be read.
        """

    async def send(self, method: str, path: str, body: bytes, limit_s: float | None = None) -> Answer:
        """Send a JSON body to a path, once, and return the answer; it may be a 401 that concerns this path only.

        Raises:
            GatewayAuthenticationError: the credential itself is not accepted.
            GatewayError: the gateway cannot be read.
        """

    async def check(self) -> None:
        """Check that the gateway accepts the credential.

        Raises:
            GatewayAuthenticationError: it does not.
            GatewayError: it could not be found out.
        """


class Anonymous(SignIn):
    """Requests without a credential, for endpoints that need none."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @override
    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        return await self._connection.get(path, limit_s=limit_s)

    @override
    async def send(self, method: str, path: str, body: bytes, limit_s: float | None = None) -> Answer:
        return await self._connection.send(method, path, body, limit_s=limit_s)

    @override
    async def check(self) -> None:
        raise GatewayAuthenticationError("no credential given")


class TokenSignIn(SignIn):
    """Sign-in with a token and the session it starts, which is cheaper for the gateway to check (G§2.5)."""

    def __init__(self, connection: Connection, token: Token, clock: Callable[[], float]) -> None:
        self._connection = connection
        self._token = token
        self._clock = clock
        self._session: Secret | None = None
        self._used_at = self._checked_at = float("-inf")
        self._denied: set[str] = set()

    @override
    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        answer = await self._request(path, limit_s)
        if answer.status not in _DENIED:
            self._denied.discard(path)
        elif path not in self._denied:
            # A reboot may have ended the session, the token may be revoked, or the role too low for this path (G§2.6).
            await self.check()
            answer = await self._request(path, limit_s)
            if answer.status in _DENIED:
                self._denied.add(path)
        return answer

    @override
    async def send(self, method: str, path: str, body: bytes, limit_s: float | None = None) -> Answer:
        # With the token rather than its session: whether a session suffices for writing is not known (S§27).
        try:
            answer = await self._connection.send(method, path, body, headers=self._bearer(), limit_s=limit_s)
        except UnconfirmedCertificateError:  # raised before anything is sent
            await self.check()
            answer = await self._connection.send(method, path, body, headers=self._bearer(), limit_s=limit_s)
        if answer.status in _DENIED:
            await self.check()
        return answer

    @override
    async def check(self) -> None:
        self._session = None
        self._checked_at = self._clock()
        answer = await self._connection.get(CHECK_PATH, headers=self._bearer())
        is_valid = answer.status == HTTPStatus.OK and _VALID in answer.body.lower()
        if not is_valid:
            # Whatever the answer was: a repair has to report every other device that was sent the token.
            self._connection.refuse_renewal(for_good=answer.status in _DENIED)
        if answer.status in _DENIED:
            raise GatewayAuthenticationError(f"{CHECK_PATH}: status {answer.status}, the token is not accepted")
        if answer.status != HTTPStatus.OK:
            raise GatewayStatusError(CHECK_PATH, answer.status)
        if not is_valid:
            raise GatewayResponseError(CHECK_PATH, 'another page, expected "Valid token."')
        self._connection.confirm_renewal()
        self._store_session(answer)

    async def _request(self, path: str, limit_s: float | None) -> Answer:
        """Send a request with the session, or with the token while there is no session."""
        now = self._clock()
        if now - self._used_at >= SESSION_IDLE_S:
            self._session = None
        if self._session is None and now - self._checked_at >= SESSION_IDLE_S:
            # A gateway that does not start a session still accepts the token with every request.
            with suppress(GatewayResponseError):
                await self.check()
        try:
            answer = await self._connection.get(path, headers=self._headers(), limit_s=limit_s)
        except UnconfirmedCertificateError:
            await self.check()
            answer = await self._connection.get(path, headers=self._headers(), limit_s=limit_s)
        self._store_session(answer)
        return answer

    def _headers(self) -> Mapping[str, str]:
        if self._session is None:
            return self._bearer()
        return {hdrs.COOKIE: f"{SESSION_COOKIE}={self._session.reveal()}"}

    def _bearer(self) -> Mapping[str, str]:
        return {hdrs.AUTHORIZATION: f"Bearer {self._token.text.reveal()}"}

    def _store_session(self, answer: Answer) -> None:
        # A refusal does not show that the session still lasts: a reboot may have ended it.
        if answer.status not in _DENIED:
            self._used_at = self._clock()
        if answer.status == HTTPStatus.OK and answer.session is not None:
            self._session = answer.session


class DigestSignIn(SignIn):
    """Sign-in with a local account, which is sent only in answer to a challenge."""

    def __init__(self, connection: Connection, account: Account) -> None:
        self._connection = connection
        self._account = account
        self._digest: DigestAuthMiddleware | None = None

    @override
    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        answer = await self._connection.get(path, digest=await self._digest_middleware(), limit_s=limit_s)
        return self._accepted(path, answer)

    @override
    async def send(self, method: str, path: str, body: bytes, limit_s: float | None = None) -> Answer:
        digest = await self._digest_middleware()
        return self._accepted(path, await self._connection.send(method, path, body, digest=digest, limit_s=limit_s))

    def _accepted(self, path: str, answer: Answer) -> Answer:
        """Return an answer.

        Raises:
            GatewayAuthenticationError: it shows that the account is not accepted.
        """
        # Other paths are closed to valid accounts too: /production on 4.x and 5.x, /ivp/meters on 3.x (G§2.2).
        if answer.status in _DENIED and path == INVERTER_LIST.path:
            raise GatewayAuthenticationError(f"{path}: status {answer.status}, the account is not accepted")
        return answer

    @override
    async def check(self) -> None:
        answer = await self.get(INVERTER_LIST.path)
        # Firmware without this path has nothing that needs a sign-in.
        if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise GatewayStatusError(INVERTER_LIST.path, answer.status)

    async def _digest_middleware(self) -> DigestAuthMiddleware:
        """Return the middleware that answers a challenge; never before one, so that open paths carry no credential."""
        if self._digest is None:
            if self._connection.serial is None:
                await self._connection.identify()
            password = self._account.password.reveal() or (self._connection.serial or "")[-6:]
            try:
                self._digest = DigestAuthMiddleware(self._account.username, password, preemptive=False)
            except ValueError:
                raise GatewayAuthenticationError(
                    "the user name or password contains characters that are not allowed"
                ) from None
        return self._digest
