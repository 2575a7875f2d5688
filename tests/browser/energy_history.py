"""Two days of statistics for the Energy dashboard, computed by the simulated site."""

from collections.abc import Iterator
from datetime import UTC, datetime
import time

from simulator import PROFILES, Simulator

from .frontend import Frontend

HOURS = 48  # includes all of yesterday at any time of day
COUNTERS = ("production_energy_lifetime", "grid_import_energy_balanced", "grid_export_energy_balanced")


def counters() -> Iterator[tuple[datetime, tuple[float, float, float]]]:
    """Yield the start of each of the last hours with production and balanced import and export at its end in kWh."""
    now = int(time.time()) // 3600 * 3600
    clock = [float(now - (HOURS + 1) * 3600)]
    site = Simulator(profile=PROFILES["metered_net_three_phase"], inverters=20, clock=lambda: clock[0]).world
    for hour in range(HOURS):
        clock[0] = now - (HOURS - hour) * 3600.0
        start = datetime.fromtimestamp(clock[0] - 3600, UTC)
        energies = (site.production.delivered_wh, site.now.balanced_import_wh, site.now.balanced_export_wh)
        yield start, (energies[0] / 1000, energies[1] / 1000, energies[2] / 1000)


async def import_history(frontend: Frontend) -> None:
    """Import the statistics of the last two days into Home Assistant."""
    hours = list(counters())
    first = hours[0][1]
    for number, key in enumerate(COUNTERS):
        state = await frontend.state(key)
        await frontend.home_assistant.websocket_command(
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
