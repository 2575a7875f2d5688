"""Authentication: digest before firmware 7, tokens and session cookies from 7 on (G§2)."""

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
_SESSION_S = 600  # after the last use (G§2.5)
_REALM = "enphaseenergy.com"  # G§2.2
_OPEN_PATHS = frozenset({"/info", "/info.xml"})
_OPEN_PATHS_BEFORE_7 = _OPEN_PATHS | {"/api/v1/production", "/production.json"}
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
    """Return the kind of the strongest credential in a request, valid or not."""
    scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
    if scheme == "bearer":
        return "bearer"
    if scheme == "digest":
        return "digest"
    return "cookie" if "sessionid=" in request.headers.get("cookie", "").lower() else "none"


@dataclass(slots=True)
class TokenAuthentication:
    """Authentication with tokens and sessions; one key signs all tokens."""

    serial: str
    clock: Callable[[], float]
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    _sessions: dict[str, float] = field(default_factory=dict)
    _verified: dict[str, float] = field(default_factory=dict)
    """Expiry of the tokens whose signature and serial are correct."""

    def issue(self, *, lifetime_s: float, serial: str | None, user: str) -> str:
        """Return a new token like those of the cloud (G§2.4)."""
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
        """Return a 401 for a request without a valid credential, None for an authorized one."""
        if request.path in _OPEN_PATHS or self._session_alive(request) or self._token_valid(request):
            return None
        return TOKEN_REFUSED

    def check(self, request: Request) -> Answer:
        """Answer `/auth/check_jwt`: open a session for a valid token (G§2.5)."""
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
        """Invalidate every session, as a reboot does."""
        self._sessions.clear()

    def revoke_tokens(self) -> None:
        """Invalidate every token issued so far by replacing the key, and every session."""
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
    """Digest authentication (RFC 2617, MD5, qop auth)."""

    username: str
    password: str
    keeps_alive_after_401: bool = True
    """False for an Envoy-R, which resets a connection that is used again after a 401 (G§2.2)."""
    _nonces: set[str] = field(default_factory=set)
    _refused: set[int] = field(default_factory=set)

    def refusal(self, request: Request) -> Answer | None:
        """Return a 401 with a challenge or the reset of a reused connection, None for an authorized request."""
        if not self.keeps_alive_after_401 and request.connection in self._refused:
            return Answer(reset="before")
        if request.path in _OPEN_PATHS_BEFORE_7 or self._digest_valid(request):
            return None
        self._refused.add(request.connection)
        return self.challenge()

    def challenge(self) -> Answer:
        """Return a 401 with a new nonce."""
        nonce = b64encode(secrets.token_bytes(20)).decode()
        self._nonces.add(nonce)
        return Answer(
            status=401,
            body=b"<html><body><h2>401 Unauthorized</h2></body></html>\n",
            content_type="text/html",
            headers=(("WWW-Authenticate", f'Digest qop="auth", realm="{_REALM}", nonce="{nonce}"'),),
        )

    def _digest_valid(self, request: Request) -> bool:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "digest":
            return False
        fields = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', rest)}
        if fields.get("nonce") not in self._nonces or fields.get("uri") != request.target:
            return False
        account = _md5(f"{self.username}:{_REALM}:{self.password}")
        requested = _md5(f"{request.method}:{request.target}")
        proof = ":".join(fields.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        expected = _md5(f"{account}:{proof}:{requested}")
        return fields.get("username") == self.username and hmac.compare_digest(expected, fields.get("response", ""))


def _md5(text: str) -> str:
    """Return the hash that the digest scheme prescribes, in hex."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
