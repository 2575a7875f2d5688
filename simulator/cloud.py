"""The two cloud hosts that issue tokens: Enlighten with its login, and Entrez (G§2.3, S§42)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import secrets
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

import orjson

from .layout import layout_document
from .second_factor import CHECK_PATH, SEND_PATH, SESSION_COOKIE, SecondFactor, cookie_of
from .server import Answer, HttpServer, Request
from .simulated_gateway import Simulator

SYSTEM_ID = 1_000_001
LAYOUT_PATH = f"/pv/systems/{SYSTEM_ID}/array_layout_x.json"
OLD_LAYOUT_PATH = f"/systems/{SYSTEM_ID}/site_array_layout_x"
LOGIN_PATH = "/login/login.json"
TOKENS_PATH = "/tokens"
ENLIGHTEN_TOKEN_PATH = "/entrez-auth-token"  # noqa: S105 - a path
_JSON = "application/json; charset=utf-8"


class CloudAnswer(StrEnum):
    """How a cloud host answers."""

    OK = "ok"
    """The session or the token; 401 for a wrong password."""
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a kind of answer, not a password
    """401 for any password."""
    BLOCKED = "blocked"
    """200 without a session_id: the account is blocked."""
    FAILED = "failed"
    """200 with `success` false."""
    EMPTY = "empty"
    """200 with an empty object; a login is in the cookie alone (S§42.1)."""
    NOT_JSON = "not_json"
    """200 with an HTML page."""
    FORBIDDEN = "forbidden"
    """403, as after a change of the sign-in flow (G§2.3a)."""
    NOT_ACCEPTABLE = "not_acceptable"
    """406, as for a User-Agent that the cloud blocks."""
    TOO_MANY_REQUESTS = "too_many_requests"
    """429."""
    TOO_MANY_SESSIONS = "too_many_sessions"
    """A text about too many active sessions."""
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
        """Create the hosts with accounts (email to password) that own the simulated gateway."""
        self.simulator = simulator
        self.accounts = dict(accounts)
        self.login_answer = CloudAnswer.OK
        self.token_answer = CloudAnswer.OK
        """How Entrez answers."""
        self.enlighten_token_answer = CloudAnswer.OK
        """How Enlighten's own way to a token answers (S§42.4 b)."""
        self.layout_answer = CloudAnswer.OK
        """How the page with the layout of the panels answers."""
        self.layout_of = simulator
        """The gateway with the panels of that layout; an account may have several systems."""
        self.layout_path = LAYOUT_PATH
        """Where that page is; `OLD_LAYOUT_PATH` is the other one that is known."""
        self.retry_after: str | None = None
        """Header `Retry-After` of the answers 429 and 503."""
        self.second_factor = SecondFactor(simulator.clock)
        self.role = "owner"
        """Role in the issued tokens: owner or installer."""
        self.token_lifetime_s: float | None = None
        """Lifetime of the issued tokens; None for the role's default."""
        self.token_serial: str | None = None
        """Serial in the issued tokens; None for the requested one."""
        self.requests: list[SeenCloudRequest] = []
        self._sessions: set[str] = set()
        self._enlighten = HttpServer(self._handle_enlighten, "127.0.0.1", 0)
        self._entrez = HttpServer(self._handle_entrez, "127.0.0.1", 0)

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

    @property
    def enlighten_token_requests(self) -> int:
        """Number of requests for a token of Enlighten itself."""
        return sum(request.path == ENLIGHTEN_TOKEN_PATH for request in self.requests)

    async def _handle_enlighten(self, request: Request) -> Answer:
        """Answer a request to Enlighten."""
        match request.method, request.path:
            case "POST", path if path == LOGIN_PATH:
                answer = self._forced_answer(request, self.login_answer) or self._login(request)
            case "POST", path if path == SEND_PATH:
                answer = self._forced_answer(request) or self.second_factor.send(request)
            case "POST", path if path == CHECK_PATH:
                answer = self._forced_answer(request) or self._check_code(request)
            case "GET", path if path == ENLIGHTEN_TOKEN_PATH:
                answer = self._forced_answer(request, self.enlighten_token_answer) or self._enlighten_token(request)
            case "GET", path if path == self.layout_path:
                answer = self._forced_answer(request, self.layout_answer) or self._layout(request)
            case _:
                answer = Answer(status=404)
        return self._logged(request, answer)

    async def _handle_entrez(self, request: Request) -> Answer:
        """Answer a request to Entrez."""
        if (request.method, request.path) != ("POST", TOKENS_PATH):
            return self._logged(request, Answer(status=404))
        return self._logged(request, self._forced_answer(request, self.token_answer) or self._token(request))

    def _login(self, request: Request) -> Answer:
        """Check the account and open a session, or require a code."""
        form = parse_qs(request.body.decode("utf-8", "replace"))
        email, password = (form.get(f"user[{field}]", [""])[0] for field in ("email", "password"))
        if not email or self.accounts.get(email) != password:
            return _json(401, {"message": "Invalid email or password"})
        if self.second_factor.required:
            return self.second_factor.challenge()
        session = self._open_session()
        document = {
            "message": "success",
            "session_id": session,
            "manager_token": secrets.token_hex(16),
            "is_consumer": True,
            "system_id": SYSTEM_ID,
            "redirect_url": "",
        }
        if self.login_answer is CloudAnswer.EMPTY:
            document = {}
        return _json(200, document, headers=(("Set-Cookie", f"{SESSION_COOKIE}={session}; Path=/; HttpOnly"),))

    def _check_code(self, request: Request) -> Answer:
        """Check a code and open a session."""
        return self.second_factor.check(request, self.accounts) or self.second_factor.success(self._open_session())

    def _open_session(self) -> str:
        session = secrets.token_hex(16)
        self._sessions.add(session)
        return session

    def _enlighten_token(self, request: Request) -> Answer:
        """Return a token as JSON for the cookie of a session and a serial."""
        serial = parse_qs(request.query).get("serial_num", [""])[0]
        if cookie_of(request, SESSION_COOKIE) not in self._sessions or not serial:
            return _json(401, {"message": "Unauthorized"})
        now = int(self.simulator.clock())
        return _json(
            200, {"token": self._issue(serial), "generation_time": now, "expires_at": now + self._lifetime_s()}
        )

    def _layout(self, request: Request) -> Answer:
        """Return the layout of the panels for the cookie of a session; without one, the page redirects."""
        if cookie_of(request, SESSION_COOKIE) not in self._sessions:
            return Answer(status=302, headers=(("Location", "/login"),))
        return _json(200, layout_document(self.layout_of))

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
        return Answer(body=self._issue(request_data["serial_num"]).encode(), content_type="text/plain; charset=utf-8")

    def _issue(self, serial: str) -> str:
        """Return a new token."""
        return self.simulator.token(lifetime_s=self._lifetime_s(), serial=self.token_serial or serial, user=self.role)

    def _lifetime_s(self) -> float:
        if self.token_lifetime_s is not None:
            return self.token_lifetime_s
        return 31_536_000 if self.role == "owner" else 43_200  # G§2.4

    def _forced_answer(self, request: Request, kind: CloudAnswer = CloudAnswer.OK) -> Answer | None:
        """Return the answer for a kind other than OK; Home Assistant's User-Agent always gets 406."""
        if "homeassistant" in request.headers.get("user-agent", "").lower():
            kind = CloudAnswer.NOT_ACCEPTABLE
        page = b"<!DOCTYPE html><html><body>Enphase</body></html>"
        wait = () if self.retry_after is None else (("Retry-After", self.retry_after),)
        return {
            CloudAnswer.OK: None,
            CloudAnswer.WRONG_PASSWORD: _json(401, {"message": "Invalid email or password"}),
            CloudAnswer.EMPTY: None,
            CloudAnswer.BLOCKED: _json(200, {"success": False, "isBlocked": True}),
            CloudAnswer.FAILED: _json(200, {"success": False, "isBlocked": False}),
            CloudAnswer.NOT_JSON: Answer(body=page, content_type="text/html"),
            CloudAnswer.FORBIDDEN: Answer(status=403, body=page, content_type="text/html"),
            CloudAnswer.NOT_ACCEPTABLE: Answer(status=406),
            CloudAnswer.TOO_MANY_REQUESTS: Answer(status=429, headers=wait),
            CloudAnswer.TOO_MANY_SESSIONS: _json(200, {"message": "You have too many active sessions."}),
            CloudAnswer.SERVER_ERROR: Answer(status=503, body=page, content_type="text/html", headers=wait),
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
