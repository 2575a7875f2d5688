"""Two takeovers with restarts and an undo between them: rows, statistics, helpers, automations and the dashboard."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
import logging
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from homeassistant.auth import auth_manager_from_config
from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState
from homeassistant.core import Event
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import area_registry as ar, entity_registry as er, label_registry as lr, restore_state
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import _SHUTDOWN_RUN_CALLBACK_THREADSAFE
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.counterparts import ENVOY_DOMAIN
from simulator import Simulator
from tests.conftest import StartSimulator, set_up
from tests.history.takeover.two_integrations import TwoIntegrations
from tests.support.takeover_process import entry_of, open_home
from tests.support.virtual_time import VirtualTime, disable_loop_debug, virtual_time

pytestmark = [pytest.mark.long, pytest.mark.parametrize("persistent_database", [True])]

COUNTERS: Final = ("lifetime_production", "lifetime_consumption", "lifetime_net_consumption", "lifetime_net_production")
TOLERANCE_KWH: Final = 0.01
START: Final = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
_RAN: Final = "automation_ran"
_OPTIONS: Final = {"display_precision": 4, "unit_of_measurement": "kWh"}


def dashboard(ids: dict[str, str]) -> dict[str, Any]:
    """Return the preferences of an Energy dashboard with solar and grid."""
    grid = {
        "type": "grid",
        "stat_energy_from": ids["lifetime_net_consumption"],
        "stat_energy_to": ids["lifetime_net_production"],
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }
    solar = {"type": "solar", "stat_energy_from": ids["lifetime_production"], "config_entry_solar_forecast": None}
    return {"energy_sources": [solar, grid]}


def helper(domain: str, title: str, options: dict[str, Any]) -> ConfigEntry:
    """Return the entry of a helper, as its flow creates it."""
    return ConfigEntry(
        data={},
        discovery_keys=MappingProxyType({}),
        domain=domain,
        minor_version=1,
        options=options,
        source=SOURCE_USER,
        subentries_data=None,
        title=title,
        unique_id=None,
        version=2 if domain == "utility_meter" else 1,
    )


def _is_decided(entry: ConfigEntry) -> bool:
    """Return whether the set-up of an entry has ended."""
    return entry.state is not ConfigEntryState.SETUP_IN_PROGRESS


@dataclass(kw_only=True)
class Lives:
    """A Home Assistant that is restarted, on the same folder and the same database."""

    folder: Path
    start_recorder: RecorderInstanceContextManager
    clock: VirtualTime
    simulator: Simulator
    caplog: pytest.LogCaptureFixture

    def __post_init__(self) -> None:
        self._life = AsyncExitStack()
        self.automation: dict[str, Any] | None = None
        self.ran = 0

    async def begin(self) -> None:
        """Start Home Assistant."""
        hass = await open_home(self.folder)
        hass.auth = await auth_manager_from_config(hass, [], [])
        await hass.config.async_set_time_zone("Europe/Amsterdam")
        self._life.push_async_callback(hass.async_stop, force=True)
        await self._life.enter_async_context(self.start_recorder(hass))
        hass.bus.async_listen(_RAN, self._count)
        # That waits for an event of the start, which opens the port of the frontend too.
        restore_state.async_get(hass).async_setup_dump()
        self.home = TwoIntegrations(hass=hass, clock=self.clock, simulator=self.simulator, caplog=self.caplog)
        self.home.begin_statistics()
        for domain in ("homeassistant", "energy", "template", "utility_meter", ENVOY_DOMAIN, DOMAIN):
            task = hass.async_create_task(async_setup_component(hass, domain, {}))
            await self.home.turn_until(task.done)
            assert task.result(), domain
        for entry in hass.config_entries.async_entries():
            await self.home.turn_until(partial(_is_decided, entry))
        if self.automation:
            assert await async_setup_component(hass, "automation", {"automation": [self.automation]})
        self.find_entries()

    async def end(self) -> None:
        """Stop Home Assistant."""
        await self._life.aclose()
        # Home Assistant ends with its event loop, which goes on here.
        vars(self.home.hass.loop).pop(_SHUTDOWN_RUN_CALLBACK_THREADSAFE, None)

    async def restart(self) -> None:
        """Restart Home Assistant."""
        compiled = self.home.compiled
        await self.end()
        await self.begin()
        self.home.compiled = compiled

    def find_entries(self) -> None:
        """Find the entries of both integrations, as far as they are there."""
        entries = self.home.hass.config_entries
        for entry in entries.async_entries(ENVOY_DOMAIN):
            self.home.core = entry
        for entry in entries.async_entries(DOMAIN):
            self.home.entry = entry

    def _count(self, _: Event) -> None:
        self.ran += 1


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Return that timers of YAML automations remain, which Home Assistant leaves when it stops."""
    return True


@pytest.fixture
async def lives(
    async_test_recorder: RecorderInstanceContextManager,
    start_simulator: StartSimulator,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Lives]:
    """Start a Home Assistant with core's integration."""
    caplog.set_level(logging.WARNING)
    disable_loop_debug()
    with virtual_time(START) as clock:
        simulator = await start_simulator(inverters=2, clock=clock.now)
        lives = Lives(
            folder=tmp_path, start_recorder=async_test_recorder, clock=clock, simulator=simulator, caplog=caplog
        )
        try:
            await lives.begin()
            yield lives
        finally:
            await lives.end()
            dt_util.set_default_time_zone(UTC)


@dataclass(kw_only=True)
class Kept:
    """What a user has made of core's entities, and what has to stay."""

    lives: Lives
    ids: dict[str, str]
    rows: dict[str, er.RegistryEntry]
    helpers: dict[str, float]

    async def check(self, step: str) -> None:
        """Check rows, statistics, helpers, the automation and the dashboard."""
        home = self.lives.home
        assert home.changed(self.rows) == {}, step
        assert {_seen(home.row(each)) for each in self.rows} == {_seen(row) for row in self.rows.values()}, step
        assert await self._jumps("5minute") == {}, step
        assert await self._jumps("hour") == {}, step
        issues = (await async_validate(home.hass)).as_dict()
        assert [issue for sources in issues["energy_sources"] for issue in sources if issue] == [], step
        assert self.lives.ran >= 8, step
        self.lives.ran = 0
        for entity_id, last in self.helpers.items():
            state = home.hass.states.get(entity_id)
            assert state is not None, (step, entity_id)
            assert float(state.state) > last, (step, entity_id)
            self.helpers[entity_id] = float(state.state)

    async def _jumps(self, period: Literal["5minute", "hour"]) -> dict[str, list[tuple[float, float]]]:
        """Return where a sum is not what the counter has counted, or a period is missing."""
        hass = self.lives.home.hass
        found = await get_instance(hass).async_add_executor_job(
            lambda: statistics_during_period(
                hass, START, None, set(self.ids.values()), period, {"energy": "kWh"}, {"sum", "state"}
            )
        )
        seconds = 300 if period == "5minute" else 3600
        assert found.keys() == set(self.ids.values())
        wrong: dict[str, list[tuple[float, float]]] = {}
        for entity_id, rows in found.items():
            first = rows[0]
            for number, row in enumerate(rows):
                assert row["start"] == first["start"] + number * seconds, (entity_id, number)
                counted, total = (float(row[key] or 0) - float(first[key] or 0) for key in ("state", "sum"))
                if abs(counted - total) > TOLERANCE_KWH or total < 0:
                    wrong.setdefault(entity_id, []).append((counted, total))
        return wrong


def _seen(row: er.RegistryEntry) -> tuple[object, ...]:
    """Return what a user sees of a row: the name that is shown, and the options."""
    options = {key: value for key, value in row.options.get("sensor", {}).items() if key in _OPTIONS}
    return row.id, row.name or row.original_name, tuple(sorted(options.items())), str(row.options.get("conversation"))


async def use(lives: Lives) -> Kept:
    """Customize core's entities, and use them in the dashboard, in helpers and in an automation."""
    home, hass = lives.home, lives.home.hass
    registry = er.async_get(hass)
    label, area = lr.async_get(hass).async_create("Sun"), ar.async_get(hass).async_create("Roof")
    produced = home.entity_id("lifetime_production")
    registry.async_update_entity(
        produced,
        new_entity_id="sensor.my_sun",
        name="My sun",
        icon="mdi:weather-sunny",
        labels={label.label_id},
        area_id=area.id,
        aliases=["sun"],
        categories={"helpers": "energy"},
    )
    registry.async_update_entity_options("sensor.my_sun", "sensor", _OPTIONS)
    registry.async_update_entity_options("sensor.my_sun", "conversation", {"should_expose": True})
    registry.async_update_entity(home.entity_id("daily_production"), hidden_by=er.RegistryEntryHider.USER)
    registry.async_update_entity(home.entity_id("seven_days_production"), disabled_by=er.RegistryEntryDisabler.USER)
    registry.async_update_entity(home.entity_id("voltage"), disabled_by=None)
    task = hass.async_create_task(hass.config_entries.async_reload(home.core.entry_id))
    await home.turn_until(task.done)
    ids = {key: home.entity_id(key) for key in COUNTERS}
    manager = await async_get_manager(hass)
    await manager.async_update({**manager.default_preferences(), **dashboard(ids)})  # type: ignore[typeddict-item]  # plain JSON
    power = home.rows_by_id(home.entity_id("production"))
    meter: dict[str, Any] = {"name": "Meter", "source": "sensor.my_sun", "cycle": "none", "offset": 0, "tariffs": []}
    meter |= {
        "delta_values": False,
        "net_consumption": False,
        "periodically_resetting": True,
        "always_available": False,
    }
    template = {"template_type": "sensor", "name": "Double", "state": "{{ states('sensor.my_sun') | float(0) * 2 }}"}
    helpers: dict[str, float] = {}
    for entry in (helper("utility_meter", "Meter", meter), helper("template", "Double", template)):
        await hass.config_entries.async_add(entry)
        (entity,) = er.async_entries_for_config_entry(registry, entry.entry_id)
        helpers[entity.entity_id] = -1.0
    condition = {"condition": "device", "domain": "sensor", "type": "is_power", "device_id": power.device_id}
    lives.automation = {
        "id": "a",
        "alias": "a",
        "triggers": [{"trigger": "time_pattern", "minutes": "/5"}],
        "conditions": [{**condition, "entity_id": power.id, "above": 0.1}],
        "actions": [{"event": _RAN}],
    }
    assert await async_setup_component(hass, "automation", {"automation": [lives.automation]})
    await home.turn()
    return Kept(lives=lives, ids=ids, rows=home.rows(home.core), helpers=helpers)


async def take_over(lives: Lives) -> None:
    """Take over in the options, with the form as it is."""
    flows = lives.home.hass.config_entries.options
    for offered in flows.async_progress():
        flows.async_abort(offered["flow_id"])
    menu = await flows.async_init(lives.home.entry.entry_id)
    form = await flows.async_configure(menu["flow_id"], {"next_step_id": "take_over"})
    schema = form["data_schema"]
    assert schema is not None
    done = await flows.async_configure(form["flow_id"], schema({}))
    assert (await flows.async_configure(done["flow_id"], {}))["type"] is FlowResultType.CREATE_ENTRY
    await lives.home.turn()


async def test_nothing_is_lost(lives: Lives) -> None:
    gateway = {"address": lives.simulator.address, "serial": lives.simulator.serial, "token": lives.simulator.token()}
    home = lives.home
    task = home.hass.async_create_task(home.hass.config_entries.async_add(entry_of(ENVOY_DOMAIN, gateway)))
    await home.turn_until(task.done)
    lives.find_entries()
    assert home.core.state is ConfigEntryState.LOADED
    kept = await use(lives)
    await home.live(60)
    await kept.check("an hour of core")

    home.entry = await set_up(home.hass, lives.simulator)
    await take_over(lives)
    await home.live(60)
    kept.rows = {each: row for each, row in kept.rows.items() if home.row(each).platform == DOMAIN}
    assert len(kept.rows) == 13
    assert {row.name for row in kept.rows.values() if row.labels and row.area_id and row.icon} == {"My sun"}
    assert [row.hidden for row in kept.rows.values()].count(True) == 1
    assert [row.disabled for row in kept.rows.values()].count(True) == 1
    await kept.check("an hour after the takeover")

    await lives.restart()
    home = lives.home
    await home.live(45)
    await kept.check("after a restart")

    await home.undo()
    await home.live(60)
    assert {home.row(each).platform for each in kept.rows} == {ENVOY_DOMAIN}
    await kept.check("an hour after the undo")

    await take_over(lives)
    await home.hass.config_entries.async_remove(home.core.entry_id)
    await home.live(45)
    await lives.restart()
    home = lives.home
    await home.live(45)
    assert {home.row(each).platform for each in kept.rows} == {DOMAIN}
    assert home.hass.config_entries.async_entries(ENVOY_DOMAIN) == []
    await kept.check("after another takeover, without the old entry")
