"""Two days of history for the Energy dashboard, made by the simulated site itself: a fresh Home Assistant has none."""

from collections.abc import Iterator
from datetime import UTC, datetime
import time

from simulator import PROFILES, Simulator

from .house import House

HOURS = 48  # all of yesterday, at whatever time of day
COUNTERS = ("production_energy_lifetime", "grid_import_energy", "grid_export_energy")


def counters() -> Iterator[tuple[datetime, tuple[float, float, float]]]:
    """Give what a site has produced, imported and exported at the end of each of the last hours, in kWh."""
    now = int(time.time()) // 3600 * 3600
    clock = [float(now - (HOURS + 1) * 3600)]
    site = Simulator(profile=PROFILES["metered_net_three_phase"], inverters=20, clock=lambda: clock[0]).world
    for hour in range(HOURS):
        clock[0] = now - (HOURS - hour) * 3600.0
        start = datetime.fromtimestamp(clock[0] - 3600, UTC)
        energies = (site.production.delivered_wh, site.grid_import_wh, site.grid_export_wh)
        yield start, (energies[0] / 1000, energies[1] / 1000, energies[2] / 1000)


async def remember(house: House) -> None:
    """Let Home Assistant have the statistics of the last two days."""
    hours = list(counters())
    first = hours[0][1]
    for number, key in enumerate(COUNTERS):
        state = await house.state(key)
        await house.home.websocket_command(
            "recorder/import_statistics",
            metadata={
                "has_mean": False,
                "has_sum": True,
                "mean_type": 0,
                "name": None,
                "source": "recorder",
                "statistic_id": state["entity_id"],
                "unit_class": "energy",
                "unit_of_measurement": "kWh",
            },
            stats=[
                {"start": start.isoformat(), "state": values[number], "sum": values[number] - first[number]}
                for start, values in hours
            ],
        )
