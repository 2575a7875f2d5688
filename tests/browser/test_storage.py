"""Batteries and control on a phone and in German: the step that turns control on, and the pages of the devices."""

from collections.abc import AsyncGenerator

import pytest

from simulator import PROFILES, Simulator
from simulator.documents.storage.inventory import controller_serial

from .frontend import Frontend
from .running import noon

INTEGRATION = "/config/integrations/integration/enphase_iq_gateway"
PHONE_WIDTH, PHONE_HEIGHT = 390, 844


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    """Run a gateway with batteries and a system controller."""
    async with Simulator(profile=PROFILES["storage"], inverters=5, clock=noon()) as running:
        yield running


async def in_german_on_a_phone(frontend: Frontend) -> None:
    """Change the language of Home Assistant and of its user, and the size of the page."""
    await frontend.home_assistant.websocket_command("config/core/update", language="de")
    await frontend.page.context.add_init_script("localStorage.setItem('selectedLanguage', '\"de\"')")
    await frontend.page.set_viewport_size({"width": PHONE_WIDTH, "height": PHONE_HEIGHT})


async def test_control_is_turned_on_in_german_on_a_phone(frontend: Frontend) -> None:
    await in_german_on_a_phone(frontend)
    await frontend.set_up()
    await frontend.open(INTEGRATION)
    await frontend.press("Konfigurieren")
    await frontend.expect_text("Steuerung")
    await frontend.choose("Steuerung", frontend.dialog)
    await frontend.expect_text("Netzrelais")
    await frontend.screenshot("control-options-de")
    switches = frontend.dialog.locator("ha-switch")
    for number in range(await switches.count()):
        await switches.nth(number).click()
    await frontend.screenshot("control-options-on-de")
    await frontend.press("OK", frontend.dialog)
    await frontend.press("Fertigstellen", frontend.dialog)
    await frontend.wait_for_value("battery_state_of_charge")
    await frontend.open(f"/config/devices/device/{await frontend.device(controller_serial())}")
    await frontend.expect_text("Netzrelais", "Kontakt NC1")
    await frontend.screenshot("control-controller-de")


async def test_the_devices_of_storage_in_german_on_a_phone(frontend: Frontend) -> None:
    await in_german_on_a_phone(frontend)
    await frontend.set_up()
    await frontend.wait_for_value("battery_state_of_charge")
    battery = min(unit.serial for unit in frontend.simulator.world.plant.units)
    for name, serial in (("gateway", frontend.simulator.serial), ("battery", battery)):
        await frontend.open(f"/config/devices/device/{await frontend.device(serial)}")
        await frontend.expect_text("Sensoren")
        await frontend.screenshot(f"storage-{name}-de")
