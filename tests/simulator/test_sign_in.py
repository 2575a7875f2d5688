"""Data requires sign-in: digest before firmware 7, tokens and session cookies from 7 on."""

import aiohttp
import pytest

from simulator import Simulator

from .conftest import Start
from .gateway_client import Clock, GatewayClient

CHECK = "/auth/check_jwt"
DATA = "/ivp/meters/readings"


def bearer(token: str) -> dict[str, str]:
    """Return the header with a token."""
    return {"Authorization": f"Bearer {token}"}


async def test_info_is_open_and_data_is_not(start: Start) -> None:
    """The body of a 401 is an HTML page (G§1, G§2.5)."""
    _, client = await start()
    assert await client.status("/info") == 200
    response, body = await client.request(DATA)
    assert response.status == 401
    assert b"401 Authorization Required" in body


async def test_a_token_gives_access_to_the_data(start: Start) -> None:
    simulator, client = await start()
    assert await client.status(DATA, headers=bearer(simulator.token())) == 200


@pytest.mark.parametrize(
    "options", [{"serial": "122300000002"}, {"lifetime_s": -1.0}], ids=["another gateway's", "expired"]
)
async def test_a_wrong_token_is_refused(start: Start, options: dict[str, object]) -> None:
    """The token check refuses it too (G§2.4)."""
    simulator, client = await start()
    headers = bearer(simulator.token(**options))  # type: ignore[arg-type]  # parametrized keywords
    assert await client.status(DATA, headers=headers) == 401
    assert await client.status(CHECK, headers=headers) == 401


async def test_a_token_of_another_signer_is_refused(start: Start) -> None:
    """The gateway verifies the signature (G§2.4)."""
    _, client = await start()
    assert await client.status(DATA, headers=bearer(Simulator().token())) == 401


async def test_a_token_expires_after_its_lifetime(start: Start, clock: Clock) -> None:
    """The gateway's clock decides (G§2.4)."""
    simulator, client = await start()
    headers = bearer(simulator.token(lifetime_s=3600))
    assert await client.status(DATA, headers=headers) == 200
    clock.advance(hours=1)
    assert await client.status(DATA, headers=headers) == 401


async def test_the_token_check_opens_a_session_that_ends_ten_minutes_after_its_last_use(
    start: Start, clock: Clock
) -> None:
    """Its cookie replaces the token (G§2.5)."""
    simulator, client = await start()
    response, body = await client.request(CHECK, headers=bearer(simulator.token()))
    assert b"Valid token." in body
    headers = {"Cookie": f"sessionId={response.cookies['sessionId'].value}"}
    async with GatewayClient(simulator) as other_client:
        for _ in range(3):
            clock.advance(seconds=599)
            assert await other_client.status(DATA, headers=headers) == 200
        clock.advance(seconds=600)
        assert await other_client.status(DATA, headers=headers) == 401


async def test_a_reboot_ends_sessions_and_connections(start: Start) -> None:
    """A client has to start over (G§2.6)."""
    simulator, client = await start()
    response, _ = await client.request(CHECK, headers=bearer(simulator.token()))
    headers = {"Cookie": f"sessionId={response.cookies['sessionId'].value}"}
    assert await client.status(DATA, headers=headers) == 200
    simulator.reboot()
    assert await client.status(DATA, headers=headers) == 401
    assert simulator.connections == 2


async def test_revoked_tokens_are_refused_and_new_ones_accepted(start: Start) -> None:
    """It happens after a change of the serial or the firmware (G§2.6)."""
    simulator, client = await start()
    headers = bearer(simulator.token())
    simulator.revoke_tokens()
    assert await client.status(DATA, headers=headers) == 401
    assert await client.status(DATA, headers=bearer(simulator.token())) == 200


async def test_digest_accepts_the_last_six_digits_of_the_serial(start: Start) -> None:
    """The user name is envoy (G§2.2)."""
    simulator, client = await start("non_metered")
    response, _ = await client.request("/api/v1/production/inverters")
    assert response.status == 401
    assert 'realm="enphaseenergy.com"' in response.headers["WWW-Authenticate"]
    assert (simulator.username, simulator.password) == ("envoy", simulator.serial[-6:])
    assert (await client.get("/api/v1/production/inverters"))[0].status == 200


async def test_a_wrong_digest_password_is_refused(start: Start) -> None:
    _, client = await start("non_metered")
    wrong = (aiohttp.DigestAuthMiddleware("envoy", "000000"),)
    assert await client.status("/api/v1/production/inverters", middlewares=wrong) == 401


@pytest.mark.parametrize("path", ["/info", "/api/v1/production", "/production.json?details=1"])
async def test_some_endpoints_need_no_sign_in_before_seven(start: Start, path: str) -> None:
    """These endpoints cannot verify a password (G§2.2)."""
    _, client = await start("non_metered")
    assert await client.status(path) == 200


async def test_production_is_closed_to_the_owner_before_seven(start: Start) -> None:
    """No local account is allowed to read it (G§7)."""
    _, client = await start("metered_digest")
    assert (await client.get("/production"))[0].status == 401


async def test_legacy_resets_a_connection_used_again_after_a_401(start: Start) -> None:
    """The digest retry needs a new connection (G§2.2)."""
    _, client = await start("legacy")
    assert await client.status("/api/v1/production/inverters") == 401
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.session.post(f"{client.base}/info")


async def test_requests_are_logged_with_their_credential(start: Start) -> None:
    simulator, client = await start()
    await client.request("/info?x=1")
    await client.get(DATA)
    await client.request(DATA, headers={"Cookie": "sessionId=nonsense"})
    assert [(each.path, each.credential, each.status) for each in simulator.requests] == [
        ("/info?x=1", "none", 200),
        (DATA, "bearer", 200),
        (DATA, "cookie", 401),
    ]
    assert simulator.requests[1].size > 1000


async def test_connections_and_handshakes_are_counted(start: Start) -> None:
    simulator, client = await start()
    await client.get("/info")
    await client.get(DATA)
    assert (simulator.connections, simulator.handshakes) == (1, 1)


async def test_the_fingerprint_is_that_of_the_certificate(start: Start) -> None:
    """A client can pin it (G§2.7)."""
    simulator, client = await start()
    pinned = aiohttp.Fingerprint(bytes.fromhex(simulator.fingerprint))
    assert await client.status("/info", ssl=pinned) == 200


async def test_a_replaced_certificate_is_shown_on_new_connections_only(start: Start) -> None:
    """The gateway renews the key too (G§2.7)."""
    simulator, client = await start()
    old = aiohttp.Fingerprint(bytes.fromhex(simulator.fingerprint))
    await client.get("/info")
    simulator.replace_certificate(days_valid=30)
    assert await client.status("/info") == 200
    async with GatewayClient(simulator) as other_client:
        with pytest.raises(aiohttp.ServerFingerprintMismatch):
            await other_client.request("/info", ssl=old)


async def test_no_certificate_before_seven(start: Start) -> None:
    """There is no TLS before firmware 7 (G§2.1)."""
    simulator, _ = await start("non_metered")
    assert simulator.fingerprint == ""
    with pytest.raises(ValueError, match="no certificate"):
        simulator.replace_certificate()


async def test_a_later_start_uses_the_same_port(start: Start) -> None:
    """An outage can be simulated this way."""
    simulator, client = await start()
    await simulator.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.request("/info")
    await simulator.start()
    assert await client.status("/info") == 200
