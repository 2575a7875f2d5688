"""Gateways that announce themselves: set up, or followed to a new address once they have proved that they moved."""

from ipaddress import ip_address

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_ZEROCONF, ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.flow.discovery import stored_mac
from simulator import Simulator
from tests.conftest import Network, StartSimulator, sign_in
from tests.support.entries import ADDRESS, OTHER_ADDRESS, credentials
from tests.support.texts import abort_text, step_text

MAC = "001dc0abcdef"


async def announced(
    hass: HomeAssistant, address: str, serial: str | None, *, firmware: str = "8.3.4041"
) -> ConfigFlowResult:
    """Announce a gateway as in G§12, with a port that is wrong from firmware 7 on."""
    properties = {"protovers": firmware, "txtvers": "1"} | ({} if serial is None else {"serialnum": serial})
    place = ip_address(address)
    information = ZeroconfServiceInfo(
        ip_address=place,
        ip_addresses=[place],
        port=80,
        hostname="envoy.local.",
        type="_enphase-envoy._tcp.local.",
        name="envoy._enphase-envoy._tcp.local.",
        properties=properties,
    )
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=information)


async def leased(hass: HomeAssistant, address: str, mac: str = MAC) -> ConfigFlowResult:
    """Report a lease of a router."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=address, hostname="envoy", macaddress=mac),
    )


async def set_up_announced(hass: HomeAssistant, network: Network, simulator: Simulator) -> ConfigEntry:
    """Set up a gateway that has announced itself."""
    network[ADDRESS] = simulator
    result = await sign_in(hass, await announced(hass, ADDRESS, simulator.serial), simulator)
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    return entry


@pytest.mark.parametrize("address", [ADDRESS, "2001:db8::5"])
async def test_an_announced_gateway_is_set_up(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, address: str
) -> None:
    simulator = network[address] = await start_simulator()

    result = await announced(hass, address, simulator.serial)

    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"] == {"serial": simulator.serial, "host": address}
    assert address in step_text(result)
    result = await sign_in(hass, result, simulator)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_HOST] == address
    assert result["result"].unique_id == simulator.serial
    assert result["result"].state is ConfigEntryState.LOADED


@pytest.mark.parametrize("profile", ["metered_net_three_phase", "metered_digest"])
async def test_a_leased_address_leads_to_a_gateway(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, profile: str
) -> None:
    simulator = network[ADDRESS] = await start_simulator(profile)

    result = await leased(hass, ADDRESS)

    assert simulator.serial in str(result["description_placeholders"])
    result = await sign_in(hass, result, simulator)
    assert result["result"].unique_id == simulator.serial


async def test_the_serial_is_read_where_an_announcement_has_none(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = network[ADDRESS] = await start_simulator()

    result = await sign_in(hass, await announced(hass, ADDRESS, None), simulator)

    assert result["result"].unique_id == simulator.serial


@pytest.mark.parametrize("address", ["169.254.120.1", "fe80::21d:c0ff:fe00:1"])
async def test_a_link_local_address_is_dropped(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, address: str
) -> None:
    """The access point of the gateway announces itself, too (G§12)."""
    simulator = network[address] = await start_simulator()

    result = await announced(hass, address, simulator.serial)

    assert abort_text(result).startswith("This is a link-local address.")
    assert simulator.requests == []


@pytest.mark.parametrize("serial", [" ", "x" * 5000, "<b>1223</b>", "[a](https://example.com)", "{serial}", "123"])
async def test_an_announcement_with_a_serial_of_another_form_is_dropped(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, serial: str
) -> None:
    """It would become a unique id and a part of texts that are rendered as Markdown."""
    simulator = network[ADDRESS] = await start_simulator()

    assert (await announced(hass, ADDRESS, serial))["reason"] == "cannot_connect"
    assert simulator.requests == []


@pytest.mark.parametrize("serial", ["121900000099", None])
async def test_a_device_that_is_not_the_announced_gateway_is_dropped(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, serial: str | None
) -> None:
    simulator = network[ADDRESS] = await start_simulator()
    if serial is None:
        simulator.faults.add("html", path="/info")

    result = await announced(hass, ADDRESS, serial)

    assert abort_text(result) == "The discovered device didn't respond as an IQ Gateway."


@pytest.mark.usefixtures("network")
async def test_another_device_of_the_maker_is_dropped(hass: HomeAssistant) -> None:
    assert (await leased(hass, ADDRESS))["reason"] == "cannot_connect"


async def test_a_gateway_is_offered_once(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = network[ADDRESS] = network[OTHER_ADDRESS] = await start_simulator()
    await announced(hass, ADDRESS, simulator.serial)

    result = await announced(hass, OTHER_ADDRESS, simulator.serial)

    assert result["reason"] == "already_in_progress"
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_an_ignored_gateway_stays_ignored(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = network[ADDRESS] = await start_simulator()
    await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "ignore"}, data={"unique_id": simulator.serial, "title": "ignored"}
    )

    assert (await announced(hass, ADDRESS, simulator.serial))["reason"] == "already_configured"
    assert (await leased(hass, ADDRESS))["reason"] == "already_configured"


async def test_a_gateway_that_has_moved_is_followed(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    await lose(hass, network, entry)
    network[OTHER_ADDRESS] = simulator

    result = await announced(hass, OTHER_ADDRESS, simulator.serial)
    await hass.async_block_till_done()

    assert result["reason"] == "already_configured"
    assert entry.data[CONF_HOST] == OTHER_ADDRESS
    assert entry.state is ConfigEntryState.LOADED


async def test_a_gateway_without_a_certificate_is_not_followed_by_its_serial_alone(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """Any device can announce the serial, and lease an address with a MAC address of the maker."""
    simulator, impostor = await start_simulator("metered_digest"), await start_simulator("metered_digest")
    entry = await set_up_announced(hass, network, simulator)
    await lose(hass, network, entry)
    network[OTHER_ADDRESS] = impostor

    for _ in range(2):
        assert (await announced(hass, OTHER_ADDRESS, simulator.serial))["reason"] == "already_configured"
        assert (await leased(hass, OTHER_ADDRESS))["reason"] == "already_configured"

    assert entry.data[CONF_HOST] == ADDRESS
    assert stored_mac(hass, entry) is None
    assert credentials(impostor) == []


@pytest.mark.slow
async def test_a_gateway_without_a_certificate_is_followed_by_its_network_address(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator("metered_digest")
    entry = await set_up_announced(hass, network, simulator)
    await leased(hass, ADDRESS)
    await lose(hass, network, entry)
    network[OTHER_ADDRESS] = simulator

    assert (await leased(hass, OTHER_ADDRESS, "001dc0000001"))["reason"] == "already_configured"
    assert entry.data[CONF_HOST] == ADDRESS
    assert (await leased(hass, OTHER_ADDRESS))["reason"] == "already_configured"
    await hass.async_block_till_done()

    assert entry.data[CONF_HOST] == OTHER_ADDRESS
    assert entry.state is ConfigEntryState.LOADED


async def lose(hass: HomeAssistant, network: Network, entry: ConfigEntry) -> None:
    """Take a gateway away from its address and restart."""
    del network[entry.data[CONF_HOST]]
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY


@pytest.mark.slow
@pytest.mark.parametrize("running", [True, False])
async def test_two_interfaces_that_announce_in_turn_change_nothing(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, *, running: bool
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    network[OTHER_ADDRESS] = simulator
    if not running:
        await hass.config_entries.async_unload(entry.entry_id)

    for address in (OTHER_ADDRESS, ADDRESS, OTHER_ADDRESS):
        assert (await announced(hass, address, simulator.serial))["reason"] == "already_configured"
        assert (await leased(hass, address))["reason"] == "already_configured"

    await hass.async_block_till_done()
    assert entry.data[CONF_HOST] == ADDRESS


async def test_a_gateway_is_not_followed_to_another_serial(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    await lose(hass, network, entry)
    impostor = network[OTHER_ADDRESS] = await start_simulator(serial="121900000099")

    result = await announced(hass, OTHER_ADDRESS, simulator.serial)
    await hass.async_block_till_done()

    assert result["reason"] == "cannot_connect"
    assert entry.data[CONF_HOST] == ADDRESS
    assert credentials(impostor) == []


@pytest.mark.parametrize("days_valid", [300, 60], ids=["not due for renewal", "due for renewal"])
async def test_a_gateway_is_not_followed_to_another_certificate(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, days_valid: int
) -> None:
    """It cannot prove that it is the renewed one: no token is checked there."""
    simulator = await start_simulator()
    simulator.replace_certificate(days_valid=days_valid)
    entry = await set_up_announced(hass, network, simulator)
    await lose(hass, network, entry)
    impostor = network[OTHER_ADDRESS] = await start_simulator()

    result = await leased(hass, OTHER_ADDRESS)
    await hass.async_block_till_done()

    assert result["reason"] == "cannot_connect"
    assert entry.data[CONF_HOST] == ADDRESS
    assert credentials(impostor) == []


async def test_a_gateway_is_followed_although_another_device_is_at_its_old_address(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    network[ADDRESS] = await start_simulator(serial="121900000099")
    await hass.config_entries.async_reload(entry.entry_id)
    network[OTHER_ADDRESS] = simulator

    await announced(hass, OTHER_ADDRESS, simulator.serial)
    await hass.async_block_till_done()

    assert entry.data[CONF_HOST] == OTHER_ADDRESS
    assert entry.state is ConfigEntryState.LOADED


async def test_a_device_with_a_certificate_that_may_be_renewed_does_not_hold_a_gateway_back(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator, impostor = await start_simulator(), await start_simulator()
    simulator.replace_certificate(days_valid=60)
    entry = await set_up_announced(hass, network, simulator)
    impostor.revoke_tokens()
    network[ADDRESS] = impostor
    await hass.config_entries.async_reload(entry.entry_id)
    network[OTHER_ADDRESS] = simulator

    await announced(hass, OTHER_ADDRESS, simulator.serial)
    await hass.async_block_till_done()

    assert entry.data[CONF_HOST] == OTHER_ADDRESS
    assert entry.state is ConfigEntryState.LOADED


async def test_a_gateway_that_is_back_is_set_up_at_once(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    await lose(hass, network, entry)
    network[ADDRESS] = simulator

    assert (await announced(hass, ADDRESS, simulator.serial))["reason"] == "already_configured"
    await hass.async_block_till_done()

    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("address", [ADDRESS, OTHER_ADDRESS], ids=["at its address", "at its other interface"])
async def test_the_network_address_is_remembered(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, address: str
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    network[OTHER_ADDRESS] = simulator

    await leased(hass, address)

    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, simulator.serial), entry.entry_id)
    assert device is not None
    assert device.connections == {(dr.CONNECTION_NETWORK_MAC, "00:1d:c0:ab:cd:ef")}


async def test_a_lease_replaces_the_network_address_only_when_the_gateway_itself_responds(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    await leased(hass, ADDRESS)
    network[ADDRESS] = await start_simulator(serial=simulator.serial)

    for number in range(3):
        await leased(hass, ADDRESS, f"001dc000000{number}")

    assert stored_mac(hass, entry) == "00:1d:c0:ab:cd:ef"
    network[ADDRESS] = simulator
    await leased(hass, ADDRESS, "001dc0000009")
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, simulator.serial), entry.entry_id)
    assert device is not None
    assert device.connections == {(dr.CONNECTION_NETWORK_MAC, "00:1d:c0:00:00:09")}


async def test_the_network_address_of_a_gateway_without_a_certificate_is_not_replaced(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    """It would be followed by it, and any device at its address can answer with its serial."""
    simulator = await start_simulator("metered_digest")
    entry = await set_up_announced(hass, network, simulator)
    await leased(hass, ADDRESS)
    network[ADDRESS] = await start_simulator("metered_digest")

    await leased(hass, ADDRESS, "001dc0000001")

    assert stored_mac(hass, entry) == "00:1d:c0:ab:cd:ef"


async def test_a_lease_creates_no_device(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network
) -> None:
    simulator = await start_simulator()
    entry = await set_up_announced(hass, network, simulator)
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        devices.async_remove_device(device.id)

    assert (await leased(hass, ADDRESS))["reason"] == "already_configured"
    assert dr.async_entries_for_config_entry(devices, entry.entry_id) == []
