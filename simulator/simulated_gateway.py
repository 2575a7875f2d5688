"""The simulated gateway: authentication, documents, faults and the log of requests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
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
from .panels import Conditions
from .profiles import PROFILES, Profile
from .replay import Recording
from .server import Answer, HttpServer, Request
from .simulated_site import SimulatedSite
from .storage.writes import usual_mode
from .world import World

DEFAULT_SERIAL = "122300000001"
_SERVER_HEADER = "openresty/1.17.8.1"  # G§2.7
_SECURITY_HEADERS = (
    ("Strict-Transport-Security", "max-age=63072000; includeSubdomains"),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
)
_CERTIFICATE_DAYS = 365  # G§2.7
_LIFETIME_PER_INVERTER_WH = 600_000.0  # about two years, well below the wrap at 1 193 046 Wh (G§6.6)


@dataclass(slots=True)
class SeenRequest:
    """One request received by the simulator."""

    at: float
    """Epoch by the simulator's clock."""
    method: str
    path: str
    """Path and query."""
    credential: Credential
    """Kind of credential in the request, valid or not."""
    status: int
    """Status of the answer; 0 before the answer and when there is none."""
    size: int
    """Size of the answer's body in bytes."""
    body: bytes = b""
    """What was sent with the request."""


class Simulator:
    """A simulated Enphase IQ Gateway on a loopback port, used with `async with`."""

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
        neighbor: Simulator | None = None,
        shared: int = 0,
        conditions: Conditions | None = None,
    ) -> None:
        """Build the gateway and its site.

        `lifetime_wh` is the energy produced so far (default: 600 kWh per inverter), `report_interval_s` the interval
        of the inverters' reports (default: the firmware's). `sun_ahead_s` moves the sun, and nothing else, ahead of
        the clock. `conditions` are those of panels that are not healthy. The first `shared` inverters are the last ones
        of the `neighbor`, another gateway with the same clock: both list them, each with the last report that it has
        received. With `replay`, a folder of recorded answers determines the answers, the serial and the firmware.

        Raises:
            ValueError: a value is not valid.
            FileNotFoundError: the folder to replay has no `info`.
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
        self.world: World = World(
            profile,
            inverters=inverters,
            clock=clock,
            seed=seed,
            report_interval_s=report_interval_s or self._firmware.report_interval_s,
            lifetime_wh=_LIFETIME_PER_INVERTER_WH * inverters if lifetime_wh is None else lifetime_wh,
            sun_ahead_s=sun_ahead_s,
            neighbor=neighbor.world if neighbor else None,
            shared=shared,
            conditions=conditions,
        )
        self._tokens = TokenAuthentication(self.serial, clock)
        self._digest = DigestAuthentication(
            self.username, self.password, keeps_alive_after_401=not self._firmware.legacy
        )
        self._certificate: Certificate | None = None
        self._server = self._new_server(host, port)

    async def __aenter__(self) -> Self:
        """Start listening."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close all connections."""
        await self.stop()

    async def start(self) -> None:
        """Start listening; raise OSError when the port is in use."""
        await self._server.start()

    async def stop(self) -> None:
        """Close the port and all connections; the next start uses the same port."""
        await self._server.stop()

    @property
    def address(self) -> str:
        """Host and port, with brackets around an IPv6 host."""
        host = f"[{self._server.host}]" if ":" in self._server.host else self._server.host
        return f"{host}:{self._server.port}"

    @property
    def firmware(self) -> str:
        """Firmware version without its letter."""
        return str(self._firmware)

    @property
    def software(self) -> str:
        """Firmware version in the form of `/info`, with its letter."""
        return self._firmware.software

    @property
    def uses_tokens(self) -> bool:
        """Whether the gateway uses TLS and tokens (firmware 7 and later)."""
        return self._firmware.tokens

    @property
    def recorded(self) -> Path | None:
        """Folder of the replayed answers; None for a simulated site."""
        return self._recording.folder if self._recording else None

    @property
    def username(self) -> str:
        """Username of the local account (firmware before 7)."""
        return "envoy"

    @property
    def password(self) -> str:
        """Password of the local account: the last six digits of the serial (G§2.2)."""
        return self.serial[-6:]

    @property
    def fingerprint(self) -> str:
        """SHA-256 fingerprint of the certificate in hex; empty before firmware 7."""
        return self._certificate.fingerprint if self._certificate else ""

    @property
    def connections(self) -> int:
        """Number of connections made so far; with TLS, only those with a completed handshake."""
        return self._server.connections

    @property
    def open_connections(self) -> int:
        """Number of open connections."""
        return self._server.open_connections

    def token(self, lifetime_s: float = OWNER_LIFETIME_S, serial: str | None = None, user: str = "owner") -> str:
        """Return a new token, for this gateway's serial unless `serial` is set."""
        return self._tokens.issue(lifetime_s=lifetime_s, serial=serial, user=user)

    def replace_certificate(
        self, days_valid: float = _CERTIFICATE_DAYS, not_before: datetime | float | None = None
    ) -> None:
        """Use a new key and certificate on new connections, as after a renewal (G§2.7)."""
        if self._server.tls is None:
            raise ValueError(f"Firmware {self.firmware} has no certificate")
        self._renew(self._server.tls, days_valid, self.clock() if not_before is None else not_before)

    def end_sessions(self) -> None:
        """Invalidate all session cookies (G§2.6)."""
        self._tokens.end_sessions()

    def revoke_tokens(self) -> None:
        """Invalidate every token issued so far (G§2.6)."""
        self._tokens.revoke_tokens()

    def reboot(self) -> None:
        """Reset every connection and invalidate all sessions."""
        self._tokens.end_sessions()
        self._server.drop_connections()

    def set_firmware(self, firmware: str) -> None:
        """Update the firmware and reboot, as Enphase does without notice (G§1.3).

        Raise ValueError for an update across 7.0, which would change the transport.
        """
        new = Firmware.parse(firmware)
        if new.tokens != self._firmware.tokens:
            raise ValueError("An update across 7.0 changes the transport; start a new simulator instead")
        self._firmware = new
        self.reboot()

    async def _handle(self, request: Request) -> Answer:
        """Answer one request."""
        now = self.clock()
        seen = SeenRequest(now, request.method, request.target, presented(request), 0, 0, request.body)
        self.requests.append(seen)
        if self._recording is None and not self.world.now.powers.alive:
            return Answer(reset="before")  # the gateway is off like everything else in the house
        answer = self.faults.apply(request, self._with_headers(self._answer(request, now)))
        if answer.reset != "before" and not answer.hang:
            seen.status, seen.size = answer.status, len(answer.body)
        return answer

    def _answer(self, request: Request, now: float) -> Answer:
        """Check the credential and return the simulated or recorded answer."""
        if self._firmware.tokens and request.path == CHECK_PATH:
            return self._tokens.check(request)
        recorded = self._recording.answer(request) if self._recording else None
        if recorded is not None and recorded.status != 200:
            return recorded
        refusal = (self._tokens if self._firmware.tokens else self._digest).refusal(request)
        if self._recording is not None:
            return refusal or recorded or routes.not_found(self._firmware)
        if request.path == "/production" and not self._firmware.tokens:
            # Before firmware 4 this is an HTML page for everyone; from 4 on, no local account may read it (G§7).
            refusal = None if self._firmware.legacy else self._digest.challenge()
        site = SimulatedSite(self.profile, self._firmware, self.serial, self.world)
        site = self.faults.measure(request, site)
        if request.method != "GET":
            mode = self.faults.write_mode(request, usual_mode(site, request.path))
            return refusal or routes.write(site, request, mode, now)
        return refusal or routes.answer(site, request.path, request.query, now)

    def _with_headers(self, answer: Answer) -> Answer:
        """Add the headers that this firmware sends with every answer."""
        if self._firmware.tokens:
            return replace(answer, headers=(*answer.headers, *_SECURITY_HEADERS))
        return replace(answer, close=True) if self._firmware.closes_connections else answer

    def _new_server(self, host: str, port: int) -> HttpServer:
        """Return a server that responds as this firmware does."""
        return HttpServer(
            self._handle,
            host,
            port,
            tls=self._tls() if self._firmware.tokens else None,
            server_header=_SERVER_HEADER if self._firmware.tokens else None,
            double_date=self._firmware.closes_connections,
        )

    def _tls(self) -> ssl.SSLContext:
        """Return a TLS context with a new certificate that counts the handshakes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._count_handshake
        self._renew(context, _CERTIFICATE_DAYS, self.clock() - 86_400)
        return context

    def _count_handshake(self, _connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        self.handshakes += 1

    def _renew(self, context: ssl.SSLContext, days_valid: float, not_before: datetime | float) -> None:
        self._certificate = Certificate.make(not_before=as_datetime(not_before), days_valid=days_valid)
        self._certificate.install(context)
