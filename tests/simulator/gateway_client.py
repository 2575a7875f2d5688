"""An HTTP client of the simulated gateway, and the tests' clock."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from simulator import Simulator

type Json = Any
"""Parsed JSON of any shape."""

# 2026-06-21 10:00 UTC: midsummer noon at the site, a Sunday.
MIDSUMMER = 1_782_036_000.0


@dataclass
class Clock:
    """A clock that moves only when a test advances it."""

    now: float = MIDSUMMER

    def __call__(self) -> float:
        """Return the present epoch."""
        return self.now

    def advance(self, *, seconds: float = 0.0, hours: float = 0.0, days: float = 0.0) -> None:
        """Move the clock forward."""
        self.now += seconds + 3600 * hours + 86_400 * days


class GatewayClient:
    """An HTTP client with a valid credential for a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        scheme = "https" if simulator.uses_tokens else "http"
        self.base = f"{scheme}://{simulator.address}"
        self.headers = {"Authorization": f"Bearer {simulator.token()}"} if simulator.uses_tokens else {}
        self.middlewares = (
            () if simulator.uses_tokens else (aiohttp.DigestAuthMiddleware(simulator.username, simulator.password),)
        )

    async def __aenter__(self) -> Self:
        """Open the session."""
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the session."""
        await self.session.close()

    async def get(self, path: str) -> tuple[aiohttp.ClientResponse, bytes]:
        """Return the response and the body of a path, signed in."""
        return await self.request(path, headers=self.headers, middlewares=self.middlewares)

    async def request(self, path: str, **options: Json) -> tuple[aiohttp.ClientResponse, bytes]:
        """Return the response and the body of a path, with the given options only."""
        async with self.session.get(self.base + path, **options) as response:
            return response, await response.read()

    async def write(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        """Send a body, as JSON unless it is bytes already; return the status and the parsed answer or its bytes."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        options: Json = {"data": data, "headers": self.headers, "middlewares": self.middlewares}
        async with self.session.request(method, self.base + path, **options) as response:
            answer = await response.read()
            try:
                return response.status, orjson.loads(answer)
            except orjson.JSONDecodeError:
                return response.status, answer

    async def json(self, path: str) -> Json:
        """Return the parsed JSON of a path, signed in."""
        return orjson.loads((await self.get(path))[1])

    async def status(self, path: str, **options: Json) -> int:
        """Return the status of a path, with the given options only."""
        return (await self.request(path, **options))[0].status
