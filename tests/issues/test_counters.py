"""Issues about counters that jumped."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from unittest.mock import patch

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.counters.counter import Event, EventKind
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, CounterKey, FlowCounter, InverterCounter
from custom_components.enphase_iq_gateway.counters.lines import CounterEvent
from custom_components.enphase_iq_gateway.issues.counters import async_create_jump_issue, async_report
from custom_components.enphase_iq_gateway.issues.registry import async_create
from simulator import Simulator
from tests.conftest import StartSimulator, set_up
from tests.support.repairs import open_repair, submit_repair
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
    """Start a gateway with a production and a net CT on three phases."""
    return await start_simulator("metered_net_three_phase", inverters=3, clock=noon.now)


PRODUCTION = FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME)
CONSUMPTION = FlowCounter(Flow.TOTAL_CONSUMPTION, CounterField.LIFETIME)


def undone(counter: CounterKey, at: float) -> CounterEvent:
    """Return the event of a jump that has been undone."""
    return CounterEvent(counter=counter, event=Event(kind=EventKind.UNDONE, amount_wh=5000.0, at=at))


def issues(hass: HomeAssistant, kind: str) -> list[ir.IssueEntry]:
    """Return the issues of one kind."""
    return [
        issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.translation_key == kind
    ]


def kwh(hass: HomeAssistant, name: str) -> float:
    """Return the state of an entity, in kWh."""
    state = hass.states.get(f"{NAME}_{name}")
    assert state is not None
    return float(state.state)


async def jump(hass: HomeAssistant, clock: VirtualTime, simulator: Simulator) -> ConfigEntry:
    """Make the counters of the CTs jump for good."""
    entry = await set_up(hass, simulator)
    await pass_time(hass, clock, 60)
    simulator.faults.add("spike", path="/ivp/meters/readings", wh=JUMP_WH)
    await pass_time(hass, clock, 20 * 60)
    return entry


async def choose(hass: HomeAssistant, question: RepairsFlowResult, choice: str) -> str:
    """Choose in an open repair; return the reason where it is aborted."""
    result = await submit_repair(hass, question, {"next_step_id": choice})
    return result["reason"] if result["type"] is FlowResultType.ABORT else ""


@pytest.mark.slow
@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_jump_of_several_counters_is_one_issue_that_lists_them(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """Production, import, and export, each without its phases."""
    await jump(hass, noon, simulator)

    (issue,) = issues(hass, "counter_jump")
    question = await open_repair(hass, issue)

    assert issue.is_persistent
    assert question["type"] is FlowResultType.MENU
    assert question["description_placeholders"] == {
        "time": "2026-06-10 05:02",
        "counters": (
            "- IQ Gateway Lifetime production: 1691 kWh\n"
            "- IQ Gateway Grid import: 1691 kWh\n"
            "- IQ Gateway Grid export: 1691 kWh"
        ),
    }


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_real_jump_is_added_to_each_counter_and_its_phases(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    await jump(hass, noon, simulator)
    names = ("lifetime_production", "production_energy_l1", "grid_import", "grid_export")
    before = {name: kwh(hass, name) for name in names}
    (issue,) = issues(hass, "counter_jump")

    assert await choose(hass, await open_repair(hass, issue), "accept_jump") == ""

    await pass_time(hass, noon, 60)
    assert {name: kwh(hass, name) - value for name, value in before.items()} == pytest.approx(
        dict.fromkeys(before, JUMP_WH / 1000), abs=0.1
    )
    assert issues(hass, "counter_jump") == []


async def test_a_jump_that_was_not_real_stays_out(hass: HomeAssistant, noon: VirtualTime, simulator: Simulator) -> None:
    await jump(hass, noon, simulator)
    before = kwh(hass, "lifetime_production")
    (issue,) = issues(hass, "counter_jump")

    assert await choose(hass, await open_repair(hass, issue), "keep_out") == ""

    await pass_time(hass, noon, 60)
    assert kwh(hass, "lifetime_production") == pytest.approx(before, abs=0.1)
    assert issues(hass, "counter_jump") == []


async def test_a_jump_is_added_once_when_the_repair_is_open_twice(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    await jump(hass, noon, simulator)
    before = kwh(hass, "lifetime_production")
    (issue,) = issues(hass, "counter_jump")
    first, second = await open_repair(hass, issue), await open_repair(hass, issue)

    assert await choose(hass, first, "accept_jump") == ""
    assert await choose(hass, second, "accept_jump") == "answered"

    await pass_time(hass, noon, 60)
    assert kwh(hass, "lifetime_production") - before == pytest.approx(JUMP_WH / 1000, abs=0.1)


async def test_a_jump_cannot_be_added_while_the_gateway_is_not_set_up(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await jump(hass, noon, simulator)
    (issue,) = issues(hass, "counter_jump")
    await hass.config_entries.async_unload(entry.entry_id)

    assert await choose(hass, await open_repair(hass, issue), "accept_jump") == "not_loaded"
    assert issues(hass, "counter_jump") == [issue]


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_jump_of_an_inverter_is_kept_without_its_serial(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """Diagnostics contain the data of the issue."""
    entry = await set_up(hass, simulator)
    counters = [InverterCounter(serial) for serial in sorted(simulator.world.inverters)]
    async_create_jump_issue(hass, entry, noon.now(), dict.fromkeys(counters, 5000.0))
    (issue,) = issues(hass, "counter_jump")
    assert [counter.serial for counter in counters if counter.serial in str(issue.data)] == []

    async_report(hass, entry, [undone(counters.pop(), noon.now())])

    (issue,) = issues(hass, "counter_jump")
    question = await open_repair(hass, issue)
    assert str((question["description_placeholders"] or {})["counters"]).count(": 5.0 kWh") == len(counters)
    with patch.object(Guard, "accept_jump") as accept_jump:
        assert await choose(hass, question, "accept_jump") == ""
    assert [call.args for call in accept_jump.call_args_list] == [(counter, 5000.0) for counter in counters]


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_jump_of_an_inverter_whose_entity_is_gone_cannot_be_added(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    (serial, *_) = simulator.world.inverters
    async_create_jump_issue(hass, entry, noon.now(), {InverterCounter(serial): 5000.0, PRODUCTION: 5000.0})
    (issue,) = issues(hass, "counter_jump")
    registry = er.async_get(hass)
    registry.async_remove(registry.async_get_entity_id("sensor", DOMAIN, f"{serial}_energy_lifetime") or "")

    question = await open_repair(hass, issue)

    assert str((question["description_placeholders"] or {})["counters"]).count("kWh") == 1
    assert await choose(hass, question, "accept_jump") == "not_loaded"


@pytest.mark.slow
async def test_a_jump_of_a_counter_that_is_gone_cannot_be_added(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """As after the stored counters were lost."""
    entry = await jump(hass, noon, simulator)
    (issue,) = issues(hass, "counter_jump")
    entry.runtime_data.guard.state.counters.clear()

    assert await choose(hass, await open_repair(hass, issue), "accept_jump") == "not_loaded"


async def test_the_issue_of_an_earlier_version_can_still_be_answered(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    """It named one flow, also in its id."""
    entry = await set_up(hass, simulator)
    before = kwh(hass, "lifetime_production")
    counters = [f"production.energy_lifetime_wh.{phase}" for phase in range(4)]
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"counter_jump_{entry.entry_id}_production.energy_lifetime_wh_1781000000",
        data={"kind": "counter_jump", "entry_id": entry.entry_id, **dict.fromkeys(counters, JUMP_WH)},
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="counter_jump",
        translation_placeholders={
            "entity": f"{NAME}_lifetime_production",
            "amount": "1,691",
            "time": "2026-06-09 10:13",
        },
    )
    (issue,) = issues(hass, "counter_jump")

    question = await open_repair(hass, issue)
    assert question["description_placeholders"] is not None
    assert question["description_placeholders"]["time"] == "2026-06-09 10:13"
    assert question["description_placeholders"]["counters"] == ("- IQ Gateway Lifetime production: 1691 kWh")
    assert await choose(hass, question, "accept_jump") == ""
    await pass_time(hass, noon, 60)
    assert kwh(hass, "lifetime_production") - before == pytest.approx(JUMP_WH / 1000, abs=0.5)


@pytest.mark.parametrize(("apart_s", "count"), [(300.0, 1), (3600.0, 2)])
async def test_counters_read_minutes_apart_share_an_issue(hass: HomeAssistant, *, apart_s: float, count: int) -> None:
    entry = MockConfigEntry(domain=DOMAIN)

    async_create_jump_issue(hass, entry, 1_781_000_000.0, {PRODUCTION: 5000.0})
    async_create_jump_issue(hass, entry, 1_781_000_000.0 + apart_s, {CONSUMPTION: 6000.0})

    asked = issues(hass, "counter_jump")
    assert len(asked) == count
    assert {name for issue in asked for name in issue.data or {}} >= {str(PRODUCTION), str(CONSUMPTION)}
    assert asked[0].issue_id == f"counter_jump_{entry.entry_id}_1781000000"


async def test_a_glitch_is_no_repair(hass: HomeAssistant, noon: VirtualTime, simulator: Simulator) -> None:
    await set_up(hass, simulator)
    glitch = simulator.faults.add("spike", count=4)
    await pass_time(hass, noon, 1200)
    assert glitch.hits == 4
    assert issues(hass, "counter_jump") == []


async def test_a_meter_replaced_by_a_new_one_is_no_repair(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """It starts at zero, which statistics handle: there is nothing to decide."""
    await set_up(hass, simulator)
    simulator.faults.add("replaced_meter")
    await pass_time(hass, noon, 1200)
    assert "production.energy_lifetime_wh.0: reset of" in caplog.text
    assert issues(hass, "counter_jump") == []


async def test_a_jump_that_was_undone_is_removed_from_the_issue(hass: HomeAssistant) -> None:
    """With the last counter the issue is deleted."""
    entry, at = MockConfigEntry(domain=DOMAIN), 1_781_000_000.0
    async_create_jump_issue(hass, entry, at, {PRODUCTION: 5000.0, CONSUMPTION: 6000.0})

    async_report(hass, entry, [undone(PRODUCTION, at)])

    (issue,) = issues(hass, "counter_jump")
    assert issue.data == {"kind": "counter_jump", "entry_id": entry.entry_id, str(CONSUMPTION): 6000.0}
    async_report(hass, entry, [undone(CONSUMPTION, at)])
    assert issues(hass, "counter_jump") == []


async def test_a_counter_continues_when_firmware_removes_its_source(
    hass: HomeAssistant, noon: VirtualTime, start_simulator: StartSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A firmware update removed the device data of a gateway without CTs."""
    simulator = await start_simulator("non_metered_new", clock=noon.now)
    entry = await set_up(hass, simulator)
    before = kwh(hass, "lifetime_production")
    simulator.set_firmware("8.3.5499")
    simulator.faults.add("status", path="/ivp/pdm/device_data", code=404)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert kwh(hass, "lifetime_production") == pytest.approx(before, abs=0.001)

    await pass_time(hass, noon, 300)

    assert "is now read from reported_inverters instead of device_data" in caplog.text
    assert ir.async_get(hass).issues == {}


async def test_an_issue_about_a_source_is_deleted_at_set_up(hass: HomeAssistant, simulator: Simulator) -> None:
    """Earlier versions raised it."""
    entry = await set_up(hass, simulator)
    async_create(hass, entry, "counter_source", "production.energy_lifetime_wh.0", is_persistent=True)
    assert issues(hass, "counter_source")

    await hass.config_entries.async_reload(entry.entry_id)

    assert issues(hass, "counter_source") == []


@pytest.mark.parametrize("code", [503, 404])
async def test_a_source_that_cannot_be_read_is_kept_while_the_firmware_is_the_same(
    hass: HomeAssistant, noon: VirtualTime, start_simulator: StartSimulator, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    """No other source replaces it while the firmware is the same."""
    simulator = await start_simulator("non_metered_new", clock=noon.now)
    entry = await set_up(hass, simulator)
    simulator.faults.add("status", path="/ivp/pdm/device_data", code=code)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await pass_time(hass, noon, 300)
    assert "is now read from" not in caplog.text


@pytest.mark.slow
async def test_removing_the_gateway_removes_its_repairs(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await jump(hass, noon, simulator)
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass, "counter_jump") == []


@pytest.mark.slow
async def test_the_issue_of_a_jump_that_is_undone_is_deleted(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    await jump(hass, noon, simulator)
    assert issues(hass, "counter_jump")
    simulator.faults.clear()
    await pass_time(hass, noon, 120)
    assert issues(hass, "counter_jump") == []
