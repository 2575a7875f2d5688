"""Home Assistants in processes of their own, which take over or undo, and are killed before a write to their disk.

Run: `python -m tests.support.takeover_process SITE`. The site is JSON with address, serial and token of its gateway,
and the URL of the recorder's database, null for a file in the folder. For every line of the input, JSON with folder,
command, point and order of the writes, it forks a Home Assistant, which prints the rows of both integrations and those
of the recorder as JSON; null for one that was killed.
"""

import asyncio
from collections.abc import Callable
from importlib import import_module
import json
import os
from pathlib import Path
import signal
import sys
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

from aiohttp import ThreadedResolver
from homeassistant import bootstrap, config_entries, loader
from homeassistant.components import enphase_envoy
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_TOKEN
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, registry, storage
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import file

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE, DOMAIN
from custom_components.enphase_iq_gateway.flow.possible_entities import possible_entities
from custom_components.enphase_iq_gateway.history.takeover.counterparts import ENVOY_DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.plan import make_plan
from custom_components.enphase_iq_gateway.history.takeover.starts import async_find_shifts
from custom_components.enphase_iq_gateway.history.takeover.takeover import async_take_over, async_undo
from tests.support.recorder import compile_next, pause, recorded, start_recorder
from tests.support.statistics import repair_and_undo

PRELOADED: Final = ("binary_sensor", "button", "config_flow", "number", "select", "sensor", "switch")
"""The modules of both integrations that every Home Assistant here imports."""
NEVER: Final = -1
"""The point of a process that is not killed."""
SAVE_DELAYS_S: Final = {"running": (0.1, 0.2), "stopping": (0.2, 0.1)}
"""The delays of config entries and registries by order.

While Home Assistant runs, it writes its config entries before its registries (config_entries.py, helpers/registry.py);
when it stops, it writes all at once.
"""
LIFETIMES: Final = {
    "lifetime_production": "production_energy_lifetime",
    "lifetime_consumption": "total_consumption_energy_lifetime",
}
"""The lifetime counters that are enabled, as core's and this integration's unique ids end."""
_ROOT: Final = Path(__file__).parents[2]
_SAVED_S: Final = 0.6
"""The time after which everything is on disk, with the shorter delays of this process."""


class Disk:
    """Counts points once it is armed, and kills the process at one of them.

    Each write has two: before it begins, and before the new file replaces the old one.
    """

    def __init__(self, point: int) -> None:
        self.point = point
        self.armed = False
        self.passed = 0

    def counting(self, step: Callable[..., None]) -> Callable[..., None]:
        def run(*args: object, **kwargs: object) -> None:
            if self.armed:
                if self.passed == self.point:
                    os.kill(os.getpid(), signal.SIGKILL)
                self.passed += 1
            step(*args, **kwargs)

        return run


class _Resolver(ThreadedResolver):
    """A resolver that Home Assistant can close."""

    async def real_close(self) -> None:
        await self.close()


async def open_home(folder: Path) -> HomeAssistant:
    """Start a bare Home Assistant on a configuration folder."""
    if not (folder / "custom_components").exists():
        (folder / "custom_components").symlink_to(_ROOT / "custom_components")
    patch("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda _: _Resolver()).start()
    hass = HomeAssistant(str(folder))
    hass.config.skip_pip = True
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {})
    await loader.async_get_custom_components(hass)
    await bootstrap.async_load_base_functionality(hass)
    hass.set_state(CoreState.running)
    return hass


def entry_of(domain: str, gateway: dict[str, Any]) -> ConfigEntry:
    """Return the entry of an integration, as its config flow creates it."""
    data = {CONF_HOST: gateway["address"], CONF_TOKEN: gateway["token"]}
    extra = {"use_manual_token": True, CONF_NAME: "Envoy"} if domain == ENVOY_DOMAIN else {CONF_CERTIFICATE: None}
    return ConfigEntry(
        data={key: value for key, value in {**data, **extra}.items() if value is not None},
        discovery_keys=MappingProxyType({}),
        domain=domain,
        minor_version=1,
        options=None,
        source=SOURCE_USER,
        subentries_data=None,
        title=domain,
        unique_id=gateway["serial"],
        version=1,
    )


async def take_over(hass: HomeAssistant, core: ConfigEntry, entry: ConfigEntry) -> None:
    """Take over everything, as a user does who submits the form as it is."""
    rows = er.async_entries_for_config_entry(er.async_get(hass), core.entry_id)
    plan = make_plan(rows, possible_entities(hass, entry))
    shifts = await async_find_shifts(hass, entry, plan.moves)
    await async_take_over(hass, entry, core, plan, shifts, keep_names=True, keep_old=False)


async def take_over_after_pause(hass: HomeAssistant, core: ConfigEntry, entry: ConfigEntry) -> None:
    """Take over from an integration that was off for days, and whose lifetime counters were elsewhere."""
    await hass.config_entries.async_unload(core.entry_id)
    lifetimes = (f"{core.unique_id}_{key}" for key in LIFETIMES)
    ids = (er.async_get(hass).async_get_entity_id("sensor", ENVOY_DOMAIN, unique_id) for unique_id in lifetimes)
    await pause(hass, {entity_id for entity_id in ids if entity_id})
    await take_over(hass, core, entry)


async def run(folder: Path, command: str, disk: Disk, site: dict[str, Any]) -> dict[str, Any]:
    """Run a command; return the rows by id, the state of the other integration's entry, and what is recorded."""
    hass = await open_home(folder)
    await start_recorder(hass, site["db_url"])
    for domain in (ENVOY_DOMAIN, DOMAIN):
        await async_setup_component(hass, domain, {})
    if command == "set_up":
        for domain in (ENVOY_DOMAIN, DOMAIN):
            await hass.config_entries.async_add(entry_of(domain, site))
    (core,) = hass.config_entries.async_entries(ENVOY_DOMAIN)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    if entry.state is not ConfigEntryState.LOADED:
        raise RuntimeError(f"{entry.state}: {entry.reason}")
    disk.armed = True
    repaired: list[list[float]] = []
    match command:
        case "take_over":
            await take_over(hass, core, entry)
        case "take_over_after_pause":
            await take_over_after_pause(hass, core, entry)
        case "undo":
            await async_undo(hass, entry)
        case "repair":
            repaired = await repair_and_undo(hass)
    await hass.async_block_till_done()
    await asyncio.sleep(_SAVED_S)
    disk.armed = False
    await compile_next(hass)
    seen = {
        "disabled": core.disabled_by is not None,
        "rows": {
            row.id: [row.entity_id, row.platform, row.unique_id, row.name, row.disabled_by, row.device_id]
            for row in er.async_get(hass).entities.values()
        },
        "devices": {
            device.id: [device.config_entry_id == entry.entry_id, device.area_id]
            for device in dr.async_get(hass).devices
        },
        "dialect": get_instance(hass).dialect_name,
        "recorded": await recorded(hass),
        "repaired": repaired,
    }
    await hass.async_stop(force=True)
    return seen


def start(site: dict[str, Any], folder: str, command: str, point: int, order: str) -> None:
    """Run a Home Assistant in this process."""
    disk = Disk(point)
    entries_s, registries_s = SAVE_DELAYS_S[order]
    with (
        patch.object(registry, "SAVE_DELAY", registries_s),
        patch.object(config_entries, "SAVE_DELAY", entries_s),
        patch.object(storage, "write_utf8_file", disk.counting(file.write_utf8_file)),
        patch.object(storage, "write_utf8_file_atomic", disk.counting(file.write_utf8_file_atomic)),
        patch.object(os, "replace", disk.counting(os.replace)),
        patch.object(os, "rename", disk.counting(os.rename)),
    ):
        seen = asyncio.run(run(Path(folder), command, disk, site))
    sys.stdout.write(json.dumps(seen) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line."""
    site = json.loads(sys.argv[1])
    for package in (enphase_envoy, integration):
        for name in PRELOADED:
            import_module(f"{package.__name__}.{name}")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            start(site, **json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            sys.stdout.write("null\n")
            sys.stdout.flush()
        elif status:
            sys.exit(f"{line.strip()} failed")


if __name__ == "__main__":
    main()
