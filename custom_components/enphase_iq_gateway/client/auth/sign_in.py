"""Showing the gateway who asks, and reading its "no": by token from firmware 7 on, by digest before (G§2.1)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol, override

from aiohttp import DigestAuthMiddleware, hdrs

from ..endpoints import INVERTER_LIST
from ..exceptions import GatewayAuthenticationError, GatewayResponseError, GatewayStatusError
from ..transport.connection import SESSION_COOKIE, Answer, Connection
from .secret import Secret
from .token import Token

CHECK_PATH: Final = "/auth/check_jwt"
SESSION_IDLE_S: Final = 600.0
"""A session ends this long after its last use (G§2.5)."""
DEFAULT_USERNAME: Final = "envoy"
"""Reads all that is read here; its password is the end of the serial (G§2.2)."""

_DENIED: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
)  # 403 has not been seen, and is taken for the same (G§2.6)
_VALID: Final = b"valid token"  # the page says "Valid token." (G§2.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A local account of firmware < 7."""

    username: str = DEFAULT_USERNAME
    password: Secret
    """Empty: the last six digits of the serial (G§2.2)."""


class SignIn(Protocol):
    """One way to be let in."""

    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        """Ask for a path as somebody; the answer may be a 401 that concerns this path alone.

        Raises: GatewayAuthenticationError when the credential as such is refused, GatewayError.
        """

    async def check(self) -> None:
        """Make sure that the gateway accepts the credential.

        Raises: GatewayAuthenticationError; GatewayError when there is no telling.
        """


class Anonymous(SignIn):
    """Nobody in particular: enough for what is open."""

    def __init__(self, door: Connection) -> None:
        """Take the way to the gateway."""
        self._door = door

    @override
    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        return await self._door.get(path, limit_s=limit_s)

    @override
    async def check(self) -> None:
        raise GatewayAuthenticationError("no credential given")


class TokenSignIn(SignIn):
    """A token, and the session the gateway gives for it, which costs it less to check (G§2.5)."""

    def __init__(self, door: Connection, token: Token, clock: Callable[[], float]) -> None:
        """Take the way to the gateway and a token that is for it."""
        self._door = door
        self._token = token
        self._clock = clock
        self._session: Secret | None = None
        self._used_at = self._asked_at = float("-inf")
        self._denied: set[str] = set()

    @override
    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        answer = await self._ask(path, limit_s)
        if answer.status not in _DENIED:
            self._denied.discard(path)
        elif path not in self._denied:
            # The session may be gone with a reboot, the token revoked, or the role too low for this path (G§2.6).
            await self.check()
            answer = await self._ask(path, limit_s)
            if answer.status in _DENIED:
                self._denied.add(path)
        return answer

    @override
    async def check(self) -> None:
        self._session = None
        self._asked_at = self._clock()
        answer = await self._door.get(CHECK_PATH, headers=self._bearer())
        if answer.status in _DENIED:
            raise GatewayAuthenticationError(f"{CHECK_PATH}: status {answer.status}, the token is not accepted")
        if answer.status != HTTPStatus.OK:
            raise GatewayStatusError(CHECK_PATH, answer.status)
        if _VALID not in answer.body.lower():
            raise GatewayResponseError(CHECK_PATH, 'another page, expected "Valid token."')
        self._keep(answer)

    async def _ask(self, path: str, limit_s: float | None) -> Answer:
        """Send a request with the session, or with the token where there is none."""
        now = self._clock()
        if now - self._used_at >= SESSION_IDLE_S:
            self._session = None
        if self._session is None and now - self._asked_at >= SESSION_IDLE_S:
            # A gateway that gives none, or cannot just now, still takes the token with each request.
            with suppress(GatewayResponseError):
                await self.check()
        answer = await self._door.get(path, headers=self._headers(), limit_s=limit_s)
        self._keep(answer)
        return answer

    def _headers(self) -> Mapping[str, str]:
        if self._session is None:
            return self._bearer()
        return {hdrs.COOKIE: f"{SESSION_COOKIE}={self._session.reveal()}"}

    def _bearer(self) -> Mapping[str, str]:
        return {hdrs.AUTHORIZATION: f"Bearer {self._token.text.reveal()}"}

    def _keep(self, answer: Answer) -> None:
        self._used_at = self._clock()
        if answer.status == HTTPStatus.OK and answer.session is not None:
            self._session = answer.session


class DigestSignIn(SignIn):
    """A local account, shown only where the gateway asks for it."""

    def __init__(self, door: Connection, account: Account) -> None:
        """Take the way to the gateway and the account."""
        self._door = door
        self._account = account
        self._digest: DigestAuthMiddleware | None = None

    @override
    async def get(self, path: str, limit_s: float | None = None) -> Answer:
        answer = await self._door.get(path, digest=await self._answer_to_challenge(), limit_s=limit_s)
        if answer.status in _DENIED and self._door.scheme == "https":
            # Only firmware 7 and later speaks TLS: it was updated meanwhile (G§2.1).
            raise GatewayAuthenticationError(f"{path}: status {answer.status} over TLS, a token is wanted")
        # Other paths are closed to good accounts too: /production on 4.x and 5.x, /ivp/meters on 3.x (G§2.2).
        if answer.status in _DENIED and path == INVERTER_LIST.path:
            raise GatewayAuthenticationError(f"{path}: status {answer.status}, the account is not accepted")
        return answer

    @override
    async def check(self) -> None:
        answer = await self.get(INVERTER_LIST.path)
        # Firmware that lacks the path has nothing to sign in to.
        if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise GatewayStatusError(INVERTER_LIST.path, answer.status)

    async def _answer_to_challenge(self) -> DigestAuthMiddleware:
        """Make what answers a challenge; not before one, so that open paths never carry a credential."""
        if self._digest is None:
            if self._door.serial is None:
                await self._door.identify()
            password = self._account.password.reveal() or (self._door.serial or "")[-6:]
            try:
                self._digest = DigestAuthMiddleware(self._account.username, password, preemptive=False)
            except ValueError:
                raise GatewayAuthenticationError("no user name or password can look like this") from None
        return self._digest
