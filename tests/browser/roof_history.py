"""Statistics of the panels and of the house on the last days, computed by the simulated site."""

from collections.abc import Iterator
from datetime import UTC, datetime
import time

from scripts.demo_home.gateway_setup import DOMAIN
from simulator import PROFILES, Simulator

from .frontend import Frontend

DAYS = 3
POWERS = ("production_power", "total_consumption_power", "net_consumption_power")

type Hour = tuple[datetime, dict[str, float]]


def hours(simulator: Simulator) -> Iterator[Hour]:
    """Yield the start of each of the last whole hours with the mean powers in W by unique ID.

    A second site has had the same sun: the time of the first one cannot go back.
    """
    ahead = simulator.clock() - time.time()
    now = int(time.time()) // 3600 * 3600
    clock = [float(now - DAYS * 86400) + ahead]
    again = Simulator(
        profile=PROFILES[simulator.profile.name], inverters=len(simulator.world.inverters), clock=lambda: clock[0]
    )
    before: dict[str, float] = {}
    for start in range(now - DAYS * 86400, now, 3600):
        clock[0] = start + ahead
        if not before:
            before = energies(again)
        clock[0] += 3600
        after = energies(again)
        yield datetime.fromtimestamp(start, UTC), {key: after[key] - before[key] for key in after}
        before = after


def energies(simulator: Simulator) -> dict[str, float]:
    """Return the energies in Wh that the powers of the site and of its panels have summed up to."""
    world = simulator.world
    of_house = (
        world.production.delivered_wh,
        world.total_consumption.delivered_wh,
        world.net_consumption.delivered_wh - world.net_consumption.received_wh,
    )
    return {
        **{f"{simulator.serial}_{key}": energy for key, energy in zip(POWERS, of_house, strict=True)},
        **{f"{serial}_power": world.inverter_energy_wh(serial) for serial in world.inverters},
    }


async def import_roof_history(frontend: Frontend) -> None:
    """Import the statistics of the last days into Home Assistant."""
    entities = await frontend.home_assistant.websocket_command("config/entity_registry/list")
    ids = {each["unique_id"]: each["entity_id"] for each in entities if each["platform"] == DOMAIN}
    past = list(hours(frontend.simulator))
    for unique_id in past[0][1]:
        await frontend.home_assistant.websocket_command(
            "recorder/import_statistics",
            metadata={
                "has_mean": True,
                "has_sum": False,
                "mean_type": 1,
                "name": None,
                "source": "recorder",
                "statistic_id": ids[unique_id],
                "unit_class": "power",
                "unit_of_measurement": "W",
            },
            stats=[
                {"start": start.isoformat(), **dict.fromkeys(("mean", "min", "max"), round(powers[unique_id]))}
                for start, powers in past
            ],
        )
