"""A home with a roof, and connections of its page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.conftest import StartHome
from tests.support.home import Home

type Message = dict[str, Any]
type OpenPage = Callable[..., Awaitable[Page]]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A connection of the page, which sends commands for one roof."""

    client: MockHAClientWebSocket
    entry_id: str

    async def call(self, command: str, **fields: object) -> Message:
        """Send a command and return its whole response."""
        await self.client.send_json_auto_id({"type": f"{DOMAIN}/array/{command}", "entry_id": self.entry_id} | fields)
        response: Message = await self.client.receive_json()
        return response

    async def result(self, command: str, **fields: object) -> Message:
        """Send a command and return the result of its success."""
        response = await self.call(command, **fields)
        assert response["success"], response
        result: Message = response["result"]
        return result

    async def error(self, command: str, **fields: object) -> Message:
        """Send a command and return its error."""
        error: Message = (await self.call(command, **fields))["error"]
        return error

    async def event(self) -> Message:
        """Return the next event."""
        event: Message = (await self.client.receive_json())["event"]
        return event


@pytest.fixture
async def roof(start_home: StartHome) -> Home:
    """Set up a gateway with five inverters."""
    return await start_home(inverters=5)


@pytest.fixture
def open_page(
    roof: Home, hass_ws_client: WebSocketGenerator, hass_access_token: str, caplog: pytest.LogCaptureFixture
) -> OpenPage:
    """Return a function that opens a page for the roof; its token is issued in virtual time."""
    caplog.set_level(logging.CRITICAL, "aiohttp.access")  # it cannot format the frozen time

    async def open_one(*, token: str = hass_access_token, entry_id: str | None = None) -> Page:
        client = await hass_ws_client(roof.hass, token)
        return Page(client=client, entry_id=roof.entry.entry_id if entry_id is None else entry_id)

    return open_one


@pytest.fixture
async def page(open_page: OpenPage) -> Page:
    """Open the page of an administrator."""
    return await open_page()
