"""A device at the end of a real socket that answers exactly as configured, to stand in for gateways and impostors."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import jwt

from custom_components.enphase_iq_gateway.client.transport.address import Address
from custom_components.enphase_iq_gateway.client.transport.certificates import Certificate

NOW = 1_780_000_000
"""The time of all tests without a clock of their own, in epoch seconds."""
DAY = 86_400
SERIAL = "122000000001"
OTHER_SERIAL = "122000000002"
TLS_HANDSHAKE = b"\x16"

type Reply = bytes | Callable[[Request], bytes] | Doing


@dataclass(frozen=True)
class Doing:
    """A function that handles a request in another way than by an answer."""

    doing: Callable[[asyncio.StreamWriter], Awaitable[None]]


async def hang(_: asyncio.StreamWriter) -> None:
    """Send no answer and keep the connection open."""
    await asyncio.get_running_loop().create_future()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the connection without an answer."""
    writer.close()
    await writer.wait_closed()


HANG, HANG_UP = Doing(hang), Doing(hang_up)


def hang_for(seconds: float) -> Doing:
    """Send no answer while so many seconds pass at once by the clock of the event loop."""

    async def pass_time(writer: asyncio.StreamWriter) -> None:
        advance_loop(seconds)
        await hang(writer)

    return Doing(pass_time)


def advance_loop(seconds: float) -> None:
    """Advance the clock of the running event loop, so that timers are due."""
    loop = asyncio.get_running_loop()
    now = loop.time
    vars(loop)["time"] = lambda: now() + seconds


@dataclass(frozen=True)
class Request:
    """A request that has arrived."""

    path: str
    headers: Mapping[str, str]
    connection: int
    method: str = "GET"
    body: bytes = b""

    @property
    def credential(self) -> str:
        """The kind of credential in the request, or nothing."""
        if "cookie" in self.headers:
            return "cookie"
        return self.headers.get("authorization", "").partition(" ")[0].lower()


@dataclass(frozen=True)
class Identity:
    """A key and its certificate, as a client pins it."""

    context: ssl.SSLContext
    certificate: Certificate
    pem: bytes
    der: bytes

    def turn_into(self, other: Identity) -> None:
        """Show another certificate from the next connection on; `certificate` stays what it was."""
        _load(self.context, other.pem)


def make_identity(not_before: int = NOW - 100 * DAY, not_after: int = NOW + 265 * DAY) -> Identity:
    """Return a new key with a self-signed certificate, as the gateway has."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made-up.local")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(not_before, UTC))
        .not_valid_after(datetime.fromtimestamp(not_after, UTC))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + signed.public_bytes(serialization.Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, pem)
    der = signed.public_bytes(serialization.Encoding.DER)
    return Identity(context, Certificate.from_der(der), pem, der)


def unreadable_identity() -> Identity:
    """Make a certificate of version 4, which OpenSSL accepts, but whose fields cannot be read."""
    identity = make_identity()
    der = identity.der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03", 1)
    key = identity.pem.partition(b"-----BEGIN CERTIFICATE-----")[0]
    identity.turn_into(replace(identity, pem=key + ssl.DER_cert_to_PEM_cert(der).encode()))
    return identity


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "identity.pem"
        file.write_bytes(pem)
        context.load_cert_chain(file)


def make_token(serial: str = SERIAL, issued_at: int = NOW - DAY, lifetime_s: int = 365 * DAY) -> str:
    """Return a token that is valid but for its signature."""
    claims = {
        "aud": serial,
        "iss": "Entrez",
        "enphaseUser": "owner",
        "exp": issued_at + lifetime_s,
        "iat": issued_at,
        "jti": "made-up",
        "username": "somebody@example.com",
    }
    return jwt.encode(claims, "a key of no gateway, 32 bytes or more", headers={"kid": "made-up"})


def reply(body: bytes = b"", status: int = 200, *headers: str) -> bytes:
    """Return an answer."""
    lines = [f"HTTP/1.1 {status} made-up", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def info(serial: str = SERIAL, firmware: str = "D8.2.4345") -> bytes:
    """Return an answer to `/info` (G§1.1)."""
    tokens = "<web-tokens>true</web-tokens>" if int(firmware[1:].partition(".")[0]) >= 7 else ""
    return reply(
        f'<?xml version="1.0" encoding="UTF-8"?><envoy_info><time>{NOW}</time><device><sn>{serial}</sn>'
        f"<pn>800-00555-r03</pn><software>{firmware}</software><imeter>true</imeter></device>{tokens}</envoy_info>".encode()
    )


VALID = reply(b"<!DOCTYPE html><h2>Valid token.</h2>", 200, "Set-Cookie: sessionId=made-up-session; Secure")
UNAUTHORIZED = reply(b"<html>401 Authorization Required</html>", 401)
CHALLENGE = reply(b"<html>401</html>", 401, 'WWW-Authenticate: Digest qop="auth", realm="made-up", nonce="a-nonce"')


class Device:
    """A server on loopback; answers 404 to unknown paths."""

    def __init__(self, replies: Mapping[str, Reply], *, identity: Identity | None = None, port: int = 0) -> None:
        self.replies = dict(replies)
        self.keeps_connections = True
        self.requests: list[Request] = []
        self.connections = 0
        self.port = port
        self._identity = identity
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Start to listen."""
        context = self._identity.context if self._identity else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the server and all connections."""
        self._server.close()
        self.hang_up()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def address(self) -> Address:
        """The address to connect to."""
        return Address("127.0.0.1", self.port)

    @property
    def paths(self) -> list[str]:
        """The paths that were requested, in order."""
        return [request.path for request in self.requests]

    @property
    def credentials(self) -> list[tuple[str, str]]:
        """The paths that were requested with a credential, and its kind."""
        return [(request.path, request.credential) for request in self.requests if request.credential]

    def hang_up(self) -> None:
        """Close all connections without an answer."""
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        if (task := asyncio.current_task()) is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        connection = self.connections
        try:
            # A client that tries TLS first is turned away at once.
            first = await reader.readexactly(1)
            while first != TLS_HANDSHAKE:
                head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
                method, path, _ = head[0].split(" ")
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Request(path, headers, connection, method, body)
                self.requests.append(request)
                await self._reply(request, writer)
                if not self.keeps_connections:
                    break
                first = await reader.readexactly(1)
        except asyncio.IncompleteReadError, ConnectionError, ssl.SSLError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _reply(self, request: Request, writer: asyncio.StreamWriter) -> None:
        configured = self.replies.get(request.path, reply(b'{"error":"404 - Not Found"}', 404))
        if isinstance(configured, bytes):
            answer = configured
        elif isinstance(configured, Doing):
            await configured.doing(writer)
            return
        else:
            answer = configured(request)
        if not self.keeps_connections:
            answer = answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        writer.write(answer)
        await writer.drain()
