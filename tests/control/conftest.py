"""A home in which control is turned on."""

from collections.abc import Callable
from dataclasses import replace
from functools import partialmethod
from unittest.mock import patch

import pytest

from custom_components.enphase_iq_gateway.const import CONF_CONTROL
from custom_components.enphase_iq_gateway.control.areas import ControlArea
from custom_components.enphase_iq_gateway.flow.base import GatewayFlow
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
        # As turning control on in the options does, without setting the gateway up twice.
        options = {CONF_CONTROL: [area.value for area in areas or ALL]}
        create_entry = partialmethod(GatewayFlow.async_create_entry, options=options)
        with patch.object(GatewayFlow, "async_create_entry", create_entry):
            return ControlledHome(home=await start_home(profile, spoil=spoil))

    return start


@pytest.fixture
async def controlled(start_control: StartControl) -> ControlledHome:
    """Set up batteries, a system controller and a generator with every area of control on."""
    return await start_control("storage_ct_split")


@pytest.fixture
def enough_charge(controlled: ControlledHome) -> None:
    """Lower the level at which the batteries stop to 5 %, so that they may form the grid."""
    controlled.home.simulator.world.change_settings(lambda settings: replace(settings, very_low=5))
