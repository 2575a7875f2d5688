"""A real Home Assistant: its configuration folder, its command, its REST API and its WebSocket API."""

import asyncio
import itertools
import json
from pathlib import Path
import sys
from types import TracebackType
from typing import Any, Self
from zipfile import ZipFile

import aiohttp

from .processes import LOOPBACK, Child, DemoError

ROOT = Path(__file__).resolve().parents[2]
USER = PASSWORD = "demo"  # noqa: S105 - public on purpose: Home Assistant listens on the loopback interface only
POLL_SECONDS = 0.5

# Only what the demo shows: 'default_config' would add discovery, the cloud and more downloads.
CONFIGURATION = """\
homeassistant:
  name: Demo
  country: NL
  currency: EUR
  unit_system: metric
  time_zone: {time_zone}
frontend:
config:
energy:
history:
logbook:
sun:
logger:
  default: warning
  logs:
    custom_components.{domain}: debug
"""


def prepare(folder: Path, domain: str, port: int, time_zone: str, released: Path | None = None) -> None:
    """Write the configuration folder of a new Home Assistant with the integration.

    The integration is that of the repository, or that of a released zip, unpacked as HACS does.

    The address is written to storage and not to configuration.yaml, because Home Assistant reverts an address from
    there after five minutes (homeassistant/components/http/config.py). The stores have the oldest version, from which
    Home Assistant migrates: the migration of onboarding marks all steps except the owner as done, so that it does not
    add the weather and radio services, which need the internet.
    """
    (folder / "configuration.yaml").write_text(CONFIGURATION.format(domain=domain, time_zone=time_zone))
    stores: dict[str, dict[str, Any]] = {
        "http": {"server_host": [LOOPBACK], "server_port": port},
        "onboarding": {"done": []},
    }
    (folder / ".storage").mkdir()
    for key, data in stores.items():
        store = {"version": 1, "minor_version": 1, "key": key, "data": data}
        (folder / ".storage" / key).write_text(json.dumps(store))
    (folder / "custom_components").mkdir()
    target = folder / "custom_components" / domain
    if released is None:
        target.symlink_to(ROOT / "custom_components" / domain)
    else:
        with ZipFile(released) as archive:
            archive.extractall(target)


def machine_time_zone() -> str:
    """Return the name of this machine's time zone, so that daily values start at the user's midnight."""
    parts = Path("/etc/localtime").resolve().parts
    return "/".join(parts[parts.index("zoneinfo") + 1 :]) if "zoneinfo" in parts else "UTC"


def command(folder: Path) -> list[str]:
    """Return the command that runs Home Assistant with the installed packages (group demo of pyproject.toml).

    -P keeps the working directory off the module search path, because it contains custom_components too.
    """
    return [sys.executable, "-P", "-m", "homeassistant", "--config", str(folder), "--skip-pip", "--log-no-color"]


ENVIRONMENT = {"HA_DISABLE_LOG_FILE": "1"}  # log to standard output, which goes to the demo's log file


class HomeAssistant:
    """A signed-in connection to a running Home Assistant."""

    def __init__(self, address: str, process: Child) -> None:
        """Create a client for an address without connecting to it."""
        self.address = address
        self._process = process
        self._session = aiohttp.ClientSession(address)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._headers: dict[str, str] = {}
        self.tokens: dict[str, Any] = {}
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the WebSocket and the HTTP session."""
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()

    async def wait_until_up(self) -> None:
        """Wait until Home Assistant answers; raise DemoError when the process exits first."""
        while True:
            self._process.check()
            try:
                async with self._session.get("/api/onboarding") as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                pass  # it is not listening yet
            await asyncio.sleep(POLL_SECONDS)

    async def create_owner(self) -> None:
        """Create the owner as onboarding does, sign in and open the WebSocket."""
        client = f"{self.address}/"
        owner = {"name": "Demo", "username": USER, "password": PASSWORD, "client_id": client, "language": "en"}
        async with self._session.post("/api/onboarding/users", json=owner, raise_for_status=True) as response:
            code = (await response.json())["auth_code"]
        grant = {"grant_type": "authorization_code", "code": code, "client_id": client}
        async with self._session.post("/auth/token", data=grant, raise_for_status=True) as response:
            self.tokens = await response.json()
        self._headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        await self.open_websocket()

    async def open_websocket(self) -> None:
        """Open the WebSocket, or open it again: Home Assistant closes one that has been idle for a minute."""
        if self._socket is not None:
            await self._socket.close()
        self._socket = await self._session.ws_connect("/api/websocket", max_msg_size=0)
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self.tokens["access_token"]})
        if (answer := await self._socket.receive_json())["type"] != "auth_ok":
            raise DemoError(f"Home Assistant refused the demo's sign-in: {answer}")

    async def wait_until_running(self) -> None:
        """Wait until Home Assistant has started, because earlier config flows may fail."""
        while True:
            if (await self.websocket_command("get_config"))["state"] == "RUNNING":
                return
            await asyncio.sleep(POLL_SECONDS)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a POST to the REST API and return the answer; raise DemoError when it is refused."""
        async with self._session.post(path, json=body, headers=self._headers) as response:
            if not response.ok:
                raise DemoError(f"Home Assistant answered {response.status} to {path}: {await response.text()}")
            answer: dict[str, Any] = await response.json()
            return answer

    async def delete(self, path: str) -> None:
        """Send a DELETE to the REST API; raise DemoError when it is refused."""
        async with self._session.delete(path, headers=self._headers) as response:
            if not response.ok:
                raise DemoError(f"Home Assistant answered {response.status} to {path}: {await response.text()}")

    async def websocket_command(self, kind: str, **fields: object) -> Any:  # noqa: ANN401 - each command has its own type of result
        """Send a command over the WebSocket and return its result.

        Raise DemoError when it fails or the process has exited.
        """
        self._process.check()
        if self._socket is None:
            raise DemoError("not signed in to Home Assistant yet")
        number = next(self._ids)
        await self._socket.send_json({"id": number, "type": kind, **fields})
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise DemoError(f"Home Assistant closed the demo's connection (log: {self._process.log})")
        answer = message.json()
        if not answer["success"]:
            raise DemoError(f"Home Assistant refused {kind}: {answer['error']}")
        return answer["result"]
