"""Every exchange ends with an answer or with one of the client's own errors."""

import asyncio
from contextlib import suppress
import gzip
from itertools import product
import logging
import socket
from typing import override

from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.client.auth.sign_in import Account
from custom_components.enphase_iq_gateway.client.exceptions import (
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
)
from custom_components.enphase_iq_gateway.client.gateway import Gateway
from custom_components.enphase_iq_gateway.client.transport import connection
from custom_components.enphase_iq_gateway.client.transport.address import Address
from tests.support.device import (
    HANG,
    HANG_UP,
    SERIAL,
    Device,
    Doing,
    Reply,
    advance_loop,
    hang_for,
    hang_up,
    info,
    make_identity,
    reply,
    unreadable_identity,
)

PATH = "/api/v1/production"
LEGACY = info(firmware="D5.0.62")


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send the body a byte every second, for ever."""
    writer.write(b"HTTP/1.1 200 made-up\r\nContent-Length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"{")
        await writer.drain()
        advance_loop(1)
        await asyncio.sleep(0)


async def reset(writer: asyncio.StreamWriter) -> None:
    """Reset the connection within the body."""
    writer.write(b"HTTP/1.1 200 made-up\r\nContent-Length: 1000\r\n\r\n{")
    await writer.drain()
    writer.transport.abort()


def cut(answer: bytes) -> Doing:
    """Send some bytes and close the connection."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await hang_up(writer)

    return Doing(send)


# Broken behind its header: Home Assistant puts another decoder in the place of Python's, which forgives a bad header.
BROKEN_GZIP = gzip.compress(b"{}")[:10] + b"\xff" * 30
BOMB = gzip.compress(bytes(64 * 1024 * 1024))


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        pytest.param(reply(b"Service Unavailable", 503), GatewayStatusError, "status 503, expected 200", id="503"),
        pytest.param(reply(b"", 204), GatewayStatusError, "status 204", id="204"),
        pytest.param(
            reply(bytes(5 * 1024 * 1024)), GatewayResponseError, "more than 4194304 bytes", id="too many bytes"
        ),
        pytest.param(
            reply(BOMB, 200, "Content-Encoding: gzip"), GatewayResponseError, "more than 4194304 bytes", id="gzip bomb"
        ),
        pytest.param(
            reply(BROKEN_GZIP, 200, "Content-Encoding: gzip"), GatewayConnectionError, "PayloadError", id="broken gzip"
        ),
        pytest.param(
            cut(b"HTTP/1.1 200 made-up\r\nContent-Length: 1000\r\n\r\n{"),
            GatewayConnectionError,
            "PayloadError",
            id="short body",
        ),
        pytest.param(
            cut(b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"),
            GatewayResponseError,
            "not HTTP",
            id="broken chunk",
        ),
        pytest.param(cut(b"SSH-2.0-made-up\r\n\r\n"), GatewayResponseError, "not HTTP", id="ssh"),
        pytest.param(
            cut(b"HTTP/1.1 200 made-up\r\nContent-Length: -5\r\n\r\n"),
            GatewayResponseError,
            "not HTTP",
            id="negative length",
        ),
        pytest.param(Doing(reset), GatewayConnectionError, "PayloadError", id="reset"),
        pytest.param(HANG_UP, GatewayConnectionError, "Disconnected", id="hang up"),
        pytest.param(Doing(drip), GatewayTimeoutError, "no whole answer within 5 s", id="drip"),
        pytest.param(hang_for(6), GatewayTimeoutError, "no whole answer within 5 s", id="hang"),
    ],
)
async def test_each_failure_has_its_error(answer: Reply, error: type[GatewayError], words: str) -> None:
    """The error has the endpoint, and the next request succeeds."""
    async with Device({"/info": LEGACY, PATH: answer}) as device, Gateway(device.address) as gateway:
        await gateway.identify()
        with pytest.raises(error, match=words) as caught:
            await gateway.read_raw(PATH, timeout_s=5.0)
        assert type(caught.value) is error
        assert str(caught.value).startswith(PATH)

        device.replies[PATH] = reply(b"{}")
        assert await gateway.read_raw(PATH) == b"{}"


async def test_a_certificate_that_cannot_be_read_is_a_connection_error() -> None:
    async with Device({"/info": info()}, identity=unreadable_identity()) as device:
        async with Gateway(device.address, expected_serial=SERIAL, pinned=make_identity().certificate) as gateway:
            with pytest.raises(GatewayConnectionError, match="a certificate that cannot be read"):
                await gateway.identify()

        assert device.requests == []


@pytest.mark.parametrize(
    ("size", "passes"), [(connection.IDENTITY_LIMIT, True), (connection.IDENTITY_LIMIT + 1, False)]
)
async def test_an_identity_has_a_limit_of_its_own(size: int, *, passes: bool) -> None:
    """Any device may send one, and XML takes many times its size in memory."""
    document = LEGACY.partition(b"\r\n\r\n")[2]
    padded = reply(document + b" " * (size - len(document)))
    async with Device({"/info": padded}) as device, Gateway(device.address) as gateway:
        if passes:
            assert (await gateway.identify()).serial == SERIAL
        else:
            with pytest.raises(GatewayResponseError, match=f"/info: more than {connection.IDENTITY_LIMIT} bytes"):
                await gateway.identify()


async def test_a_large_answer_passes() -> None:
    """It is chunked as the gateway sends it, and as long as the limit allows."""
    body = bytes(connection.BODY_LIMIT)
    chunked = b"HTTP/1.1 200 made-up\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    async with Device({"/info": LEGACY, PATH: chunked}) as device, Gateway(device.address) as gateway:
        assert await gateway.read_raw(PATH) == body


async def test_no_redirect_is_followed() -> None:
    async with Device({}) as elsewhere:
        location = f"Location: http://127.0.0.1:{elsewhere.port}/info"
        async with (
            Device({"/info": LEGACY, PATH: reply(b"", 301, location)}) as device,
            Gateway(device.address) as gateway,
        ):
            with pytest.raises(GatewayStatusError, match="301"):
                await gateway.read_raw(PATH)

        assert elsewhere.requests == []


async def test_a_closed_port_is_a_connection_error() -> None:
    """The error has the causes of both schemes."""
    async with Device({}) as device:
        address = device.address
    async with Gateway(address) as gateway:
        with pytest.raises(GatewayConnectionError, match=r"\(https\).*\(http\)"):
            await gateway.read_raw(PATH)


async def test_a_port_that_does_not_answer_tls_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time to connect ends before that of the whole answer."""
    monkeypatch.setattr(connection, "CONNECT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        async with Gateway(Address("127.0.0.1", server.getsockname()[1])) as gateway:
            identity = asyncio.create_task(gateway.identify())
            with pytest.raises(GatewayConnectionError, match=r"no connection within 0.1 s \(https\)"):
                async with asyncio.timeout(2):
                    await _after_plain_http(server, identity)


async def _after_plain_http(server: socket.socket, identity: asyncio.Task[object]) -> None:
    """Leave TLS unanswered, and close the plain connection that comes next."""
    loop = asyncio.get_running_loop()
    server.setblocking(False)  # noqa: FBT003 - the socket's own signature
    tls, _ = await loop.sock_accept(server)
    while (await loop.sock_recv(tls, 4096)) != b"":
        pass
    tls.close()
    for _ in range(2):  # aiohttp connects once more
        plain, _ = await loop.sock_accept(server)
        plain.close()
    await identity


async def test_a_slow_identity_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a limit of its own, so that it cannot use up the time of the request."""
    monkeypatch.setattr(connection, "IDENTITY_S", 0.1)
    identity = make_identity()
    async with Device({"/info": HANG}, identity=identity) as device, Gateway(device.address) as gateway:
        with pytest.raises(GatewayConnectionError, match=r"no whole answer within 0.1 s \(https\)"):
            await gateway.identify()


class OneName(AbstractResolver):
    """A resolver with one name."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return loopback for the one name."""
        if host != "envoy.local":
            raise OSError(None, "DNS lookup failed")
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    @override
    async def close(self) -> None:
        """Fail the test: the client does not own the resolver."""
        raise AssertionError


async def test_names_are_resolved_by_the_resolver_of_the_caller() -> None:
    """It stays open, as it is not the client's."""
    async with Device({"/info": LEGACY}) as device:
        async with Gateway(Address("envoy.local", device.port), resolver=OneName()) as gateway:
            assert (await gateway.identify()).serial
        async with Gateway(Address("other.local", device.port), resolver=OneName()) as gateway:
            with pytest.raises(GatewayConnectionError, match="DNS lookup failed"):
                await gateway.identify()


async def test_a_host_that_makes_no_url_is_a_connection_error() -> None:
    """A stored address need not have been parsed."""
    async with Gateway(Address("127.1")) as gateway:
        with pytest.raises(GatewayConnectionError, match="InvalidUrl"):
            await gateway.identify()


async def test_a_closed_client_has_its_own_error() -> None:
    """The error is not that of aiohttp."""
    gateway = Gateway(Address("127.0.0.1"))
    await gateway.close()

    with pytest.raises(GatewayConnectionError, match="closed"):
        await gateway.identify()


@pytest.mark.parametrize("identity", [None, make_identity()], ids=["http", "https"])
async def test_all_requests_share_one_connection(identity: object) -> None:
    """Handshakes are costly for the gateway (G§2.7)."""
    firmware = "D8.2.4345" if identity else "D5.0.62"
    identity = make_identity() if identity else None
    async with Device({"/info": info(firmware=firmware), PATH: reply(b"{}")}, identity=identity) as device:
        async with Gateway(device.address) as gateway:
            await gateway.identify()
            device.connections = 0
            for _ in range(3):
                await gateway.read_raw(PATH)

        assert device.connections == 0
        assert device.paths == ["/info", PATH, PATH, PATH]


async def test_a_kept_connection_that_was_closed_is_made_anew() -> None:
    """The identity is read again first."""
    async with Device({"/info": info(), PATH: reply(b"{}")}, identity=make_identity()) as device:
        async with Gateway(device.address) as gateway:
            await gateway.read_raw(PATH)
            device.hang_up()
            assert await gateway.read_raw(PATH) == b"{}"

        assert device.paths == ["/info", PATH, "/info", PATH]


async def test_requests_are_sent_one_after_the_other() -> None:
    busy = 0
    most = 0

    async def answer(writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        writer.write(reply(b"{}"))

    async with Device({"/info": LEGACY, PATH: Doing(answer)}) as device, Gateway(device.address) as gateway:
        await asyncio.gather(*(gateway.read_raw(PATH) for _ in range(5)))

        assert most == 1
        assert device.paths == ["/info", *[PATH] * 5]


async def test_the_log_has_every_request_and_its_result(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, connection.__name__)
    async with Device({"/info": LEGACY, PATH: reply(b"a body", 503)}) as device, Gateway(device.address) as gateway:
        with pytest.raises(GatewayStatusError):
            await gateway.read_raw(PATH)
        device.replies[PATH] = Doing(reset)
        with pytest.raises(GatewayConnectionError):
            await gateway.read_raw(PATH)

    lines = [record.getMessage() for record in caplog.records]
    assert any(line.startswith(f"GET {PATH}: status 503, 6 bytes, ") and line.endswith(" ms") for line in lines)
    assert f"GET {PATH}: ClientPayloadError" in lines
    assert not any("a body" in line for line in lines)


STATUS_LINES = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 401 No",
    b"HTTP/1.0 304",
    b"HTTP/1.1 100 Go",
    b"HTTP/1.1 101 Go",
    b"HTTP/2 x",
]
HEADERS = [
    b"X: y",
    b"Content-Length: 5, 5",
    b"Content-Encoding: br",
    b"Content-Encoding: zstd",
    b"Content-Encoding: deflate",
    b"Transfer-Encoding: chunked",
    b"Upgrade: websocket",
    b"Set-Cookie: sessionId=\xff\xfe; a",
    b"Set-Cookie: =;;;",
    b"Location: http://[bad",
    b'WWW-Authenticate: Digest realm="x", nonce="y", domain="http://[::1"',
    b'WWW-Authenticate: Digest realm="\xd8\xc9", nonce="\xff"',
    b'WWW-Authenticate: Digest realm="x", nonce="y", algorithm=made-up',
    b'WWW-Authenticate: Digest realm="x", nonce="y", qop=made-up',
    b"Long: " + b"x" * 9000,
    b"\x00: y",
    b"no colon",
    b" folded",
]
BODIES = [b"", b"{}", b"5\r\nhello\r\n0\r\n\r\n", b"5;x\r\nhel", bytes(range(256))]


@pytest.mark.parametrize("status_line", STATUS_LINES)
@pytest.mark.slow
async def test_any_bytes_are_an_answer_or_an_error_of_the_client(status_line: bytes) -> None:
    """The next request succeeds."""
    account = Account(username="envoy", password=Secret("made-up"))
    async with Device({"/info": LEGACY}) as device, Gateway(device.address, credential=account) as gateway:
        for header, body in product(HEADERS, BODIES):
            device.replies[PATH] = cut(b"\r\n".join([status_line, header, b"", body]))
            with suppress(GatewayError):
                await gateway.read_raw(PATH, timeout_s=1)

        device.replies[PATH] = reply(b"{}")
        assert await gateway.read_raw(PATH) == b"{}"
