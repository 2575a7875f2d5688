"""A small HTTP/1.1 server that can misbehave in all the ways a gateway does."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
import socket
import ssl
import struct
from typing import Literal

_HEAD_LIMIT = 65_536
_TLS_HANDSHAKE = b"\x16"  # the first byte of a TLS ClientHello
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """One received request; header names are in lower case."""

    method: str
    target: str
    """Path and query as received."""
    headers: dict[str, str]
    body: bytes
    connection: int
    """Number of the connection."""

    @property
    def path(self) -> str:
        """Path without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """Query without its question mark."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a request, and how its transport misbehaves."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    chunked: bool = False
    close: bool = False
    """Close the connection afterwards, announced by a header."""
    delay_s: float = 0.0
    hang: bool = False
    """Never answer."""
    reset: Literal["before", "within", "after"] | None = None
    """Reset the connection before the answer, after half of its body or after all of it."""
    cut_at: int | None = None
    """Close the connection normally after this many bytes of the body."""
    drip: tuple[int, float] | None = None
    """Send the body in pieces of this many bytes, with a pause in s after each."""


type Handler = Callable[[Request], Awaitable[Answer]]


@dataclass(slots=True)
class HttpServer:
    """HTTP server on one address that passes each request to a handler."""

    handler: Handler
    host: str
    port: int
    tls: ssl.SSLContext | None = None
    server_header: str | None = None
    double_date: bool = False
    connections: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Start listening, on a free port if the port is 0; raise OSError when the port is in use."""
        self._server = await asyncio.start_server(
            self._serve_connection, self.host, self.port, ssl=self.tls, limit=_HEAD_LIMIT
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None:
            return
        self._server.close()
        self._server.abort_clients()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    @property
    def open_connections(self) -> int:
        """Number of open connections."""
        return len(self._tasks)

    def drop_connections(self) -> None:
        """Reset every open connection, as a reboot does."""
        if self._server is not None:
            self._server.abort_clients()

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        number = self.connections
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.LimitOverrunError):
            try:
                keep_alive = True
                while keep_alive:
                    request = await _read(reader, number)
                    answer = await self.handler(request)
                    if answer.hang:
                        await reader.read(1)  # until the client gives up
                        return
                    keep_alive = await self._send(writer, request, answer)
            finally:
                writer.close()

    async def _send(self, writer: asyncio.StreamWriter, request: Request, answer: Answer) -> bool:
        """Send an answer and return whether the connection stays open."""
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        if answer.reset == "before":
            _reset(writer)
            return False
        close = answer.close or request.headers.get("connection", "").lower() == "close"
        writer.write(self._head(answer, close=close))
        body = b"" if request.method == "HEAD" else answer.body
        if answer.reset == "within":
            writer.write(_framed(body[: len(body) // 2], chunked=answer.chunked))
            await writer.drain()
            _reset(writer)
            return False
        if answer.cut_at is not None:
            writer.write(_framed(body[: answer.cut_at], chunked=answer.chunked))
            await writer.drain()
            return False
        if answer.drip is not None:
            size, pause_s = answer.drip
            for start in range(0, len(body), size):
                writer.write(_framed(body[start : start + size], chunked=answer.chunked))
                await writer.drain()
                await asyncio.sleep(pause_s)
        else:
            writer.writelines(
                _framed(body[start : start + _CHUNK], chunked=answer.chunked) for start in range(0, len(body), _CHUNK)
            )
        if answer.chunked:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        if answer.reset == "after":
            _reset(writer)
            return False
        return not close

    def _head(self, answer: Answer, *, close: bool) -> bytes:
        """Return status line and headers; headers may contain bytes that no standard allows (G§15.3)."""
        phrase = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus else "Unknown"
        lines = [f"HTTP/1.1 {answer.status} {phrase}"]
        if self.server_header:
            lines.append(f"Server: {self.server_header}")
        lines += [f"Date: {formatdate(usegmt=True)}"] * (2 if self.double_date else 1)
        if answer.content_type is not None:
            lines.append(f"Content-Type: {answer.content_type}")
        lines.append("Transfer-Encoding: chunked" if answer.chunked else f"Content-Length: {len(answer.body)}")
        lines.append(f"Connection: {'close' if close else 'keep-alive'}")
        lines += [f"{name}: {value}" for name, value in answer.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


async def _read(reader: asyncio.StreamReader, connection: int) -> Request:
    """Return the next request; raise IncompleteReadError when the client has closed the connection."""
    start = await reader.readexactly(1)
    if start == _TLS_HANDSHAKE:
        # Close at once, as real servers do, or the client would wait for the end of its handshake.
        raise ConnectionAbortedError("TLS handshake on a plain HTTP port")
    head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, _, rest = first.partition(" ")
    target, _, _ = rest.partition(" ")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = headers.get("content-length", "0")
    body = await reader.readexactly(int(length)) if length.isdigit() and length != "0" else b""
    return Request(method, target, headers, body, connection)


def _framed(data: bytes, *, chunked: bool) -> bytes:
    """Return a piece of the body in the form it is sent: as a chunk or as it is."""
    if not chunked or not data:
        return data
    return b"%x\r\n%s\r\n" % (len(data), data)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close the connection with RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
