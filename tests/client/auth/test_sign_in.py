"""Signing in, and what a refusal means (G§2.2, §2.5, §2.6)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.client.auth.sign_in import CHECK_PATH, Account
from custom_components.enphase_iq_gateway.client.auth.token import ExpiredTokenError, OtherGatewayTokenError, Token
from custom_components.enphase_iq_gateway.client.endpoints import INVERTER_LIST
from custom_components.enphase_iq_gateway.client.exceptions import (
    GatewayAuthenticationError,
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
)
from custom_components.enphase_iq_gateway.client.gateway import Gateway
from custom_components.enphase_iq_gateway.client.transport.address import Address
from simulator import PROFILES, Simulator
from tests.support.device import (
    CHALLENGE,
    DAY,
    HANG_UP,
    NOW,
    OTHER_SERIAL,
    UNAUTHORIZED,
    VALID,
    Device,
    Reply,
    Request,
    info,
    make_identity,
    make_token,
    reply,
)

PATH = "/api/v1/production"
INVERTERS = INVERTER_LIST.path
BOTH = [401, 403]
SOME_PASSWORD = "made-up-password"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def by_token(**replies: Reply) -> AsyncIterator[tuple[Device, Gateway, Clock]]:
    """Sign in by token at a device; `path` and `check` replace its replies."""
    paths = {"path": PATH, "check": CHECK_PATH}
    all_replies: dict[str, Reply] = {"/info": info(), CHECK_PATH: VALID, PATH: reply(b"{}")}
    all_replies |= {paths[name]: answer for name, answer in replies.items()}
    clock = Clock()
    async with (
        Device(all_replies, identity=make_identity()) as device,
        Gateway(device.address, credential=Token.parse(make_token()), clock=clock) as gateway,
    ):
        yield device, gateway, clock


@asynccontextmanager
async def by_account(
    answers: dict[str, Reply], username: str = "envoy", password: str = SOME_PASSWORD
) -> AsyncIterator[tuple[Device, Gateway]]:
    """Sign in with a local account at a device."""
    account = Account(username=username, password=Secret(password))
    async with (
        Device({"/info": info(firmware="D5.0.62"), **answers}) as device,
        Gateway(device.address, credential=account) as gateway,
    ):
        yield device, gateway


def challenged(answer: bytes) -> Callable[[Request], bytes]:
    """Answer a request with digest credentials, and challenge every other one."""
    return lambda request: answer if request.credential == "digest" else CHALLENGE


def with_session(answer: bytes) -> Callable[[Request], bytes]:
    """Answer a request with a session, and refuse every other one."""
    return lambda request: answer if request.credential == "cookie" else UNAUTHORIZED


async def test_a_session_is_opened_once_and_used() -> None:
    """The gateway checks a session with less effort than a token."""
    async with by_token() as (device, gateway, _):
        for _ in range(2):
            await gateway.read_raw(PATH)

    assert device.credentials == [(CHECK_PATH, "bearer"), (PATH, "cookie"), (PATH, "cookie")]
    assert device.requests[-1].headers["cookie"] == "sessionId=made-up-session"


async def test_the_session_of_the_check_is_used() -> None:
    """Set-up repeats only `/info`, which each new connection begins with."""
    async with by_token() as (device, gateway, _):
        await gateway.check_sign_in()
        await gateway.read_raw(PATH)

    assert device.paths == ["/info", CHECK_PATH, PATH]


async def test_a_session_that_is_used_does_not_lapse() -> None:
    """A session lapses ten minutes after its last use, however old it is."""
    async with by_token() as (device, gateway, clock):
        for _ in range(4):
            await gateway.read_raw(PATH)
            clock.now += 599

    assert device.paths.count(CHECK_PATH) == 1


async def test_a_lapsed_session_is_opened_anew() -> None:
    """The new session is opened before the request that needs it."""
    async with by_token() as (device, gateway, clock):
        await gateway.read_raw(PATH)
        clock.now += 600
        await gateway.read_raw(PATH)

    assert device.credentials[2:] == [(CHECK_PATH, "bearer"), (PATH, "cookie")]


@pytest.mark.parametrize(
    "check",
    [reply(b"<h2>Valid token.</h2>"), reply(b"", 503), reply(b"<html>Welcome</html>")],
    ids=["none", "503", "page"],
)
async def test_without_a_session_the_token_goes_with_each_request(check: bytes) -> None:
    """A session is requested at most as often as one would lapse."""
    async with by_token(check=check) as (device, gateway, clock):
        await gateway.read_raw(PATH)
        clock.now += 599
        await gateway.read_raw(PATH)
        clock.now += 1
        await gateway.read_raw(PATH)

    assert [path for path, kind in device.credentials if kind == "bearer"] == [CHECK_PATH, PATH, PATH, CHECK_PATH, PATH]


async def test_a_session_lost_in_a_reboot_is_opened_anew() -> None:
    """The request succeeds all the same."""
    async with by_token(path=with_session(reply(b"{}"))) as (device, gateway, _):
        await gateway.read_raw(PATH)
        device.replies[PATH] = UNAUTHORIZED

        def check(_: Request) -> bytes:
            device.replies[PATH] = reply(b"[]")
            return VALID

        device.replies[CHECK_PATH] = check
        assert await gateway.read_raw(PATH) == b"[]"

    assert device.paths[-3:] == [PATH, CHECK_PATH, PATH]


async def test_a_session_that_only_gets_refusals_is_opened_anew() -> None:
    """It may have ended in a reboot while every endpoint was closed."""
    async with by_token(path=UNAUTHORIZED) as (device, gateway, clock):
        with pytest.raises(GatewayStatusError):
            await gateway.read_raw(PATH)
        device.requests.clear()
        for _ in range(2):
            clock.now += 300
            with pytest.raises(GatewayStatusError):
                await gateway.read_raw(PATH)

    assert device.paths == [PATH, CHECK_PATH, PATH]


@pytest.mark.parametrize("status", BOTH)
async def test_one_closed_endpoint_is_no_failed_sign_in(status: int) -> None:
    """The credential is checked once; after that only the endpoint fails."""
    async with by_token(path=reply(b"", status)) as (device, gateway, _):
        await gateway.check_sign_in()
        device.requests.clear()
        for _ in range(3):
            with pytest.raises(GatewayStatusError, match=str(status)):
                await gateway.read_raw(PATH)

    assert device.paths == [PATH, CHECK_PATH, PATH, PATH, PATH]


async def test_an_endpoint_that_opened_and_closes_again_leads_to_another_check() -> None:
    """The second refusal may be of the whole sign-in."""
    async with by_token(path=UNAUTHORIZED) as (device, gateway, _):
        with pytest.raises(GatewayStatusError):
            await gateway.read_raw(PATH)
        device.replies[PATH] = reply(b"{}")
        await gateway.read_raw(PATH)
        device.replies[PATH] = device.replies[CHECK_PATH] = UNAUTHORIZED
        with pytest.raises(GatewayAuthenticationError):
            await gateway.read_raw(PATH)


@pytest.mark.parametrize("status", BOTH)
async def test_a_token_that_the_check_refuses_is_a_failed_sign_in(status: int) -> None:
    async with by_token(check=reply(b"", status), path=UNAUTHORIZED) as (_, gateway, _):
        with pytest.raises(GatewayAuthenticationError, match=f"status {status}"):
            await gateway.check_sign_in()
        with pytest.raises(GatewayAuthenticationError):
            await gateway.read_raw(PATH)


async def test_a_new_token_takes_the_place_of_the_old_one() -> None:
    """A session belongs to one token."""
    renewed = make_token(issued_at=NOW)
    async with by_token() as (device, gateway, _):
        await gateway.read_raw(PATH)
        gateway.replace_token(Token.parse(renewed))
        await gateway.read_raw(PATH)

        assert gateway.token_expires_at == NOW + 365 * DAY
    assert device.credentials[2:] == [(CHECK_PATH, "bearer"), (PATH, "cookie")]
    assert device.requests[-2].headers["authorization"] == f"Bearer {renewed}"


@pytest.mark.parametrize(
    ("check", "error"),
    [
        (reply(b"", 503), GatewayStatusError),
        (reply(b"", 504), GatewayStatusError),
        (reply(b"", 302, "Location: /login.html"), GatewayStatusError),
        (reply(b"<html>Welcome</html>"), GatewayResponseError),
        (HANG_UP, GatewayConnectionError),
    ],
)
async def test_a_check_that_does_not_answer_is_an_outage(check: Reply, error: type[GatewayError]) -> None:
    """After a reboot the user must not have to enter a new token."""
    async with by_token(check=check, path=UNAUTHORIZED) as (_, gateway, _):
        for request in (gateway.check_sign_in, lambda: gateway.read_raw(PATH)):
            with pytest.raises(error) as caught:
                await request()
            assert type(caught.value) is error


@pytest.mark.parametrize(
    ("token", "error"),
    [(make_token(OTHER_SERIAL), OtherGatewayTokenError), (make_token(issued_at=NOW - 366 * DAY), ExpiredTokenError)],
)
async def test_a_token_of_another_gateway_or_an_expired_one_is_not_sent(token: str, error: type[GatewayError]) -> None:
    async with (
        Device({"/info": info(), CHECK_PATH: VALID}, identity=make_identity()) as device,
        Gateway(device.address, credential=Token.parse(token), clock=Clock()) as gateway,
    ):
        with pytest.raises(error):
            await gateway.check_sign_in()

    assert device.credentials == []


async def test_checking_without_a_credential_fails() -> None:
    async with Device({"/info": info()}, identity=make_identity()) as device, Gateway(device.address) as gateway:
        with pytest.raises(GatewayAuthenticationError, match="no credential"):
            await gateway.check_sign_in()


async def test_an_account_is_refused_where_the_firmware_requires_a_token() -> None:
    """After an update across 7.0 only a token works."""
    account = Account(username="envoy", password=Secret(""))
    async with (
        Device({"/info": info()}, identity=make_identity()) as device,
        Gateway(device.address, credential=account) as gateway,
    ):
        with pytest.raises(GatewayAuthenticationError, match=r"8\.2\.4345 requires a token"):
            await gateway.check_sign_in()


async def test_an_update_to_firmware_that_requires_a_token_is_detected() -> None:
    """An account no longer works, and no certificate is pinned before a token does."""
    account = Account(username="envoy", password=Secret(""))
    async with (
        Device({"/info": info(), PATH: UNAUTHORIZED}, identity=make_identity()) as device,
        Gateway(device.address, credential=account) as gateway,
    ):
        with pytest.raises(GatewayAuthenticationError, match="requires a token"):
            await gateway.read_raw(PATH)

        assert (set(device.paths), gateway.certificate) == ({"/info"}, None)


async def test_an_account_is_sent_only_after_a_challenge() -> None:
    """Requests to open paths never carry it."""
    async with by_account({PATH: reply(b"{}"), INVERTERS: challenged(reply(b"[]"))}) as (device, gateway):
        await gateway.check_sign_in()
        assert await gateway.read_raw(PATH) == b"{}"

    assert device.credentials == [(INVERTERS, "digest")]


async def test_the_answer_to_a_challenge_goes_over_a_new_connection() -> None:
    """D3.18.10 resets the connection of its 401; the new one shows its serial first."""
    async with by_account({INVERTERS: challenged(reply(b"[]"))}) as (device, gateway):
        await gateway.check_sign_in()

    first, second = device.requests[0].connection, device.requests[-1].connection
    assert first != second
    assert [(request.path, request.credential, request.connection) for request in device.requests] == [
        ("/info", "", first),
        (INVERTERS, "", first),
        ("/info", "", second),
        (INVERTERS, "digest", second),
    ]


async def test_a_wrong_password_is_a_failed_sign_in() -> None:
    """The path is one that is open to every good account."""
    async with by_account({INVERTERS: CHALLENGE}) as (_, gateway):
        with pytest.raises(GatewayAuthenticationError, match="account is not accepted"):
            await gateway.check_sign_in()


@pytest.mark.parametrize("path", ["/production", "/ivp/meters", PATH])
async def test_paths_closed_to_good_accounts_are_no_failed_sign_in(path: str) -> None:
    """4.x and 5.x close /production to the account, 3.x closes /ivp/meters."""
    async with by_account({path: CHALLENGE}) as (_, gateway):
        with pytest.raises(GatewayStatusError, match="401"):
            await gateway.read_raw(path)


@pytest.mark.parametrize("header", ["Digest", "ØÉÆA", "Digest ØÉÆA", "Basic realm=x", 'Digest nonce=""'])
async def test_no_password_is_sent_in_reply_to_a_malformed_challenge(header: str) -> None:
    """A real gateway sent binary data as a challenge. The password is not sent in reply."""
    async with by_account({PATH: reply(b"", 401, f"WWW-Authenticate: {header}")}) as (device, gateway):
        with pytest.raises(GatewayResponseError):
            await gateway.read_raw(PATH)

    assert device.credentials == []


async def test_firmware_without_inverters_has_nothing_to_sign_in_to() -> None:
    """Firmware 3.7.0 is an example."""
    async with by_account({}) as (_, gateway):
        await gateway.check_sign_in()


async def test_a_busy_gateway_does_not_refuse_an_account() -> None:
    async with by_account({INVERTERS: reply(b"", 503)}) as (_, gateway):
        with pytest.raises(GatewayStatusError, match="503"):
            await gateway.check_sign_in()


@pytest.mark.parametrize(("username", "password"), [("en:voy", "made-up"), ("envoy", "\ud800")])
async def test_an_account_with_characters_that_are_not_allowed_is_a_failed_sign_in(
    username: str, password: str
) -> None:
    """The error does not repeat it."""
    async with by_account({}, username, password) as (_, gateway):
        with pytest.raises(GatewayAuthenticationError, match="characters that are not allowed"):
            await gateway.read_raw(PATH)


@pytest.mark.parametrize("profile", ["legacy", "non_metered", "metered_digest"])
@pytest.mark.parametrize("password", ["", "right"])
async def test_an_account_is_accepted_by_a_simulated_gateway(profile: str, password: str) -> None:
    """A blank password is the end of the serial."""
    async with Simulator(profile=PROFILES[profile]) as simulator:
        account = Account(username="envoy", password=Secret(password and simulator.password))
        async with Gateway(Address.parse(simulator.address), credential=account) as gateway:
            await gateway.check_sign_in()
            inverters = await gateway.read(INVERTER_LIST)

        assert len(inverters.inverters) == 20


async def test_a_wrong_account_is_refused_by_a_simulated_gateway() -> None:
    async with Simulator(profile=PROFILES["legacy"]) as simulator:
        account = Account(username="envoy", password=Secret("wrong"))
        async with Gateway(Address.parse(simulator.address), credential=account) as gateway:
            with pytest.raises(GatewayAuthenticationError):
                await gateway.check_sign_in()


async def test_a_token_is_accepted_by_a_simulated_gateway() -> None:
    """It works again after the session has ended, but not after it was revoked."""
    async with Simulator() as simulator:
        token = Token.parse(simulator.token())
        async with Gateway(
            Address.parse(simulator.address), expected_serial=simulator.serial, credential=token
        ) as gateway:
            await gateway.check_sign_in()
            simulator.end_sessions()
            assert (await gateway.read(INVERTER_LIST)).inverters
            assert [request.credential for request in simulator.requests] == [
                "none",
                "bearer",
                "cookie",
                "bearer",
                "cookie",
            ]
            simulator.revoke_tokens()
            with pytest.raises(GatewayAuthenticationError):
                await gateway.read(INVERTER_LIST)
