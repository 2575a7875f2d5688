"""A home with a gateway on virtual time, and its states and log lines."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
import logging

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_platform
import pytest

from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.coordinator import GatewayConfigEntry, PollGroupCoordinator
from custom_components.enphase_iq_gateway.entity import GatewayEntity
from simulator import Simulator

from .virtual_time import VirtualTime, settle


@dataclass(frozen=True, kw_only=True)
class Home:
    """One Home Assistant with one simulated gateway set up in it."""

    hass: HomeAssistant
    clock: VirtualTime
    simulator: Simulator
    entry: GatewayConfigEntry
    caplog: pytest.LogCaptureFixture

    async def advance(self, seconds: float, *, step: float = 5.0) -> None:
        """Advance the time in steps, and wait each time until everything that is due has ended."""
        left = seconds
        while left > 0:
            self.clock.tick(min(step, left))
            left -= step
            await settle(self.hass)

    async def advance_hanging(self, seconds: float, *, step: float = 5.0) -> None:
        """Advance the time while requests hang: wait only for what ends without an answer."""
        left = seconds
        while left > 0:
            self.clock.tick(min(step, left))
            left -= step
            await self.turn()

    async def turn(self) -> None:
        """Run the event loop until it is idle for longer than an exchange over a local socket, at most for 300 turns.

        Some of the tests that use it have tasks that never let it idle.
        """
        ready = vars(asyncio.get_running_loop())["_ready"]
        idle = 0
        for _ in range(300):
            await asyncio.sleep(0)
            idle = 0 if ready else idle + 1
            if idle == 100:
                break

    def coordinator(self, group: PollGroup) -> PollGroupCoordinator:
        """Return the coordinator of a poll group."""
        return self.entry.runtime_data.coordinators[group]

    def _entities(self) -> Iterator[tuple[GatewayEntity, str]]:
        """Yield every entity with its state."""
        for platform in entity_platform.async_get_platforms(self.hass, DOMAIN):
            for entity in platform.entities.values():
                state = self.hass.states.get(entity.entity_id)
                if state is not None and isinstance(entity, GatewayEntity):
                    yield entity, state.state

    def states(self) -> dict[str, tuple[PollGroup, str]]:
        """Return coordinator and state of every entity by its unique id."""
        return {str(entity.unique_id): (entity.coordinator.group, state) for entity, state in self._entities()}

    def state(self, key: str, serial: str | None = None) -> str:
        """Return the state of one entity, the gateway's own where no inverter is named."""
        return self.states()[f"{serial or self.entry.unique_id}_{key}"][1]

    def lost(self) -> set[PollGroup]:
        """Return the coordinators whose entities are unavailable: all but counters, which stand meanwhile, or none."""
        lost = {entity.coordinator.group for entity, state in self._entities() if state == STATE_UNAVAILABLE}
        left = {
            entity.coordinator.group
            for entity, state in self._entities()
            if state != STATE_UNAVAILABLE and not entity.stands
        }
        assert not lost & left
        return lost

    def log(self) -> list[tuple[str, str]]:
        """Return the levels and texts of the log of the integration, without debug lines."""
        return [
            (record.levelname, record.getMessage().removeprefix(self.entry.title).lstrip(" :"))
            for record in self.caplog.records
            if "enphase_iq_gateway" in record.name and record.levelno > logging.DEBUG
        ]

    def tasks(self) -> set[str]:
        """Name the tasks that run for the integration."""
        tasks = ((task.get_name(), repr(task.get_coro())) for task in asyncio.all_tasks())
        return {name for name, coroutine in tasks if "enphase_iq_gateway" in coroutine or self.entry.title in name}
