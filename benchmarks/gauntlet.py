"""The gauntlet for the integration that Home Assistant ships with: false and lost energy of each fault, as a table.

Run: `python -m pytest -q benchmarks/gauntlet.py`. It takes minutes; every row is an hour of
tests/support/gauntlet_rows.py. The counters are compared with the simulator's true energy, as in
tests/system/test_gauntlet.py; the worst counter of every row is printed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from importlib.metadata import version
import logging
import sys

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from simulator import PROFILES, Simulator
from tests.support.gauntlet import Counted, Truth, flow_truths, inverter_wh, run
from tests.support.gauntlet_rows import ROWS, Row
from tests.support.virtual_time import VirtualTime, virtual_time

DOMAIN = "enphase_envoy"
_FLOWS = {
    "lifetime_production": "production_energy_lifetime",
    "daily_production": "production_energy_today",
    "lifetime_consumption": "total_consumption_energy_lifetime",
    "daily_consumption": "total_consumption_energy_today",
    "lifetime_net_consumption": "grid_import_energy",
    "lifetime_net_production": "grid_export_energy",
    "lifetime_battery_discharged": "storage_ct_energy_delivered",
    "lifetime_battery_charged": "storage_ct_energy_received",
}
_TICK_S = 10
# Turns of the loop; nothing on a local socket takes so many.
_TURNS = 200
_RESULTS: dict[str, list[Counted]] = {}


@pytest.fixture(autouse=True)
def _recorder_first(async_setup_recorder_instance: RecorderInstanceGenerator, socket_enabled: None) -> None:
    """Begin with the recorder's database, which must be there before Home Assistant."""


@pytest.fixture
async def clock(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, request: pytest.FixtureRequest
) -> AsyncIterator[VirtualTime]:
    """Stop the clock when the row begins, and have all recorded from then on."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    for name in ("sqlalchemy", "sqlalchemy.engine", "homeassistant", "asyncio", "pyenphase"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    row: Row = request.getfixturevalue("row")
    with virtual_time(row.start) as clock:
        await async_setup_recorder_instance(hass)
        yield clock


@pytest.fixture(scope="module", autouse=True)
def _table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print the worst of each row."""
    yield
    lines = [
        f"{version('homeassistant')}, pyenphase {version('pyenphase')}",
        "| fault | counter | error |",
        "|---|---|---|",
    ]
    for row in ROWS:
        worst = max(_RESULTS.get(row.name, ()), key=lambda counted: abs(counted.error), default=None)
        lines.append(
            f"| {row.name} | " + ("not set up | |" if worst is None else f"{worst.counter} | {worst.error:+.3f} kWh |")
        )
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
        sys.stdout.flush()


async def pass_slowly(_hass: HomeAssistant, clock: VirtualTime, seconds: float) -> None:
    """Let time pass in small steps: what waits between two tries goes on with the time."""
    left = seconds
    while left > 0:
        clock.tick(min(_TICK_S, left))
        left -= _TICK_S
        for _ in range(_TURNS):
            await asyncio.sleep(0)


def counters(hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator) -> Mapping[str, Truth]:
    """Every counter that it shows and that the simulator has, with its truth."""
    ct = "production" in simulator.world.enabled_cts
    truths = {f"{simulator.serial}_{key}": flow_truths(simulator, ct=ct)[ours] for key, ours in _FLOWS.items()}
    truths |= {
        f"{serial}_lifetime_energy": partial(inverter_wh, simulator, serial) for serial in simulator.world.inverters
    }
    return {
        entity.entity_id: truths[entity.unique_id]
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if entity.unique_id in truths and not entity.disabled
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_row(hass: HomeAssistant, clock: VirtualTime, row: Row) -> None:
    """Live through one hour."""
    simulator = Simulator(PROFILES[row.profile], inverters=row.inverters, clock=clock.now)
    row.before(simulator)
    async with simulator:
        entry = MockConfigEntry(
            domain=DOMAIN,
            unique_id=simulator.serial,
            data={
                CONF_HOST: simulator.address,
                CONF_NAME: "Envoy",
                CONF_USERNAME: simulator.username,
                CONF_PASSWORD: simulator.password,
                CONF_TOKEN: simulator.token(),
                "manual_token": True,
            },
        )
        entry.add_to_hass(hass)
        setting_up = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
        for _ in range(200):
            if setting_up.done():
                break
            await pass_slowly(hass, clock, 0.1)
        if entry.state is not ConfigEntryState.LOADED:
            pytest.skip(f"not set up: {entry.reason}")
        _RESULTS[row.name] = await run(
            hass,
            clock,
            simulator,
            row=row,
            entry=entry,
            counters=counters(hass, entry, simulator),
            advance=pass_slowly,
        )
        await hass.config_entries.async_unload(entry.entry_id)
