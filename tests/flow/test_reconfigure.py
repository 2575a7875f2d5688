"""Change the address, without losing entities or options."""

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.enphase_iq_gateway.client import CertificateCheck
from custom_components.enphase_iq_gateway.const import (
    CONF_CERTIFICATE,
    CONF_CERTIFICATE_CHECK,
    CONF_METHOD,
    CONF_UPDATE_INTERVAL,
)
from simulator import Simulator
from tests.conftest import PASSWORD, USERNAME, Network, StartCloud, StartSimulator, set_up
from tests.support.entries import (
    ADDRESS,
    OTHER_ADDRESS,
    choose_and_submit,
    credentials,
    entities,
    is_loaded,
    move,
    reconfigure,
    set_up_at,
)
from tests.support.forms import account, submit
from tests.support.texts import error_text, step_text


async def choose_method(hass: HomeAssistant, result: ConfigFlowResult, method: str) -> ConfigFlowResult:
    """Choose a sign-in method after an error."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_METHOD: method})


def without_certificate(entry: ConfigEntry) -> dict[str, object]:
    """Return the data of an entry without its certificate, whose time of last use changes."""
    return {key: value for key, value in entry.data.items() if key != CONF_CERTIFICATE}


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
    result = await choose_and_submit(
        hass, await choose_method(hass, result, "token"), None, {CONF_TOKEN: simulator.token()}
    )

    assert result["reason"] == "reconfigure_successful"
    assert set(entry.data) == {CONF_HOST, CONF_CERTIFICATE, CONF_TOKEN}


async def test_a_working_token_is_replaced_where_the_user_wants_it(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    """A pasted token becomes one that is renewed."""
    simulator = await start_simulator()
    await start_cloud(simulator)
    entry = await set_up(hass, simulator)
    before = entities(hass, entry)

    result = await reconfigure(hass, entry)
    result = await submit(hass, result, host=simulator.address, sign_in_again=True)
    result = await choose_and_submit(hass, result, "account", account(remember=True))

    assert result["reason"] == "reconfigure_successful"
    assert set(entry.data) == {CONF_HOST, CONF_CERTIFICATE, CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD}
    assert is_loaded(entry)
    assert entities(hass, entry) == before


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
    assert {str(key): key.description for key in result["data_schema"].schema}[CONF_HOST] == {
        "suggested_value": ADDRESS
    }
    result = await move(hass, result, OTHER_ADDRESS)

    assert result["reason"] == "reconfigure_successful"
    assert without_certificate(entry) == {key: stored[key] for key in stored if key != CONF_CERTIFICATE} | {
        CONF_HOST: OTHER_ADDRESS
    }
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint
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
    result = await choose_and_submit(hass, result, None, {CONF_USERNAME: "envoy"})
    assert result["reason"] == "reconfigure_successful"


async def test_a_gateway_is_not_moved_to_another_one_unless_it_replaces_it(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    entry = await set_up_at(hass, network, await start_simulator())
    other = await start_simulator(serial="121900000099")
    network[OTHER_ADDRESS] = other

    result = await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS)

    assert (result["step_id"], credentials(other)) == ("another_gateway", [])
    assert step_text(result).startswith("Gateway 121900000099 responds at 192.0.2.6 instead of 122300000001.")
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": "reconfigure"})
    result = await move(hass, result, ADDRESS)
    assert result["reason"] == "reconfigure_successful"


async def moved_and_reset(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> tuple[ConfigEntry, Simulator, str]:
    """Set up a gateway, then change its address and its certificate; return also its first fingerprint."""
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    known = simulator.fingerprint
    simulator.replace_certificate()
    simulator.reboot()
    network[OTHER_ADDRESS] = network.pop(ADDRESS)
    await hass.config_entries.async_reload(entry.entry_id)
    assert not is_loaded(entry)
    simulator.requests.clear()
    return entry, simulator, known


async def test_a_gateway_that_was_moved_and_reset_is_accepted_by_its_new_certificate(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """Both fingerprints are shown first, and it gets no credential before the user has accepted it."""
    entry, simulator, known = await moved_and_reset(hass, start_simulator, network)

    result = await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS)

    assert result["step_id"] == "other_certificate"
    for fingerprint in (known, simulator.fingerprint):
        assert bytes.fromhex(fingerprint).hex(":").upper() in step_text(result)
    assert f"The device at {OTHER_ADDRESS} identifies itself as gateway {simulator.serial}" in step_text(result)
    assert credentials(simulator) == []

    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    await hass.async_block_till_done()

    assert result["reason"] == "reconfigure_successful"
    assert is_loaded(entry)
    assert (entry.data[CONF_HOST], entry.data[CONF_CERTIFICATE]["sha256"]) == (OTHER_ADDRESS, simulator.fingerprint)
    assert list(ir.async_get(hass).issues) == []


async def test_the_certificate_that_is_accepted_is_the_one_that_was_shown(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """A third device that appears meanwhile gets nothing."""
    entry, _, _ = await moved_and_reset(hass, start_simulator, network)
    result = await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS)
    third = network[OTHER_ADDRESS] = await start_simulator()

    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})

    assert (result["step_id"], credentials(third)) == ("reconfigure", [])
    assert "presents a different certificate than this gateway did before" in error_text(result)


async def test_a_reset_gateway_that_rejects_the_token_asks_for_another_one(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    entry, simulator, _ = await moved_and_reset(hass, start_simulator, network)
    simulator.revoke_tokens()
    result = await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS)

    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})

    assert error_text(result).startswith("The gateway rejected the sign-in.")
    result = await choose_and_submit(
        hass, await choose_method(hass, result, "token"), None, {CONF_TOKEN: simulator.token()}
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint


async def test_an_outage_after_accepting_a_certificate_returns_to_the_address(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    entry, simulator, _ = await moved_and_reset(hass, start_simulator, network)
    result = await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS)
    simulator.faults.add("status", path="/auth/check_jwt", code=503)

    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})

    assert (result["step_id"], error_text(result)[:19]) == ("reconfigure", "The gateway is busy")


async def test_a_renewal_that_is_accepted_while_moving_is_reported(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_at(hass, network, simulator)
    simulator.replace_certificate()
    simulator.reboot()
    network[OTHER_ADDRESS] = network.pop(ADDRESS)

    result = await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS)

    assert result["reason"] == "reconfigure_successful"
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint
    assert [issue.translation_key for issue in ir.async_get(hass).issues.values()] == ["certificate_renewed"]


async def test_no_other_certificate_is_accepted_while_moving_where_the_user_wants_none(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """The certificate is replaced while the form of the token is open, when a renewal is due."""
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_at(hass, network, simulator, options={CONF_CERTIFICATE_CHECK: CertificateCheck.STRICT})
    result = await submit(hass, await reconfigure(hass, entry), host=ADDRESS, sign_in_again=True)
    pinned = simulator.fingerprint
    simulator.replace_certificate()
    simulator.requests.clear()

    result = await choose_and_submit(hass, result, "token", {CONF_TOKEN: simulator.token()})

    assert "presents a different certificate than this gateway did before" in error_text(result)
    assert (credentials(simulator), entry.data[CONF_CERTIFICATE]["sha256"]) == ([], pinned)
