"""Run an automation of a blueprint of this repository, on states and a time that the test sets."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.support.pages import ROOT


@dataclass(kw_only=True)
class Automation:
    """A running automation."""

    hass: HomeAssistant
    time: FrozenDateTimeFactory
    messages: list[str] = field(default_factory=list)
    switched: list[str] = field(default_factory=list)

    async def set(self, **states: object) -> None:
        """Set the states of sensors."""
        for name, state in states.items():
            self.hass.states.async_set(f"sensor.{name}", str(state))
        await self._turn()

    async def wait(self, minutes: float) -> None:
        """Advance the time."""
        self.time.tick(timedelta(minutes=minutes))
        async_fire_time_changed(self.hass)
        await self._turn()

    async def _turn(self) -> None:
        """Run the event loop for a while: waiting for all tasks would wait for an automation that waits."""
        for _ in range(100):
            await asyncio.sleep(0)


type StartAutomation = Callable[..., Awaitable[Automation]]


@pytest.fixture
def start_automation(hass: HomeAssistant, freezer: FrozenDateTimeFactory, tmp_path: Path) -> StartAutomation:
    """Return a function that starts an automation of a blueprint with inputs; it records what the automation does."""
    hass.config.config_dir = str(tmp_path)
    (tmp_path / "blueprints").symlink_to(ROOT / "blueprints")

    async def start(blueprint: str, **inputs: object) -> Automation:
        running = Automation(hass=hass, time=freezer)

        @callback
        def notified(call: ServiceCall) -> None:
            running.messages.append(f"{call.data['title']}: {call.data['message']}")

        @callback
        def switched(call: ServiceCall) -> None:
            running.switched.append(call.service)

        await async_setup_component(hass, "homeassistant", {})
        hass.services.async_register("persistent_notification", "create", notified)
        for service in ("turn_on", "turn_off"):
            hass.services.async_register("homeassistant", service, switched)
        path = f"enphase_iq_gateway/{blueprint}.yaml"
        config = {"alias": "tested", "use_blueprint": {"path": path, "input": inputs}}
        assert await async_setup_component(hass, "automation", {"automation": config})
        assert hass.states.is_state("automation.tested", "on")
        return running

    return start
