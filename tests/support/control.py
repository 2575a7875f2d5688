"""A home in which control is turned on, and what a user does with it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.control.areas import ControlArea

from .home import Home
from .options import open_step
from .virtual_time import settle

ALL = tuple(ControlArea)


@dataclass(frozen=True, kw_only=True)
class ControlledHome:
    """A home with the entities of control."""

    home: Home

    @property
    def hass(self) -> HomeAssistant:
        """Home Assistant."""
        return self.home.hass

    async def turn_on(self, *areas: ControlArea) -> None:
        """Turn on exactly these areas in the options, as a user does."""
        form = await open_step(self.hass, self.home.entry.entry_id, "control")
        answers = {area.value: area in areas for area in ControlArea}
        await self.hass.config_entries.options.async_configure(form["flow_id"], answers)
        await settle(self.hass)

    def entity_id(self, unique_id: str) -> str:
        """Return the entity with a unique id, `S` and `E` standing for gateway and controller or collar."""
        site = self.home.entry.runtime_data.site
        owner, _, key = unique_id.partition("_")
        serial = {"S": site.info.serial, "E": min(site.storage.system_controllers or site.storage.collars, default="")}[
            owner
        ]
        registry = er.async_get(self.hass)
        found = [
            each.entity_id
            for each in er.async_entries_for_config_entry(registry, self.home.entry.entry_id)
            if each.unique_id == f"{serial}_{key}" and each.domain in {"switch", "select", "number", "button"}
        ]
        assert len(found) == 1, unique_id
        return found[0]

    def shown(self, unique_id: str) -> State:
        """Return the state of an entity."""
        state = self.hass.states.get(self.entity_id(unique_id))
        assert state is not None
        return state

    def start(self, service: str, unique_id: str = "", **data: object) -> asyncio.Task[Any]:
        """Begin an action and return its task, which ends when the action does."""
        domain, _, name = (service if "." in service else f"{DOMAIN}.{service}").partition(".")
        target = None if not unique_id else {"entity_id": self.entity_id(unique_id)}
        call = self.hass.services.async_call(
            domain, name, dict(data), blocking=True, target=target, return_response=domain == DOMAIN
        )
        return asyncio.get_running_loop().create_task(call)

    def repairs(self) -> list[ir.IssueEntry]:
        """Return the repairs about settings that are ignored."""
        found = ir.async_get(self.hass).issues.items()
        return [issue for (domain, name), issue in found if domain == DOMAIN and "ignored_setting" in name]

    async def advance(self, seconds: float, *, step: float = 1.0) -> None:
        """Advance the time while an action waits."""
        await self.home.advance_hanging(seconds, step=step)

    async def finish[T](self, task: asyncio.Task[T], seconds: float, *, step: float = 3.0) -> T:
        """Advance the time until an action ends, at most for some seconds, and return its response."""
        await self.home.turn()
        left = seconds
        while not task.done() and left > 0:
            await self.home.advance_hanging(step, step=step)
            left -= step
        assert task.done()
        return await task

    def written(self) -> list[tuple[str, str, bytes]]:
        """Return method, path and body of every write but that of the live stream."""
        return [
            (request.method, request.path, request.body)
            for request in self.home.simulator.requests
            if request.method != "GET" and "livedata" not in request.path
        ]


type StartControl = Callable[..., Awaitable[ControlledHome]]
