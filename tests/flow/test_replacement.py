"""A gateway that has replaced another one continues with its entities, their history and its counters."""

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.coordinator import GatewayConfigEntry
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.issues.identity import WRONG_DEVICE
from custom_components.enphase_iq_gateway.issues.registry import issue_id
from simulator import Simulator
from tests.conftest import Network, StartSimulator
from tests.support.entries import ADDRESS, OTHER_ADDRESS, credentials, is_loaded, move, reconfigure, set_up_at
from tests.support.repairs import open_repair, submit_repair

NEW = "121900000099"
LIFETIME = FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME)


@pytest.fixture
async def old(start_simulator: StartSimulator) -> Simulator:
    return await start_simulator("metered_net_three_phase", inverters=3)


@pytest.fixture
async def entry(hass: HomeAssistant, network: Network, old: Simulator) -> GatewayConfigEntry:
    return await set_up_at(hass, network, old)


@pytest.fixture
async def new(start_simulator: StartSimulator, network: Network, entry: ConfigEntry) -> Simulator:
    """Put another gateway at the address of the first."""
    assert is_loaded(entry)
    simulator = await start_simulator("metered_net_three_phase", inverters=3, serial=NEW)
    network[ADDRESS] = simulator
    return simulator


async def open_menu(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Start the repair and choose that the gateway was replaced."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(WRONG_DEVICE, entry))
    assert issue is not None
    question = await open_repair(hass, issue)
    result = await submit_repair(hass, question, {"next_step_id": "replaced"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return await hass.config_entries.flow.async_configure(result["next_flow"][1])


async def replace(hass: HomeAssistant, menu: ConfigFlowResult, new: Simulator) -> ConfigFlowResult:
    """Choose the replacement and sign in."""
    flows = hass.config_entries.flow
    result = await flows.async_configure(menu["flow_id"], {"next_step_id": "replace_gateway"})
    result = await flows.async_configure(result["flow_id"], {"next_step_id": "token"})
    result = await flows.async_configure(result["flow_id"], {CONF_TOKEN: new.token()})
    await hass.async_block_till_done()
    return result


async def test_entities_devices_and_counters_continue(
    hass: HomeAssistant, entry: GatewayConfigEntry, old: Simulator, new: Simulator
) -> None:
    registry, devices = er.async_get(hass), dr.async_get(hass)
    before = {row.id: row for row in er.async_entries_for_config_entry(registry, entry.entry_id)}
    device = devices.async_get_device_by_identifier((DOMAIN, old.serial), entry.entry_id)
    assert device is not None
    published = entry.runtime_data.guard.state.counters[LIFETIME].published

    result = await replace(hass, await open_menu(hass, entry), new)

    assert (result["reason"], is_loaded(entry), entry.unique_id) == ("reconfigure_successful", True, NEW)
    now = {row.id: row for row in er.async_entries_for_config_entry(registry, entry.entry_id)}
    assert before.keys() <= now.keys()
    assert {each: now[each].entity_id for each in before} == {each: row.entity_id for each, row in before.items()}
    assert not [row.unique_id for row in now.values() if row.unique_id.startswith(old.serial)]
    kept = devices.async_get_device_by_identifier((DOMAIN, NEW), entry.entry_id)
    assert kept is not None
    assert kept.id == device.id
    state = entry.runtime_data.guard.state
    assert state.counters[LIFETIME].published == published
    assert state.serial == NEW
    assert not [issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN]


async def test_a_gateway_at_another_address_can_replace_it_by_reconfiguring(
    hass: HomeAssistant, entry: GatewayConfigEntry, network: Network, start_simulator: StartSimulator
) -> None:
    """At another address."""
    before = {row.id for row in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    published = entry.runtime_data.guard.state.counters[LIFETIME].published
    new = await start_simulator("metered_net_three_phase", inverters=3, serial=NEW)
    network[OTHER_ADDRESS] = new

    result = await replace(hass, await move(hass, await reconfigure(hass, entry), OTHER_ADDRESS), new)

    assert (result["reason"], is_loaded(entry), entry.unique_id) == ("reconfigure_successful", True, NEW)
    assert entry.data[CONF_HOST] == OTHER_ADDRESS
    rows = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert before <= {row.id for row in rows}
    assert entry.runtime_data.guard.state.counters[LIFETIME].published == published


async def test_the_former_gateway_can_come_back(
    hass: HomeAssistant, entry: GatewayConfigEntry, network: Network, old: Simulator, new: Simulator
) -> None:
    entities = {row.unique_id for row in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    await replace(hass, await open_menu(hass, entry), new)
    network[ADDRESS] = old

    await replace(hass, await open_menu(hass, entry), old)

    assert (is_loaded(entry), entry.unique_id) == (True, old.serial)
    rows = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert {row.unique_id for row in rows} >= entities


@pytest.mark.usefixtures("new")
async def test_choosing_another_device_changes_nothing(
    hass: HomeAssistant, entry: GatewayConfigEntry, old: Simulator
) -> None:
    await hass.config_entries.async_reload(entry.entry_id)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(WRONG_DEVICE, entry))
    assert issue is not None
    result = await submit_repair(hass, await open_repair(hass, issue), {"next_step_id": "other_device"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "other_address")
    assert entry.unique_id == old.serial
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id(WRONG_DEVICE, entry)) is not None


async def test_a_gateway_that_is_set_up_cannot_replace_another(
    hass: HomeAssistant, entry: GatewayConfigEntry, network: Network, new: Simulator
) -> None:
    await set_up_at(hass, network, new, "192.0.2.9")
    menu = await open_menu(hass, entry)

    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "replace_gateway"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.slow
@pytest.mark.usefixtures("new")
async def test_a_third_gateway_at_the_address_gets_no_credentials(
    hass: HomeAssistant, entry: GatewayConfigEntry, network: Network, start_simulator: StartSimulator, old: Simulator
) -> None:
    menu = await open_menu(hass, entry)
    third = network[ADDRESS] = await start_simulator(serial="121900000011")

    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "replace_gateway"})

    assert (result["step_id"], result["errors"]) == ("reconfigure", {"base": "wrong_device"})
    assert (credentials(third), entry.unique_id) == ([], old.serial)


@pytest.mark.slow
@pytest.mark.usefixtures("new")
async def test_the_repair_of_a_deleted_gateway_ends_with_an_explanation(
    hass: HomeAssistant, entry: GatewayConfigEntry
) -> None:
    await hass.config_entries.async_reload(entry.entry_id)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(WRONG_DEVICE, entry))
    assert issue is not None
    question = await open_repair(hass, issue)
    await hass.config_entries.async_remove(entry.entry_id)

    result = await submit_repair(hass, question, {"next_step_id": "replaced"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
