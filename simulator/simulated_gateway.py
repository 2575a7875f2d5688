"""The gateway as a whole: sign-in, documents, faults and what was asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace as changed
from datetime import datetime
from pathlib import Path
import ssl
import time
from types import TracebackType
from typing import Self

from . import routes
from .authentication import (
    CHECK_PATH,
    OWNER_LIFETIME_S,
    Credential,
    DigestAuthentication,
    TokenAuthentication,
    presented,
)
from .certificate import Certificate, as_datetime
from .faults import Faults
from .firmware import Firmware
from .profiles import PROFILES, Profile
from .replay import Recording
from .server import Answer, HttpServer, Request
from .simulated_site import SimulatedSite
from .world import World

DEFAULT_SERIAL = "122300000001"
_SERVER_HEADER = "openresty/1.17.8.1"  # G§2.7
_SECURITY_HEADERS = (
    ("Strict-Transport-Security", "max-age=63072000; includeSubdomains"),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
)
_CERTIFICATE_DAYS = 365  # G§2.7
_LIFETIME_EACH_WH = 600_000.0  # some two years, well below the 1 193 046 Wh of a wrap (G§6.6)


@dataclass(slots=True)
class SeenRequest:
    """One request the simulator got."""

    at: float
    """By the simulator's clock."""
    method: str
    path: str
    """With its query."""
    credential: Credential
    """What it carried, right or wrong."""
    status: int
    """What was answered; 0 while or when nothing was."""
    size: int
    """Bytes of the body."""


class Simulator:
    """An Enphase IQ Gateway on a loopback port; use it with `async with`."""

    def __init__(
        self,
        profile: Profile = PROFILES["metered_net_three_phase"],
        *,
        inverters: int = 20,
        firmware: str | None = None,
        serial: str = DEFAULT_SERIAL,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
        port: int = 0,
        host: str = "127.0.0.1",
        replay: Path | None = None,
        lifetime_wh: float | None = None,
        report_interval_s: int | None = None,
        sun_ahead_s: float = 0.0,
    ) -> None:
        """Build the gateway and its site.

        `lifetime_wh` is its production until now (else 600 kWh for each inverter), `report_interval_s` that of the
        inverters (else the firmware's). The sun, and it alone, stands where it will be in `sun_ahead_s`.
        With `replay` the answers, the serial and the firmware are those of a folder of recorded answers.
        Raise ValueError for senseless values, FileNotFoundError for a folder without `info`.
        """
        if inverters < 1:
            raise ValueError("A site needs at least one inverter")
        self.profile = profile
        self.clock = clock
        self.faults = Faults(clock)
        self.requests: list[SeenRequest] = []
        self.handshakes = 0
        self._recording = Recording(replay) if replay is not None else None
        self._firmware = self._recording.firmware if self._recording else Firmware.parse(firmware or profile.firmware)
        self.serial = self._recording.serial if self._recording else serial
        self.world = World(
            profile,
            inverters=inverters,
            clock=clock,
            seed=seed,
            report_interval_s=report_interval_s or self._firmware.report_interval_s,
            lifetime_wh=_LIFETIME_EACH_WH * inverters if lifetime_wh is None else lifetime_wh,
            sun_ahead_s=sun_ahead_s,
        )
        self._tokens = TokenAuthentication(self.serial, clock)
        self._digest = DigestAuthentication(
            self.username, self.password, keeps_alive_after_401=not self._firmware.legacy
        )
        self._certificate: Certificate | None = None
        self._server = HttpServer(
            self._handle,
            host,
            port,
            tls=self._tls() if self._firmware.tokens else None,
            server_header=_SERVER_HEADER if self._firmware.tokens else None,
            double_date=self._firmware.closes_connections,
        )

    async def __aenter__(self) -> Self:
        """Start to listen."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Start to listen; raise OSError when the port is taken."""
        await self._server.start()

    async def stop(self) -> None:
        """Close the port and all connections; a later start takes the same port."""
        await self._server.stop()

    @property
    def address(self) -> str:
        """Host and port; an IPv6 host in brackets."""
        host = f"[{self._server.host}]" if ":" in self._server.host else self._server.host
        return f"{host}:{self._server.port}"

    @property
    def firmware(self) -> str:
        """The firmware's version without its letter."""
        return str(self._firmware)

    @property
    def software(self) -> str:
        """The firmware's version as `/info` writes it."""
        return self._firmware.software

    @property
    def uses_tokens(self) -> bool:
        """Does it speak TLS and take tokens (firmware 7 and later)?"""
        return self._firmware.tokens

    @property
    def recorded(self) -> Path | None:
        """The folder it replays, if it does."""
        return self._recording.folder if self._recording else None

    @property
    def username(self) -> str:
        """The local account's name (firmware before 7)."""
        return "envoy"

    @property
    def password(self) -> str:
        """The local account's password: the last six digits of the serial (G§2.2)."""
        return self.serial[-6:]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex; empty before firmware 7."""
        return self._certificate.fingerprint if self._certificate else ""

    @property
    def connections(self) -> int:
        """How many connections have been made; with TLS those whose handshake went through."""
        return self._server.connections

    @property
    def open_connections(self) -> int:
        """How many connections there are now."""
        return self._server.open_connections

    def token(self, lifetime_s: float = OWNER_LIFETIME_S, serial: str | None = None, user: str = "owner") -> str:
        """Issue a token; for this gateway's serial unless another is given."""
        return self._tokens.issue(lifetime_s=lifetime_s, serial=serial, user=user)

    def replace_certificate(
        self, days_valid: float = _CERTIFICATE_DAYS, not_before: datetime | float | None = None
    ) -> None:
        """Present a new key and certificate on new connections, as a renewal does (G§2.7)."""
        if self._server.tls is None:
            raise ValueError(f"Firmware {self.firmware} has no certificate")
        self._renew(self._server.tls, days_valid, self.clock() if not_before is None else not_before)

    def end_sessions(self) -> None:
        """Forget all session cookies (G§2.6)."""
        self._tokens.end_sessions()

    def revoke_tokens(self) -> None:
        """Refuse every token issued so far (G§2.6)."""
        self._tokens.revoke_tokens()

    def reboot(self) -> None:
        """Reset every connection and forget the sessions."""
        self._tokens.end_sessions()
        self._server.drop_connections()

    def set_firmware(self, firmware: str) -> None:
        """Update the firmware, as Enphase does unasked (G§1.3); raise ValueError when the transport would change."""
        new = Firmware.parse(firmware)
        if new.tokens != self._firmware.tokens:
            raise ValueError("An update across 7.0 changes the transport; start another simulator for it")
        self._firmware = new
        self.reboot()

    async def _handle(self, request: Request) -> Answer:
        """Answer one request."""
        now = self.clock()
        seen = SeenRequest(now, request.method, request.target, presented(request), 0, 0)
        self.requests.append(seen)
        answer = self.faults.apply(request, self._with_headers(self._answer(request, now)))
        if answer.reset != "before" and not answer.hang:
            seen.status, seen.size = answer.status, len(answer.body)
        return answer

    def _answer(self, request: Request, now: float) -> Answer:
        """Check the sign-in and build the document, or give the recorded one."""
        if self._firmware.tokens and request.path == CHECK_PATH:
            return self._tokens.check(request)
        recorded = self._recording.answer(request) if self._recording else None
        if recorded is not None and recorded.status != 200:
            return recorded
        refusal = (self._tokens if self._firmware.tokens else self._digest).refusal(request)
        if self._recording is not None:
            return refusal or recorded or routes.not_found(self._firmware)
        if request.path == "/production" and not self._firmware.tokens:
            # Before 4 it is HTML for all, then no account has a right to it (G§7).
            refusal = None if self._firmware.legacy else self._digest.challenge()
        site = SimulatedSite(self.profile, self._firmware, self.serial, self.world)
        return refusal or routes.answer(site, request.path, request.query, now)

    def _with_headers(self, answer: Answer) -> Answer:
        """Add what every answer of this firmware carries."""
        if self._firmware.tokens:
            return changed(answer, headers=(*answer.headers, *_SECURITY_HEADERS))
        return changed(answer, close=True) if self._firmware.closes_connections else answer

    def _tls(self) -> ssl.SSLContext:
        """Make the context that presents the certificate and counts the handshakes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._count_handshake
        self._renew(context, _CERTIFICATE_DAYS, self.clock() - 86_400)
        return context

    def _count_handshake(self, _connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        self.handshakes += 1

    def _renew(self, context: ssl.SSLContext, days_valid: float, not_before: datetime | float) -> None:
        self._certificate = Certificate.make(not_before=as_datetime(not_before), days_valid=days_valid)
        self._certificate.install(context)
