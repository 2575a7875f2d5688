"""Messages about an outage and its end."""

import pytest

from .conftest import StartAutomation

INPUTS = {"grid_state": "sensor.grid", "battery_level": "sensor.level"}


@pytest.mark.parametrize("state", ["outage", "off_grid", "generator"])
async def test_an_outage_and_its_end_are_reported(start_automation: StartAutomation, state: str) -> None:
    """By a system controller, by a meter collar, and with a generator."""
    automation = await start_automation("grid_outage", **INPUTS)
    await automation.hass.config.async_set_time_zone("Europe/Amsterdam")
    automation.time.move_to("2026-11-28T17:05:00+00:00")
    await automation.set(grid="on_grid", level=80)

    await automation.set(grid=state)
    await automation.wait(1)
    (message,) = automation.messages
    assert message == "The grid has failed: The house is without the grid since 18:05. The batteries are at 80."

    await automation.wait(89)
    await automation.set(grid="synchronizing", level=60)
    assert len(automation.messages) == 1
    await automation.set(grid="on_grid")
    assert automation.messages[1:] == ["The grid has returned: The grid was away for 90 min. The batteries are at 60."]


async def test_a_moment_without_the_grid_is_not_reported(start_automation: StartAutomation) -> None:
    automation = await start_automation("grid_outage", **INPUTS)
    await automation.set(grid="on_grid", level=80)
    await automation.set(grid="outage")
    await automation.wait(0.2)
    await automation.set(grid="on_grid")
    await automation.wait(5)

    assert automation.messages == []


async def test_an_unavailable_gateway_does_not_end_an_outage(
    start_automation: StartAutomation,
) -> None:
    automation = await start_automation("grid_outage", grid_state="sensor.grid")
    await automation.set(grid="on_grid")
    await automation.set(grid="outage")
    await automation.wait(1)
    await automation.set(grid="unavailable")
    await automation.wait(10)
    await automation.set(grid="outage")
    await automation.wait(10)
    assert len(automation.messages) == 1

    await automation.set(grid="on_grid")
    assert automation.messages[1].startswith("The grid has returned")
    assert automation.messages[1].endswith(" min.")
