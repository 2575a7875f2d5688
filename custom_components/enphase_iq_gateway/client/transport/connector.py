"""The pool of one connection: nothing but `/info` goes out before the device at its other end is known (DESIGN §4)."""

from collections.abc import Callable
from dataclasses import dataclass
import logging
import ssl
from time import monotonic
from typing import Final, cast, override
from weakref import WeakSet

from aiohttp import ClientRequest, ClientTimeout, TCPConnector, hdrs
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from ..endpoints import INFO
from ..exceptions import GatewayCertificateError, GatewayConnectionError
from .certificates import Certificate, CertificateCheck, Verdict, judge

KEEP_ALIVE_S: Final = 330.0
"""Longer than the slowest clock of a group (300 s, DESIGN §1): handshakes are costly for the gateway (G§2.7)."""

PROOF_S: Final = 300.0
"""How long an address that keeps no connection is believed for data: the slowest clock of a group, so that the common
ones do not ask twice for each answer. Never for a credential: there `/info` comes right before."""


def _tls_context() -> ssl.SSLContext:
    """Make the context for certificates that sign themselves and name no host: the pin takes the place of the check."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT")  # the gateway's stack is older than Python's own choice (G§2.7)
    context.set_alpn_protocols(("http/1.1",))
    return context


_TLS: Final = _tls_context()
_LOGGER = logging.getLogger(__name__)


class UnprovenError(Exception):
    """The connection has not shown who is at its other end: read `/info` on it, then try again."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection."""

    protocol: ResponseHandler
    identity: str
    """What it is known again by: the certificate, without TLS the address."""
    certificate: Certificate | None


@dataclass(slots=True)
class _Proof:
    """What a device that closes each connection has shown: it cannot be shown on the connection that needs it."""

    identity: str
    at: float
    spent: bool = False
    """A request has followed it: a credential wants one of its own."""


class GatewayConnector(TCPConnector):
    """One kept-alive connection, judged anew each time a request is about to leave over it."""

    def __init__(
        self,
        *,
        pinned: Certificate | None,
        check: CertificateCheck,
        clock: Callable[[], float],
        resolver: AbstractResolver | None,
    ) -> None:
        """Take the certificate to believe (None: the first one) and what to do about others."""
        super().__init__(limit=1, keepalive_timeout=KEEP_ALIVE_S, ssl=_TLS, resolver=resolver)
        self.pinned = pinned
        self.presented: Certificate | None = None
        self._check = check
        self._clock = clock
        self._proven: WeakSet[ResponseHandler] = WeakSet()
        self._proof: _Proof | None = None
        self._peer: Peer | None = None

    @override
    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:
        """Give a connection that this request may use.

        Raises: UnprovenError, with the connection back in the pool for `/info`; GatewayConnectionError.
        """
        connection = await super().connect(req, traces, timeout)
        try:
            self._admit(req, connection)
        except UnprovenError:
            connection.release()
            raise
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def is_proven(self) -> bool:
        """Whether the device that was asked last has shown the right serial on this very connection."""
        return self._peer is not None and self._peer.protocol in self._proven

    def prove(self) -> None:
        """Note that the device which was asked last has shown the right serial.

        Raises: GatewayCertificateError when its certificate is not to be believed.
        """
        peer = cast("Peer", self._peer)
        if peer.certificate is not None:
            self._believe(peer.certificate)
        if peer.protocol.is_connected():
            self._proven.add(peer.protocol)
            self._proof = None
        else:
            self._proof = _Proof(peer.identity, monotonic())

    def forget(self) -> None:
        """Hang up and believe nobody: another device answered, or none."""
        self._proof = None
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection, so that the next request makes a new one."""
        if self._peer is not None:
            self._peer.protocol.close()

    def _believe(self, presented: Certificate) -> None:
        if self.pinned is None:
            self.pinned = presented
        verdict = judge(self.pinned, presented, now=self._clock(), check=self._check)
        if verdict is Verdict.REFUSED:
            raise GatewayCertificateError(self.pinned, presented)
        if verdict is Verdict.RENEWED:
            _LOGGER.warning("New certificate %s accepted in place of %s", presented.sha256, self.pinned.sha256)
        self.pinned = presented

    def _admit(self, request: ClientRequest, connection: Connection) -> None:
        """Let a request pass that asks who is there, or that may know already."""
        peer = self._peer
        if peer is None or peer.protocol is not connection.protocol:  # a certificate stays as long as its connection
            peer = self._peer = look_at(connection)
        self.presented = peer.certificate
        credential = request.headers.get(hdrs.AUTHORIZATION, "")
        secret = bool(credential) or hdrs.COOKIE in request.headers
        if secret and peer.certificate is None and not credential.startswith("Digest "):
            raise GatewayConnectionError(f"{request.url.path}: a token does not go over plain HTTP")
        if peer.protocol in self._proven or (request.url.path == INFO.path and not secret):
            return
        proof = self._proof
        if proof is None or proof.identity != peer.identity:
            raise UnprovenError
        if proof.spent and (secret or monotonic() - proof.at > PROOF_S):
            raise UnprovenError
        proof.spent = True


def look_at(connection: Connection) -> Peer:
    """See who is at the other end of a connection.

    Raises: GatewayConnectionError, ValueError for a certificate that is none.
    """
    transport, protocol = connection.transport, connection.protocol
    if transport is None or protocol is None:
        raise GatewayConnectionError("the connection broke as soon as it was made")
    tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    if tls is None:
        return Peer(protocol, str(transport.get_extra_info("peername")), None)
    certificate = Certificate.from_der(tls.getpeercert(binary_form=True) or b"")
    return Peer(protocol, certificate.sha256, certificate)
