"""One Home Assistant in which core's integration and this one read the same simulated gateway."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import logging
from typing import Final, Literal

from attr import evolve
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.coordinator import GatewayConfigEntry
from custom_components.enphase_iq_gateway.counters.shift import Shifts
from custom_components.enphase_iq_gateway.flow.possible_entities import possible_entities
from custom_components.enphase_iq_gateway.history.takeover.counterparts import ENVOY_DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.plan import Plan, make_plan
from custom_components.enphase_iq_gateway.history.takeover.takeover import async_take_over, async_undo
from simulator import Simulator
from tests.conftest import StartSimulator, set_up
from tests.support.virtual_time import VirtualTime, disable_loop_debug, real_seconds, virtual_time

KEPT: Final = (
    *("id", "entity_id", "icon", "area_id", "labels", "aliases", "categories", "hidden_by", "disabled_by", "device_id"),
    *("created_at", "device_class"),
)
"""The attributes that a row always keeps."""
_LOUD: Final = ("sqlalchemy.engine", "homeassistant.components.recorder", "asyncio")
_PERIOD: Final = timedelta(minutes=5)
NOTHING: Final = Shifts(counters={}, days={})

type Row = er.RegistryEntry


@dataclass(kw_only=True)
class TwoIntegrations:
    """Both integrations, and what the tests do with them."""

    hass: HomeAssistant
    clock: VirtualTime
    simulator: Simulator
    caplog: pytest.LogCaptureFixture
    core: ConfigEntry = field(init=False)
    entry: GatewayConfigEntry = field(init=False)
    compiled: datetime = field(init=False)
    """The end of the statistics."""

    async def set_up(self) -> None:
        """Set core's integration up, and this one beside it."""
        self.begin_statistics()
        simulator, serial = self.simulator, self.simulator.serial
        data = {
            CONF_HOST: simulator.address,
            CONF_NAME: f"Envoy {serial}",
            CONF_USERNAME: simulator.username,
            CONF_PASSWORD: simulator.password,
            CONF_TOKEN: simulator.token(),
            "use_manual_token": True,
        }
        core = MockConfigEntry(domain=ENVOY_DOMAIN, unique_id=serial, title=f"Envoy {serial}", data=data)
        core.add_to_hass(self.hass)
        self.core = core
        task = self.hass.async_create_task(self.hass.config_entries.async_setup(core.entry_id))
        await self.turn_until(task.done)
        assert self.core.state is ConfigEntryState.LOADED
        self.entry = await set_up(self.hass, simulator)
        await self.turn()

    def begin_statistics(self) -> None:
        """Begin statistics with this moment."""
        self.compiled = dt_util.utcnow()

    async def unload(self) -> None:
        """Unload both, so that no timer is left."""
        for entry in (self.entry, self.core):
            if entry.state is ConfigEntryState.LOADED:
                await self.hass.config_entries.async_unload(entry.entry_id)

    async def turn(self) -> None:
        """Run the event loop for longer than a few exchanges over a local socket take."""
        for _ in range(200):
            await asyncio.sleep(0)

    async def turn_until(self, condition: Callable[[], bool]) -> None:
        """Advance the time by tenths of a second until a condition holds, for libraries that pause."""
        end = real_seconds() + 20
        while not condition():
            assert real_seconds() < end
            self.clock.tick(0.1)
            await self.turn()

    async def live(self, minutes: int) -> None:
        """Advance the time, with statistics of every five minutes."""
        for _ in range(minutes * 2):
            self.clock.tick(30)
            await self.turn()
            while self.compiled + _PERIOD <= dt_util.utcnow():
                await async_wait_recording_done(self.hass)
                do_adhoc_statistics(self.hass, start=self.compiled)
                await async_wait_recording_done(self.hass)
                self.compiled += _PERIOD

    def entity_id(self, key: str, serial: str | None = None, domain: str = ENVOY_DOMAIN) -> str:
        """Return the entity id of an entity, by default of core's gateway."""
        unique_id = "_".join(part for part in (serial or self.simulator.serial, key) if part)
        entity_id = er.async_get(self.hass).async_get_entity_id("sensor", domain, unique_id)
        assert entity_id is not None, unique_id
        return entity_id

    @property
    def inverter(self) -> str:
        """The serial of one inverter."""
        return min(self.simulator.world.inverters)

    def rows(self, entry: ConfigEntry) -> dict[str, Row]:
        """Return the rows of an entry by the id that stays."""
        found = er.async_entries_for_config_entry(er.async_get(self.hass), entry.entry_id)
        return {row.id: row for row in found}

    def row(self, registry_id: str) -> Row:
        """Return a row by the id that stays."""
        row = er.async_get(self.hass).entities.get_entry(registry_id)
        assert row is not None
        return row

    def device(self, entry: ConfigEntry, domain: str, serial: str | None = None) -> dr.DeviceEntry:
        """Return a device of an entry."""
        identifier = (domain, serial or self.simulator.serial)
        device = dr.async_get(self.hass).async_get_device_by_identifier(identifier, entry.entry_id)
        assert device is not None
        return device

    def rows_by_id(self, entity_id: str) -> Row:
        """Return the row of an entity."""
        row = er.async_get(self.hass).async_get(entity_id)
        assert row is not None
        return row

    def devices(self, entry: ConfigEntry) -> list[dr.DeviceEntry]:
        """Return the devices of an entry."""
        return dr.async_entries_for_config_entry(dr.async_get(self.hass), entry.entry_id)

    def plan(self, *, enabled: Iterable[Row] = (), areas: Collection[str] = ()) -> Plan:
        """Plan the takeover, with some rows as if they had been enabled, and areas of control."""
        rows = {**self.rows(self.core), **{row.id: evolve(row, disabled_by=None) for row in enabled}}
        return make_plan(rows.values(), possible_entities(self.hass, self.entry), areas=areas)

    async def take_over(
        self,
        plan: Plan | None = None,
        shifts: Shifts = NOTHING,
        *,
        keep_names: bool = True,
        keep_old: bool = False,
        areas: Collection[str] = (),
    ) -> Plan:
        """Take over what is planned; return the plan."""
        plan = plan or self.plan()
        await async_take_over(
            self.hass, self.entry, self.core, plan, shifts, keep_names=keep_names, keep_old=keep_old, areas=areas
        )
        await self.turn()
        assert self.entry.state is ConfigEntryState.LOADED
        return plan

    async def undo(self) -> None:
        """Undo the takeover, and wait until core's integration runs again."""
        await async_undo(self.hass, self.entry)
        await self.turn_until(lambda: self.core.state is ConfigEntryState.LOADED)
        await self.turn()

    def changed(self, before: dict[str, Row], *attributes: str) -> dict[str, dict[str, tuple[object, object]]]:
        """Return what rows have not kept, by entity id and attribute."""
        lost: dict[str, dict[str, tuple[object, object]]] = {}
        for registry_id, row in before.items():
            now = self.row(registry_id)
            for attribute in (*KEPT, *attributes):
                was, is_now = getattr(row, attribute), getattr(now, attribute)
                if was != is_now:
                    lost.setdefault(row.entity_id, {})[attribute] = (was, is_now)
        return lost

    async def sums(
        self, entity_ids: Iterable[str], period: Literal["5minute", "hour"] = "5minute"
    ) -> dict[str, list[float]]:
        """Return the sums of the statistics of each entity, in kWh."""
        found = await get_instance(self.hass).async_add_executor_job(
            lambda: statistics_during_period(
                self.hass,
                dt_util.utcnow() - timedelta(days=1),
                None,
                set(entity_ids),
                period,
                {"energy": "kWh"},
                {"sum"},
            )
        )
        return {entity_id: [float(row["sum"] or 0) for row in rows] for entity_id, rows in found.items()}

    def warnings(self) -> list[str]:
        """Return the warnings and errors in the log."""
        return [
            record.getMessage()
            for record in self.caplog.records
            if record.levelno >= logging.WARNING and record.name.startswith(("homeassistant", "custom_components"))
        ]


@asynccontextmanager
async def run_both(
    hass: HomeAssistant,
    set_up_recorder: RecorderInstanceGenerator,
    start_simulator: StartSimulator,
    caplog: pytest.LogCaptureFixture,
    profile: str = "metered_net_three_phase",
) -> AsyncIterator[TwoIntegrations]:
    """Set up both integrations at noon of a sunny day, with a recorder."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    for name in _LOUD:
        caplog.set_level(logging.CRITICAL, name)
    # That has set the level of the handler too.
    caplog.handler.setLevel(logging.NOTSET)
    disable_loop_debug()
    with virtual_time(datetime(2026, 6, 20, 10, 0, tzinfo=UTC)) as clock:
        await set_up_recorder(hass)
        assert await async_setup_component(hass, "homeassistant", {})
        assert await async_setup_component(hass, "energy", {})
        simulator = await start_simulator(profile, inverters=2, clock=clock.now)
        home = TwoIntegrations(hass=hass, clock=clock, simulator=simulator, caplog=caplog)
        await home.set_up()
        yield home
        await home.unload()
