"""Find the gateway to set up: wrong addresses are explained, and set-up works once they are corrected."""

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME, EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.enphase_iq_gateway.config_flow import GatewayConfigFlow
from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE, DOMAIN
from tests.conftest import StartSimulator, set_up, sign_in, start_flow
from tests.support.forms import submit
from tests.support.texts import abort_text, error_text

UNMETERED_PATHS = ("/api/v1/production", "/production.json", "/ivp/pdm/device_data")


# The address


async def test_a_gateway_with_a_token_is_set_up(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()

    entry = await set_up(hass, simulator)

    assert entry.state is ConfigEntryState.LOADED
    assert (entry.unique_id, entry.title) == (simulator.serial, "IQ Gateway")
    assert set(entry.data) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE}
    assert entry.data[CONF_HOST] == simulator.address
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint


async def test_a_gateway_with_an_account_of_its_own_is_set_up(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator("metered_digest")

    entry = await set_up(hass, simulator)

    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == {
        CONF_HOST: simulator.address,
        CONF_USERNAME: simulator.username,
        CONF_PASSWORD: simulator.password,
    }


@pytest.mark.usefixtures("mock_async_zeroconf")
async def test_a_gateway_is_found_by_its_name(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    host = simulator.address.replace("127.0.0.1", "localhost")
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})

    result = await sign_in(hass, await submit(hass, result, host=host), simulator)

    assert result["data"][CONF_HOST] == host
    assert result["result"].state is ConfigEntryState.LOADED
    hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", "Enter the address of the gateway."),
        ("my gateway", "can't contain spaces"),
        ("ftp://192.0.2.1", "without a prefix such as ftp://"),
        ("192.0.2.0/24", "without a slash"),
        ("envoy@192.0.2.1", "without a username"),
        ("fe80::1%eth0", "works only on one machine"),
        ("192.0.2.1:99999", "from 1 to 65535"),
        ("192.0.2.300", "neither a hostname nor an IP address"),
    ],
)
async def test_a_bad_address_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, typed: str, read: str
) -> None:
    simulator = await start_simulator()
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})

    result = await submit(hass, result, host=typed)

    assert read in error_text(result)
    assert result["data_schema"] is not None
    assert [key.description for key in result["data_schema"].schema] == [{"suggested_value": typed}]
    result = await submit(hass, result, host=f" https://{simulator.address}/home ")
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("fault", "parameters", "read"),
    [
        ("html", {}, "isn't an IQ Gateway"),
        ("status", {"code": 404}, "isn't an IQ Gateway"),
        ("status", {"code": 301}, "isn't an IQ Gateway"),
        ("status", {"code": 503}, "The gateway is busy (status 503)"),
        ("empty", {}, "isn't an IQ Gateway"),
    ],
)
async def test_a_response_that_is_not_of_a_gateway_is_explained(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    fault: str,
    parameters: dict[str, int],
    read: str,
) -> None:
    """A router page, a redirect, a gateway that is starting."""
    simulator = await start_simulator()
    simulator.faults.add(fault, path="/info", **parameters)

    result = await start_flow(hass, simulator)

    assert read in error_text(result)
    simulator.faults.clear()
    result = await submit(hass, result, host=simulator.address)
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("fault", "read"), [("reset", "Nothing responds at this address."), ("hang", "didn't respond in time")]
)
async def test_a_gateway_that_does_not_answer_is_explained(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    read: str,
) -> None:
    """The connection is reset, or nothing is sent."""
    monkeypatch.setattr("custom_components.enphase_iq_gateway.client.transport.connection.IDENTITY_S", 0.5)
    simulator = await start_simulator("metered_digest")
    simulator.faults.add(fault, path="/info")

    result = await start_flow(hass, simulator)

    assert read in error_text(result)
    simulator.faults.clear()
    result = await submit(hass, result, host=simulator.address)
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


async def test_an_address_without_a_device_is_explained(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    await simulator.stop()

    result = await start_flow(hass, simulator)

    assert "Nothing responds at this address." in error_text(result)
    await simulator.start()
    result = await submit(hass, result, host=simulator.address)
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


async def test_firmware_without_readable_data_is_refused(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator("legacy")
    for path in UNMETERED_PATHS:
        simulator.faults.add("status", path=path, code=404)

    result = await sign_in(hass, await start_flow(hass, simulator), simulator)

    assert error_text(result) == "This gateway's firmware provides no data that can be read."
    simulator.faults.clear()
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_gateway_is_set_up_once(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    await set_up(hass, simulator)

    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await submit(hass, result, host=f"https://{simulator.address}")

    assert abort_text(result) == "This gateway is already set up."


async def test_an_ignored_gateway_can_be_set_up(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "ignore"}, data={"unique_id": simulator.serial, "title": "ignored"}
    )

    entry = await set_up(hass, simulator)

    assert entry.state is ConfigEntryState.LOADED
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


# What cannot happen by typing


async def test_signing_in_before_a_gateway_is_identified_is_an_error() -> None:
    flow = GatewayConfigFlow()

    with pytest.raises(RuntimeError, match="no gateway has been identified yet"):
        await flow.async_step_local_account({CONF_USERNAME: "envoy"})
