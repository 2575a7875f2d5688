"""A renewed certificate replaces the pinned one only when the gateway has accepted the token over it."""

import pytest

from custom_components.enphase_iq_gateway.client.auth.sign_in import CHECK_PATH
from custom_components.enphase_iq_gateway.client.exceptions import GatewayCertificateError, GatewayConnectionError
from custom_components.enphase_iq_gateway.client.gateway import Gateway
from custom_components.enphase_iq_gateway.client.transport.certificates import CertificateCheck
from tests.support.device import (
    CHALLENGE,
    DAY,
    HANG_UP,
    NOW,
    SERIAL,
    UNAUTHORIZED,
    VALID,
    Reply,
    hang_for,
    make_identity,
    reply,
)
from tests.support.trusting import PATH, client, device


@pytest.mark.parametrize(
    ("check", "days_left", "accepted"),
    [
        (CertificateCheck.RENEWALS, 74, True),
        (CertificateCheck.RENEWALS, 76, False),
        (CertificateCheck.STRICT, 74, False),
        (CertificateCheck.OFF, 76, True),
    ],
)
async def test_a_renewal_near_the_end_of_the_pinned_certificate_is_accepted(
    check: CertificateCheck, days_left: int, caplog: pytest.LogCaptureFixture, *, accepted: bool
) -> None:
    """It replaces the pinned one once the gateway has accepted the token over it, and is logged."""
    identity = make_identity(not_after=NOW + days_left * DAY)
    renewed = make_identity(not_before=NOW - 60)
    async with device(identity=identity) as there, client(there.address, identity.certificate, check) as gateway:
        await gateway.read_raw(PATH)
        identity.turn_into(renewed)
        there.hang_up()
        there.requests.clear()
        if accepted:
            await gateway.read_raw(PATH)
        else:
            with pytest.raises(GatewayCertificateError):
                await gateway.read_raw(PATH)

        checked = [(CHECK_PATH, "bearer")] if check is CertificateCheck.RENEWALS else []
        assert there.credentials == ([*checked, (PATH, "cookie")] if accepted else [])
        assert gateway.certificate == (renewed if accepted else identity).certificate
        assert (f"New certificate {renewed.certificate.sha256} accepted" in caplog.text) == accepted


@pytest.mark.parametrize("keeps_connections", [True, False])
async def test_a_renewal_is_not_accepted_from_a_device_that_refuses_the_token(
    caplog: pytest.LogCaptureFixture, *, keeps_connections: bool
) -> None:
    """It receives the token once and no session, and the pinned certificate is still accepted."""
    identity = make_identity(not_after=NOW + 60 * DAY)
    async with device(identity=identity) as there, client(there.address, identity.certificate) as gateway:
        there.keeps_connections = keeps_connections
        await gateway.read_raw(PATH)
        other = make_identity(not_before=NOW - 60)
        identity.turn_into(other)
        there.replies[CHECK_PATH] = UNAUTHORIZED
        there.hang_up()
        there.requests.clear()
        for _ in range(2):
            with pytest.raises(GatewayCertificateError):
                await gateway.read_raw(PATH)

        assert there.credentials == [(CHECK_PATH, "bearer")]
        assert gateway.certificate == identity.certificate
        identity.turn_into(identity)
        there.replies[CHECK_PATH] = VALID
        there.hang_up()
        assert await gateway.read_raw(PATH) == b"{}"
        assert caplog.text.count(f"The token is sent to a device with certificate {other.certificate.sha256}") == 1


@pytest.mark.parametrize("answer", [reply(b"<html>Log in</html>"), reply(b"", 503)])
async def test_a_renewal_is_not_accepted_until_the_check_of_the_token_answers(answer: bytes) -> None:
    """Until then it is refused, and an issue reports it."""
    identity = make_identity(not_after=NOW + 60 * DAY)
    renewed = make_identity(not_before=NOW - 60)
    async with device(identity=renewed) as there, client(there.address, identity.certificate) as gateway:
        there.replies[CHECK_PATH] = answer
        with pytest.raises(GatewayCertificateError):
            await gateway.read_raw(PATH)
        assert gateway.certificate == identity.certificate

        there.replies[CHECK_PATH] = VALID
        assert await gateway.read_raw(PATH) == b"{}"
        assert gateway.certificate == renewed.certificate


@pytest.mark.parametrize("answer", [HANG_UP, hang_for(60), b"not HTTP"], ids=["hang_up", "hang", "not_http"])
async def test_a_device_that_takes_the_token_without_an_answer_is_reported(answer: Reply) -> None:
    """The pinned certificate stays until the token is accepted over the new one."""
    identity = make_identity(not_after=NOW + 60 * DAY)
    renewed = make_identity(not_before=NOW - 60)
    async with device(identity=renewed) as there, client(there.address, identity.certificate) as gateway:
        there.replies[CHECK_PATH] = answer
        for _ in range(2):
            with pytest.raises(GatewayCertificateError):
                await gateway.read_raw(PATH)
        assert {path for path, _ in there.credentials} == {CHECK_PATH}
        assert gateway.certificate == identity.certificate

        there.replies[CHECK_PATH] = VALID
        assert await gateway.read_raw(PATH) == b"{}"
        assert gateway.certificate == renewed.certificate


async def test_a_device_that_closes_the_connection_before_the_token_is_sent_is_an_outage() -> None:
    identity = make_identity(not_after=NOW + 60 * DAY)
    async with device(identity=make_identity(not_before=NOW - 60)) as there:
        async with client(there.address, identity.certificate) as gateway:
            there.replies["/info"] = HANG_UP
            with pytest.raises(GatewayConnectionError):
                await gateway.read_raw(PATH)
        assert there.credentials == []


async def test_a_renewal_is_not_accepted_without_a_token() -> None:
    identity = make_identity(not_after=NOW + 60 * DAY)
    renewed = make_identity(not_before=NOW - 60)
    async with (
        device(identity=renewed) as there,
        Gateway(there.address, expected_serial=SERIAL, pinned=identity.certificate, clock=lambda: NOW) as gateway,
    ):
        there.replies[PATH] = CHALLENGE
        with pytest.raises(GatewayCertificateError):
            await gateway.read_raw(PATH)

        assert there.credentials == []


async def test_the_certificate_was_last_seen_at_the_last_handshake() -> None:
    """A connection that is kept shows it once only."""
    now = float(NOW)
    identity = make_identity()
    async with device(identity=identity) as there, Gateway(there.address, clock=lambda: now) as gateway:
        await gateway.identify()
        now += 3600
        await gateway.identify()
        first = gateway.certificate
        there.hang_up()
        await gateway.identify()

        assert first is not None
        assert gateway.certificate is not None
        assert (first.seen_at, gateway.certificate.seen_at) == (NOW, NOW + 3600)
