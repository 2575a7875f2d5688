"""A bare Home Assistant, without web page and database, with one gateway in it, and the time put forward."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
import gc
from pathlib import Path
import time
from types import MappingProxyType
from typing import Any
from unittest.mock import PropertyMock, patch

from aiohttp import ThreadedResolver
from homeassistant import bootstrap, loader
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry, ConfigEntryState
from homeassistant.core import CoreState, HomeAssistant

from .virtual_clock import VirtualClock

OURS = "enphase_iq_gateway"
THEIRS = "enphase_envoy"


@dataclass(frozen=True, slots=True)
class Home:
    """Home Assistant with the entry of one gateway."""

    hass: HomeAssistant
    entry: ConfigEntry
    clock: VirtualClock

    async def set_up(self) -> None:
        """Set the gateway up until its entities have their first values.

        Raises:
            RuntimeError: it could not be set up.
        """
        await self.hass.config_entries.async_add(self.entry)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        if self.entry.state is not ConfigEntryState.LOADED:
            raise RuntimeError(f"{self.entry.domain} is {self.entry.state}: {self.entry.reason}")

    async def live(self, seconds: float) -> None:
        """Let virtual time pass, with everything done that falls due."""
        with self.clock.jumping(self._is_busy):
            await asyncio.sleep(seconds)

    async def cost_of(self, seconds: float) -> float:
        """Let virtual time pass; give the processor time it took, in ms for each minute."""
        gc.collect()
        before = cpu_ms()
        await self.live(seconds)
        return (cpu_ms() - before) * 60 / seconds

    def _is_busy(self) -> bool:
        return bool(self.hass._tasks or self.hass._background_tasks)  # noqa: SLF001 - asked each time the loop would wait


async def open_home(
    folder: Path, domain: str, gateway: dict[str, str], clock: VirtualClock, options: dict[str, Any]
) -> Home:
    """Start Home Assistant with everything of an integration imported, so that set-up is measured without that."""
    (folder / "custom_components").symlink_to(Path(__file__).parent.parent / "custom_components")
    # The gateway's address is a number here: mDNS has nothing to do, and the network around must not matter.
    patch("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda _: ThreadedResolver()).start()
    hass = HomeAssistant(str(folder))
    hass.config.skip_pip = True  # what is installed is what is measured
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {})
    await loader.async_get_custom_components(hass)
    await bootstrap.async_load_base_functionality(hass)
    hass.set_state(CoreState.running)
    integration = await loader.async_get_integration(hass, domain)
    component = await integration.async_get_component()
    platforms = [str(platform) for platform in vars(component)["PLATFORMS"]]
    await integration.async_get_platforms(integration.platforms_exists([*platforms, "config_flow", "diagnostics"]))
    for platform in platforms:
        await (await loader.async_get_integration(hass, platform)).async_get_component()
    entry = ConfigEntry(
        data=_data(domain, gateway),
        discovery_keys=MappingProxyType({}),
        domain=domain,
        minor_version=1,
        options=options,
        source=SOURCE_USER,
        subentries_data=None,
        title="Gateway",
        unique_id=gateway["serial"],
        version=1,
    )
    return Home(hass, entry, clock)


def _data(domain: str, gateway: dict[str, str]) -> dict[str, Any]:
    """What either integration stores of a gateway that was signed in to."""
    data = {"host": gateway["address"]}
    data |= {key: gateway[key] for key in ("token", "username", "password") if key in gateway}
    if domain == THEIRS:
        data = {"username": "", "password": "", **data, "name": "Gateway"}
    return data


def enable_all_entities(stack: ExitStack) -> None:
    """Let entities that are off by default be on."""
    stack.enter_context(
        patch(
            "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
            new_callable=PropertyMock,
            return_value=True,
        )
    )


def cpu_ms() -> float:
    """The processor time of this process until now."""
    return time.process_time() * 1000
