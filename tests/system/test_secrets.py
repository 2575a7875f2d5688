"""Secrets go through everything that can happen, and are then looked for everywhere.

Tokens, passwords, cookies, the e-mail address: nowhere but in the entry's own storage. Serials (the end of one is the
password of old firmware) and network addresses: also where Home Assistant keeps and names its devices, but not in what
this integration writes: its log lines, its errors, its diagnostics.
"""

from collections.abc import Iterable
from copy import deepcopy
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_DHCP, ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_TOKEN,
    CONF_USERNAME,
    EVENT_HOMEASSISTANT_FINAL_WRITE,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import pytest

from custom_components.enphase_iq_gateway.client import Secret
from custom_components.enphase_iq_gateway.const import CONF_REMEMBER_PASSWORD, DOMAIN
from custom_components.enphase_iq_gateway.diagnostics import async_get_config_entry_diagnostics
from simulator import Simulator
from tests.conftest import PASSWORD, USERNAME, Network, StartCloud, StartSimulator

ADDRESS = "192.0.2.5"
SERIAL, OTHER_SERIAL = "122300424242", "121900575757"
MAC = "00:1d:c0:ab:cd:ef"
OWN_LOG = "custom_components.enphase_iq_gateway"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Collect what must be found nowhere: every token, password and cookie that the client ever holds, and more."""
    collected = {USERNAME, PASSWORD, "another wrong one", "c10ud" * 6}
    hide = Secret.__init__

    def collect(secret: Secret, text: str) -> None:
        hide(secret, text)
        collected.update({text} - {""})

    monkeypatch.setattr(Secret, "__init__", collect)
    # The session that the cloud opens for the person.
    monkeypatch.setattr("simulator.cloud.secrets.token_hex", lambda _: "c10ud" * 6)
    return collected


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Log everything, as a person does who looks for a mistake."""
    caplog.set_level(logging.DEBUG)
    return caplog


def lines(log: pytest.LogCaptureFixture, logger: str = "") -> str:
    """Give what was logged, exceptions with their causes; the test's own storage stands for a disk, not for a log."""
    write = logging.Formatter("%(name)s %(message)s").format
    return "\n".join(
        write(record)
        for record in log.records
        if record.name.startswith(logger) and not record.name.startswith("pytest_homeassistant")
    )


class Life:
    """All that can happen to one gateway, good and bad."""

    def __init__(self, hass: HomeAssistant, network: Network, simulator: Simulator) -> None:
        """Put the gateway into the network."""
        self._hass = hass
        self._network = network
        self.simulator = simulator
        self.documents: list[bytes] = []
        network[ADDRESS] = simulator

    async def answer(self, flow_id: str, *answers: dict[str, Any]) -> ConfigFlowResult:
        """Fill in forms, one after the other."""
        for each in answers:
            result = await self._hass.config_entries.flow.async_configure(flow_id, each)
        await settle(self._hass)
        return result

    async def begin(self, *answers: dict[str, Any]) -> ConfigEntry:
        """Set up, giving the answers in turn; the last one is right."""
        flow = await self._hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
        result = await self.answer(flow["flow_id"], {CONF_HOST: ADDRESS}, *answers)
        entry: ConfigEntry = result["result"]
        await self.reload(entry)
        return entry

    async def reload(self, entry: ConfigEntry) -> None:
        """Start anew."""
        await self._hass.config_entries.async_reload(entry.entry_id)
        await settle(self._hass)

    async def read(self, entry: ConfigEntry) -> None:
        """Let all coordinators read twice, and somebody hand out diagnostics."""
        if entry.state is ConfigEntryState.LOADED:
            for coordinator in list(entry.runtime_data.coordinators.values()) * 2:
                await coordinator.async_refresh()
        await settle(self._hass)
        self.documents.append(json_bytes(await async_get_config_entry_diagnostics(self._hass, entry)))

    async def fail(self, entry: ConfigEntry) -> None:
        """Fail in every way of the transport, while running and at set-up."""
        for fault in ("status", "html", "truncated", "wrong_shape", "empty"):
            self.simulator.faults.add(fault, path="*")
            await self.read(entry)
            await self.reload(entry)
            await self.read(entry)
            self.simulator.faults.clear()
            await self.reload(entry)

    async def be_replaced(self, entry: ConfigEntry, impostors: list[Simulator]) -> None:
        """Let others answer at the address, and the router tell of it."""
        for impostor in impostors:
            self._network[ADDRESS] = impostor
            self.simulator.reboot()
            await self.read(entry)
            await self.reload(entry)
            await self.read(entry)
            lease = DhcpServiceInfo(ip=ADDRESS, hostname="envoy", macaddress=MAC.replace(":", ""))
            await self._hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_DHCP}, data=lease)
        self._network[ADDRESS] = self.simulator
        await self.reload(entry)

    async def reauth(self, *answers: dict[str, Any]) -> None:
        """Sign in again as asked."""
        (flow,) = self._hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        await self.answer(flow["flow_id"], {}, *answers)


async def settle(hass: HomeAssistant) -> None:
    """Let everything end that has begun."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def stored_elsewhere(hass: HomeAssistant, hass_storage: dict[str, Any], entry: ConfigEntry) -> str:
    """Give all that Home Assistant has on disk, without what this entry stores for itself."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await settle(hass)
    files = deepcopy(hass_storage)
    assert files
    (own,) = (each for each in files["core.config_entries"]["data"]["entries"] if each["entry_id"] == entry.entry_id)
    assert own.pop("data") == dict(entry.data)
    return str(files)


def found(secrets: Iterable[str], text: str) -> list[str]:
    """Give those that are in a text."""
    return sorted(secret for secret in secrets if secret in text)


async def test_a_token_and_an_account_are_found_nowhere(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    start_simulator: StartSimulator,
    start_cloud: StartCloud,
    network: Network,
    *,
    secrets: set[str],
    log: pytest.LogCaptureFixture,
) -> None:
    """Set up with the account, fail, be replaced, renew, be refused, sign in again with a token."""
    simulator = await start_simulator(serial=SERIAL)
    cloud = await start_cloud(simulator)
    life = Life(hass, network, simulator)
    account = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD, CONF_REMEMBER_PASSWORD: True}
    entry = await life.begin({"next_step_id": "account"}, {**account, CONF_PASSWORD: "another wrong one"}, account)
    await life.read(entry)
    await life.fail(entry)
    await life.be_replaced(entry, [await start_simulator(serial=OTHER_SERIAL), await start_simulator(serial=SERIAL)])
    simulator.revoke_tokens()
    await life.read(entry)
    assert cloud.token_requests == 2
    assert set(entry.data) >= {CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD}
    assert found(secrets, await stored_elsewhere(hass, hass_storage, entry)) == []

    cloud.accounts.clear()
    simulator.revoke_tokens()
    await life.read(entry)
    wrong = [simulator.token(serial=OTHER_SERIAL), simulator.token(lifetime_s=-1), simulator.token()[:-9], "eyJ" * 9]
    right = simulator.token()
    secrets.update(wrong)
    await life.reauth({"next_step_id": "token"}, *({CONF_TOKEN: token} for token in [*wrong, right]))

    assert entry.data[CONF_TOKEN] == right
    assert CONF_PASSWORD not in entry.data
    await life.read(entry)
    assert len(secrets) > 12
    assert "GET /ivp/meters/readings: status 503" in lines(log, OWN_LOG)
    assert found(secrets, lines(log)) == []
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC}, lines(log, OWN_LOG)) == []
    assert found(secrets, await stored_elsewhere(hass, hass_storage, entry)) == []
    assert found(secrets, str(hass_storage)) == [right]
    documents = str(life.documents)
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC, *simulator.world.inverters}, documents) == []


async def test_a_local_account_is_found_nowhere(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    start_simulator: StartSimulator,
    network: Network,
    *,
    secrets: set[str],
    log: pytest.LogCaptureFixture,
) -> None:
    """Its password is the end of the serial."""
    simulator = await start_simulator("metered_digest", serial=SERIAL)
    secrets.add(simulator.password)
    life = Life(hass, network, simulator)
    account = {CONF_USERNAME: "envoy", CONF_PASSWORD: simulator.password}
    entry = await life.begin({**account, CONF_PASSWORD: "another wrong one"}, account)
    await life.read(entry)
    await life.fail(entry)
    await life.be_replaced(entry, [await start_simulator("metered_digest", serial=OTHER_SERIAL)])
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PASSWORD: "another wrong one"})
    await life.reload(entry)
    await life.read(entry)
    await life.reauth(account)
    await life.read(entry)

    assert entry.state is ConfigEntryState.LOADED
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC}, lines(log, OWN_LOG)) == []
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC, *simulator.world.inverters}, str(life.documents)) == []
    # Home Assistant's own files and lines name devices by their serial, and so hold its end.
    assert found(secrets - {simulator.password}, lines(log)) == []
    elsewhere = (await stored_elsewhere(hass, hass_storage, entry)).replace(SERIAL, "")
    assert found(secrets, elsewhere) == []
