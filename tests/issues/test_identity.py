"""Another device responds at the address of the gateway: it gets no credentials, and an issue describes it.

The issue is deleted when the right gateway responds. Credentials are counted by the device that must not get any.
"""

from collections.abc import Callable
from datetime import timedelta
import time

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE, CONF_CERTIFICATE_CHECK, DOMAIN
from simulator import Simulator
from tests.conftest import Network, Reachable, StartSimulator, sign_in
from tests.support.device import Device, info, make_identity, unreadable_identity
from tests.support.repairs import open_repair, submit_repair
from tests.support.texts import issue_text

ADDRESS = "192.0.2.5"
OTHER_SERIAL = "121900000099"
DAY = 86_400


async def set_up_at(
    hass: HomeAssistant, network: Network, simulator: Simulator, check: str = "renewals"
) -> ConfigEntry:
    """Set up a gateway."""
    network[ADDRESS] = simulator
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: ADDRESS})
    result = await sign_in(hass, result, simulator)
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    hass.config_entries.async_update_entry(entry, options={CONF_CERTIFICATE_CHECK: check})
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def take_over(hass: HomeAssistant, entry: ConfigEntry, network: Network, device: Reachable, *, how: str) -> None:
    """Put a device at the address, while the integration runs or before a reload."""
    before = network[ADDRESS]
    network[ADDRESS] = device
    if isinstance(before, Simulator):
        before.reboot()  # the cable is pulled
    if how == "reload":
        await hass.config_entries.async_reload(entry.entry_id)
    else:
        await poll(hass, entry)


async def poll(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Refresh every coordinator, or retry set-up; several times, because coordinators bridge a failure."""
    for _ in range(3):
        if entry.state is ConfigEntryState.LOADED:
            for coordinator in entry.runtime_data.coordinators.values():
                await coordinator.async_refresh()
        else:
            async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=15))
        await hass.async_block_till_done(wait_background_tasks=True)


def readable(entry: ConfigEntry) -> bool:
    """Return whether the gateway is read."""
    return entry.state is ConfigEntryState.LOADED and all(
        coordinator.last_update_success for coordinator in entry.runtime_data.coordinators.values()
    )


def credentials(simulator: Simulator) -> list[str]:
    """Return the paths that were requested with credentials, right or wrong."""
    return [request.path for request in simulator.requests if request.credential != "none"]


def issues(hass: HomeAssistant) -> dict[str | None, ir.IssueEntry]:
    """Return the issues by kind."""
    registry = ir.async_get(hass).issues
    return {issue.translation_key: issue for (domain, _), issue in registry.items() if domain == DOMAIN}


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_another_gateway_gets_nothing_and_is_named(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str
) -> None:
    simulator, impostor = await start_simulator(), await start_simulator(serial=OTHER_SERIAL)
    entry = await set_up_at(hass, network, simulator)

    await take_over(hass, entry, network, impostor, how=how)

    assert (readable(entry), credentials(impostor)) == (False, [])
    assert impostor.requests
    (issue,) = issues(hass).values()
    assert issue_text(issue).startswith(
        f"Gateway {OTHER_SERIAL} now responds at {ADDRESS}, the address of gateway {simulator.serial}."
    )
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert (readable(entry), issues(hass), credentials(impostor)) == (True, {}, [])


@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.parametrize("check", ["renewals", "strict"])
async def test_another_certificate_gets_nothing_and_is_shown(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str, check: str
) -> None:
    """The serial is right, but not secret; the pinned certificate is valid for most of a year."""
    simulator, impostor = await start_simulator(), await start_simulator()
    entry = await set_up_at(hass, network, simulator, check)

    await take_over(hass, entry, network, impostor, how=how)

    assert (readable(entry), credentials(impostor)) == (False, [])
    (issue,) = issues(hass).values()
    assert issue.is_fixable
    text = issue_text(issue)
    for fingerprint in (simulator.fingerprint, impostor.fingerprint):
        assert bytes.fromhex(fingerprint).hex(":").upper() in text
    for days in (-1, 364):
        assert f"{dt_util.utcnow() + timedelta(days=days):%Y-%m-%d}" in text
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert (readable(entry), issues(hass), credentials(impostor)) == (True, {}, [])
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_an_accepted_certificate_is_the_pinned_one(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    network: Network,
    how: str,
) -> None:
    """The user confirms that the gateway was reset; credentials are sent only after that."""
    simulator, reset = await start_simulator(), await start_simulator()
    entry = await set_up_at(hass, network, simulator, "strict")
    await take_over(hass, entry, network, reset, how=how)
    (issue,) = issues(hass).values()

    question = await open_repair(hass, issue)
    assert bytes.fromhex(reset.fingerprint).hex(":").upper() in str(question["description_placeholders"])
    assert credentials(reset) == []
    await submit_repair(hass, question)
    await hass.async_block_till_done()

    assert entry.data[CONF_CERTIFICATE]["sha256"] == reset.fingerprint
    assert credentials(reset) != []
    assert issues(hass) == {}


async def test_what_is_accepted_is_what_was_shown(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """A third device that appears meanwhile gets nothing."""
    simulator, shown, third = [await start_simulator() for _ in range(3)]
    entry = await set_up_at(hass, network, simulator)
    await take_over(hass, entry, network, shown, how="running")
    question = await open_repair(hass, issues(hass)["other_certificate"])

    await take_over(hass, entry, network, third, how="running")
    await submit_repair(hass, question)
    await poll(hass, entry)

    assert entry.data[CONF_CERTIFICATE]["sha256"] == shown.fingerprint
    assert credentials(third) == []


@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.parametrize(
    ("days_left", "check", "believed"),
    [
        (74, "renewals", True),
        (51, "renewals", True),
        (49, "renewals", False),
        (76, "renewals", False),
        (74, "strict", False),
        (300, "off", True),
    ],
)
async def test_a_renewal_is_believed_when_it_is_due(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    start_simulator: StartSimulator,
    network: Network,
    *,
    days_left: int,
    check: str,
    believed: bool,
    how: str,
) -> None:
    """From 75 to 50 days before the end of the pinned one, or as set in the options; then it is reported."""
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=365, not_before=time.time() - (365 - days_left) * DAY)
    entry = await set_up_at(hass, network, simulator, check)
    pinned = simulator.fingerprint
    simulator.requests.clear()

    simulator.replace_certificate()
    await take_over(hass, entry, network, simulator, how=how)

    assert (readable(entry), bool(credentials(simulator))) == (believed, believed)
    reported = [] if check == "off" else ["certificate_renewed"]
    assert list(issues(hass)) == (reported if believed else ["other_certificate"])
    assert entry.data[CONF_CERTIFICATE]["sha256"] == (simulator.fingerprint if believed else pinned)
    assert (f"New certificate {simulator.fingerprint} accepted in place of {pinned}" in caplog.text) is believed


async def test_the_repair_of_a_renewal_shows_both_certificates_and_stays_until_it_is_closed(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_at(hass, network, simulator)
    fingerprints = [simulator.fingerprint]
    simulator.replace_certificate()
    fingerprints.append(simulator.fingerprint)

    await take_over(hass, entry, network, simulator, how="running")
    await hass.config_entries.async_reload(entry.entry_id)

    (issue,) = issues(hass).values()
    assert (issue.translation_key, issue.is_persistent, issue.is_fixable) == ("certificate_renewed", True, True)
    for fingerprint in fingerprints:
        assert bytes.fromhex(fingerprint).hex(":").upper() in issue_text(issue)
    await submit_repair(hass, await open_repair(hass, issue))
    assert issues(hass) == {}
    assert readable(entry)


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_an_impostor_that_refuses_the_token_is_no_renewal(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str
) -> None:
    """The pinned certificate stays, nobody is asked to sign in, and the gateway itself is read again at once."""
    simulator, impostor = await start_simulator(), await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_at(hass, network, simulator)
    impostor.revoke_tokens()

    await take_over(hass, entry, network, impostor, how=how)

    assert (readable(entry), set(credentials(impostor))) == (False, {"/auth/check_jwt"})
    assert list(issues(hass)) == ["other_certificate"]
    assert hass.config_entries.flow.async_progress() == []
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert (readable(entry), issues(hass)) == (True, {})


class TlsDevice(Device):
    """A device with TLS."""

    uses_tokens = True


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_a_certificate_that_cannot_be_read_is_a_gateway_that_is_not_there(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    start_simulator: StartSimulator,
    network: Network,
    how: str,
) -> None:
    """It is retried, without a traceback, until the right gateway responds."""
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    async with TlsDevice({"/info": info(simulator.serial)}, identity=unreadable_identity()) as impostor:
        await take_over(hass, entry, network, impostor, how=how)

        assert (readable(entry), impostor.credentials, issues(hass)) == (False, [], {})
        assert [record for record in caplog.records if record.exc_info and record.levelname == "ERROR"] == []
        network[ADDRESS] = simulator
        impostor.hang_up()
        await poll(hass, entry)
        assert (readable(entry), impostor.credentials) == (True, [])


MARKDOWN = "1. Your token was stolen. [Sign in again](https://example.com) ![](https://example.com/pixel.png)"


async def test_a_text_of_a_stranger_is_in_no_issue(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    async with TlsDevice({"/info": info(MARKDOWN)}, identity=make_identity()) as impostor:
        await take_over(hass, entry, network, impostor, how="running")

        assert (readable(entry), impostor.credentials, issues(hass)) == (False, [], {})


async def test_a_renewed_certificate_is_known_after_a_restart(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=365, not_before=time.time() - 300 * DAY)
    entry = await set_up_at(hass, network, simulator)
    runtime = entry.runtime_data
    simulator.replace_certificate()
    await take_over(hass, entry, network, simulator, how="running")
    assert entry.runtime_data is runtime

    await hass.config_entries.async_reload(entry.entry_id)

    assert readable(entry)
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint


def _redirect(impostor: Simulator) -> None:
    impostor.faults.add("status", path="*", code=301)


def _router_page(impostor: Simulator) -> None:
    impostor.faults.add("html", path="*")


@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.parametrize("spoil", [_redirect, _router_page])
async def test_what_is_no_gateway_gets_nothing(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    network: Network,
    spoil: Callable[[Simulator], None],
    how: str,
) -> None:
    """After a redirect or a router page there is nothing to accept, so no issue is raised."""
    simulator, impostor = await start_simulator(), await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    spoil(impostor)

    await take_over(hass, entry, network, impostor, how=how)

    assert (readable(entry), credentials(impostor), issues(hass)) == (False, [], {})
    assert {request.path for request in impostor.requests} == {"/info"}
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert (readable(entry), credentials(impostor)) == (True, [])


class PlainDevice(Device):
    """A device without TLS."""

    uses_tokens = False


@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.parametrize("firmware", ["D8.2.4345", "D5.0.62"])
async def test_an_answer_over_plain_http_gets_nothing(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str, firmware: str
) -> None:
    """A gateway with a certificate is not read over HTTP, whatever firmware the device claims."""
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    async with PlainDevice({"/info": info(simulator.serial, firmware)}) as impostor:
        await take_over(hass, entry, network, impostor, how=how)

        assert (readable(entry), impostor.credentials, issues(hass)) == (False, [], {})
        assert hass.config_entries.flow.async_progress() == []
        network[ADDRESS] = simulator
        impostor.hang_up()
        await poll(hass, entry)
        assert (readable(entry), impostor.credentials) == (True, [])


async def test_firmware_with_tokens_is_not_believed_over_plain_http(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """It seems to have been updated, which plain HTTP cannot prove."""
    simulator = await start_simulator("metered_digest")
    entry = await set_up_at(hass, network, simulator)
    async with PlainDevice({"/info": info(simulator.serial, "D8.2.4345")}) as impostor:
        await take_over(hass, entry, network, impostor, how="reload")

        assert (readable(entry), impostor.credentials, set(impostor.paths)) == (False, [], {"/info"})
        assert hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_old_firmware_is_known_by_its_serial(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str
) -> None:
    """Another gateway gets no answer to its digest challenge."""
    simulator, impostor = (
        await start_simulator("non_metered"),
        await start_simulator("non_metered", serial=OTHER_SERIAL),
    )
    entry = await set_up_at(hass, network, simulator)

    await take_over(hass, entry, network, impostor, how=how)

    assert (readable(entry), credentials(impostor), list(issues(hass))) == (False, [], ["wrong_device"])
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert (readable(entry), issues(hass), credentials(impostor)) == (True, {}, [])


async def test_a_deleted_gateway_needs_no_repair(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    ir.async_create_issue(
        hass, DOMAIN, "other", is_fixable=False, severity=ir.IssueSeverity.WARNING, translation_key="other"
    )
    simulator, impostor = await start_simulator(), await start_simulator(serial=OTHER_SERIAL)
    entry = await set_up_at(hass, network, simulator)
    await take_over(hass, entry, network, impostor, how="reload")
    assert list(issues(hass)) == ["other", "wrong_device"]

    await hass.config_entries.async_remove(entry.entry_id)

    assert list(issues(hass)) == ["other"]
