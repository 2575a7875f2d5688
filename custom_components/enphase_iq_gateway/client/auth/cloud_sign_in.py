"""Sign in at Enphase's cloud and get a token for a gateway, and the layout of its panels (G§2.3, S§42)."""

from collections.abc import Callable
from http import HTTPStatus
from time import monotonic, time
from typing import Final

from aiohttp import ClientSession

from ..endpoints.values import text
from ..json_types import JsonObject
from . import otp
from .cloud import NONCE_COOKIE, SESSION_COOKIE, Cloud, CloudConnection, CloudError, CloudProblem, CloudResponse
from .secret import Secret
from .token import ExpiredTokenError, NotATokenError, Token, TokenError

_LOGIN_PATH: Final = "/login/login.json"
_ENTREZ_PATH: Final = "/tokens"
_ENLIGHTEN_PATH: Final = "/entrez-auth-token"
_LAYOUT_PATHS: Final = ("/pv/systems/{}/array_layout_x.json", "/systems/{}/site_array_layout_x")
"""Pages of Enphase's website, which no document describes; either may end."""
_LAYOUT_LIMIT: Final = 256 * 1024  # a panel has about 150 bytes


class CloudSignIn:
    """One sign-in of a user, from the password to a token for one gateway.

    Password and cookies are kept in memory until it is closed. Nothing is tried twice: the caller decides about that.
    """

    def __init__(
        self,
        open_session: Callable[[], ClientSession],
        username: str,
        password: Secret,
        serial: str,
        *,
        cloud: Cloud,
        clock: Callable[[], float] = time,
    ) -> None:
        """Set what opens a session without a cookie jar; it is detached at the end, its connector stays open."""
        self._connection = CloudConnection(open_session, cloud)
        self._username = username
        self._password: Secret | None = password
        self._serial = serial
        self._clock = clock
        self._login = otp.Login(session_id=None, system_id=None)
        self._is_signed_in = False
        self._code_sent_at = float("-inf")

    def close(self) -> None:
        """Drop the password and the cookies, and detach the session."""
        self._password = None
        self._login = otp.Login(session_id=None, system_id=None)
        self._connection.close()

    async def fetch_token(self) -> Token:
        """Sign in with the password and return a token.

        Raises:
            CloudError: there is no token; with `MULTI_FACTOR` the account requires a code, which `send_code` has sent.
        """
        await self._sign_in()
        return await self._request_token()

    async def send_code(self) -> None:
        """Have a code sent to the user by email or SMS.

        Raises:
            CloudError: no code was sent; `CODE_TOO_SOON` within 30 s of the last one.
        """
        if monotonic() - self._code_sent_at < otp.SEND_AGAIN_S:
            raise CloudError(CloudProblem.CODE_TOO_SOON, self._connection.urls.enlighten)
        try:
            await otp.send_code(self._connection)
        except otp.ChallengeEndedError:
            await self._start_again()
            if self._is_signed_in:
                return
            await otp.send_code(self._connection)
        self._code_sent_at = monotonic()

    async def fetch_token_with_code(self, code: str) -> Token:
        """Complete the sign-in with a code and return a token; the code is not sent again once it was accepted.

        Raises:
            CloudError: there is no token; with `CODE_EXPIRED` the code came too late, and another one was sent.
        """
        code = "".join(code.split())
        if not code:
            raise CloudError(CloudProblem.WRONG_CODE, self._connection.urls.enlighten)
        if not self._is_signed_in:
            try:
                self._login = await otp.check_code(self._connection, self._username, code)
                self._is_signed_in = True
            except otp.ChallengeEndedError:
                await self._start_again()
                if not self._is_signed_in:
                    self._code_sent_at = float("-inf")
                    await self.send_code()
                    raise CloudError(CloudProblem.CODE_EXPIRED, self._connection.urls.enlighten) from None
        return await self._request_token()

    async def fetch_layout(self) -> JsonObject:
        """Return the document with the places of the panels of the account's system; sign in first if necessary.

        Raises:
            CloudError: there is no layout; it does not name the system.
        """
        if not self._is_signed_in:
            await self._sign_in()
        enlighten, system_id = self._connection.urls.enlighten, self._login.system_id
        for path in _LAYOUT_PATHS if system_id else ():
            try:
                response = await self._connection.get(enlighten + path.format(system_id), limit=_LAYOUT_LIMIT)
                if response.status == HTTPStatus.OK:
                    return response.document()
            except CloudError as error:
                if error.problem is not CloudProblem.UNEXPECTED:
                    raise CloudError(error.problem, enlighten, retry_after_s=error.retry_after_s) from None
        raise CloudError(CloudProblem.UNEXPECTED, enlighten)

    async def _start_again(self) -> None:
        """Sign in with the password again, without the user."""
        self._connection.forget()
        try:
            await self._sign_in()
        except CloudError as error:
            if error.problem is not CloudProblem.MULTI_FACTOR:
                raise

    async def _sign_in(self) -> None:
        """Sign in with the password.

        Raises:
            CloudError: the sign-in failed; with `MULTI_FACTOR` the account requires a code.
        """
        url = self._connection.urls.enlighten + _LOGIN_PATH
        if self._password is None:  # closed, while a request was waiting for its answer
            raise CloudError(CloudProblem.UNEXPECTED, url)
        form = {"user[email]": self._username, "user[password]": self._password.reveal()}
        response = await self._connection.post_form(url, form)
        if response.is_denied:
            raise CloudError(CloudProblem.WRONG_PASSWORD, url)
        if response.status != HTTPStatus.OK:
            raise CloudError(CloudProblem.UNEXPECTED, url)
        self._login = self._login_of(response)
        self._is_signed_in = True

    def _login_of(self, response: CloudResponse) -> otp.Login:
        """Return what a successful login has opened (S§42.1)."""
        login = response.document()
        if login.get("isBlocked") is True:
            raise CloudError(CloudProblem.BLOCKED, response.url)
        session_id = otp.session_id_in(login)
        if session_id or (not login and self._connection.cookie(SESSION_COOKIE)):
            return otp.Login(session_id=session_id, system_id=otp.system_id_in(login))
        challenged = login.get("success") is True and self._connection.cookie(NONCE_COOKIE)
        if challenged or login.get("requires_mfa") is True:
            problem = CloudProblem.MULTI_FACTOR
        elif login.get("success") is False:
            problem = CloudProblem.WRONG_PASSWORD
        else:
            problem = CloudProblem.UNEXPECTED
        raise CloudError(problem, response.url)

    async def _request_token(self) -> Token:
        """Request a token from Entrez, and where that fails from Enlighten (S§42.4)."""
        session_id = self._login.session_id
        if session_id is None:
            return await self._token_of_enlighten()
        try:
            return await self._token_of_entrez(session_id)
        except CloudError as error:
            if error.problem is CloudProblem.TOO_MANY_REQUESTS or self._connection.cookie(SESSION_COOKIE) is None:
                raise
            first = error
        try:
            return await self._token_of_enlighten()
        except CloudError:
            raise first from None

    async def _token_of_entrez(self, session_id: Secret) -> Token:
        request = {"session_id": session_id.reveal(), "serial_num": self._serial, "username": self._username}
        response = await self._connection.post_document(self._connection.urls.entrez + _ENTREZ_PATH, request)
        return self._token(response, response.body.decode(errors="replace"))

    async def _token_of_enlighten(self) -> Token:
        url = self._connection.urls.enlighten + _ENLIGHTEN_PATH
        response = await self._connection.get(url, {"serial_num": self._serial})
        found = response.document().get("token") if response.status == HTTPStatus.OK else None
        return self._token(response, text(found) or "")

    def _token(self, response: CloudResponse, token_text: str) -> Token:
        """Return the token in an answer, checked like any other (G§2.4)."""
        if response.is_denied:
            raise CloudError(CloudProblem.FORBIDDEN, response.url)
        if response.status != HTTPStatus.OK:
            raise CloudError(CloudProblem.UNEXPECTED, response.url)
        try:
            token = Token.parse(token_text)
        except NotATokenError:
            raise CloudError(CloudProblem.UNEXPECTED, response.url) from None
        try:
            token.check(self._serial, self._clock())
        except ExpiredTokenError:  # the next one may be valid: the cloud's clock is wrong, or ours is
            raise CloudError(CloudProblem.UNEXPECTED, response.url) from None
        except TokenError:
            raise CloudError(CloudProblem.NO_TOKEN_FOR_GATEWAY, response.url) from None
        return token
