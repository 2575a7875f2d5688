"""The cloud hosts issue tokens to their accounts and fail as the real ones do."""

from collections.abc import AsyncIterator

import aiohttp
import orjson
import pytest

from simulator.cloud import Cloud, CloudAnswer

from .conftest import Start
from .gateway_client import GatewayClient


@pytest.fixture
async def cloud(start: Start) -> AsyncIterator[Cloud]:
    """Run a cloud with one account."""
    simulator, _ = await start()
    async with Cloud(simulator, accounts={"user@example.com": "password"}) as cloud:
        yield cloud


async def login(cloud: Cloud, *, guess: str | None = None, agent: str = "test") -> tuple[int, bytes]:
    """Log in at Enlighten; return the status and the body."""
    form = {"user[email]": "user@example.com", "user[password]": guess or "password"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1), headers={"User-Agent": agent}) as session,
        session.post(f"{cloud.enlighten_url}/login/login.json", data=form) as response,
    ):
        return response.status, await response.read()


async def fetch_token(cloud: Cloud, session_id: str) -> tuple[int, str]:
    """Request a token from Entrez; return the status and the body."""
    data = {"session_id": session_id, "serial_num": cloud.simulator.serial, "username": "user@example.com"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{cloud.entrez_url}/tokens", json=data) as response,
    ):
        return response.status, await response.text()


async def test_an_account_gets_a_token_that_the_gateway_accepts(cloud: Cloud) -> None:
    status, body = await login(cloud)
    assert status == 200
    status, token = await fetch_token(cloud, orjson.loads(body)["session_id"])
    assert status == 200
    async with GatewayClient(cloud.simulator) as client:
        headers = {"Authorization": f"Bearer {token}"}
        assert await client.status("/ivp/meters", headers=headers) == 200
    assert (cloud.login_requests, cloud.token_requests) == (1, 1)


async def test_a_wrong_password_is_refused(cloud: Cloud) -> None:
    assert (await login(cloud, guess="guess"))[0] == 401


async def test_an_unknown_session_gets_no_token(cloud: Cloud) -> None:
    assert (await fetch_token(cloud, "nonsense"))[0] == 401


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (CloudAnswer.WRONG_PASSWORD, 401),
        (CloudAnswer.MFA, 200),
        (CloudAnswer.BLOCKED, 200),
        (CloudAnswer.NOT_JSON, 200),
        (CloudAnswer.FORBIDDEN, 403),
        (CloudAnswer.NOT_ACCEPTABLE, 406),
        (CloudAnswer.SERVER_ERROR, 503),
    ],
)
async def test_the_login_answers_as_configured(cloud: Cloud, kind: CloudAnswer, status: int) -> None:
    cloud.login_answer = kind
    got, body = await login(cloud)
    assert got == status
    assert b"session_id" not in body


async def test_mfa_and_blocked_have_different_bodies(cloud: Cloud) -> None:
    """Both answers have status 200 and no session (G§2.3a)."""
    cloud.login_answer = CloudAnswer.MFA
    assert orjson.loads((await login(cloud))[1]) == {"success": True, "isBlocked": False}
    cloud.login_answer = CloudAnswer.BLOCKED
    assert orjson.loads((await login(cloud))[1])["isBlocked"] is True


async def test_a_host_can_hang(cloud: Cloud) -> None:
    cloud.login_answer = CloudAnswer.HANG
    with pytest.raises(TimeoutError):
        await login(cloud)


async def test_home_assistants_user_agent_is_refused(cloud: Cloud) -> None:
    assert (await login(cloud, agent="HomeAssistant/2026.10.4"))[0] == 406


async def test_tokens_can_be_for_another_gateway(cloud: Cloud) -> None:
    """It is the most common mistake of users (G§2.4)."""
    cloud.token_serial = "122300000002"
    _, token = await fetch_token(cloud, orjson.loads((await login(cloud))[1])["session_id"])
    async with GatewayClient(cloud.simulator) as client:
        assert await client.status("/ivp/meters", headers={"Authorization": f"Bearer {token}"}) == 401
