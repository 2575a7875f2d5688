"""Recorded gateways: every entity that core's integration makes of one moves, or stays behind for a known reason."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pyenphase.exceptions import EnvoyProbeFailed
import pytest

from custom_components.enphase_iq_gateway.control.areas import ControlArea
from custom_components.enphase_iq_gateway.flow.possible_entities import possible_entities
from custom_components.enphase_iq_gateway.history.takeover.plan import Left, Plan, make_plan
from simulator import Simulator
from tests.conftest import StartSimulator, set_up
from tests.support.captures import ANSWERS, CAPTURES, needs
from tests.support.cases import FOUND, copy_for_replay, newest_time
from tests.support.core_rows import core_rows
from tests.support.recorded import GATEWAYS
from tests.support.replaying import start_capture
from tests.support.takeover_page import core_entities

NOT_ON_SITE = {
    "sensor device [ad]c_*": "the gateway has no details of inverters, and core's entity no value (G§5.4)",
    "sensor device energy_today": "no details of inverters",
    "sensor device lifetime_energy": "no details of inverters",
    "sensor device last_report_duration": "no details of inverters",
    "sensor device temperature": "no details of inverters",
    "sensor device ": "an AC Battery in the list of inverters, of which nothing else was recorded",
    "sensor device last_reported": "such an AC Battery",
    "sensor device max_reported": "such an AC Battery",
    "sensor gateway seven_days_*": "implausible, zero, or without what batteries charge and discharge (G§6.5, S§23)",
    "sensor gateway battery_level": "there is no battery, only a system controller",
    "sensor gateway available_energy": "no battery",
    "sensor gateway max_capacity": "no battery",
    "sensor gateway reserve_*": "no battery",
    "number device reserve_soc": "no battery",
    "select * storage_mode": "the live data that confirms a change was not recorded",
    "switch * charge_from_grid": "the scheduler that confirms a change was not recorded",
    "switch device mains_admin_state": "the position of the relay was not recorded",
    "switch device relay_N??_relay_status": "the contact is for a solar inverter",
    "number device relay_*": "the contact has no load (S§7.2)",
    "select device relay_*": "the contact has no load",
    "button gateway acb_*": "the document that orders batteries to sleep was not recorded",
}
"""What stays behind of platform, device and key of core's entity, although this integration has such entities."""
OF_ONE_ANSWER = {"domoticz_2019": ["sensor gateway lifetime_balanced_net_consumption: not_on_site"]}
"""The gateway counts production and consumption, and reports 0 for their difference, which is no counter then."""
CORE_CANNOT_READ = {
    "dlmcpaul_D4.2.27": "its meters have no `measurementType`, without which pyenphase raises KeyError",
    "ghawken_2017_consumption": "the same",
    "enphase_brief_2023": "it has no production but that of the meters, which pyenphase needs beside another one",
}
"""Folders of answers of which core makes no entities, so that there is nothing to take over."""
OF_ANOTHER_SITE = {"matthew1471_docs": ("ivp_ensemble_inventory", "ivp_ensemble_secctrl")}
"""Files that the folder's list of sources names as those of another gateway."""
OTHER_MEANING = {"sensor gateway voltage", "sensor gateway *_ct_voltage"}


def described(row: er.RegistryEntry, serial: str) -> str:
    """Return what a row shows, without serials."""
    device, _, key = row.unique_id.partition("_")
    return f"{row.domain} {'gateway' if device == serial else 'device'} {key}"


def is_listed(row: er.RegistryEntry) -> bool:
    """Return whether the page about the takeover lists an entity; those of phases are not listed one by one."""
    key = row.unique_id.partition("_")[2]
    return (row.domain, key[:-3] if key.endswith(("_l1", "_l2", "_l3")) else key) in core_entities()


def unexplained(plan: Plan, serial: str, used: set[str]) -> Iterator[str]:
    """Yield the entities that stay behind without a known reason, and note the patterns that are in use."""
    for row, why in plan.left:
        name = described(row, serial)
        patterns = {Left.NOT_ON_SITE: NOT_ON_SITE.keys(), Left.OTHER_MEANING: OTHER_MEANING}.get(why)
        if patterns is not None:
            found = {pattern for pattern in patterns if fnmatchcase(name, pattern)}
            used |= found
            if not found:
                yield f"{name}: {why}"
        elif why is not Left.DOUBLE and not (why is Left.NO_COUNTERPART and is_listed(row)):
            yield f"{name}: {why}"


async def plan_of(hass: HomeAssistant, simulator: Simulator) -> tuple[Plan, str]:
    """Return the plan for all entities that core makes of a gateway, with control on, and the gateway's serial."""
    entry = await set_up(hass, simulator)
    rows = await core_rows(hass, simulator)
    plan = make_plan(rows, possible_entities(hass, entry), areas=tuple(ControlArea))
    assert len({(row.domain, row.unique_id) for row in rows}) == len(plan.moves) + len(plan.left)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    return plan, str(entry.unique_id)


@needs(CAPTURES)
async def test_every_entity_of_core_moves_or_stays_for_a_known_reason(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """All are enabled, and control is on."""
    used: set[str] = set()
    wrong: dict[str, list[str]] = {}
    moved = 0
    for name in GATEWAYS:
        simulator = await start_capture(start_simulator, freezer, name)
        plan, serial = await plan_of(hass, simulator)
        moved += len(plan.moves)
        if left := list(unexplained(plan, serial, used)):
            wrong[name] = left
    assert wrong == {}
    assert used == {*NOT_ON_SITE, *OTHER_MEANING}
    assert moved > 2500


async def start_answers(
    start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, tmp_path: Path, name: str
) -> Simulator:
    """Start a gateway with answers of another project, without those of another site."""
    folder = tmp_path / name
    folder.mkdir()
    copy_for_replay(ANSWERS / name, folder, FOUND[name].firmware)
    for file in OF_ANOTHER_SITE.get(name, ()):
        (folder / file).unlink()
    info = folder / "info"
    info.write_bytes(info.read_bytes().lstrip())  # pyenphase reads no XML after an empty line
    freezer.move_to(dt_util.utc_from_timestamp(newest_time(folder)))
    return await start_simulator(replay=folder, clock=time.time)


@needs(ANSWERS)
async def test_every_entity_of_answers_of_other_projects_moves_or_stays_for_a_known_reason(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, tmp_path: Path
) -> None:
    """Those of `REFUSED` are not enough to set this integration up."""
    moved: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for name in FOUND.keys() - CORE_CANNOT_READ.keys():
        simulator = await start_answers(start_simulator, freezer, tmp_path, name)
        plan, serial = await plan_of(hass, simulator)
        moved[name] = len(plan.moves)
        if left := list(unexplained(plan, serial, set())):
            wrong[name] = left
    assert wrong == OF_ONE_ANSWER
    assert min(moved.values()) > 2


@needs(ANSWERS)
async def test_core_reads_none_of_the_answers_that_are_left_out(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, tmp_path: Path
) -> None:
    for name in CORE_CANNOT_READ:
        simulator = await start_answers(start_simulator, freezer, tmp_path, name)
        with pytest.raises((EnvoyProbeFailed, KeyError)):
            await core_rows(hass, simulator)
