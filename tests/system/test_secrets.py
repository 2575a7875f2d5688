"""Secrets are in the storage of the config entry and nowhere else, also after every kind of failure.

Tokens, passwords, cookies and the email address are only there. Serials (the end of one is the password of old
firmware) and MAC addresses are also where Home Assistant stores and names its devices, but not in the log lines, errors
and diagnostics of the integration.
"""

from collections.abc import Iterable
from copy import deepcopy
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_DHCP, ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.const import (
    CONF_CODE,
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

from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE, CONF_METHOD, CONF_REMEMBER_PASSWORD, DOMAIN
from custom_components.enphase_iq_gateway.diagnostics import async_get_config_entry_diagnostics
from custom_components.enphase_iq_gateway.flow.sign_in import CONF_SEND_AGAIN
from simulator import Simulator
from simulator.cloud import CloudAnswer
from simulator.second_factor import Checking
from tests.conftest import PASSWORD, USERNAME, Network, StartCloud, StartSimulator
from tests.support.entries import ADDRESS
from tests.support.virtual_time import settle

SERIAL, OTHER_SERIAL = "122300424242", "121900575757"
MAC = "00:1d:c0:ab:cd:ef"
OWN_LOG = "custom_components.enphase_iq_gateway"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Collect every secret that the client ever holds, and those that the tests use."""
    collected = {USERNAME, PASSWORD, "another wrong one", "c10ud" * 6}
    hide = Secret.__init__

    def collect(secret: Secret, text: str) -> None:
        hide(secret, text)
        collected.update({text} - {""})

    monkeypatch.setattr(Secret, "__init__", collect)
    # The session that the cloud opens for the user, and the challenge of its second factor.
    monkeypatch.setattr("simulator.cloud.secrets.token_hex", lambda _: "c10ud" * 6)
    monkeypatch.setattr("simulator.second_factor.secrets.randbelow", lambda _: 918273)
    return collected


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Log at debug level, as users do who look for an error."""
    caplog.set_level(logging.DEBUG)
    return caplog


def lines(log: pytest.LogCaptureFixture, logger: str = "") -> str:
    """Return the log with the causes of exceptions, without the lines of the test plugin."""
    write = logging.Formatter("%(name)s %(message)s").format
    return "\n".join(
        write(record)
        for record in log.records
        if record.name.startswith(logger) and not record.name.startswith("pytest_homeassistant")
    )


class Scenario:
    """A gateway that fails, is replaced and is signed in to again."""

    def __init__(self, hass: HomeAssistant, network: Network, simulator: Simulator) -> None:
        self._hass = hass
        self._network = network
        self.simulator = simulator
        self.documents: list[bytes] = []
        network[ADDRESS] = simulator

    async def answer(self, flow_id: str, *answers: dict[str, Any]) -> ConfigFlowResult:
        """Submit one form after the other."""
        for each in answers:
            result = await self._hass.config_entries.flow.async_configure(flow_id, each)
        await settle(self._hass)
        return result

    async def set_up(self, *answers: dict[str, Any]) -> ConfigEntry:
        """Set up with one answer after the other, of which the last one is right."""
        flow = await self._hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
        result = await self.answer(flow["flow_id"], {CONF_HOST: ADDRESS}, *answers)
        entry: ConfigEntry = result["result"]
        await self.reload(entry)
        return entry

    async def reload(self, entry: ConfigEntry) -> None:
        """Reload the entry."""
        await self._hass.config_entries.async_reload(entry.entry_id)
        await settle(self._hass)

    async def read(self, entry: ConfigEntry) -> None:
        """Refresh all coordinators twice, and download the diagnostics."""
        if entry.state is ConfigEntryState.LOADED:
            for coordinator in list(entry.runtime_data.coordinators.values()) * 2:
                await coordinator.async_refresh()
        await settle(self._hass)
        self.documents.append(json_bytes(await async_get_config_entry_diagnostics(self._hass, entry)))

    async def fail(self, entry: ConfigEntry) -> None:
        """Fail in every way while running and at set-up."""
        for fault in ("status", "html", "truncated", "wrong_shape", "empty"):
            self.simulator.faults.add(fault, path="*")
            await self.read(entry)
            await self.reload(entry)
            await self.read(entry)
            self.simulator.faults.clear()
            await self.reload(entry)

    async def be_replaced(self, entry: ConfigEntry, impostors: list[Simulator]) -> None:
        """Replace the gateway by others at its address, which DHCP discovers."""
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
        """Submit the forms of the reauthentication."""
        (flow,) = self._hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        await self.answer(flow["flow_id"], {}, *answers)


async def stored_elsewhere(hass: HomeAssistant, hass_storage: dict[str, Any], entry: ConfigEntry) -> str:
    """Return everything that Home Assistant stores, without the data of the entry."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await settle(hass)
    files = deepcopy(hass_storage)
    assert files
    (own,) = (each for each in files["core.config_entries"]["data"]["entries"] if each["entry_id"] == entry.entry_id)
    assert own.pop("data") == dict(entry.data)
    return str(files)


def found(secrets: Iterable[str], text: str) -> list[str]:
    """Return the secrets that a text contains."""
    return sorted(secret for secret in secrets if secret in text)


async def test_a_token_and_an_account_are_stored_in_the_entry_only(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    start_simulator: StartSimulator,
    start_cloud: StartCloud,
    network: Network,
    *,
    secrets: set[str],
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.enphase_iq_gateway.hub.token_renewal.RETRY_FIRST_S", 0.0)
    simulator = await start_simulator(serial=SERIAL)
    cloud = await start_cloud(simulator)
    scenario = Scenario(hass, network, simulator)
    account = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD, CONF_REMEMBER_PASSWORD: True}
    wrong_account = {**account, CONF_PASSWORD: "another wrong one"}
    entry = await scenario.set_up({"next_step_id": "account"}, wrong_account, {CONF_METHOD: "account"}, account)
    await scenario.read(entry)
    await scenario.fail(entry)
    await scenario.be_replaced(
        entry, [await start_simulator(serial=OTHER_SERIAL), await start_simulator(serial=SERIAL)]
    )
    simulator.revoke_tokens()
    await scenario.read(entry)
    assert cloud.token_requests == 2
    assert set(entry.data) >= {CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD}
    assert found(secrets, await stored_elsewhere(hass, hass_storage, entry)) == []

    cloud.accounts.clear()
    simulator.revoke_tokens()
    await scenario.read(entry)
    wrong = [simulator.token(serial=OTHER_SERIAL), simulator.token(lifetime_s=-1), simulator.token()[:-9], "eyJ" * 9]
    right = simulator.token()
    secrets.update(wrong)
    await scenario.reauth({"next_step_id": "token"}, *({CONF_TOKEN: token} for token in [*wrong, right]))

    assert entry.data[CONF_TOKEN] == right
    assert CONF_PASSWORD not in entry.data
    await scenario.read(entry)
    assert len(secrets) > 12
    assert "GET /ivp/meters/readings: status 503" in lines(log, OWN_LOG)
    assert found(secrets, lines(log)) == []
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC}, lines(log, OWN_LOG)) == []
    assert found(secrets, await stored_elsewhere(hass, hass_storage, entry)) == []
    assert found(secrets, str(hass_storage)) == [right]
    documents = str(scenario.documents)
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC, *simulator.world.inverters}, documents) == []


async def test_a_second_factor_leaves_only_the_token(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    start_simulator: StartSimulator,
    start_cloud: StartCloud,
    network: Network,
    *,
    secrets: set[str],
    log: pytest.LogCaptureFixture,
) -> None:
    """No password, cookie or code is kept, even where the password should be remembered."""
    simulator = await start_simulator(serial=SERIAL)
    cloud = await start_cloud(simulator)
    second_factor = cloud.second_factor
    second_factor.required = True
    scenario = Scenario(hass, network, simulator)
    account = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD, CONF_REMEMBER_PASSWORD: True}
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    flow_id = flow["flow_id"]
    await scenario.answer(flow_id, {CONF_HOST: ADDRESS}, {"next_step_id": "account"}, account)
    for answer in Checking:
        second_factor.check_answer = answer
        result = await scenario.answer(flow_id, {CONF_CODE: "7431 99", CONF_SEND_AGAIN: False})
        if result["step_id"] == "retry_sign_in":
            await scenario.answer(flow_id, {CONF_METHOD: "account"}, account)
    second_factor.expire()
    second_factor.check_answer = Checking.FULL
    await scenario.answer(flow_id, {CONF_CODE: "7431 99", CONF_SEND_AGAIN: False})
    cloud.token_answer = cloud.enlighten_token_answer = CloudAnswer.NOT_JSON
    code = {CONF_CODE: second_factor.codes[-1], CONF_SEND_AGAIN: False}
    await scenario.answer(flow_id, code)
    cloud.token_answer = CloudAnswer.OK
    entry = (await scenario.answer(flow_id, code))["result"]
    await scenario.read(entry)
    await scenario.fail(entry)

    assert set(entry.data) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE}
    secrets.update({"743199", *second_factor.codes})
    assert len(second_factor.codes) > 2
    assert found(secrets, lines(log)) == []
    assert found({*secrets, SERIAL, MAC}, lines(log, OWN_LOG)) == []
    assert found(secrets, await stored_elsewhere(hass, hass_storage, entry)) == []
    assert found(secrets, str(hass_storage)) == [entry.data[CONF_TOKEN]]
    assert found({*secrets, SERIAL, MAC}, str(scenario.documents)) == []


async def test_a_local_account_is_stored_in_the_entry_only(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    start_simulator: StartSimulator,
    network: Network,
    *,
    secrets: set[str],
    log: pytest.LogCaptureFixture,
) -> None:
    """The password is the end of the serial."""
    simulator = await start_simulator("metered_digest", serial=SERIAL)
    secrets.add(simulator.password)
    scenario = Scenario(hass, network, simulator)
    account = {CONF_USERNAME: "envoy", CONF_PASSWORD: simulator.password}
    entry = await scenario.set_up({**account, CONF_PASSWORD: "another wrong one"}, account)
    await scenario.read(entry)
    await scenario.fail(entry)
    await scenario.be_replaced(entry, [await start_simulator("metered_digest", serial=OTHER_SERIAL)])
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PASSWORD: "another wrong one"})
    await scenario.reload(entry)
    await scenario.read(entry)
    await scenario.reauth(account)
    await scenario.read(entry)

    assert entry.state is ConfigEntryState.LOADED
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC}, lines(log, OWN_LOG)) == []
    assert found({*secrets, SERIAL, OTHER_SERIAL, MAC, *simulator.world.inverters}, str(scenario.documents)) == []
    # Home Assistant names devices by their serial in its storage and log, and so has its end.
    assert found(secrets - {simulator.password}, lines(log)) == []
    elsewhere = (await stored_elsewhere(hass, hass_storage, entry)).replace(SERIAL, "")
    assert found(secrets, elsewhere) == []
