"""The two cloud hosts that issue tokens: the Enlighten login and Entrez (G§2.3a)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import secrets
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

import orjson

from .server import Answer, HttpServer, Request
from .simulated_gateway import Simulator

LOGIN_PATH = "/login/login.json"
TOKENS_PATH = "/tokens"
_JSON = "application/json; charset=utf-8"


class CloudAnswer(StrEnum):
    """How a cloud host answers."""

    OK = "ok"
    """The session or the token; 401 for a wrong password."""
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a kind of answer, not a password
    """401 for any password."""
    MFA = "mfa"
    """200 without a session_id: the account requires a second factor (G§2.3a)."""
    BLOCKED = "blocked"
    """200 without a session_id: the account is blocked."""
    NOT_JSON = "not_json"
    """200 with an HTML page."""
    FORBIDDEN = "forbidden"
    """403, as after a change of the sign-in flow (G§2.3a)."""
    NOT_ACCEPTABLE = "not_acceptable"
    """406, as for a User-Agent that the cloud blocks."""
    SERVER_ERROR = "server_error"
    """503 with an HTML page."""
    HANG = "hang"
    """No answer."""


@dataclass(slots=True)
class SeenCloudRequest:
    """One request received by a cloud host."""

    path: str
    user_agent: str
    status: int


class Cloud:
    """Both hosts on loopback ports over plain HTTP, used with `async with`."""

    def __init__(self, simulator: Simulator, accounts: Mapping[str, str]) -> None:
        """Create the hosts with accounts (e-mail to password) that own the simulated gateway."""
        self.simulator = simulator
        self.accounts = dict(accounts)
        self.login_answer = CloudAnswer.OK
        self.token_answer = CloudAnswer.OK
        self.role = "owner"
        """Role in the issued tokens: owner or installer."""
        self.token_lifetime_s: float | None = None
        """Lifetime of the issued tokens; None for the role's default."""
        self.token_serial: str | None = None
        """Serial in the issued tokens; None for the requested one."""
        self.requests: list[SeenCloudRequest] = []
        self._sessions: set[str] = set()
        self._enlighten = HttpServer(self._handle_login, "127.0.0.1", 0)
        self._entrez = HttpServer(self._handle_tokens, "127.0.0.1", 0)

    async def __aenter__(self) -> Self:
        """Start both hosts."""
        await self._enlighten.start()
        await self._entrez.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop both hosts."""
        await asyncio.gather(self._enlighten.stop(), self._entrez.stop())

    @property
    def enlighten_url(self) -> str:
        """URL of the login host, without a path."""
        return f"http://127.0.0.1:{self._enlighten.port}"

    @property
    def entrez_url(self) -> str:
        """URL of the token host, without a path."""
        return f"http://127.0.0.1:{self._entrez.port}"

    @property
    def login_requests(self) -> int:
        """Number of attempts to log in."""
        return sum(request.path == LOGIN_PATH for request in self.requests)

    @property
    def token_requests(self) -> int:
        """Number of requests for a token."""
        return sum(request.path == TOKENS_PATH for request in self.requests)

    async def _handle_login(self, request: Request) -> Answer:
        """Answer a request to the login host."""
        if (request.method, request.path) != ("POST", LOGIN_PATH):
            return self._logged(request, Answer(status=404))
        return self._logged(request, self._forced_answer(request, self.login_answer) or self._login(request))

    async def _handle_tokens(self, request: Request) -> Answer:
        """Answer a request to the token host."""
        if (request.method, request.path) != ("POST", TOKENS_PATH):
            return self._logged(request, Answer(status=404))
        return self._logged(request, self._forced_answer(request, self.token_answer) or self._token(request))

    def _login(self, request: Request) -> Answer:
        """Check the account and open a session."""
        form = parse_qs(request.body.decode("utf-8", "replace"))
        email, password = (form.get(f"user[{field}]", [""])[0] for field in ("email", "password"))
        if not email or self.accounts.get(email) != password:
            return _json(401, {"message": "Invalid email or password"})
        session = secrets.token_hex(16)
        self._sessions.add(session)
        return _json(
            200,
            {
                "message": "success",
                "session_id": session,
                "manager_token": secrets.token_hex(16),
                "is_consumer": True,
                "system_id": 1_000_001,
                "redirect_url": "",
            },
        )

    def _token(self, request: Request) -> Answer:
        """Return a token as plain text for an open session and a serial."""
        try:
            request_data = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            return _json(400, {"message": "Bad request"})
        if not isinstance(request_data, dict) or request_data.get("session_id") not in self._sessions:
            return _json(401, {"message": "Unauthorized"})
        if not request_data.get("serial_num") or request_data.get("username") not in self.accounts:
            return _json(400, {"message": "Bad request"})
        role_s = 31_536_000 if self.role == "owner" else 43_200  # G§2.4
        token = self.simulator.token(
            lifetime_s=role_s if self.token_lifetime_s is None else self.token_lifetime_s,
            serial=self.token_serial or request_data["serial_num"],
            user=self.role,
        )
        return Answer(body=token.encode(), content_type="text/plain; charset=utf-8")

    def _forced_answer(self, request: Request, kind: CloudAnswer) -> Answer | None:
        """Return the answer for a kind other than OK; Home Assistant's User-Agent always gets 406."""
        if "homeassistant" in request.headers.get("user-agent", "").lower():
            kind = CloudAnswer.NOT_ACCEPTABLE
        page = b"<!DOCTYPE html><html><body>Enphase</body></html>"
        nonce = (("Set-Cookie", f"login_otp_nonce={secrets.token_hex(8)}; Path=/"),)
        return {
            CloudAnswer.OK: None,
            CloudAnswer.WRONG_PASSWORD: _json(401, {"message": "Invalid email or password"}),
            CloudAnswer.MFA: _json(200, {"success": True, "isBlocked": False}, headers=nonce),
            CloudAnswer.BLOCKED: _json(200, {"success": False, "isBlocked": True}),
            CloudAnswer.NOT_JSON: Answer(body=page, content_type="text/html"),
            CloudAnswer.FORBIDDEN: Answer(status=403, body=page, content_type="text/html"),
            CloudAnswer.NOT_ACCEPTABLE: Answer(status=406),
            CloudAnswer.SERVER_ERROR: Answer(status=503, body=page, content_type="text/html"),
            CloudAnswer.HANG: Answer(hang=True),
        }[kind]

    def _logged(self, request: Request, answer: Answer) -> Answer:
        """Add the request to the log and return its answer."""
        status = 0 if answer.hang else answer.status
        self.requests.append(SeenCloudRequest(request.path, request.headers.get("user-agent", ""), status))
        return answer


def _json(status: int, document: dict[str, object], headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return an answer with a JSON object."""
    return Answer(status=status, body=orjson.dumps(document), content_type=_JSON, headers=headers)
