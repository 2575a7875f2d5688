"""Hours of readings, one after the other."""

from homeassistant.core import HomeAssistant

from .virtual_time import VirtualTime, settle


async def pass_time(hass: HomeAssistant, clock: VirtualTime, seconds: float, *, step: float = 30.0) -> None:
    """Let time pass in steps, and after each of them all that falls due, to its end."""
    for _ in range(round(seconds / step)):
        clock.tick(step)
        await settle(hass)
