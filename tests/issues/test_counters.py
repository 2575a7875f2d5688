"""What a person is told and asked of the counters."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.repairs import async_create_fix_flow
from simulator import Simulator
from tests.conftest import StartSimulator, set_up
from tests.support.virtual_time import VirtualTime, pass_time, virtual_time

NAME = "sensor.iq_gateway"
JUMP_WH = 1_691_000.0


@pytest.fixture
async def noon() -> AsyncIterator[VirtualTime]:
    """Stop the clock at noon of a day in June."""
    with virtual_time(datetime(2026, 6, 10, 12, tzinfo=UTC)) as clock:
        yield clock


@pytest.fixture
async def simulator(noon: VirtualTime, start_simulator: StartSimulator) -> Simulator:
    """A gateway with a production and a net CT on three phases."""
    return await start_simulator("metered_net_three_phase", clock=noon.now)


def issues(hass: HomeAssistant, kind: str) -> list[ir.IssueEntry]:
    """The repairs of one kind."""
    return [
        issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.translation_key == kind
    ]


def kwh(hass: HomeAssistant, name: str) -> float:
    """What an entity shows."""
    state = hass.states.get(f"{NAME}_{name}")
    assert state is not None
    return float(state.state)


async def jump(hass: HomeAssistant, clock: VirtualTime, simulator: Simulator) -> ConfigEntry:
    """Let the production CT's counters jump for good, as its readings show them."""
    entry = await set_up(hass, simulator)
    await pass_time(hass, clock, 60)
    simulator.faults.add("spike", path="/ivp/meters/readings", wh=JUMP_WH)
    await pass_time(hass, clock, 20 * 60)
    return entry


async def answer(hass: HomeAssistant, issue: ir.IssueEntry, choice: str) -> FlowResultType:
    """Open a repair and choose."""
    assert await async_setup_component(hass, REPAIRS, {})
    manager = hass.data[REPAIRS]["flow_manager"]
    flow = await manager.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert flow["type"] is FlowResultType.MENU
    assert flow["description_placeholders"] == issue.translation_placeholders
    result = await manager.async_configure(flow["flow_id"], {"next_step_id": choice})
    kind: FlowResultType = result["type"]
    return kind


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_jump_is_told_once_for_a_flow_and_its_phases(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """With the amount and the time; four counters of production have jumped by it."""
    await jump(hass, noon, simulator)
    told = {
        issue.translation_placeholders["entity"]: issue
        for issue in issues(hass, "counter_jump")
        if issue.translation_placeholders
    }
    assert sorted(told) == [f"{NAME}_{name}" for name in ("grid_export", "grid_import", "lifetime_production")]
    production = told[f"{NAME}_lifetime_production"]
    assert production.translation_placeholders == {
        "entity": f"{NAME}_lifetime_production",
        "amount": "1,691",
        "time": "2026-06-10 05:02",
    }
    assert production.is_persistent
    assert production.data is not None
    assert sum(name.startswith("production.") for name in production.data) == 4


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_jump_that_was_real_is_taken_in(hass: HomeAssistant, noon: VirtualTime, simulator: Simulator) -> None:
    """The counter, and each phase of it."""
    await jump(hass, noon, simulator)
    before = {name: kwh(hass, name) for name in ("lifetime_production", "production_energy_l1")}
    (issue,) = [issue for issue in issues(hass, "counter_jump") if "production" in issue.issue_id]
    assert await answer(hass, issue, "accept_jump") is FlowResultType.CREATE_ENTRY
    await pass_time(hass, noon, 60)
    assert {name: kwh(hass, name) - value for name, value in before.items()} == pytest.approx(
        dict.fromkeys(before, JUMP_WH / 1000), abs=0.1
    )
    assert issue not in issues(hass, "counter_jump")


async def test_a_jump_can_be_taken_in_once(hass: HomeAssistant, noon: VirtualTime, simulator: Simulator) -> None:
    """The question may be open in two windows."""
    await jump(hass, noon, simulator)
    before = kwh(hass, "lifetime_production")
    (issue,) = [issue for issue in issues(hass, "counter_jump") if "production" in issue.issue_id]
    assert await async_setup_component(hass, REPAIRS, {})
    manager = hass.data[REPAIRS]["flow_manager"]
    windows = [await manager.async_init(DOMAIN, data={"issue_id": issue.issue_id}) for _ in range(2)]
    results = [await manager.async_configure(window["flow_id"], {"next_step_id": "accept_jump"}) for window in windows]
    await pass_time(hass, noon, 60)
    assert [result["type"] for result in results] == [FlowResultType.CREATE_ENTRY, FlowResultType.ABORT]
    assert kwh(hass, "lifetime_production") - before == pytest.approx(JUMP_WH / 1000, abs=0.1)


async def test_a_jump_that_was_none_stays_out(hass: HomeAssistant, noon: VirtualTime, simulator: Simulator) -> None:
    """Nothing changes but that the question is gone."""
    await jump(hass, noon, simulator)
    before = kwh(hass, "lifetime_production")
    (issue,) = [issue for issue in issues(hass, "counter_jump") if "production" in issue.issue_id]
    assert await answer(hass, issue, "keep_out") is FlowResultType.CREATE_ENTRY
    await pass_time(hass, noon, 60)
    assert kwh(hass, "lifetime_production") == pytest.approx(before, abs=0.1)
    assert issue not in issues(hass, "counter_jump")


async def test_a_jump_can_not_be_taken_in_while_the_gateway_is_not_set_up(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """The question stays."""
    entry = await jump(hass, noon, simulator)
    (issue,) = [issue for issue in issues(hass, "counter_jump") if "production" in issue.issue_id]
    await hass.config_entries.async_unload(entry.entry_id)
    assert await answer(hass, issue, "accept_jump") is FlowResultType.ABORT
    assert issue in issues(hass, "counter_jump")


async def test_a_jump_of_a_counter_that_is_no_more_cannot_be_taken_in(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """Nothing is left to add it to, as after a lost store."""
    entry = await jump(hass, noon, simulator)
    (issue,) = [issue for issue in issues(hass, "counter_jump") if "production" in issue.issue_id]
    entry.runtime_data.guard.state.counters.clear()
    assert await answer(hass, issue, "accept_jump") is FlowResultType.ABORT


async def test_a_glitch_is_no_repair(hass: HomeAssistant, noon: VirtualTime, simulator: Simulator) -> None:
    """Nothing happened."""
    await set_up(hass, simulator)
    simulator.faults.add("spike", count=4)
    await pass_time(hass, noon, 1200)
    assert issues(hass, "counter_jump") == []


async def test_a_meter_replaced_by_a_new_one_is_no_repair(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """It begins again at zero, which statistics understand; there is nothing to decide."""
    await set_up(hass, simulator)
    simulator.faults.add("spike", path="/ivp/meters/readings", wh=-5_200_000.0)
    await pass_time(hass, noon, 1200)
    assert issues(hass, "counter_jump") == []


async def test_a_source_that_is_gone_for_good_is_told_and_the_counter_goes_on(
    hass: HomeAssistant, noon: VirtualTime, start_simulator: StartSimulator
) -> None:
    """A firmware update took the device data away from a gateway without CTs."""
    simulator = await start_simulator("non_metered_new", clock=noon.now)
    entry = await set_up(hass, simulator)
    before = kwh(hass, "lifetime_production")
    simulator.set_firmware("8.3.5499")
    simulator.faults.add("status", path="/ivp/pdm/device_data", code=404)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert kwh(hass, "lifetime_production") == pytest.approx(before, abs=0.001)
    await pass_time(hass, noon, 300)
    (issue,) = issues(hass, "counter_source")
    assert issue.translation_placeholders == {
        "entity": f"{NAME}_lifetime_production",
        "before": "/ivp/pdm/device_data",
        "after": "/production.json (inverters)",
    }
    await async_create_fix_flow(hass, issue.issue_id, dict(issue.data or {}))


@pytest.mark.parametrize("code", [503, 404])
async def test_a_source_that_cannot_be_read_just_now_is_kept(
    hass: HomeAssistant, noon: VirtualTime, start_simulator: StartSimulator, code: int
) -> None:
    """No other source's value takes its place, whatever a gateway says that has had it with this very firmware."""
    simulator = await start_simulator("non_metered_new", clock=noon.now)
    entry = await set_up(hass, simulator)
    simulator.faults.add("status", path="/ivp/pdm/device_data", code=code)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await pass_time(hass, noon, 300)
    assert issues(hass, "counter_source") == []


async def test_removing_the_gateway_removes_its_repairs(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """Nobody is left who could be asked."""
    entry = await jump(hass, noon, simulator)
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass, "counter_jump") == []


async def test_the_question_about_a_jump_that_is_undone_is_withdrawn(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    await jump(hass, noon, simulator)
    assert issues(hass, "counter_jump")
    simulator.faults.clear()
    await pass_time(hass, noon, 120)
    assert issues(hass, "counter_jump") == []
