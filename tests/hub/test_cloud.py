"""Enphase's cloud in a Home Assistant without a network, where the DNS resolver has errors of its own."""

from collections.abc import Mapping
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import UnknownFlow
from pycares import AresError
import pytest

from custom_components.enphase_iq_gateway.client.auth.cloud import CloudConnection, CloudResponse
from custom_components.enphase_iq_gateway.hub import token_renewal
from simulator import Simulator
from simulator.cloud import Cloud
from tests.conftest import start_flow
from tests.support.aged_tokens import DAY, MINUTE, Clock, is_read, life_left_s, pass_time, set_up_with, token_issue
from tests.support.entries import is_loaded
from tests.support.forms import account, go_to, submit
from tests.support.texts import error_text

without_network = patch(
    "custom_components.enphase_iq_gateway.hub.cloud.async_create_clientsession",
    side_effect=AresError(3, "Failed to initialize c-ares"),
)


@pytest.mark.usefixtures("cloud")
async def test_a_renewal_without_a_network_is_tried_again(
    hass: HomeAssistant, simulator: Simulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile an issue warns that the token expires."""
    monkeypatch.setattr(token_renewal, "SPREAD_S", 0.0)
    with without_network:
        entry = await set_up_with(hass, simulator, clock, left_s=20 * DAY)
    assert (is_read(entry), token_issue(hass, entry) is not None) == (True, True)

    await pass_time(hass, MINUTE)

    assert life_left_s(entry) > 364 * DAY
    assert token_issue(hass, entry) is None


@pytest.mark.usefixtures("cloud")
async def test_a_start_with_a_refused_token_and_without_a_network_is_retried(
    hass: HomeAssistant, simulator: Simulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_renewal, "RETRY_FIRST_S", 0.0)
    with without_network:
        entry = await set_up_with(hass, simulator, clock, left_s=-DAY)
    assert (entry.state, entry.error_reason_translation_key) == (ConfigEntryState.SETUP_RETRY, "cloud_unavailable")

    await hass.config_entries.async_reload(entry.entry_id)

    assert is_loaded(entry)


@pytest.mark.usefixtures("cloud")
async def test_a_form_without_a_network_explains_it(hass: HomeAssistant, simulator: Simulator) -> None:
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    with without_network:
        result = await submit(hass, result, **account())

    assert error_text(result).startswith("The Enphase servers aren't available.")


async def test_a_dialog_that_is_closed_while_signing_in_sends_nothing_more(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    result = await go_to(hass, await start_flow(hass, simulator), "account")
    post_document = CloudConnection.post_document

    async def close_dialog(connection: CloudConnection, url: str, document: Mapping[str, str]) -> CloudResponse:
        hass.config_entries.flow.async_abort(result["flow_id"])
        return await post_document(connection, url, document)

    with patch.object(CloudConnection, "post_document", close_dialog), pytest.raises(UnknownFlow):
        await submit(hass, result, **account())

    assert (cloud.login_requests, cloud.token_requests) == (1, 0)
