"""The second factor of the cloud's sign-in: a code that is sent to the user (S§42.1 to S§42.3)."""

from base64 import b64decode
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from enum import StrEnum
import re
import secrets
from urllib.parse import parse_qs, quote, unquote

import orjson

from .server import Answer, Request

SEND_PATH = "/app-api/generate_mfa_login_otp"
CHECK_PATH = "/app-api/validate_login_otp"
SESSION_COOKIE = "_enlighten_4_session"
_NONCE_COOKIE = "login_otp_nonce"
_NONCE_S = 300  # S§42.1
_MOST_WRONG_CODES = 5


class Challenge(StrEnum):
    """How the login announces the second factor."""

    NONCE = "nonce"
    """`success` with the cookie of the challenge."""
    REQUIRES_MFA = "requires_mfa"
    """`requires_mfa` with the cookie of the challenge."""
    BROKEN = "broken"
    """`success` without the cookie of the challenge."""


class Sending(StrEnum):
    """How the request for a code is answered."""

    OK = "ok"
    EMPTY = "empty"
    """Status 204: the code is sent, and the cookie of the challenge stays."""
    BLOCKED = "blocked"
    REFUSED = "refused"
    """`success` false, as long as no login follows."""
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    HANG = "hang"


class Checking(StrEnum):
    """How a code is answered; those from FULL to EMPTY are answers to the right code."""

    FULL = "full"
    OTHER_NAMES = "other_names"
    """`sessionId` instead of `session_id`, as text that holds JSON."""
    MESSAGE = "message"
    """Success without a session id, which is in the cookie alone."""
    SUCCESS = "success"
    IS_VALID = "is_valid"
    EMPTY = "empty"
    WRONG = "wrong"
    """The answer to a wrong code, for every code; so are all answers below."""
    BAD_REQUEST = "bad_request"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNPROCESSABLE = "unprocessable"
    BLOCKED = "blocked"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    NOT_JSON = "not_json"
    HANG = "hang"


_CODE_STATUSES = {
    Checking.BAD_REQUEST: 400,
    Checking.NOT_FOUND: 404,
    Checking.CONFLICT: 409,
    Checking.UNPROCESSABLE: 422,
    Checking.TOO_MANY_REQUESTS: 429,
    Checking.SERVER_ERROR: 503,
}


@dataclass(slots=True)
class SecondFactor:
    """The challenges, the codes and how they are answered."""

    clock: Callable[[], float]
    required: bool = False
    """Whether the accounts require a code."""
    challenge_answer: Challenge = Challenge.NONCE
    send_answer: Sending = Sending.OK
    check_answer: Checking = Checking.FULL
    codes: list[str] = field(default_factory=list)
    """The codes that were sent to the user, the last one counts."""
    _nonces: dict[str, float] = field(default_factory=dict)
    """When each challenge ends, by the value of its cookie."""
    _wrong_codes: int = 0

    def expire(self) -> None:
        """End all challenges, as five minutes do."""
        self._nonces.clear()

    def challenge(self) -> Answer:
        """Answer the right password of an account with a second factor."""
        document: dict[str, object] = {"requires_mfa": True}
        if self.challenge_answer is not Challenge.REQUIRES_MFA:
            document = _SENT
        cookies = [
            _cookie(SESSION_COOKIE, secrets.token_hex(16)),
            _cookie("XSRF-TOKEN", quote(f"{secrets.token_hex(8)}==")),
        ]
        if self.challenge_answer is not Challenge.BROKEN:
            cookies.append(self._new_nonce())
        return _json(document, *cookies)

    def send(self, request: Request) -> Answer:
        """Answer the request for a code."""
        if not self._is_open(request):
            return Answer(status=403)
        if self.send_answer in _REFUSALS:
            if self.send_answer is Sending.REFUSED:
                self.expire()
            return _REFUSALS[self.send_answer]
        self.codes.append(f"{secrets.randbelow(1_000_000):06}")
        if self.send_answer is Sending.EMPTY:
            return Answer(status=204)
        self.expire()
        return _json(_SENT, self._new_nonce())

    def check(self, request: Request, emails: Container[str]) -> Answer | None:
        """Answer a code; None where it is right, and `success` is the answer."""
        if not self._is_open(request):
            return Answer(status=401)
        form = parse_qs(request.body.decode("utf-8", "replace"))
        email, code = (_decoded(form.get(field, [""])[0]) for field in ("email", "otp"))
        if status := _CODE_STATUSES.get(self.check_answer):
            return Answer(status=status)
        if self.check_answer is Checking.HANG:
            return Answer(hang=True)
        if self.check_answer is Checking.NOT_JSON:
            return Answer(body=b"<!DOCTYPE html><html></html>", content_type="text/html")
        right = self.codes and code == self.codes[-1] and email in emails
        if right and self.check_answer not in {Checking.WRONG, Checking.BLOCKED}:
            return None
        self._wrong_codes += 1
        blocked = self.check_answer is Checking.BLOCKED or self._wrong_codes > _MOST_WRONG_CODES
        return _json({"isValid": False, "isBlocked": blocked})

    def success(self, session: str) -> Answer:
        """Answer the right code: the session is signed in."""
        self.expire()
        self._wrong_codes = 0
        cookie = _cookie(SESSION_COOKIE, session)
        match self.check_answer:
            case Checking.OTHER_NAMES:
                body = orjson.dumps({"message": "success", "sessionId": session, "managerToken": secrets.token_hex(16)})
                return Answer(body=body, content_type="text/plain; charset=utf-8", headers=(cookie,))
            case Checking.MESSAGE:
                return _json({"message": "success"}, cookie)
            case Checking.SUCCESS:
                return _json({"success": True}, cookie)
            case Checking.IS_VALID:
                return _json({"isValid": True, "isBlocked": False}, cookie)
            case Checking.EMPTY:
                return Answer(headers=(cookie,))
            case _:
                document = {
                    "message": "success",
                    "session_id": session,
                    "manager_token": secrets.token_hex(16),
                    "is_consumer": True,
                    "system_id": "1000001",
                    "redirect_url": "",
                    "isValidMobileNumber": True,
                }
                return _json(document, cookie)

    def _new_nonce(self) -> tuple[str, str]:
        nonce = secrets.token_urlsafe(12)
        self._nonces[nonce] = self.clock() + _NONCE_S
        return _cookie(_NONCE_COOKIE, nonce)

    def _is_open(self, request: Request) -> bool:
        """Return whether a request belongs to a challenge that has not ended, and repeats its XSRF cookie."""
        xsrf = unquote(cookie_of(request, "XSRF-TOKEN"))
        return (
            self._nonces.get(cookie_of(request, _NONCE_COOKIE), 0.0) > self.clock()
            and request.headers.get("x-csrf-token") == xsrf != ""
        )


def cookie_of(request: Request, name: str) -> str:
    """Return the value of a cookie, an empty text without it."""
    found = re.search(rf"(?:^|;\s*){re.escape(name)}=([^;]*)", request.headers.get("cookie", ""))
    return found[1] if found else ""


def _cookie(name: str, value: str) -> tuple[str, str]:
    return "Set-Cookie", f"{name}={value}; Path=/; HttpOnly"


def _decoded(value: str) -> str:
    """Return what a value in base64 contains, an empty text for anything else."""
    try:
        return b64decode(value, validate=True).decode()
    except ValueError:
        return ""


def _json(document: dict[str, object], *cookies: tuple[str, str]) -> Answer:
    return Answer(body=orjson.dumps(document), content_type="application/json; charset=utf-8", headers=cookies)


_SENT: dict[str, object] = {"success": True, "isBlocked": False}
_REFUSALS = {
    Sending.BLOCKED: _json({"success": False, "isBlocked": True}),
    Sending.REFUSED: _json({"success": False}),
    Sending.TOO_MANY_REQUESTS: Answer(status=429),
    Sending.SERVER_ERROR: Answer(status=503),
    Sending.HANG: Answer(hang=True),
}
