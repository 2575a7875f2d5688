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
        (CloudAnswer.BLOCKED, 200),
        (CloudAnswer.FAILED, 200),
        (CloudAnswer.EMPTY, 200),
        (CloudAnswer.TOO_MANY_REQUESTS, 429),
        (CloudAnswer.TOO_MANY_SESSIONS, 200),
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


async def test_a_blocked_account_is_not_a_challenge(cloud: Cloud) -> None:
    """Both answers have status 200 and no session (G§2.3a)."""
    cloud.login_answer = CloudAnswer.BLOCKED
    assert orjson.loads((await login(cloud))[1])["isBlocked"] is True
    cloud.login_answer, cloud.second_factor.required = CloudAnswer.OK, True
    assert orjson.loads((await login(cloud))[1]) == {"success": True, "isBlocked": False}


async def test_a_wait_is_announced(cloud: Cloud) -> None:
    cloud.login_answer, cloud.retry_after = CloudAnswer.TOO_MANY_REQUESTS, "60"
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{cloud.enlighten_url}/login/login.json") as response,
    ):
        assert response.headers["Retry-After"] == "60"


async def test_a_session_gets_a_token_from_enlighten_too(cloud: Cloud) -> None:
    """Only the cookie counts (S§42.4)."""
    session_id = orjson.loads((await login(cloud))[1])["session_id"]
    url = f"{cloud.enlighten_url}/entrez-auth-token"
    async with aiohttp.ClientSession() as session:
        async with session.get(url, params={"serial_num": cloud.simulator.serial}) as response:
            assert response.status == 401
        headers = {"Cookie": f"_enlighten_4_session={session_id}"}
        async with session.get(url, params={"serial_num": cloud.simulator.serial}, headers=headers) as response:
            answer = await response.json()
        async with session.get(url, headers=headers) as response:
            assert response.status == 401
    assert answer["expires_at"] - answer["generation_time"] == 31_536_000
    async with GatewayClient(cloud.simulator) as client:
        assert await client.status("/ivp/meters", headers={"Authorization": f"Bearer {answer['token']}"}) == 200


@pytest.mark.parametrize("path", ["/", "/login/login.json", "/app-api/validate_login_otp"])
async def test_other_pages_do_not_exist(cloud: Cloud, path: str) -> None:
    async with aiohttp.ClientSession() as session:
        for host in (cloud.enlighten_url, cloud.entrez_url):
            async with session.get(host + path) as response:
                assert response.status == 404


@pytest.mark.slow
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
