"""Another device responds at the address of the gateway: it gets no credentials, and an issue describes it.

The issue is deleted when the right gateway responds. Credentials are counted by the device that must not get any.
"""

from collections.abc import Callable
from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE, DOMAIN
from simulator import Simulator
from tests.conftest import Network, StartSimulator
from tests.support.device import Device, info, make_identity, reply, unreadable_identity
from tests.support.entries import ADDRESS, credentials
from tests.support.impostors import OTHER_SERIAL, issues, poll, readable, set_up_checked, take_over
from tests.support.repairs import open_repair, submit_repair
from tests.support.texts import issue_text


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_another_gateway_gets_no_credentials_and_is_named(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str
) -> None:
    simulator, impostor = await start_simulator(), await start_simulator(serial=OTHER_SERIAL)
    entry = await set_up_checked(hass, network, simulator)

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
async def test_a_device_with_another_certificate_gets_no_credentials(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str, check: str
) -> None:
    """The serial is right, but not secret; the pinned certificate is valid for most of a year."""
    simulator, impostor = await start_simulator(), await start_simulator()
    entry = await set_up_checked(hass, network, simulator, check)

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
    entry = await set_up_checked(hass, network, simulator, "strict")
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


@pytest.mark.slow
async def test_only_the_certificate_that_was_shown_is_accepted(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """A third device that appears meanwhile gets nothing."""
    simulator, shown, third = [await start_simulator() for _ in range(3)]
    entry = await set_up_checked(hass, network, simulator)
    await take_over(hass, entry, network, shown, how="running")
    question = await open_repair(hass, issues(hass)["other_certificate"])

    await take_over(hass, entry, network, third, how="running")
    await submit_repair(hass, question)
    await poll(hass, entry)

    assert entry.data[CONF_CERTIFICATE]["sha256"] == shown.fingerprint
    assert credentials(third) == []


class TlsDevice(Device):
    """A device with TLS."""

    uses_tokens = True


@pytest.mark.slow
@pytest.mark.parametrize("how", ["running", "reload"])
async def test_a_certificate_that_cannot_be_read_is_retried(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    start_simulator: StartSimulator,
    network: Network,
    how: str,
) -> None:
    """It is retried, without a traceback, until the right gateway responds."""
    simulator = await start_simulator()
    entry = await set_up_checked(hass, network, simulator)
    async with TlsDevice({"/info": info(simulator.serial)}, identity=unreadable_identity()) as impostor:
        await take_over(hass, entry, network, impostor, how=how)

        assert (readable(entry), impostor.credentials, issues(hass)) == (False, [], {})
        assert [record for record in caplog.records if record.exc_info and record.levelname == "ERROR"] == []
        network[ADDRESS] = simulator
        impostor.hang_up()
        await poll(hass, entry)
        assert (readable(entry), impostor.credentials) == (True, [])


MARKDOWN = "1. Your token was stolen. [Sign in again](https://example.com) ![](https://example.com/pixel.png)"


@pytest.mark.slow
async def test_text_from_another_device_is_in_no_issue(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_checked(hass, network, simulator)
    async with TlsDevice({"/info": info(MARKDOWN)}, identity=make_identity()) as impostor:
        await take_over(hass, entry, network, impostor, how="running")

        assert (readable(entry), impostor.credentials, issues(hass)) == (False, [], {})


def _redirect(impostor: Simulator) -> None:
    impostor.faults.add("status", path="*", code=301)


def _router_page(impostor: Simulator) -> None:
    impostor.faults.add("html", path="*")


@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.parametrize("spoil", [_redirect, _router_page])
async def test_a_device_that_is_no_gateway_gets_no_credentials(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    network: Network,
    spoil: Callable[[Simulator], None],
    how: str,
) -> None:
    """After a redirect or a router page there is nothing to accept, so no issue is raised."""
    simulator, impostor = await start_simulator(), await start_simulator()
    entry = await set_up_checked(hass, network, simulator)
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
async def test_a_device_without_tls_gets_no_credentials(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str, firmware: str
) -> None:
    """A gateway with a certificate is not read over HTTP, whatever firmware the device claims."""
    simulator = await start_simulator()
    entry = await set_up_checked(hass, network, simulator)
    async with PlainDevice({"/info": info(simulator.serial, firmware)}) as impostor:
        await take_over(hass, entry, network, impostor, how=how)

        assert (readable(entry), impostor.credentials, issues(hass)) == (False, [], {})
        assert hass.config_entries.flow.async_progress() == []
        network[ADDRESS] = simulator
        impostor.hang_up()
        await poll(hass, entry)
        assert (readable(entry), impostor.credentials) == (True, [])


@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.parametrize("firmware", ["D8.2.4345", "D5.0.62"])
async def test_a_device_with_tls_does_not_keep_a_gateway_without_a_certificate_out(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str, firmware: str
) -> None:
    """Its certificate is not pinned, and the gateway is read over HTTP when it is back."""
    simulator = await start_simulator("non_metered")
    entry = await set_up_checked(hass, network, simulator)
    answers = {"/info": info(simulator.serial, firmware), "/api/v1/production/inverters": reply(b"[]")}
    async with TlsDevice(answers, identity=make_identity()) as impostor:
        await take_over(hass, entry, network, impostor, how=how)

        assert (readable(entry), impostor.credentials, set(impostor.paths)) == (False, [], {"/info"})
        network[ADDRESS] = simulator
        impostor.hang_up()
        await poll(hass, entry)
        assert (readable(entry), CONF_CERTIFICATE in entry.data) == (True, False)


@pytest.mark.parametrize("status", [401, 404])
async def test_a_start_at_another_device_without_a_certificate_is_retried(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, status: int
) -> None:
    """What it refuses or lacks proves nothing about the gateway."""
    simulator, impostor = await start_simulator("non_metered"), await start_simulator("non_metered")
    entry = await set_up_checked(hass, network, simulator)
    impostor.faults.add("status", path="/api/*", code=status)
    impostor.faults.add("status", path="/production.json*", code=status)

    await take_over(hass, entry, network, impostor, how="reload")

    assert not readable(entry)
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert readable(entry)


async def test_an_update_to_firmware_with_tokens_is_not_accepted_without_tls(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """The gateway seems to have been updated, which plain HTTP cannot prove."""
    simulator = await start_simulator("metered_digest")
    entry = await set_up_checked(hass, network, simulator)
    async with PlainDevice({"/info": info(simulator.serial, "D8.2.4345")}) as impostor:
        await take_over(hass, entry, network, impostor, how="reload")

        assert (readable(entry), impostor.credentials, set(impostor.paths)) == (False, [], {"/info"})
        assert hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("how", ["running", "reload"])
async def test_another_gateway_with_old_firmware_gets_no_credentials(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, how: str
) -> None:
    """Another gateway gets no answer to its digest challenge."""
    simulator, impostor = (
        await start_simulator("non_metered"),
        await start_simulator("non_metered", serial=OTHER_SERIAL),
    )
    entry = await set_up_checked(hass, network, simulator)

    await take_over(hass, entry, network, impostor, how=how)

    assert (readable(entry), credentials(impostor), list(issues(hass))) == (False, [], ["wrong_device"])
    network[ADDRESS] = simulator
    impostor.reboot()
    await poll(hass, entry)
    assert (readable(entry), issues(hass), credentials(impostor)) == (True, {}, [])


async def test_the_issues_of_a_deleted_gateway_are_deleted(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    ir.async_create_issue(
        hass, DOMAIN, "other", is_fixable=False, severity=ir.IssueSeverity.WARNING, translation_key="other"
    )
    simulator, impostor = await start_simulator(), await start_simulator(serial=OTHER_SERIAL)
    entry = await set_up_checked(hass, network, simulator)
    await take_over(hass, entry, network, impostor, how="reload")
    assert list(issues(hass)) == ["other", "wrong_device"]

    await hass.config_entries.async_remove(entry.entry_id)

    assert list(issues(hass)) == ["other"]
