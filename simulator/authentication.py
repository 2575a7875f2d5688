"""Who may read what: digest before firmware 7, tokens and session cookies from 7 on (G§2)."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
import hashlib
import hmac
import re
import secrets
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec
import jwt

from .server import Answer, Request

type Credential = Literal["none", "bearer", "cookie", "digest"]

OWNER_LIFETIME_S = 31_536_000  # G§2.4
_SESSION_S = 600  # since its last use (G§2.5)
_REALM = "enphaseenergy.com"  # G§2.2
_OPEN = frozenset({"/info", "/info.xml"})
_OPEN_BEFORE_7 = _OPEN | {"/api/v1/production", "/production.json"}
CHECK_PATH = "/auth/check_jwt"

_UNAUTHORIZED_PAGE = b"""<html>
<head><title>401 Authorization Required</title></head>
<body>
<center><h1>401 Authorization Required</h1></center>
<hr><center>Redirecting to <a id='link' href=''></a></center>
<script>setTimeout(function () { window.location.href = '/home'; }, 500);</script>
</body>
</html>
"""

TOKEN_REFUSED = Answer(status=401, body=_UNAUTHORIZED_PAGE, content_type="text/html")


def presented(request: Request) -> Credential:
    """Tell the strongest credential a request carries, be it right or wrong."""
    scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
    if scheme == "bearer":
        return "bearer"
    if scheme == "digest":
        return "digest"
    return "cookie" if "sessionid=" in request.headers.get("cookie", "").lower() else "none"


@dataclass(slots=True)
class TokenAuthentication:
    """Checks tokens and keeps sessions; one key signs all its tokens."""

    serial: str
    clock: Callable[[], float]
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    _sessions: dict[str, float] = field(default_factory=dict)
    _verified: dict[str, float] = field(default_factory=dict)
    """Expiry of tokens with a right signature and serial."""

    def issue(self, *, lifetime_s: float, serial: str | None, user: str) -> str:
        """Write a token as the cloud does (G§2.4)."""
        now = int(self.clock())
        claims = {
            "aud": serial or self.serial,
            "iss": "Entrez",
            "enphaseUser": user,
            "exp": now + int(lifetime_s),
            "iat": now,
            "jti": secrets.token_hex(16),
            "username": "owner@example.com",
        }
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": "simulated"})

    def refusal(self, request: Request) -> Answer | None:
        """Give the 401 a request deserves, None when it may pass."""
        if request.path in _OPEN or self._session_alive(request) or self._token_valid(request):
            return None
        return TOKEN_REFUSED

    def check(self, request: Request) -> Answer:
        """Answer `/auth/check_jwt`: a session for a valid token (G§2.5)."""
        if not self._token_valid(request):
            return TOKEN_REFUSED
        session = secrets.token_urlsafe(32)
        self._sessions[session] = self.clock() + _SESSION_S
        return Answer(
            body=b"<!DOCTYPE html><h2>Valid token.</h2>",
            content_type="text/html",
            headers=(("Set-Cookie", f"sessionId={session}; Path=/; HttpOnly; Secure"),),
        )

    def end_sessions(self) -> None:
        """Forget every session, as a reboot does."""
        self._sessions.clear()

    def revoke_tokens(self) -> None:
        """Take no token issued so far any more: sign with a new key, forget the sessions."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self._verified.clear()
        self.end_sessions()

    def _session_alive(self, request: Request) -> bool:
        found = re.search(r"sessionId=([^;\s]+)", request.headers.get("cookie", ""), re.IGNORECASE)
        now = self.clock()
        if found is None or self._sessions.get(found[1], 0.0) <= now:
            return False
        self._sessions[found[1]] = now + _SESSION_S
        return True

    def _token_valid(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        if token not in self._verified:
            try:
                claims = jwt.decode(
                    token,
                    self.key.public_key(),
                    algorithms=["ES256"],
                    audience=self.serial,
                    options={"verify_exp": False, "verify_iat": False, "require": ["exp", "aud"]},
                )
            except jwt.InvalidTokenError:
                return False
            self._verified[token] = float(claims["exp"])
        return self.clock() < self._verified[token]


@dataclass(slots=True)
class DigestAuthentication:
    """Checks digest answers (RFC 2617, MD5, qop auth)."""

    username: str
    password: str
    keeps_alive_after_401: bool = True
    """Envoy-R resets a connection that is used again after a 401 (G§2.2)."""
    _nonces: set[str] = field(default_factory=set)
    _refused: set[int] = field(default_factory=set)

    def refusal(self, request: Request) -> Answer | None:
        """Give the 401 with a challenge, the reset of a used connection, or None when it may pass."""
        if not self.keeps_alive_after_401 and request.connection in self._refused:
            return Answer(reset="before")
        if request.path in _OPEN_BEFORE_7 or self._right(request):
            return None
        self._refused.add(request.connection)
        return self.challenge()

    def challenge(self) -> Answer:
        """Ask for credentials."""
        nonce = b64encode(secrets.token_bytes(20)).decode()
        self._nonces.add(nonce)
        return Answer(
            status=401,
            body=b"<html><body><h2>401 Unauthorized</h2></body></html>\n",
            content_type="text/html",
            headers=(("WWW-Authenticate", f'Digest qop="auth", realm="{_REALM}", nonce="{nonce}"'),),
        )

    def _right(self, request: Request) -> bool:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "digest":
            return False
        said = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', rest)}
        if said.get("nonce") not in self._nonces or said.get("uri") != request.target:
            return False
        account = _md5(f"{self.username}:{_REALM}:{self.password}")
        asked = _md5(f"{request.method}:{request.target}")
        proof = ":".join(said.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        expected = _md5(f"{account}:{proof}:{asked}")
        return said.get("username") == self.username and hmac.compare_digest(expected, said.get("response", ""))


def _md5(text: str) -> str:
    """Hash as the digest scheme wants it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
