"""A home in which control is turned on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.const import CONF_CONTROL
from custom_components.enphase_iq_gateway.control.areas import ControlArea
from simulator import Faults
from tests.conftest import StartHome
from tests.support.control import ALL, ControlledHome, StartControl


@pytest.fixture
async def start_control(start_home: StartHome) -> StartControl:
    """Return a function that sets up a site with areas of control turned on."""

    async def start(
        profile: str = "storage",
        *areas: ControlArea,
        spoil: Callable[[Faults], object] | None = None,
    ) -> ControlledHome:
        options = {CONF_CONTROL: [area.value for area in areas or ALL]}
        # Nothing is controlled at an inverter, and each has 20 entities.
        home = await start_home(profile, inverters=1, spoil=spoil, options=options)
        return ControlledHome(home=home)

    return start


@pytest.fixture
async def controlled(start_control: StartControl) -> ControlledHome:
    """Set up batteries, a system controller and a generator with every area of control on."""
    return await start_control("storage_ct_split")


@pytest.fixture
async def controlled_by_new_firmware(start_control: StartControl) -> ControlledHome:
    """Set up a site whose firmware reports closed contacts as open after a change of their settings (S§29)."""
    return await start_control("storage")


@pytest.fixture
def enough_charge(controlled: ControlledHome) -> None:
    """Lower the level at which the batteries stop to 5 %, so that they may form the grid."""
    controlled.home.simulator.world.change_settings(lambda settings: replace(settings, very_low=5))
