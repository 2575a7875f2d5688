"""A renewed certificate is accepted while it is due, and reported by an issue with both fingerprints."""

from dataclasses import replace
import time

from homeassistant.core import HomeAssistant
import pytest

from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE
from tests.conftest import Network, StartSimulator
from tests.support.entries import ADDRESS, credentials
from tests.support.impostors import issues, poll, readable, set_up_checked, take_over
from tests.support.repairs import open_repair, submit_repair
from tests.support.texts import issue_text

DAY = 86_400


@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.parametrize(
    ("days_left", "check", "accepted"),
    [
        (74, "renewals", True),
        (51, "renewals", True),
        (49, "renewals", False),
        (76, "renewals", False),
        (74, "strict", False),
        (300, "off", True),
    ],
)
async def test_a_renewed_certificate_is_accepted_when_it_is_due(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    start_simulator: StartSimulator,
    network: Network,
    *,
    days_left: int,
    check: str,
    accepted: bool,
    how: str,
) -> None:
    """From 75 to 50 days before the end of the pinned one, or as set in the options; then it is reported."""
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=365, not_before=time.time() - (365 - days_left) * DAY)
    entry = await set_up_checked(hass, network, simulator, check)
    pinned = simulator.fingerprint
    simulator.requests.clear()

    simulator.replace_certificate()
    await take_over(hass, entry, network, simulator, how=how)

    assert (readable(entry), bool(credentials(simulator))) == (accepted, accepted)
    reported = [] if check == "off" else ["certificate_renewed"]
    assert list(issues(hass)) == (reported if accepted else ["other_certificate"])
    assert entry.data[CONF_CERTIFICATE]["sha256"] == (simulator.fingerprint if accepted else pinned)
    assert (f"New certificate {simulator.fingerprint} accepted in place of {pinned}" in caplog.text) is accepted


async def test_the_repair_of_a_renewal_shows_both_certificates_and_stays_until_it_is_closed(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_checked(hass, network, simulator)
    fingerprints = [simulator.fingerprint]
    simulator.replace_certificate()
    fingerprints.append(simulator.fingerprint)

    await take_over(hass, entry, network, simulator, how="running")
    await hass.config_entries.async_reload(entry.entry_id)

    (issue,) = issues(hass).values()
    assert (issue.translation_key, issue.is_persistent, issue.is_fixable) == ("certificate_renewed", True, True)
    question = await open_repair(hass, issue)
    text = issue_text(replace(issue, translation_placeholders=dict(question["description_placeholders"] or {})))
    for shown in (ADDRESS, simulator.serial, *(bytes.fromhex(one).hex(":").upper() for one in fingerprints)):
        assert shown in text
    await submit_repair(hass, question)
    assert issues(hass) == {}
    assert readable(entry)


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_a_certificate_whose_device_rejects_the_token_is_not_accepted(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str
) -> None:
    """The pinned certificate stays, no sign-in is requested, and the gateway itself is read again at once."""
    simulator, impostor = await start_simulator(), await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_checked(hass, network, simulator)
    impostor.revoke_tokens()

    await take_over(hass, entry, network, impostor, how=how)

    # Set-up is tried several times, each time by a client without a memory.
    assert (readable(entry), set(credentials(impostor))) == (False, {"/auth/check_jwt"})
    assert how == "reload" or len(credentials(impostor)) == 1
    assert list(issues(hass)) == ["other_certificate"]
    assert "The token was sent to it if" in issue_text(issues(hass)["other_certificate"])
    assert hass.config_entries.flow.async_progress() == []
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert (readable(entry), issues(hass)) == (True, {})


async def test_a_renewed_certificate_is_pinned_after_a_restart(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=365, not_before=time.time() - 300 * DAY)
    entry = await set_up_checked(hass, network, simulator)
    runtime = entry.runtime_data
    simulator.replace_certificate()
    await take_over(hass, entry, network, simulator, how="running")
    assert entry.runtime_data is runtime

    await hass.config_entries.async_reload(entry.entry_id)

    assert readable(entry)
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint
