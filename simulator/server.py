"""A small HTTP/1.1 server that can misbehave in every way a gateway does."""

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
    """One request as it came in; header names are in lower case."""

    method: str
    target: str
    """Path and query, as sent."""
    headers: dict[str, str]
    body: bytes
    connection: int
    """The number of its connection."""

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query without its question mark."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send, and how badly."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    chunked: bool = False
    close: bool = False
    """End the connection afterwards and say so."""
    delay_s: float = 0.0
    hang: bool = False
    """Never answer."""
    reset: Literal["before", "within", "after"] | None = None
    """Reset the connection instead of the answer, after half of its body, or after all of it."""
    cut_at: int | None = None
    """End the connection cleanly after so many bytes of the body."""
    drip: tuple[int, float] | None = None
    """Send so many bytes of the body at a time, with a pause in s after each."""


type Handler = Callable[[Request], Awaitable[Answer]]


@dataclass(slots=True)
class HttpServer:
    """Listens on one address and hands each request to its handler."""

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
        """Begin to listen; take a free port when it is 0. Raise OSError when the port is taken."""
        self._server = await asyncio.start_server(self._converse, self.host, self.port, ssl=self.tls, limit=_HEAD_LIMIT)
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
        """How many connections there are now."""
        return len(self._tasks)

    def drop_connections(self) -> None:
        """Reset every open connection, as a reboot does."""
        if self._server is not None:
            self._server.abort_clients()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        number = self.connections
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.LimitOverrunError):
            try:
                going = True
                while going:
                    request = await _read(reader, number)
                    answer = await self.handler(request)
                    if answer.hang:
                        await reader.read(1)  # until the other side has had enough
                        return
                    going = await self._send(writer, request, answer)
            finally:
                writer.close()

    async def _send(self, writer: asyncio.StreamWriter, request: Request, answer: Answer) -> bool:
        """Send an answer; tell whether the connection goes on."""
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
        """Write status line and headers; headers may hold bytes no standard allows (G§15.3)."""
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
    """Read one request; raise IncompleteReadError when the other side is done."""
    start = await reader.readexactly(1)
    if start == _TLS_HANDSHAKE:
        raise ConnectionAbortedError("TLS where plain HTTP is spoken")  # at once, as servers do, so that nobody waits
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
    """Give a piece of the body as it goes over the wire."""
    if not chunked or not data:
        return data
    return b"%x\r\n%s\r\n" % (len(data), data)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST rather than FIN."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
