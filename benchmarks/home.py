"""A bare Home Assistant with some gateways, in virtual time: no web page, and a recorder only on request."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import PropertyMock, patch

from aiohttp import ThreadedResolver
from homeassistant import bootstrap, loader
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_STATE_REPORTED
from homeassistant.core import CoreState, Event, EventStateReportedData, HomeAssistant, callback
from homeassistant.helpers.recorder import async_initialize_recorder
from homeassistant.setup import async_setup_component

from .cases import THEIRS, Case
from .virtual_clock import VirtualClock


class _Resolver(ThreadedResolver):
    """A resolver that Home Assistant can close."""

    async def real_close(self) -> None:
        """Close the resolver."""
        await self.close()


@dataclass(frozen=True, slots=True)
class Home:
    """Home Assistant with the config entries of the gateways."""

    hass: HomeAssistant
    entries: list[ConfigEntry]
    clock: VirtualClock

    async def set_up(self) -> None:
        """Set up the gateways until their entities have values.

        Raises:
            RuntimeError: a gateway could not be set up.
        """
        for entry in self.entries:
            await self.hass.config_entries.async_add(entry)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        for entry in self.entries:
            if entry.state is not ConfigEntryState.LOADED:
                raise RuntimeError(f"{entry.domain} is {entry.state}: {entry.reason}")

    async def pass_time(self, seconds: float) -> None:
        """Pass virtual time, and run everything due in it."""
        with self.clock.jumping(self._is_busy):
            await asyncio.sleep(seconds)

    async def unchanged_writes(self, seconds: float) -> int:
        """Pass virtual time; return the number of state writes that changed nothing."""
        count = 0

        @callback
        def is_counted(_: EventStateReportedData) -> bool:
            return True

        @callback
        def add(_: Event[EventStateReportedData]) -> None:
            nonlocal count
            count += 1

        remove = self.hass.bus.async_listen(EVENT_STATE_REPORTED, add, event_filter=is_counted)
        await self.pass_time(seconds)
        remove()
        return count

    def _is_busy(self) -> bool:
        return bool(self.hass._tasks or self.hass._background_tasks)  # noqa: SLF001 - no public way to look at them


async def open_home(folder: Path, case: Case, gateways: list[dict[str, str]], clock: VirtualClock) -> Home:
    """Start Home Assistant and import all of the integration, so that set-up is measured without the imports."""
    (folder / "custom_components").symlink_to(Path(__file__).parent.parent / "custom_components")
    # Addresses are numbers here: nothing has to be resolved, and the network around must not matter.
    patch("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda _: _Resolver()).start()
    hass = HomeAssistant(str(folder))
    hass.config.skip_pip = True  # measure the packages that are installed
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {})
    await loader.async_get_custom_components(hass)
    await bootstrap.async_load_base_functionality(hass)
    hass.set_state(CoreState.running)
    integration = await loader.async_get_integration(hass, case.integration)
    component = await integration.async_get_component()
    platforms = [str(platform) for platform in vars(component)["PLATFORMS"]]
    await integration.async_get_platforms(integration.platforms_exists([*platforms, "config_flow", "diagnostics"]))
    for platform in platforms:
        base = await loader.async_get_integration(hass, platform)
        await base.async_get_component()
        await base.async_get_platforms(base.platforms_exists(["condition", "trigger"]))
    return Home(hass, [_entry(case, gateway) for gateway in gateways], clock)


async def start_recorder(hass: HomeAssistant) -> None:
    """Start the recorder with its default options: an SQLite database in the configuration folder.

    Raises:
        RuntimeError: the recorder did not start.
    """
    async_initialize_recorder(hass)
    if not await async_setup_component(hass, "recorder", {"recorder": {}}):
        raise RuntimeError("the recorder did not start")


def all_entities_enabled() -> AbstractContextManager[object]:
    """Return a context in which the entities disabled by default are enabled."""
    return patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock,
        return_value=True,
    )


def _entry(case: Case, gateway: dict[str, str]) -> ConfigEntry:
    """Return the config entry as either integration stores it after a sign-in with a token."""
    data: dict[str, Any] = {"host": gateway["host"], "token": gateway["token"]}
    options: dict[str, Any] = {}
    if case.integration == THEIRS:
        data |= {"username": "", "password": "", "name": "Gateway"}
    elif case.interval_s is not None:
        options["update_interval"] = case.interval_s
    return ConfigEntry(
        data=data,
        discovery_keys=MappingProxyType({}),
        domain=case.integration,
        minor_version=1,
        options=options,
        source=SOURCE_USER,
        subentries_data=None,
        title="Gateway",
        unique_id=gateway["serial"],
        version=1,
    )
