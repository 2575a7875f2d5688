"""Statistics of the panels and of the house on the last days, computed by the simulated site."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
import time

from scripts.demo_home.gateway_setup import DOMAIN
from simulator import PROFILES, Simulator
from simulator.panels import Conditions

from .frontend import Frontend

DAYS = 3
HOUR_S = 3600
COUNTERS = (
    "production_energy_lifetime",
    "grid_import_energy_balanced",
    "grid_export_energy_balanced",
    "battery_energy_discharged",
    "battery_energy_charged",
)

type Energies = dict[str, float]
"""Energies in Wh by the unique ID of the counter, or of the power that they are the sum of."""
type Hour = tuple[datetime, Energies]


def energies(simulator: Simulator) -> tuple[Energies, Energies]:
    """Return the energies now of the powers and of the counters of a site."""
    world = simulator.world
    site = world.now
    production, consumption = world.production.delivered_wh, world.total_consumption.delivered_wh
    net = world.net_consumption.delivered_wh - world.net_consumption.received_wh
    powers = {"production_power": production, "total_consumption_power": consumption, "net_consumption_power": net}
    balanced = (site.balanced_import_wh, site.balanced_export_wh)
    counted = (production, *balanced, world.storage.delivered_wh, world.storage.received_wh)
    own = simulator.serial
    return (
        {f"{own}_{key}": value for key, value in powers.items()}
        | {f"{serial}_power": world.inverter_energy_wh(serial) for serial in world.inverters},
        {f"{own}_{key}": value for key, value in zip(COUNTERS, counted, strict=True)},
    )


def hour_ends(
    simulator: Simulator, days: int = DAYS, conditions: Conditions | None = None, sun_ahead_s: float = 0.0
) -> Iterator[tuple[datetime, tuple[Energies, Energies]]]:
    """Yield the starts of the last hours with the energies at their ends, first those of the hour before them.

    A second site has had the same sun: the time of the first one cannot go back.
    """
    ahead = simulator.clock() - time.time()
    now = int(time.time()) // HOUR_S * HOUR_S
    start = now - days * 24 * HOUR_S
    clock = [start + ahead]
    again = Simulator(
        profile=PROFILES[simulator.profile.name],
        inverters=len(simulator.world.inverters),
        clock=lambda: clock[0],
        conditions=conditions or {},
        sun_ahead_s=sun_ahead_s,
    )
    for end in range(start, now + 1, HOUR_S):
        clock[0] = end + ahead
        yield datetime.fromtimestamp(end - HOUR_S, UTC), energies(again)


def hours(
    simulator: Simulator, days: int = DAYS, conditions: Conditions | None = None, sun_ahead_s: float = 0.0
) -> Iterator[Hour]:
    """Yield the starts of the last hours with the mean powers in W by unique ID."""
    for (_, (before, _)), (start, (after, _)) in pairwise(hour_ends(simulator, days, conditions, sun_ahead_s)):
        yield start, {key: after[key] - before[key] for key in after}


async def import_roof_history(
    frontend: Frontend, conditions: Conditions | None = None, sun_ahead_s: float = 0.0
) -> None:
    """Import the statistics of the last days into Home Assistant, in which the counters end at their present states."""
    home = frontend.home_assistant
    entities = await home.websocket_command("config/entity_registry/list")
    ids = {each["unique_id"]: each["entity_id"] for each in entities if each["platform"] == DOMAIN}
    states = {state["entity_id"]: state["state"] for state in await home.websocket_command("get_states")}
    powers = list(hours(frontend.simulator, DAYS, conditions, sun_ahead_s))
    for key in powers[0][1]:
        await import_hours(frontend, powers, key, ids[key])
    past = [(start, counted) for start, (_, counted) in hour_ends(frontend.simulator, DAYS, conditions, sun_ahead_s)]
    first, last = past[0][1], past[-1][1]
    for key in first.keys() & ids.keys():
        rows = [
            {
                "start": start.isoformat(),
                "sum": (counted[key] - first[key]) / 1000,
                "state": float(states[ids[key]]) + (counted[key] - last[key]) / 1000,
            }
            for start, counted in past[1:]
        ]
        await _import_statistics(frontend, ids[key], rows, unit="kWh", counter=True)


async def import_hours(frontend: Frontend, past: Sequence[Hour], unique_id: str, entity_id: str) -> None:
    """Import the hour means of the power of one entity, which need not exist yet."""
    rows = [
        {"start": start.isoformat(), **dict.fromkeys(("mean", "min", "max"), round(powers[unique_id]))}
        for start, powers in past
    ]
    await _import_statistics(frontend, entity_id, rows, unit="W", counter=False)


async def _import_statistics(
    frontend: Frontend, entity_id: str, rows: Sequence[Mapping[str, object]], *, unit: str, counter: bool
) -> None:
    """Import statistics of one entity."""
    await frontend.home_assistant.websocket_command(
        "recorder/import_statistics",
        metadata={
            "has_mean": not counter,
            "has_sum": counter,
            "mean_type": 0 if counter else 1,
            "name": None,
            "source": "recorder",
            "statistic_id": entity_id,
            "unit_class": "energy" if counter else "power",
            "unit_of_measurement": unit,
        },
        stats=list(rows),
    )


async def wait_until_recorded(frontend: Frontend) -> None:
    """Wait until the recorder has written what was imported."""
    while (await frontend.home_assistant.websocket_command("recorder/info"))["backlog"]:
        await frontend.page.wait_for_timeout(200)
