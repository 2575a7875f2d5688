"""Sign in again and change the address, without losing entities or options."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.client import PollGroup
from custom_components.enphase_iq_gateway.config_flow import CONF_METHOD
from custom_components.enphase_iq_gateway.const import (
    CONF_CERTIFICATE,
    CONF_REMEMBER_PASSWORD,
    CONF_UPDATE_INTERVAL,
    DOMAIN,
)
from simulator import Simulator
from tests.conftest import PASSWORD, USERNAME, Network, StartCloud, StartSimulator, set_up, sign_in
from tests.support.texts import error_text, step_text

ADDRESS = "192.0.2.5"
OTHER_ADDRESS = "192.0.2.6"

ACCOUNT: dict[str, Any] = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD, CONF_REMEMBER_PASSWORD: True}


async def set_up_at(hass: HomeAssistant, network: Network, simulator: Simulator, address: str = ADDRESS) -> ConfigEntry:
    """Set up a gateway at an address, with an option of its own."""
    network[address] = simulator
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: address})
    result = await sign_in(hass, result, simulator)
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    hass.config_entries.async_update_entry(entry, options={CONF_UPDATE_INTERVAL: 15})
    return entry


def is_loaded(entry: ConfigEntry) -> bool:
    """Return whether the gateway is set up."""
    return entry.state is ConfigEntryState.LOADED


def entities(hass: HomeAssistant, entry: ConfigEntry) -> set[tuple[str, str]]:
    """Return the entity ids and unique ids of a gateway."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {(entity.entity_id, entity.unique_id) for entity in registered}


async def poll(hass: HomeAssistant, entry: ConfigEntry, coordinator: PollGroup = PollGroup.LIVE) -> None:
    """Refresh a coordinator."""
    await entry.runtime_data.coordinators[coordinator].async_refresh()
    await hass.async_block_till_done()


def reauth_flow(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the flow that asks the user to sign in again."""
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    return flow


async def answer(
    hass: HomeAssistant, result: ConfigFlowResult, step: str | None, answers: dict[str, Any]
) -> ConfigFlowResult:
    """Choose a sign-in method where there is a choice, then sign in."""
    if step is not None:
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": step})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], answers)
    await hass.async_block_till_done()
    return result


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Start to change the address."""
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    return await hass.config_entries.flow.async_init(DOMAIN, context=context)


async def move(hass: HomeAssistant, result: ConfigFlowResult, address: str) -> ConfigFlowResult:
    """Enter an address."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: address})
    await hass.async_block_till_done()
    return result


async def move_on(hass: HomeAssistant, result: ConfigFlowResult, method: str) -> ConfigFlowResult:
    """Choose a sign-in method after an error."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_METHOD: method})


async def confirm(hass: HomeAssistant) -> ConfigFlowResult:
    """Confirm to sign in again."""
    return await hass.config_entries.flow.async_configure(reauth_flow(hass)["flow_id"], {})


@pytest.mark.parametrize(
    ("step", "kept"), [("token", {CONF_TOKEN}), ("account", {CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD})]
)
async def test_a_refused_token_leads_to_another(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud, *, step: str, kept: set[str]
) -> None:
    simulator = await start_simulator()
    await start_cloud(simulator)
    entry = await set_up(hass, simulator)
    hass.config_entries.async_update_entry(entry, options={CONF_UPDATE_INTERVAL: 15})
    before = entities(hass, entry)
    simulator.revoke_tokens()
    await poll(hass, entry)

    assert simulator.serial in step_text(await hass.config_entries.flow.async_configure(reauth_flow(hass)["flow_id"]))
    result = await confirm(hass)
    answers = ACCOUNT if step == "account" else {CONF_TOKEN: simulator.token()}
    result = await answer(hass, result, step, answers)

    assert result["reason"] == "reauth_successful"
    assert is_loaded(entry)
    assert entry.options == {CONF_UPDATE_INTERVAL: 15}
    assert set(entry.data) == {CONF_HOST, CONF_CERTIFICATE} | kept
    assert entities(hass, entry) == before
    assert entry.runtime_data.coordinators[PollGroup.LIVE].last_update_success
    assert hass.config_entries.flow.async_progress() == []


async def test_a_pasted_token_replaces_a_remembered_account(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    cloud.accounts.clear()
    entry = await set_up(hass, simulator)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD})
    simulator.revoke_tokens()

    result = await reconfigure(hass, entry)
    result = await move(hass, result, simulator.address)
    assert error_text(result).startswith("The gateway rejected the sign-in.")
    result = await answer(hass, await move_on(hass, result, "token"), None, {CONF_TOKEN: simulator.token()})

    assert result["reason"] == "reconfigure_successful"
    assert set(entry.data) == {CONF_HOST, CONF_CERTIFICATE, CONF_TOKEN}


async def test_a_wrong_answer_can_be_corrected(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    stored = dict(entry.data)
    simulator.revoke_tokens()
    await poll(hass, entry)

    result = await answer(hass, await confirm(hass), "token", {CONF_TOKEN: simulator.token(serial="121900000099")})

    assert "This token is for gateway 121900000099" in error_text(result)
    assert entry.data == stored
    result = await answer(hass, result, None, {CONF_TOKEN: simulator.token()})
    assert result["reason"] == "reauth_successful"


async def test_nothing_is_asked_of_another_device(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    simulator.revoke_tokens()
    await poll(hass, entry)
    impostor = network[ADDRESS] = await start_simulator(serial="121900000099")

    result = await confirm(hass)

    assert error_text(result).startswith(
        f"A different gateway responds at this address: 121900000099 instead of {simulator.serial}."
    )
    assert [request.path for request in impostor.requests if request.credential != "none"] == []
    network[ADDRESS] = simulator
    result = await answer(
        hass,
        await hass.config_entries.flow.async_configure(result["flow_id"], {}),
        "token",
        {CONF_TOKEN: simulator.token()},
    )
    assert result["reason"] == "reauth_successful"


async def test_an_update_to_firmware_with_tokens_leads_to_the_token(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """The local account is no longer accepted, and the entities stay."""
    before = await start_simulator("metered_digest")
    entry = await set_up_at(hass, network, before)
    names = entities(hass, entry)
    after = network[ADDRESS] = await start_simulator("metered_net_three_phase")
    before.reboot()
    # The connection breaks first; then TLS is found.
    for _ in range(2):
        await poll(hass, entry)

    result = await answer(hass, await confirm(hass), "token", {CONF_TOKEN: after.token()})

    assert result["reason"] == "reauth_successful"
    assert is_loaded(entry)
    assert set(entry.data) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE}
    assert names <= entities(hass, entry)
    assert [request.credential for request in after.requests if request.credential == "digest"] == []


@pytest.mark.parametrize("step", ["token", "account"])
async def test_another_kind_of_sign_in_at_start(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    start_cloud: StartCloud,
    network: Network,
    *,
    step: str,
) -> None:
    """The firmware was updated while Home Assistant was off; the old credentials are not sent."""
    entry = await set_up_at(hass, network, await start_simulator("metered_digest"))
    simulator = network[ADDRESS] = await start_simulator("metered_net_three_phase")
    await start_cloud(simulator)

    await hass.config_entries.async_reload(entry.entry_id)

    assert not is_loaded(entry)
    assert [request.path for request in simulator.requests if request.credential != "none"] == []
    answers = ACCOUNT if step == "account" else {CONF_TOKEN: simulator.token()}
    result = await answer(hass, await confirm(hass), step, answers)
    assert result["reason"] == "reauth_successful"
    assert is_loaded(entry)
    assert CONF_TOKEN in entry.data


async def test_a_local_account_that_is_refused_leads_to_another(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator("non_metered")
    entry = await set_up(hass, simulator)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PASSWORD: "an old one"})

    await hass.config_entries.async_reload(entry.entry_id)

    assert not is_loaded(entry)
    result = await answer(hass, await confirm(hass), None, {CONF_USERNAME: "envoy"})
    assert result["reason"] == "reauth_successful"
    assert is_loaded(entry)


async def test_what_is_stored_is_no_token(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """The storage was edited by hand: nothing is sent."""
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: "edited"})

    await hass.config_entries.async_reload(entry.entry_id)

    assert not is_loaded(entry)
    assert reauth_flow(hass)


async def test_a_gateway_is_moved_by_hand_and_keeps_its_credentials(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    remembered = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD}
    hass.config_entries.async_update_entry(entry, data={**entry.data, **remembered})
    before, stored = entities(hass, entry), dict(entry.data)
    network[OTHER_ADDRESS] = network.pop(ADDRESS)

    result = await reconfigure(hass, entry)
    assert result["data_schema"] is not None
    assert [key.description for key in result["data_schema"].schema] == [{"suggested_value": ADDRESS}]
    result = await move(hass, result, OTHER_ADDRESS)

    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {**stored, CONF_HOST: OTHER_ADDRESS}
    assert entry.options == {CONF_UPDATE_INTERVAL: 15}
    assert is_loaded(entry)
    assert entities(hass, entry) == before


async def test_a_gateway_with_an_account_of_its_own_keeps_it_when_moved(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    entry = await set_up_at(hass, network, await start_simulator("metered_digest"))
    stored = dict(entry.data)
    network[OTHER_ADDRESS] = network.pop(ADDRESS)

    result = await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS)

    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {**stored, CONF_HOST: OTHER_ADDRESS}


async def test_an_outage_while_moving_asks_for_no_credentials(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.faults.add("status", path="/auth/check_jwt", code=503)

    result = await move(hass, await reconfigure(hass, entry), simulator.address)

    assert (result["step_id"], error_text(result)[:19]) == ("reconfigure", "The gateway is busy")
    simulator.faults.clear()
    assert (await move(hass, result, simulator.address))["reason"] == "reconfigure_successful"


async def test_a_refused_local_account_is_asked_for_when_the_gateway_moves(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator("non_metered")
    entry = await set_up(hass, simulator)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PASSWORD: "an old one"})

    result = await move(hass, await reconfigure(hass, entry), simulator.address)

    assert (result["step_id"], bool(error_text(result))) == ("local_account", True)
    result = await answer(hass, result, None, {CONF_USERNAME: "envoy"})
    assert result["reason"] == "reconfigure_successful"


@pytest.mark.parametrize(
    ("serial", "read"),
    [
        ("121900000099", "A different gateway responds at this address: 121900000099 instead of 122300000001."),
        ("122300000001", "presents a different certificate than this gateway did before"),
    ],
    ids=["other serial", "other certificate"],
)
async def test_a_gateway_is_not_moved_to_another_device(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, serial: str, read: str
) -> None:
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    network[OTHER_ADDRESS] = await start_simulator(serial=serial)

    result = await reconfigure(hass, entry)
    result = await move(hass, result, OTHER_ADDRESS)

    assert read in error_text(result)
    result = await move(hass, result, ADDRESS)
    assert result["reason"] == "reconfigure_successful"


# Reading a 401 (G§2.6)


async def test_a_refusal_of_one_endpoint_concerns_that_endpoint(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """The role of the token is too low for it; the other coordinators continue."""
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.faults.add("status", path="/ivp/pdm/device_data", code=401)
    simulator.faults.add("status", path="/api/v1/production/inverters", code=401)

    for _ in range(3):
        await poll(hass, entry, PollGroup.INVERTERS)
        await poll(hass, entry)

    coordinators = entry.runtime_data.coordinators
    assert (
        coordinators[PollGroup.INVERTERS].last_update_success,
        coordinators[PollGroup.LIVE].last_update_success,
    ) == (False, True)
    assert hass.config_entries.flow.async_progress() == []


async def test_a_token_that_is_refused_everywhere_is_checked_once(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.revoke_tokens()
    simulator.requests.clear()

    await poll(hass, entry)

    assert [request.path for request in simulator.requests].count("/auth/check_jwt") == 1
    assert reauth_flow(hass)


async def test_an_ended_session_is_nobodys_business(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.reboot()

    await poll(hass, entry)

    assert entry.runtime_data.coordinators[PollGroup.LIVE].last_update_success
    assert hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize(("fault", "parameters"), [("status", {"code": 503}), ("reset", {})])
async def test_an_outage_of_the_check_is_no_refusal(
    hass: HomeAssistant, start_simulator: StartSimulator, fault: str, parameters: dict[str, int]
) -> None:
    """A gateway that is starting refuses and fails by turns."""
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.end_sessions()
    simulator.faults.add("status", path="/ivp/meters/readings", code=401)
    simulator.faults.add(fault, path="/auth/check_jwt", **parameters)

    for _ in range(3):
        await poll(hass, entry)

    assert not entry.runtime_data.coordinators[PollGroup.LIVE].last_update_success
    assert hass.config_entries.flow.async_progress() == []
    simulator.faults.clear()
    await poll(hass, entry)
    assert entry.runtime_data.coordinators[PollGroup.LIVE].last_update_success
