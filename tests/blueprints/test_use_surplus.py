"""Devices run on surplus power only."""

from .conftest import StartAutomation

DEVICES = {"devices": ["switch.charger"], "grid_power": "sensor.grid"}
WITH_BATTERY = {**DEVICES, "battery_power": "sensor.battery", "battery_level": "sensor.level"}


async def test_devices_start_after_enough_surplus_and_stop_after_import(start_automation: StartAutomation) -> None:
    automation = await start_automation("use_surplus", **DEVICES)
    await automation.set(grid=200)
    await automation.set(grid=-1600)
    await automation.wait(4)
    assert automation.switched == []

    await automation.wait(2)
    assert automation.switched == ["turn_on"]

    await automation.set(grid=-100)  # the devices use the surplus now
    await automation.wait(60)
    assert automation.switched == ["turn_on"]

    await automation.set(grid=300)
    await automation.wait(11)
    assert automation.switched == ["turn_on", "turn_off"]


async def test_a_short_surplus_is_not_used(start_automation: StartAutomation) -> None:
    automation = await start_automation("use_surplus", **DEVICES)
    await automation.set(grid=200)
    for _ in range(3):
        await automation.set(grid=-1600)
        await automation.wait(4)
        await automation.set(grid=-1000)
        await automation.wait(4)

    assert automation.switched == []


async def test_devices_stop_when_the_battery_feeds_them(start_automation: StartAutomation) -> None:
    """The battery keeps the grid power at zero, so that alone would never stop them."""
    automation = await start_automation("use_surplus", **WITH_BATTERY)
    await automation.set(grid=0, battery=0, level=100)
    await automation.set(battery=900)
    await automation.wait(11)

    assert automation.switched == ["turn_off"]


async def test_devices_start_once_the_battery_has_reached_its_level(start_automation: StartAutomation) -> None:
    """From the chosen level on, the power that charges the battery counts as surplus."""
    automation = await start_automation("use_surplus", **WITH_BATTERY)
    await automation.set(grid=0, battery=0, level=50)
    await automation.set(battery=-2000)
    await automation.wait(6)
    assert automation.switched == []

    await automation.set(level=90)
    await automation.wait(6)
    assert automation.switched == ["turn_on"]


async def test_export_is_surplus_while_the_battery_charges(start_automation: StartAutomation) -> None:
    automation = await start_automation("use_surplus", **WITH_BATTERY)
    await automation.set(grid=0, battery=-3000, level=50)
    await automation.set(grid=-1600)
    await automation.wait(6)

    assert automation.switched == ["turn_on"]


async def test_devices_stop_without_values(start_automation: StartAutomation) -> None:
    automation = await start_automation("use_surplus", **DEVICES)
    await automation.set(grid=-1600)
    await automation.set(grid="unavailable")
    await automation.wait(11)

    assert automation.switched == ["turn_off"]
