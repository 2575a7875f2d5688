"""The pool of one connection: only the identity document is requested before the device is verified."""

from collections.abc import Callable
from dataclasses import dataclass, replace
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

from ..exceptions import GatewayCertificateError, GatewayConnectionError, UnconfirmedCertificateError
from .certificates import Certificate, CertificateCheck, Verdict, judge

KEEP_ALIVE_S: Final = 330.0
"""Longer than the longest update interval (300 s): handshakes are expensive for the gateway (G§2.7)."""

VERIFIED_S: Final = 300.0
"""How long a device that closes every connection stays verified for requests without a credential: the longest update
interval, so that shorter ones do not need two requests per answer. A credential always follows a verification."""


def _tls_context() -> ssl.SSLContext:
    """Return a context for self-signed certificates without a host name; the pin replaces the usual checks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT")  # the gateway's TLS stack is older than Python's defaults (G§2.7)
    context.set_alpn_protocols(("http/1.1",))
    return context


_TLS: Final = _tls_context()
_LOGGER = logging.getLogger(__name__)


class UnverifiedDeviceError(Exception):
    """The device on this connection is not verified: read its identity document there, then try again."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection."""

    protocol: ResponseHandler
    identity: str
    """The hash of the certificate, without TLS the address."""
    certificate: Certificate | None


@dataclass(slots=True)
class _Verification:
    """The last verification of a device that closes every connection, so that it is valid for the next one."""

    identity: str
    at: float
    used: bool = False
    """A request has followed: a credential needs a verification of its own."""


class GatewayConnector(TCPConnector):
    """One kept-alive connection that is checked before every request."""

    def __init__(
        self,
        *,
        identity_path: str,
        check_path: str,
        pinned: Certificate | None,
        check: CertificateCheck,
        clock: Callable[[], float],
        resolver: AbstractResolver | None,
    ) -> None:
        """Set the pinned certificate (None: the first one is accepted) and how to treat others.

        Over a renewed certificate only the identity and the check of the token are requested until it is confirmed.
        """
        super().__init__(limit=1, keepalive_timeout=KEEP_ALIVE_S, ssl=_TLS, resolver=resolver)
        self.pinned = pinned
        self.renewal: Certificate | None = None
        """The certificate that seems to be the renewed one, until it is confirmed."""
        self._refused: Certificate | None = None
        """The last certificate of a device that did not accept the token over it."""
        self._tried: Certificate | None = None
        """The last certificate over which the token was sent before it was confirmed."""
        self._unconfirmed_paths = frozenset({identity_path, check_path})
        self._identity_path = identity_path
        self._check = check
        self._clock = clock
        self._verified: WeakSet[ResponseHandler] = WeakSet()
        self._last_verification: _Verification | None = None
        self._peer: Peer | None = None

    @override
    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:
        """Return a connection that this request may use.

        Raises:
            UnverifiedDeviceError: the identity document has to be read first, over the same connection.
            UnconfirmedCertificateError: the token has to be checked first, over the same connection.
            GatewayConnectionError: there is no connection.
        """
        connection = await super().connect(req, traces, timeout)
        try:
            self._check_request(req, connection)
        except UnverifiedDeviceError, UnconfirmedCertificateError:
            connection.release()
            raise
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def is_verified(self) -> bool:
        """Return whether the device is verified on the current connection."""
        return self._peer is not None and self._peer.protocol in self._verified

    def mark_verified(self) -> None:
        """Record that the device has just sent the expected serial on the current connection.

        Raises:
            GatewayCertificateError: its certificate is not accepted.
        """
        peer = cast("Peer", self._peer)
        if peer.certificate is not None:
            self._check_certificate(peer.certificate)
        if peer.protocol.is_connected():
            self._verified.add(peer.protocol)
            self._last_verification = None
        else:
            self._last_verification = _Verification(peer.identity, monotonic())

    def confirm_renewal(self) -> None:
        """Pin the renewed certificate, if there is one, now that the device has accepted the token over it."""
        if self.renewal is not None:
            self._pin(self.renewal)

    def refuse_renewal(self, *, for_good: bool) -> None:
        """Refuse the renewed certificate, if there is one: the device did not accept the token over it.

        The token is not sent over it again where the device has rejected it `for_good`.

        Raises:
            GatewayCertificateError: there is one.
        """
        pinned, presented = self.pinned, self.renewal
        if pinned is not None and presented is not None:
            if for_good:
                self._refused = presented
            self.reset()
            raise GatewayCertificateError(pinned, presented)

    def refuse_tried_renewal(self) -> None:
        """Refuse the renewed certificate if the token was sent over it: the device has not answered.

        Raises:
            GatewayCertificateError: the token was sent over it.
        """
        if self.renewal == self._tried:
            self.refuse_renewal(for_good=False)

    def reset(self) -> None:
        """Close the connection and discard the verification, after another device or none has responded."""
        self._last_verification = self.renewal = None
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection, so that the next request opens a new one."""
        if self._peer is not None:
            self._peer.protocol.close()

    def _check_certificate(self, presented: Certificate) -> None:
        pinned = self.pinned or presented
        match judge(pinned, presented, now=self._clock(), check=self._check):
            case Verdict.REFUSED:
                raise GatewayCertificateError(pinned, presented)
            case Verdict.RENEWED if presented == self._refused:
                raise GatewayCertificateError(pinned, presented)
            case Verdict.RENEWED:
                self.renewal = presented
            case Verdict.ACCEPTED:
                self._pin(presented)

    def _pin(self, certificate: Certificate) -> None:
        if self.pinned is not None and self.pinned != certificate:
            _LOGGER.warning("New certificate %s accepted in place of %s", certificate.sha256, self.pinned.sha256)
        self.pinned, self.renewal = certificate, None

    def _check_request(self, request: ClientRequest, connection: Connection) -> None:
        """Pass a request for the identity document without a credential, and any request to a verified device.

        Raises:
            UnverifiedDeviceError: the device is not verified yet.
            UnconfirmedCertificateError: its renewed certificate is not confirmed yet.
            GatewayConnectionError: a token would be sent over plain HTTP, or the connection is closed already.
        """
        peer = self._peer
        if peer is None or peer.protocol is not connection.protocol:  # a connection never changes its certificate
            peer = self._peer = peer_of(connection, self._clock())
        credential = request.headers.get(hdrs.AUTHORIZATION, "")
        secret = bool(credential) or hdrs.COOKIE in request.headers
        if secret and peer.certificate is None and not credential.startswith("Digest "):
            raise GatewayConnectionError(f"{request.url.path}: a token does not go over plain HTTP")
        self._check_confirmed(peer, request.url.path, secret=secret)
        if peer.protocol in self._verified or (request.url.path == self._identity_path and not secret):
            return
        verification = self._last_verification
        if verification is None or verification.identity != peer.identity:
            raise UnverifiedDeviceError
        if verification.used and (secret or monotonic() - verification.at > VERIFIED_S):
            raise UnverifiedDeviceError
        verification.used = True

    def _check_confirmed(self, peer: Peer, path: str, *, secret: bool) -> None:
        """Check that this path may be requested over the certificate of the connection.

        Raises:
            UnconfirmedCertificateError: it is not confirmed yet.
        """
        if self.renewal is None or self.pinned is None or peer.certificate != self.renewal:
            return
        if path not in self._unconfirmed_paths:
            raise UnconfirmedCertificateError(self.pinned, self.renewal)
        if secret and self._tried != self.renewal:
            # An issue about the certificate is deleted when the known one is back; this line stays.
            _LOGGER.warning(
                "The token is sent to a device with certificate %s, which may be the renewed one of %s",
                self.renewal.sha256,
                self.pinned.sha256,
            )
            self._tried = self.renewal


def peer_of(connection: Connection, now: float) -> Peer:
    """Return the other end of a connection.

    Raises:
        GatewayConnectionError: it is closed already, or its certificate cannot be read.
    """
    transport, protocol = connection.transport, connection.protocol
    if transport is None or protocol is None:
        raise GatewayConnectionError("the connection broke as soon as it was made")
    tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    if tls is None:
        return Peer(protocol, str(transport.get_extra_info("peername")), None)
    try:
        certificate = Certificate.from_der(tls.getpeercert(binary_form=True) or b"")
    except ValueError:
        raise GatewayConnectionError("the device presents a certificate that cannot be read") from None
    return Peer(protocol, certificate.sha256, replace(certificate, seen_at=int(now)))
