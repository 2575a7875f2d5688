"""A gateway whose address is a name, in a Home Assistant without a network to find the name in."""

from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from pycares import AresError
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.conftest import Network, StartSimulator
from tests.support.entries import set_up_at
from tests.support.texts import error_text

ZEROCONF = "homeassistant.components.zeroconf.async_get_async_instance"
NAME = "envoy.local"
ERRORS = [OSError(19, "No such device"), RuntimeError("No adapters"), AresError(3, "Failed to initialize c-ares")]
IDS = [type(error).__name__ for error in ERRORS]


@pytest.mark.usefixtures("mock_async_zeroconf")
@pytest.mark.parametrize("error", ERRORS, ids=IDS)
async def test_a_start_without_a_network_is_retried(
    hass: HomeAssistant, start_simulator: StartSimulator, network: Network, error: Exception
) -> None:
    """The reason is a plain text, and the gateway is set up once the network is there."""
    simulator = await start_simulator()
    entry = await set_up_at(hass, network, simulator)
    await hass.config_entries.async_unload(entry.entry_id)
    network[NAME] = simulator
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: NAME})

    with patch(ZEROCONF, side_effect=error):
        await hass.config_entries.async_setup(entry.entry_id)

    assert (entry.state, entry.error_reason_translation_key) == (ConfigEntryState.SETUP_RETRY, "cannot_connect")
    assert entry.reason == "The gateway can't be reached"
    await hass.config_entries.async_reload(entry.entry_id)
    assert str(entry.state) == str(ConfigEntryState.LOADED)


@pytest.mark.parametrize("error", ERRORS, ids=IDS)
async def test_a_form_without_a_network_explains_it(hass: HomeAssistant, error: Exception) -> None:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})

    with patch(ZEROCONF, side_effect=error):
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {CONF_HOST: NAME})

    assert error_text(result).startswith("Nothing responds at this address.")
