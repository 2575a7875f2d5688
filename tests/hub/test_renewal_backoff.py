"""Tokens that the gateway keeps rejecting: Enphase blocks an account that requests too many."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.enphase_iq_gateway.hub import token_renewal
from simulator import Simulator
from simulator.cloud import Cloud, CloudAnswer
from tests.support.aged_tokens import DAY, Clock, is_asked, is_read, pass_time, poll, set_up_with


async def test_tokens_that_are_refused_soon_are_renewed_less_and_less_often(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 1000.0
    monkeypatch.setattr(token_renewal, "monotonic", lambda: now_s)
    entry = await set_up_with(hass, simulator, clock, left_s=300 * DAY)
    simulator.revoke_tokens()
    await poll(hass, entry)

    for renewals, wait_s in ((1, 60), (2, 120), (3, 240)):
        simulator.revoke_tokens()
        await poll(hass, entry)
        await pass_time(hass, wait_s - 1)
        assert (cloud.login_requests, is_read(entry)) == (renewals, False)
        now_s += wait_s
        await pass_time(hass, wait_s + 1)
        await poll(hass, entry)
        assert (cloud.login_requests, is_read(entry)) == (renewals + 1, True)

    now_s += DAY
    simulator.revoke_tokens()
    await poll(hass, entry)
    assert (cloud.login_requests, is_asked(hass)) == (5, False)


async def test_a_failing_cloud_is_not_asked_at_every_refusal(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, clock: Clock
) -> None:
    cloud.login_answer = CloudAnswer.SERVER_ERROR
    entry = await set_up_with(hass, simulator, clock, left_s=300 * DAY)

    for _ in range(4):
        simulator.faults.add("status", path="/*", code=401)
        await poll(hass, entry)
        simulator.faults.clear()
        await poll(hass, entry)

    assert cloud.login_requests == 1
