"""Writing to the gateway: once, with the same trust as reading, and the live stream."""

from collections.abc import AsyncIterator

import orjson
import pytest

from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.client.auth.sign_in import CHECK_PATH, Account
from custom_components.enphase_iq_gateway.client.auth.token import Token
from custom_components.enphase_iq_gateway.client.endpoints import LIVE_DATA
from custom_components.enphase_iq_gateway.client.endpoints.live_data import LIVE_STREAM_PATH
from custom_components.enphase_iq_gateway.client.exceptions import (
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
    GatewayWrongDeviceError,
)
from custom_components.enphase_iq_gateway.client.gateway import Gateway, WriteMethod
from tests.support import storage_answers as storage
from tests.support.answers import body
from tests.support.device import (
    CHALLENGE,
    DAY,
    HANG_UP,
    NOW,
    OTHER_SERIAL,
    SERIAL,
    UNAUTHORIZED,
    VALID,
    Device,
    Identity,
    Reply,
    Request,
    hang_for,
    info,
    make_identity,
    make_token,
    reply,
)

PATH = "/ivp/ss/made_up"
ACCEPTED = reply(b'{"message": "success"}')


@pytest.fixture(scope="module")
def identity() -> Identity:
    """Return a key and its certificate."""
    return make_identity()


@pytest.fixture
async def device(identity: Identity) -> AsyncIterator[Device]:
    """Return a gateway with TLS that accepts a token."""
    async with Device({"/info": info(), CHECK_PATH: VALID, PATH: ACCEPTED}, identity=identity) as device:
        yield device


@pytest.fixture
async def gateway(device: Device) -> AsyncIterator[Gateway]:
    """Return the client with a token."""
    async with Gateway(
        device.address, expected_serial=SERIAL, credential=Token.parse(make_token()), clock=lambda: NOW
    ) as gateway:
        yield gateway


def written(device: Device) -> list[Request]:
    """Return the requests that were not reads."""
    return [request for request in device.requests if request.method != "GET"]


METHODS: list[WriteMethod] = ["POST", "PUT", "DELETE"]


@pytest.mark.parametrize("method", METHODS)
async def test_a_document_is_sent_as_json_and_the_answer_returned(
    device: Device, gateway: Gateway, method: WriteMethod
) -> None:
    answer = await gateway.write(PATH, {"gen_cmd": "on", "rate": 0.36445000767707825}, method=method)

    (request,) = written(device)
    assert (request.method, request.path) == (method, PATH)
    assert orjson.loads(request.body) == {"gen_cmd": "on", "rate": 0.36445000767707825}
    assert request.headers["content-type"] == "application/json"
    assert answer == {"message": "success"}


async def test_a_write_carries_the_token_even_while_there_is_a_session(device: Device, gateway: Gateway) -> None:
    """S§27: whether the session suffices is not known."""
    await gateway.check_sign_in()
    await gateway.write(PATH, {})

    assert [request.credential for request in written(device)] == ["bearer"]


async def test_the_device_is_verified_before_a_write(device: Device, gateway: Gateway) -> None:
    device.replies["/info"] = info(OTHER_SERIAL)

    with pytest.raises(GatewayWrongDeviceError):
        await gateway.write(PATH, {})

    assert written(device) == []


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_write_waits_until_a_renewed_certificate_is_confirmed(*, accepted: bool) -> None:
    """The token is checked first over the new certificate; a device that refuses it receives no document."""
    pinned, renewed = make_identity(not_after=NOW + 60 * DAY), make_identity(not_before=NOW - 60)
    replies = {"/info": info(), CHECK_PATH: VALID if accepted else UNAUTHORIZED, PATH: ACCEPTED}
    async with (
        Device(replies, identity=renewed) as device,
        Gateway(
            device.address,
            expected_serial=SERIAL,
            credential=Token.parse(make_token()),
            pinned=pinned.certificate,
            clock=lambda: NOW,
        ) as gateway,
    ):
        if accepted:
            await gateway.write(PATH, {})
        else:
            with pytest.raises(GatewayCertificateError):
                await gateway.write(PATH, {})

        assert len(written(device)) == accepted
        assert device.credentials[0] == (CHECK_PATH, "bearer")


async def test_a_token_is_never_sent_over_plain_http() -> None:
    async with (
        Device({"/info": info(firmware="R4.10.35"), PATH: ACCEPTED}) as device,
        Gateway(
            device.address, expected_serial=SERIAL, credential=Token.parse(make_token()), clock=lambda: NOW
        ) as gateway,
    ):
        with pytest.raises(GatewayConnectionError, match="plain HTTP"):
            await gateway.write(PATH, {})

        assert written(device) == []


async def test_a_local_account_answers_a_challenge_with_the_same_document() -> None:
    def challenged(request: Request) -> bytes:
        return ACCEPTED if request.credential == "digest" else CHALLENGE

    async with (
        Device({"/info": info(firmware="R4.10.35"), PATH: challenged}) as device,
        Gateway(device.address, expected_serial=SERIAL, credential=Account(password=Secret("made-up"))) as gateway,
    ):
        await gateway.write(PATH, {"acb_sleep": []}, method="PUT")

        assert [(request.credential, request.body) for request in written(device)] == [
            ("", b'{"acb_sleep":[]}'),
            ("digest", b'{"acb_sleep":[]}'),
        ]


async def test_without_a_credential_a_write_is_sent_without_one() -> None:
    async with (
        Device({"/info": info(firmware="R4.10.35"), PATH: ACCEPTED}) as device,
        Gateway(device.address) as gateway,
    ):
        await gateway.write(PATH, {})

        assert [request.credential for request in written(device)] == [""]


async def test_a_write_that_is_not_answered_is_not_repeated(device: Device, gateway: Gateway) -> None:
    device.replies[PATH] = hang_for(6)

    with pytest.raises(GatewayTimeoutError):
        await gateway.write(PATH, {}, timeout_s=5)

    assert len(written(device)) == 1


async def test_a_write_whose_connection_breaks_is_not_repeated(device: Device, gateway: Gateway) -> None:
    await gateway.check_sign_in()
    device.replies[PATH] = HANG_UP

    with pytest.raises(GatewayConnectionError):
        await gateway.write(PATH, {})

    assert len(written(device)) == 1


@pytest.mark.parametrize("status", [400, 404, 405, 500])
async def test_another_status_is_an_error(device: Device, gateway: Gateway, status: int) -> None:
    device.replies[PATH] = reply(b"", status)

    with pytest.raises(GatewayStatusError, match=str(status)):
        await gateway.write(PATH, {})


async def test_a_write_that_is_closed_to_this_token_is_no_failed_sign_in(device: Device, gateway: Gateway) -> None:
    device.replies[PATH] = UNAUTHORIZED

    with pytest.raises(GatewayStatusError, match="401"):
        await gateway.write(PATH, {})

    assert len(written(device)) == 1


async def test_a_write_shows_that_the_token_is_not_accepted_any_more(device: Device, gateway: Gateway) -> None:
    device.replies |= {PATH: UNAUTHORIZED, CHECK_PATH: UNAUTHORIZED}

    with pytest.raises(GatewayAuthenticationError):
        await gateway.write(PATH, {})


async def test_an_empty_answer_is_none(device: Device, gateway: Gateway) -> None:
    device.replies[PATH] = reply(b" \n")

    assert await gateway.write(PATH, {}) is None


async def test_an_answer_that_is_not_json_is_an_error(device: Device, gateway: Gateway) -> None:
    device.replies[PATH] = reply(b"<html>")

    with pytest.raises(GatewayResponseError, match="HTML"):
        await gateway.write(PATH, {})


async def test_a_document_that_is_nested_too_deeply_is_not_sent(device: Device, gateway: Gateway) -> None:
    """JSON may be read deeper than it can be written, and the gateway's own documents are sent back."""
    nested = orjson.loads(b"[" * 300 + b"]" * 300)

    with pytest.raises(GatewayResponseError, match=PATH):
        await gateway.write(PATH, {"tariff": nested})

    assert written(device) == []


async def test_writes_have_statistics_of_their_own(gateway: Gateway) -> None:
    await gateway.write(PATH, {})
    await gateway.read_raw(PATH)

    assert gateway.statistics[f"POST {PATH}"].requests == gateway.statistics[PATH].requests == 1


async def test_the_live_stream_is_enabled(device: Device, gateway: Gateway) -> None:
    device.replies[LIVE_STREAM_PATH] = reply(b'{"sc_stream": "enabled"}')

    await gateway.enable_live_stream()

    assert [(request.method, request.body) for request in written(device)] == [("POST", b'{"enable":1}')]


def live_reply(word: str) -> Reply:
    """Return live data with this word for the state of their stream."""
    return reply(body(storage.live_data(connection={"sc_stream": word})))


async def test_a_stream_that_is_enabled_already_may_answer_400(device: Device, gateway: Gateway) -> None:
    """S§14.2."""
    device.replies |= {LIVE_STREAM_PATH: reply(b"", 400), LIVE_DATA.path: live_reply("enabled")}

    await gateway.enable_live_stream()

    assert [path for path in device.paths if path.startswith("/ivp/livedata")] == [LIVE_STREAM_PATH, LIVE_DATA.path]


@pytest.mark.parametrize(("status", "word"), [(400, "disabled"), (500, "enabled")])
async def test_a_stream_that_is_not_enabled_is_an_error(
    device: Device, gateway: Gateway, status: int, word: str
) -> None:
    device.replies |= {LIVE_STREAM_PATH: reply(b"", status), LIVE_DATA.path: live_reply(word)}

    with pytest.raises(GatewayStatusError, match=str(status)):
        await gateway.enable_live_stream()
