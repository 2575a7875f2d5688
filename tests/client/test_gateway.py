"""Identity before credentials: only the expected gateway receives one, whatever device answers at its address."""

import asyncio
import logging

from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
import pytest

from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.client.auth.sign_in import CHECK_PATH, Account, TokenSignIn
from custom_components.enphase_iq_gateway.client.auth.token import Token
from custom_components.enphase_iq_gateway.client.endpoints import INVERTER_LIST, Endpoint
from custom_components.enphase_iq_gateway.client.exceptions import (
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayWrongDeviceError,
)
from custom_components.enphase_iq_gateway.client.gateway import Gateway
from custom_components.enphase_iq_gateway.client.transport import connector
from custom_components.enphase_iq_gateway.client.transport.address import Address
from custom_components.enphase_iq_gateway.client.transport.certificates import CertificateCheck
from tests.support.device import (
    CHALLENGE,
    DAY,
    NOW,
    OTHER_SERIAL,
    SERIAL,
    UNAUTHORIZED,
    VALID,
    Device,
    Identity,
    Reply,
    Request,
    info,
    make_identity,
    make_token,
    reply,
)
from tests.support.trusting import PATH, client, device

INVERTERS = INVERTER_LIST.path


async def test_the_first_gateway_that_answers_is_accepted_at_set_up() -> None:
    identity = make_identity()
    async with device(identity=identity) as there, Gateway(there.address) as gateway:
        assert (gateway.serial, gateway.certificate) == (None, None)
        assert (await gateway.identify()).serial == SERIAL

        assert gateway.serial == SERIAL
        assert gateway.certificate == identity.certificate


async def test_old_firmware_is_found_over_plain_http() -> None:
    """It refuses TLS, so there is no certificate."""
    async with Device({"/info": info(firmware="R4.10.35")}) as there, Gateway(there.address) as gateway:
        assert not (await gateway.identify()).wants_token
        assert gateway.certificate is None


async def test_identity_is_read_before_the_credential_is_sent() -> None:
    async with device(identity=make_identity()) as there, client(there.address) as gateway:
        await gateway.read_raw(PATH)

    assert [(request.path, request.credential) for request in there.requests] == [
        ("/info", ""),
        (CHECK_PATH, "bearer"),
        (PATH, "cookie"),
    ]
    assert {request.connection for request in there.requests} == {1}


OWN = make_identity()
FOREIGN = make_identity()


@pytest.mark.parametrize("signed_in", [False, True], ids=["at reload", "running"])
@pytest.mark.parametrize(
    ("serial", "identity", "replies", "error"),
    [
        (OTHER_SERIAL, FOREIGN, {}, GatewayWrongDeviceError),
        (OTHER_SERIAL, OWN, {}, GatewayWrongDeviceError),
        (SERIAL, FOREIGN, {}, GatewayCertificateError),
        (SERIAL, FOREIGN, {"info": reply(b"", 301, "Location: https://localhost/")}, GatewayStatusError),
        (SERIAL, FOREIGN, {"info": reply(b"<html>Router</html>")}, GatewayResponseError),
        (SERIAL, OWN, {"info": UNAUTHORIZED}, GatewayStatusError),
        (SERIAL, None, {}, GatewayConnectionError),
        (SERIAL, None, {"info": info(firmware="D5.0.62")}, GatewayConnectionError),
    ],
    ids=[
        "other gateway",
        "other serial, same certificate",
        "other certificate",
        "redirect",
        "router",
        "closed",
        "plain http",
        "old firmware",
    ],
)
async def test_an_impostor_gets_no_credential(
    serial: str, identity: Identity | None, replies: dict[str, Reply], error: type[GatewayError], *, signed_in: bool
) -> None:
    """The right gateway needs no action of the user when it returns."""
    async with device(identity=OWN) as right:
        port = right.port
        gateway = client(right.address, OWN.certificate)
        if signed_in:
            await gateway.read_raw(PATH)
    async with gateway:
        async with device(serial, identity, port=port, **replies) as impostor:
            for _ in range(3):
                with pytest.raises(error):
                    await gateway.read_raw(PATH)
            with pytest.raises(error):
                await gateway.check_sign_in()

        assert impostor.connections >= 4
        assert impostor.credentials == []

        async with device(identity=OWN, port=port):
            assert await gateway.read_raw(PATH) == b"{}"


async def test_the_error_of_another_gateway_has_its_serial() -> None:
    """Its certificate is another one too, but the user can look for the serial."""
    async with device(OTHER_SERIAL, FOREIGN) as there, client(there.address, OWN.certificate) as gateway:
        with pytest.raises(GatewayWrongDeviceError) as caught:
            await gateway.read_raw(PATH)

    assert (caught.value.expected, caught.value.found) == (SERIAL, OTHER_SERIAL)


async def test_the_error_of_a_refused_certificate_has_the_pinned_one() -> None:
    """The user can compare them."""
    async with device(identity=FOREIGN) as there, client(there.address, OWN.certificate) as gateway:
        with pytest.raises(GatewayCertificateError, match=FOREIGN.certificate.sha256) as caught:
            await gateway.identify()

        assert (caught.value.pinned, caught.value.presented) == (OWN.certificate, FOREIGN.certificate)
        assert gateway.certificate == OWN.certificate


async def test_any_exception_of_a_parser_becomes_an_error_of_the_client() -> None:
    """The message has the place, without the text of the exception, which may quote an answer."""

    def parse(body: bytes) -> object:
        raise RecursionError(f"too deep: {body!r}")

    endpoint = Endpoint[object](path=PATH, parse=parse)
    async with device(identity=OWN) as there, client(there.address) as gateway:
        with pytest.raises(GatewayResponseError, match=rf"{PATH}: RecursionError in test_gateway.py:\d+, ") as caught:
            await gateway.read(endpoint)

        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__
        assert gateway.statistics[PATH].last_error == str(caught.value)


async def test_any_exception_of_the_sign_in_becomes_an_error_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(_: object) -> None:
        raise OverflowError

    monkeypatch.setattr(TokenSignIn, "check", check)
    async with device(identity=OWN) as there, client(there.address) as gateway:
        with pytest.raises(GatewayResponseError, match="OverflowError"):
            await gateway.check_sign_in()


async def test_a_request_whose_token_was_replaced_meanwhile_is_sent_with_the_new_one() -> None:
    """It is no refusal of the new token."""
    renewed = make_token(lifetime_s=400 * DAY)
    async with device(identity=OWN) as there, client(there.address) as gateway:

        def check(request: Request) -> bytes:
            if request.headers["authorization"].endswith(renewed):
                return VALID
            gateway.replace_token(Token.parse(renewed))
            return UNAUTHORIZED

        there.replies[CHECK_PATH] = check

        assert await gateway.read_raw(PATH) == b"{}"


async def test_the_client_returns_when_its_token_expires() -> None:
    async with client(Address("127.0.0.1")) as gateway, Gateway(Address("127.0.0.1")) as other:
        assert (gateway.token_expires_at, other.token_expires_at) == (NOW + 364 * DAY, None)


@pytest.mark.parametrize(("ahead_s", "expected"), [(60, 0), (-60, 0), (61, 61), (-3600, -3600)])
async def test_the_clock_of_the_gateway_is_compared_with_ours(ahead_s: int, expected: float) -> None:
    """Within a minute the two are the same: an answer takes time."""
    async with device(identity=OWN) as there, Gateway(there.address, clock=lambda: NOW - ahead_s) as gateway:
        assert gateway.clock_ahead_s == 0
        await gateway.identify()

        assert gateway.clock_ahead_s == expected


async def test_a_token_is_not_sent_over_plain_http() -> None:
    async with device(info=info(firmware="D5.0.62")) as there, client(there.address) as gateway:
        with pytest.raises(GatewayConnectionError, match="does not go over plain HTTP"):
            await gateway.read_raw(PATH)

    assert there.credentials == []


async def test_firmware_that_requires_a_token_is_not_accepted_over_plain_http() -> None:
    """Its TLS may be down while it starts."""
    async with device() as there, Gateway(there.address) as gateway:
        with pytest.raises(GatewayConnectionError, match="over plain HTTP, expected TLS"):
            await gateway.identify()


async def test_firmware_without_tls_is_not_accepted_over_tls() -> None:
    """Another device pretends to be the gateway; its certificate would keep the gateway out."""
    async with device(identity=OWN, info=info(firmware="D5.0.62")) as there, Gateway(there.address) as gateway:
        with pytest.raises(GatewayConnectionError, match="over TLS, expected plain HTTP"):
            await gateway.identify()

        assert gateway.certificate is None


async def test_an_update_to_tls_is_detected() -> None:
    """Plain HTTP fails; the next request tries TLS first."""
    async with Device({"/info": info(firmware="D5.0.62"), PATH: reply(b"{}")}) as before:
        port = before.port
        gateway = Gateway(before.address, expected_serial=SERIAL)
        await gateway.read_raw(PATH)
    async with gateway, device(identity=OWN, port=port):
        with pytest.raises(GatewayConnectionError):
            await gateway.identify()
        assert (await gateway.identify()).wants_token


@pytest.mark.parametrize("identity", [OWN, None], ids=["https", "http"])
async def test_where_no_connection_is_kept_identity_comes_right_before_each_credential(
    identity: Identity | None,
) -> None:
    """It cannot be shown on the connection itself."""
    credential = Token.parse(make_token()) if identity else Account(username="envoy", password=Secret(""))
    firmware = "D8.3.5169" if identity else "D5.0.62"

    def inverters(request: Request) -> bytes:
        return reply(b"[]") if request.credential else CHALLENGE

    replies: dict[str, Reply] = {"/info": info(firmware=firmware), CHECK_PATH: VALID, INVERTERS: inverters}
    async with Device(replies, identity=identity) as there:
        there.keeps_connections = False
        async with Gateway(there.address, credential=credential) as gateway:
            for _ in range(2):
                await gateway.read(INVERTER_LIST)
                before = [there.requests[i - 1].path for i, request in enumerate(there.requests) if request.credential]
                assert set(before) == {"/info"}
            there.replies["/info"] = info(OTHER_SERIAL, firmware)
            there.requests.clear()
            with pytest.raises(GatewayWrongDeviceError):
                await gateway.read(INVERTER_LIST)

    assert there.credentials == []


async def test_where_no_connection_is_kept_the_identity_is_not_read_before_every_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reading it with each answer would double the requests; five minutes of another gateway's data do no harm."""
    async with Device({"/info": info(firmware="D5.0.62"), PATH: reply(b"{}")}) as there:
        there.keeps_connections = False
        async with Gateway(there.address) as gateway:
            for _ in range(2):
                await gateway.read_raw(PATH)
            monkeypatch.setattr(connector, "VERIFIED_S", 0)
            await gateway.read_raw(PATH)

    assert there.paths == ["/info", PATH, PATH, "/info", PATH]


async def test_no_credential_is_sent_where_the_certificate_changes_between_two_connections() -> None:
    """The device that has shown the serial is not the one that would receive the credential."""
    identity, others = make_identity(), iter([make_identity(), make_identity()])

    def change(_: Request) -> bytes:
        identity.turn_into(next(others))
        return info()

    async with (
        device(identity=identity, info=change) as there,
        client(there.address, check=CertificateCheck.OFF) as gateway,
    ):
        there.keeps_connections = False
        with pytest.raises(GatewayConnectionError, match="did not last"):
            await gateway.check_sign_in()

    assert there.credentials == []


async def test_the_statistics_have_the_result_of_each_endpoint() -> None:
    """An error stays in the diagnostics until another one replaces it."""
    async with device(identity=OWN) as there, client(there.address) as gateway:
        await gateway.read_raw(PATH)
        there.replies[PATH] = reply(b"busy", 503)
        with pytest.raises(GatewayStatusError):
            await gateway.read_raw(PATH)
        statistics = gateway.statistics[PATH]

    assert (statistics.requests, statistics.status, statistics.size_bytes) == (2, 503, 4)
    assert statistics.duration_ms is not None
    assert (statistics.last_success, statistics.last_error) == (NOW, f"{PATH}: status 503, expected 200")


async def test_no_secret_is_logged_or_in_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token, password = make_token(), "made-up-password"
    texts: list[str] = []
    async with device(identity=OWN) as there, client(there.address, OWN.certificate) as gateway:
        await gateway.check_sign_in()
        for answer in (
            reply(b"made-up-session", 503),
            reply(b"", 200, "Content-Length: made-up-session"),
            UNAUTHORIZED,
        ):
            there.replies[PATH] = answer
            with pytest.raises(GatewayError) as caught:
                await gateway.read_raw(PATH)
            texts += [str(caught.value), repr(caught.value)]
        texts.append(repr(gateway.statistics))
    account = Account(username="envoy", password=Secret(password))
    async with (
        Device({"/info": info(firmware="D5.0.62"), INVERTERS: CHALLENGE}) as there,
        Gateway(there.address, credential=account) as gateway,
    ):
        with pytest.raises(GatewayError) as caught:
            await gateway.check_sign_in()
        texts += [str(caught.value), repr(caught.value), repr(account)]

    assert caplog.records
    whole = "\n".join([*texts, caplog.text])
    for secret in (token, token.split(".")[2], "made-up-session", password, "a-nonce"):
        assert secret not in whole


async def test_a_connection_that_breaks_as_it_is_made_is_a_connection_error() -> None:
    """It has no certificate to look at."""
    loop = asyncio.get_running_loop()
    key = ConnectionKey("127.0.0.1", 80, is_ssl=False, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
    pool = connector.GatewayConnector(
        identity_path="/info",
        check_path=CHECK_PATH,
        pinned=None,
        check=CertificateCheck.STRICT,
        clock=lambda: NOW,
        resolver=None,
    )
    broken = Connection(pool, key, ResponseHandler(loop), loop)

    with pytest.raises(GatewayConnectionError, match="as soon as it was made"):
        connector.peer_of(broken, NOW)

    broken.close()
    await pool.close()
