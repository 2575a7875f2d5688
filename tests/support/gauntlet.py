"""An hour of a site in Home Assistant with its real recorder, and the energy in the statistics afterwards."""

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.storage import Store
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.counters.store import CounterStore
from custom_components.enphase_iq_gateway.issues.counters import COUNTER_JUMP
from simulator import Simulator
from simulator.site_state import PowerAndEnergy

from .gauntlet_rows import MINUTE, Answers, Row
from .repairs import open_repair, submit_repair
from .virtual_time import VirtualTime, settle

HOUR = 60
_PERIOD = timedelta(minutes=5)

_MEASURED = {
    "production_energy_lifetime": ("production", "delivered_wh"),
    "total_consumption_energy_lifetime": ("house", "delivered_wh"),
    "grid_import_energy": ("net_consumption", "delivered_wh"),
    "grid_export_energy": ("net_consumption", "received_wh"),
    "storage_ct_energy_delivered": ("storage", "delivered_wh"),
    "storage_ct_energy_received": ("storage", "received_wh"),
}

type Truth = Callable[[float], float]
"""The true energy of a counter in Wh at a time in epoch seconds."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The energy of one counter in the statistics, and the true energy; in kWh since the first state."""

    counter: str
    counted: float
    true: float

    @property
    def error(self) -> float:
        """Return the energy in the statistics that is false, negative where energy is missing."""
        return self.counted - self.true


def flow_truths(simulator: Simulator, *, ct: bool, total_ct: bool = False) -> dict[str, Truth]:
    """Return the true energy of the gateway's counters by the key of their unique ID.

    Without a production CT it is the energy that the inverters have reported, and total consumption is that with what
    the net CT has counted. With a CT that measures total consumption
    there is no other import and export than the balanced ones.
    """
    world = simulator.world

    def reported(at: float) -> float:
        return sum(inverter_wh(simulator, serial, at) for serial in world.inverters)

    def measured(name: str, direction: str, phase: int | None) -> Truth:
        def energy(at: float) -> float:
            whole: PowerAndEnergy = getattr(world.at(at), name)
            return float(getattr(whole if phase is None else whole.phases[phase], direction))

        return energy

    def balanced(name: str) -> Truth:
        return lambda at: float(getattr(world.at(at), name))

    truths: dict[str, Truth] = {}
    for phase in (None, *range(world.phases)):
        suffix = "" if phase is None else f"_l{phase + 1}"
        truths |= {f"{key}{suffix}": measured(name, direction, phase) for key, (name, direction) in _MEASURED.items()}
    for name in ("import", "export"):
        truths[f"grid_{name}_energy_balanced"] = balanced(f"balanced_{name}_wh")
        if total_ct:
            truths[f"grid_{name}_energy"] = truths[f"grid_{name}_energy_balanced"]
    if not ct:
        truths["production_energy_lifetime"] = reported
        net = measured("net_consumption", "delivered_wh", None), measured("net_consumption", "received_wh", None)
        truths["total_consumption_energy_lifetime"] = lambda at: reported(at) + net[0](at) - net[1](at)
    for flow in ("production", "total_consumption"):
        truths[f"{flow}_energy_today"] = truths[f"{flow}_energy_lifetime"]
    return truths


def confirmed(truth: Truth, answers: Answers, start: float) -> Truth:
    """Return the true energy of a counter with that of a jump, which the user confirms once it is asked."""
    accepted_at = start + MINUTE * answers.accepted[0]
    return lambda at: truth(at) + (answers.energy_wh if at >= accepted_at else 0.0)


def jump_repairs(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return the repairs of jumps that are open."""
    issues = ir.async_get(hass).issues.values()
    return [issue for issue in issues if issue.domain == DOMAIN and issue.translation_key == COUNTER_JUMP]


def inverter_wh(simulator: Simulator, serial: str, at: float) -> float:
    """Return the lifetime energy of an inverter's last report in Wh."""
    report = simulator.world.report(simulator.world.inverters[serial], at)
    return report.lifetime_joules / 3600 if report else 0.0


async def run(
    hass: HomeAssistant,
    clock: VirtualTime,
    simulator: Simulator,
    *,
    row: Row,
    entry: ConfigEntry,
    counters: Mapping[str, Truth],
    advance: Callable[[HomeAssistant, VirtualTime, float], Awaitable[None]],
) -> list[Counted]:
    """Run the hour minute by minute, update the counters once more, and compare; `counters` are by entity ID."""
    start = dt_util.utcnow()
    began = {entity_id: truth(clock.now()) for entity_id, truth in counters.items()}
    forms: list[RepairsFlowResult] = []
    faults = list(simulator.faults.active)
    for minute in range(HOUR):
        if act := row.acts.get(minute):
            act(simulator)
            faults += simulator.faults.active
        clock.jump(row.jumps.get(minute, 0.0))
        if minute in row.restarts:
            await hass.config_entries.async_reload(entry.entry_id)
        if minute in row.losses:
            await _lose_state(hass, entry, start)
        if minute in row.crashes:
            await crash(hass, clock, entry)
        if row.answers and minute == row.answers.opened:
            forms = [await open_repair(hass, issue) for issue in jump_repairs(hass) for _ in row.answers.accepted]
        if row.answers and minute in row.answers.accepted:
            await submit_repair(hass, forms.pop(), {"next_step_id": "accept_jump"})
        await advance(hass, clock, MINUTE)
        now = dt_util.utcnow()
        if row.jumps and not now.minute % 5:
            await _compile(hass, now - _PERIOD, now - _PERIOD)
    await async_setup_component(hass, "homeassistant", {})
    await hass.services.async_call("homeassistant", "update_entity", {"entity_id": sorted(counters)})
    await advance(hass, clock, 1)  # Home Assistant updates a moment after the action
    counted = await sums(hass, start, set(counters))
    assert [each.kind.name for each in faults if not each.hits] == []  # a fault that no answer had proves nothing
    return [
        Counted(
            counter=entity_id, counted=counted.get(entity_id, 0.0), true=(truth(clock.now()) - began[entity_id]) / 1000
        )
        for entity_id, truth in counters.items()
    ]


async def advance_at_once(hass: HomeAssistant, clock: VirtualTime, seconds: float) -> None:
    """Advance the time in one step, and wait until everything that is due has ended."""
    clock.tick(seconds)
    await settle(hass)


async def _lose_state(hass: HomeAssistant, entry: ConfigEntry, start: datetime) -> None:
    """Reload the integration without the state of its counters; the statistics are compiled every five minutes."""
    await _compile(hass, start, dt_util.utcnow() - _PERIOD)
    await hass.config_entries.async_unload(entry.entry_id)
    await CounterStore(hass, entry.entry_id).async_remove()
    await hass.config_entries.async_setup(entry.entry_id)


async def crash(hass: HomeAssistant, clock: VirtualTime, entry: ConfigEntry, *, pause_s: float = 0.0) -> None:
    """Set the gateway up again from the state that is on the disk now, after a pause."""
    await async_wait_recording_done(hass)
    store = Store[dict[str, object]](hass, 1, f"{DOMAIN}.{entry.entry_id}")
    on_disk = deepcopy(await store.async_load())
    await hass.config_entries.async_unload(entry.entry_id)
    await (store.async_remove() if on_disk is None else store.async_save(on_disk))
    clock.tick(pause_s)
    await hass.config_entries.async_setup(entry.entry_id)


async def _compile(hass: HomeAssistant, start: datetime, end: datetime) -> None:
    """Compile the statistics of the periods that begin from `start` until `end`."""
    await async_wait_recording_done(hass)
    period = start.replace(minute=start.minute - start.minute % 5, second=0, microsecond=0)
    while period <= end:
        do_adhoc_statistics(hass, start=period)
        period += _PERIOD
    await async_wait_recording_done(hass)


async def sums(hass: HomeAssistant, start: datetime, entity_ids: set[str]) -> Mapping[str, float]:
    """Compile the statistics since `start` and return the sum of each entity in kWh, by now."""
    now = dt_util.utcnow()
    end = now + _PERIOD  # of the last period that is compiled
    await _compile(hass, start, now)
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, start - _PERIOD, end, entity_ids, "5minute", {"energy": "kWh"}, {"sum"})
    )
    return {entity_id: float(rows[-1]["sum"] or 0.0) for entity_id, rows in found.items()}
