"""Home Assistant's own integration for the gateway and its client library."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from homeassistant.components.enphase_envoy import binary_sensor, button, number, select, sensor, switch
from pyenphase import Envoy

from simulator import Simulator

PLATFORMS: Final[Mapping[str, ModuleType]] = {
    "binary_sensor": binary_sensor,
    "button": button,
    "number": number,
    "select": select,
    "sensor": sensor,
    "switch": switch,
}
"""The platforms of the integration."""


async def read_envoy(simulator: Simulator, *, v2_acb_mode: bool) -> Envoy:
    """Read a gateway once with pyenphase, with the same sign-in as this project's integration."""
    envoy = Envoy(simulator.address, v2_acb_mode=v2_acb_mode)
    try:
        await envoy.setup()
        if simulator.uses_tokens:
            await envoy.authenticate(token=simulator.token())
        else:
            await envoy.authenticate(username=simulator.username, password=simulator.password)
        await envoy.update()
    finally:
        await envoy.close()
    return envoy
