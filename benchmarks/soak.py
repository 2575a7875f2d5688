"""Run a home with a faulty gateway for days of virtual time: a tenth of the requests fail; unloads, restarts, updates.

Run: `python -m benchmarks.soak --days 7`, in live mode with `--interval 5`. It returns 1 when a task or a connection is
left, when a counter differs from the gateway's in the end or, with `--restarts 0`, when the allocated memory grows by
2 % after the first day.
"""

from argparse import ArgumentParser
import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
import gc
import logging
import os
from pathlib import Path
import random
import sys
from tempfile import TemporaryDirectory
from typing import Final, override
from unittest.mock import patch

from homeassistant import loader
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.enphase_iq_gateway.const import CONF_UPDATE_INTERVAL, DOMAIN, UPDATE_INTERVAL_DEFAULT_S
from simulator import PROFILES, Faults, Simulator
from simulator.fault import Scalar
from simulator.server import Answer, Request
from tests.support.virtual_time import VirtualTime, real_seconds, virtual_time

HOURS_OF_DAY: Final = 24
LATE_S: Final = 0.5  # a coordinator is due up to half a second after its interval
# Real seconds: an exchange takes milliseconds unless it hangs, and one that hangs does so within two.
LONGEST_STEP_S: Final = 5.0
HANGS_AFTER_S: Final = 0.002
TOLERANCE_WH: Final = 10.0  # a spike too small to be recognized stands until the counter has passed it
FAULTY: Final = 0.1
MOST_GROWTH: Final = 0.02
ENTRY_ID: Final = "soak"
INVERTERS: Final = 10
READINGS: Final = "/ivp/meters/readings"
REPORT: Final = "/production.json?details=1"
# Faults of the transport and of the content, with counters that fall or jump.
_PLAIN: Final = ("empty", "html", "truncated", "wrong_shape", "hang", "zeros", "spike", "missing_device")
KINDS: Final[list[tuple[str, dict[str, Scalar]]]] = [
    *[("status", dict[str, Scalar](code=code)) for code in (400, 401, 403, 404, 429, 500, 502, 503, 504)],
    *[(name, dict[str, Scalar]()) for name in _PLAIN],
    *[("reset", dict[str, Scalar](when=when)) for when in ("before", "within", "after")],
    ("huge", {"size": 5 * 2**20}),
]
UPDATES: Final = ("8.2.4382", "8.2.4401")


class RandomFaults(Faults):
    """Faults at a tenth of all requests for data, chosen at random."""

    def __init__(self, clock: VirtualTime, chance: random.Random) -> None:
        super().__init__(clock.now)
        self.on = True
        self.counts: Counter[str] = Counter()
        self.hanging = False
        self._chance = chance

    @override
    def apply(self, request: Request, answer: Answer) -> Answer:
        self.active.clear()
        self.hanging = False
        if self.on and self._chance.random() < FAULTY:
            name, parameters = self._chance.choice(KINDS)
            # A rejected sign-in stops the polling until the user signs in again.
            if not (request.path.startswith("/auth") and parameters.get("code") in {401, 403}):
                self.add(name, path=request.path).parameters.update(parameters)
                self.counts[name] += 1
                self.hanging = name == "hang"
        return super().apply(request, answer)


class Soak:
    """A gateway, and a Home Assistant that is restarted."""

    def __init__(
        self, folder: Path, clock: VirtualTime, simulator: Simulator, faults: RandomFaults, interval_s: int
    ) -> None:
        self._folder = folder
        self._interval_s = interval_s
        self._step_s = interval_s / 2 + LATE_S
        self._clock = clock
        self._simulator = simulator
        self._faults = faults
        self._running = AsyncExitStack()
        self.hass: HomeAssistant
        self.entry: MockConfigEntry
        self.requests = 0
        self._read_at: dict[str, float] = {}

    async def start(self) -> None:
        """Start Home Assistant and set up the entry."""
        hass = self.hass = await self._running.enter_async_context(
            async_test_home_assistant(config_dir=str(self._folder))
        )
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
        await hass.config.async_set_time_zone("Europe/Amsterdam")
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            entry_id=ENTRY_ID,
            unique_id=self._simulator.serial,
            title="Gateway",
            data={"host": self._simulator.address, "token": self._simulator.token()},
            options={CONF_UPDATE_INTERVAL: self._interval_s},
        )
        self.entry.add_to_hass(hass)
        await self._set_up()

    async def _set_up(self) -> None:
        task = self.hass.async_create_task(self.hass.config_entries.async_setup(ENTRY_ID))
        while not task.done():
            await self._step()

    async def stop(self) -> None:
        """Stop Home Assistant."""
        await self.hass.async_stop(force=True)
        await self._running.aclose()

    async def reload(self) -> None:
        """Unload the entry, and set it up again after 10 minutes."""
        if self.entry.state is ConfigEntryState.LOADED:
            await self.hass.config_entries.async_unload(ENTRY_ID)
            await self.pass_time(600)
            await self._set_up()

    async def pass_time(self, seconds: float) -> None:
        """Pass virtual time, and run everything due in it."""
        end = self._clock.now() + seconds
        while self._clock.now() < end:
            await self._step()

    async def _step(self) -> None:
        """Pass one step of time and wait for the work it starts, unless a request hangs."""
        self._clock.tick(self._step_s)
        for _ in range(3):
            await asyncio.sleep(0)
        began = real_seconds()
        while (self.hass._background_tasks or self.hass._tasks) and real_seconds() - began < LONGEST_STEP_S:  # noqa: SLF001 - no public way to wait for some
            await asyncio.sleep(0)
            if self._faults.hanging and real_seconds() - began > HANGS_AFTER_S:
                break
        self.requests += len(self._simulator.requests)
        self._read_at |= {request.path: request.at for request in self._simulator.requests}
        self._simulator.requests.clear()

    def wrong_counters(self) -> dict[str, tuple[str, float]]:
        """Return the counters that differ from the gateway's: their states, and their true values in kWh."""
        world, serial = self._simulator.world, self._simulator.serial
        # The counters of the gateway at the last requests for them.
        live, report = world.at(self._read_at[READINGS]), world.at(self._read_at[REPORT])
        midnight = world.midnight(live.at)
        wanted = {
            f"{serial}_production_energy_lifetime": live.production.delivered_wh,
            f"{serial}_production_energy_today": live.production.delivered_wh - midnight.production.delivered_wh,
            f"{serial}_total_consumption_energy_lifetime": report.total_consumption.energy_wh,
            f"{serial}_total_consumption_energy_today": (
                report.total_consumption.energy_wh - midnight.total_consumption.energy_wh
            ),
            f"{serial}_grid_import_energy": live.net_consumption.delivered_wh,
            f"{serial}_grid_export_energy": live.net_consumption.received_wh,
            **{f"{inverter}_energy_lifetime": world.inverter_energy_wh(inverter) for inverter in world.inverters},
        }
        wrong = {}
        registry = er.async_get(self.hass)
        for key, watt_hours in wanted.items():
            entity = registry.async_get_entity_id("sensor", DOMAIN, key)
            state = self.hass.states.get(entity or "sensor.none")
            shown = "nothing" if state is None else state.state
            # Shown in kWh.
            if (
                state is None
                or shown in {"unknown", "unavailable"}
                or abs(float(shown) * 1000 - watt_hours) > TOLERANCE_WH
            ):
                wrong[key] = (shown, watt_hours / 1000)
        return wrong


def resident_bytes() -> int:
    """Return the memory of this process, including free memory kept by the allocator."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def plan(days: int, restarts: int, chance: random.Random) -> dict[int, str]:
    """Return the actions by the hours after which they are done."""
    wanted = ["unload"] * 6 + ["firmware"] * len(UPDATES) + ["restart"] * restarts
    hours = chance.sample(range(2, days * HOURS_OF_DAY - 2), len(wanted))
    return dict(zip(hours, wanted, strict=True))


async def carry_out(action: str | None, run: Soak, simulator: Simulator, updates: Iterator[str]) -> None:
    """Carry out an action of the plan; None is none."""
    match action:
        case "unload":
            await run.reload()
        case "restart":
            await run.stop()
            await run.start()
        case "firmware":
            simulator.set_firmware(next(updates))


async def soak(days: int, restarts: int, interval_s: int, folder: Path) -> int:
    """Run the days; return the exit code of the command line."""
    chance = random.Random(days)  # noqa: S311 - the same faults every time, no secrets
    began = real_seconds()
    with virtual_time(datetime(2026, 6, 15, 0, 0, tzinfo=UTC)) as clock:
        simulator = Simulator(PROFILES["metered_net_three_phase"], inverters=INVERTERS, clock=clock.now)
        faults = simulator.faults = RandomFaults(clock, chance)
        async with simulator:
            run = Soak(folder, clock, simulator, faults, interval_s)
            await run.start()
            actions = plan(days, restarts, chance)
            updates = iter(UPDATES)
            first = 0
            for hour in range(days * HOURS_OF_DAY):
                await run.pass_time(3600)
                await carry_out(actions.get(hour), run, simulator, updates)
                if (hour + 1) % HOURS_OF_DAY == 0:
                    gc.collect()
                    memory = sys.getallocatedblocks()
                    first = first or memory
                    sys.stdout.write(
                        f"day {(hour + 1) // HOURS_OF_DAY}: {memory} blocks,"
                        f" {resident_bytes() / 2**20:.1f} MiB resident, {run.requests} requests\n"
                    )
                    sys.stdout.flush()
            faults.on = False
            await run.pass_time(1800)
            wrong = run.wrong_counters()
            await run.hass.config_entries.async_unload(ENTRY_ID)
            for _ in range(1000):
                await asyncio.sleep(0)
            tasks = [task for task in asyncio.all_tasks() if "enphase_iq_gateway" in repr(task.get_coro())]
            connections = simulator.open_connections
            await run.stop()
    growth = memory / first - 1
    sys.stdout.write(
        f"{days} days in {real_seconds() - began:.0f} s; {faults.counts.total()} of {run.requests} requests failed;"
        f" actions {dict(Counter(actions.values()))}\n"
        f"allocated memory {growth:+.1%} after the first day; tasks left {len(tasks)}; connections left {connections}\n"
        f"wrong counters: {wrong or 'none'}\n"
    )
    return int((not restarts and growth >= MOST_GROWTH) or bool(tasks) or bool(connections) or bool(wrong))


def main() -> int:
    """Run the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    # A restart leaves the previous Home Assistant in this process, so memory is judged without one.
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument(
        "--interval", type=int, default=UPDATE_INTERVAL_DEFAULT_S, help="of the live coordinator; 5 is live mode"
    )
    chosen = parser.parse_args()
    logging.disable(logging.ERROR)
    with TemporaryDirectory() as folder, patch("homeassistant.util.dt.DEFAULT_TIME_ZONE", UTC):
        (Path(folder) / "custom_components").symlink_to(Path(__file__).parent.parent / "custom_components")
        return asyncio.run(soak(chosen.days, chosen.restarts, chosen.interval, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
