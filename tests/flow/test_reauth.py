"""Sign in again, without losing entities or options."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
import pytest

from custom_components.enphase_iq_gateway.client import CertificateCheck
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import (
    CONF_CERTIFICATE,
    CONF_CERTIFICATE_CHECK,
    CONF_REMEMBER_PASSWORD,
    CONF_UPDATE_INTERVAL,
    DOMAIN,
)
from tests.conftest import PASSWORD, USERNAME, Network, StartCloud, StartSimulator, set_up
from tests.support.entries import ADDRESS, choose_and_submit, credentials, entities, is_loaded, set_up_at
from tests.support.texts import error_text, step_text

ACCOUNT: dict[str, Any] = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD, CONF_REMEMBER_PASSWORD: True}


async def poll(hass: HomeAssistant, entry: ConfigEntry, coordinator: PollGroup = PollGroup.LIVE) -> None:
    """Refresh a coordinator."""
    await entry.runtime_data.coordinators[coordinator].async_refresh()
    await hass.async_block_till_done()


def reauth_flow(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the flow that asks the user to sign in again."""
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    return flow


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
    result = await choose_and_submit(hass, result, step, answers)

    assert result["reason"] == "reauth_successful"
    assert is_loaded(entry)
    assert entry.options == {CONF_UPDATE_INTERVAL: 15}
    assert set(entry.data) == {CONF_HOST, CONF_CERTIFICATE} | kept
    assert entities(hass, entry) == before
    assert entry.runtime_data.coordinators[PollGroup.LIVE].last_update_success
    assert hass.config_entries.flow.async_progress() == []


async def test_a_wrong_answer_can_be_corrected(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    stored = dict(entry.data)
    simulator.revoke_tokens()
    await poll(hass, entry)

    result = await choose_and_submit(
        hass, await confirm(hass), "token", {CONF_TOKEN: simulator.token(serial="121900000099")}
    )

    assert "This token is for gateway 121900000099" in error_text(result)
    assert entry.data == stored
    result = await choose_and_submit(hass, result, None, {CONF_TOKEN: simulator.token()})
    assert result["reason"] == "reauth_successful"


async def test_another_device_gets_no_credentials(
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
    assert credentials(impostor) == []
    network[ADDRESS] = simulator
    result = await choose_and_submit(
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

    result = await choose_and_submit(hass, await confirm(hass), "token", {CONF_TOKEN: after.token()})

    assert result["reason"] == "reauth_successful"
    assert is_loaded(entry)
    assert set(entry.data) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE}
    assert names <= entities(hass, entry)
    assert [request.credential for request in after.requests if request.credential == "digest"] == []


@pytest.mark.parametrize("step", ["token", "account"])
async def test_an_update_while_home_assistant_was_off_leads_to_another_sign_in(
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
    assert credentials(simulator) == []
    answers = ACCOUNT if step == "account" else {CONF_TOKEN: simulator.token()}
    result = await choose_and_submit(hass, await confirm(hass), step, answers)
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
    result = await choose_and_submit(hass, await confirm(hass), None, {CONF_USERNAME: "envoy"})
    assert result["reason"] == "reauth_successful"
    assert is_loaded(entry)


async def test_a_stored_text_that_is_no_token_is_not_sent(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """The storage was edited by hand."""
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: "edited"})
    simulator.requests.clear()

    await hass.config_entries.async_reload(entry.entry_id)

    assert not is_loaded(entry)
    assert credentials(simulator) == []
    assert reauth_flow(hass)


# Reading a 401 (G§2.6)


async def test_a_refusal_of_one_endpoint_asks_for_no_sign_in(
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


async def test_an_ended_session_is_renewed_without_the_user(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.reboot()

    await poll(hass, entry)

    assert entry.runtime_data.coordinators[PollGroup.LIVE].last_update_success
    assert hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize(("fault", "parameters"), [("status", {"code": 503}), ("reset", {})])
async def test_a_token_check_that_fails_asks_for_no_sign_in(
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


async def test_no_other_certificate_is_accepted_while_signing_in_where_the_user_wants_none(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """The certificate is replaced while the form is open, when a renewal is due."""
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_at(hass, network, simulator, options={CONF_CERTIFICATE_CHECK: CertificateCheck.STRICT})
    simulator.revoke_tokens()
    await poll(hass, entry)
    result = await confirm(hass)
    pinned = simulator.fingerprint
    simulator.replace_certificate()
    simulator.requests.clear()

    result = await choose_and_submit(hass, result, "token", {CONF_TOKEN: simulator.token()})

    assert "presents a different certificate than this gateway did before" in error_text(result)
    assert (credentials(simulator), entry.data[CONF_CERTIFICATE]["sha256"]) == ([], pinned)
