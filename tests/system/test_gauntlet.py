"""Whatever the gateway reports, Home Assistant's statistics have the true energy."""

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
import logging
import sys

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.client.site.site import GatewayClass
from custom_components.enphase_iq_gateway.coordinator import GatewayConfigEntry
from custom_components.enphase_iq_gateway.issues.counters import COUNTER_JUMP
from simulator import PROFILES, Simulator
from tests.conftest import set_up
from tests.support.gauntlet import Counted, Truth, advance_at_once, confirmed, flow_truths, inverter_wh, run
from tests.support.gauntlet_rows import ROWS, Answers, Row
from tests.support.virtual_time import VirtualTime, disable_loop_debug, virtual_time

MOST_KWH = 0.1
_RESULTS: dict[str, list[Counted]] = {}


@pytest.fixture
async def clock(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[VirtualTime]:
    """Freeze the time at the start of the row, and start the recorder."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    row: Row = request.getfixturevalue("row")
    disable_loop_debug()
    # Logging every state takes longer than everything else.
    monkeypatch.setattr(logging.getLogger("homeassistant"), "level", logging.ERROR)
    with virtual_time(row.start) as clock:
        await async_setup_recorder_instance(hass)
        yield clock


@pytest.fixture(scope="module", autouse=True)
def _table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print the result: fault, counter, true energy, error."""
    yield
    lines = [
        f"{name:42} {each.counter.removeprefix('sensor.'):58} {each.true:8.3f} kWh {each.error:+8.3f} kWh\n"
        for name, counted in _RESULTS.items()
        for each in counted
    ]
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        sys.stdout.write("\nfault, counter, true energy, error\n" + "".join(lines))
        sys.stdout.flush()


def counters(
    hass: HomeAssistant, entry: GatewayConfigEntry, simulator: Simulator, answers: Answers | None
) -> Mapping[str, Truth]:
    """Return every enabled counter with its true energy."""
    site = entry.runtime_data.site
    flows = flow_truths(
        simulator,
        ct=site.gateway_class is GatewayClass.METERED,
        total_ct="total-consumption" in simulator.world.enabled_cts,
    )
    truths = {f"{simulator.serial}_{key}": truth for key, truth in flows.items()}
    truths |= {
        f"{serial}_energy_{name}": partial(inverter_wh, simulator, serial)
        for serial in simulator.world.inverters
        for name in ("lifetime", "today")
    }
    if answers:
        truths = {key: confirmed(truth, answers, simulator.clock()) for key, truth in truths.items()}
    return {
        entity.entity_id: truths[entity.unique_id]
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if entity.unique_id in truths and not entity.disabled
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_the_statistics_have_the_true_energy(
    hass: HomeAssistant, clock: VirtualTime, request: pytest.FixtureRequest, row: Row
) -> None:
    """Each counter within 0.1 kWh over the hour, and as many repairs as there are jumps."""
    if row.all_entities:
        request.getfixturevalue("all_entities_enabled")
    issues = async_capture_events(hass, ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED)
    simulator = Simulator(PROFILES[row.profile], inverters=row.inverters, clock=clock.now)
    row.before(simulator)
    async with simulator:
        entry: ConfigEntry = await set_up(hass, simulator)
        _RESULTS[row.name] = await run(
            hass,
            clock,
            simulator,
            row=row,
            entry=entry,
            counters=counters(hass, entry, simulator, row.answers),
            advance=advance_at_once,
        )
        await hass.config_entries.async_unload(entry.entry_id)
    assert {each.counter: round(each.error, 3) for each in _RESULTS[row.name] if abs(each.error) > MOST_KWH} == {}
    assert len(_RESULTS[row.name]) >= 2
    raised = [issue.data["issue_id"] for issue in issues if issue.data["action"] == "create"]
    assert len([issue_id for issue_id in raised if issue_id.startswith(COUNTER_JUMP)]) == row.repairs
