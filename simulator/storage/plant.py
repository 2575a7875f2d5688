"""The operation of the batteries, the relay and the generator at each step of the simulation."""

from dataclasses import dataclass, replace
from typing import Any

from .dispatch import Moment, floor_percent, on_grid
from .generator import AUTO, OFF, ON, Generator
from .grid import OPEN, Plan, Relay, commanded_closed, commanded_open, grid_failed, grid_returned
from .hardware import AC_BATTERY_W, AC_BATTERY_WH, Hardware
from .settings import Settings, first_settings
from .timeline import Timeline
from .units import Limits, Unit

_NEVER_DARK = 1e-6  # light of inverters that are off: they don't report a sunset then
_CONTACT_LOAD_W = 250.0
_LEAST_GENERATOR_W = 200.0  # as in 8.2.127_with_generator_running, where the inverters produce too
_GENERATOR_CHARGE = 0.35  # share of the batteries' rated power (S§3: 1250 W of 3.84 kW on the generator)
_FIRST_IQ_SERIAL, _FIRST_ACB_SERIAL = 492_300_000_101, 482_200_000_001  # made up
_SOC_SPREAD = 0.03  # S§32: batteries of a site differ by a few percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The powers of the house and of the sunlight at the end of a step."""

    since: float
    """Epoch of the start of the step, within which the settings and the relay don't change."""
    hour: float
    """Hours since local midnight."""
    seconds: float
    """Length of the step; 0 for a sudden change."""
    house_w: float
    light_w: float
    """Power of the inverters in this light, without their standby."""
    standby_w: float
    other_w: float
    """Power that devices of another maker feed in, on the grid only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """How the plant operates at one time."""

    light: float
    """Share of the light that the inverters use."""
    alive: bool = True
    """Whether the house has power."""
    islanded: bool
    units: list[float]
    """AC power of each battery, positive when discharging."""
    own_use: list[float]
    generator: bool = False
    """Whether the generator supplies what is missing."""


_WITHOUT_STORAGE = Operation(light=1.0, islanded=False, units=[], own_use=[])


class Plant:
    """The batteries, the relay and the generator of a site, with their settings over time."""

    def __init__(self, hardware: Hardware, ac_batteries: int) -> None:
        self.hardware = hardware
        self.units = (
            *(
                Unit(serial=str(_FIRST_IQ_SERIAL + number * 8), capacity_wh=model.capacity_wh, rated_w=model.rated_w)
                for number, model in enumerate(hardware.batteries)
            ),
            *(
                Unit(
                    serial=str(_FIRST_ACB_SERIAL + number),
                    capacity_wh=AC_BATTERY_WH,
                    rated_w=AC_BATTERY_W,
                    is_acb=True,
                )
                for number in range(ac_batteries)
            ),
        )
        self.rated_w = sum(unit.rated_w for unit in self.units)
        self.capacity_wh = sum(unit.capacity_wh for unit in self.units)
        self.settings: Timeline[Settings] = Timeline(first_settings(hardware))
        self.relay: Timeline[Relay] = Timeline(Relay())
        self.generator: Timeline[Generator] = Timeline(Generator())
        self.stream_until = 0.0
        """Epoch at which the live stream ends or has ended."""
        self.last_live: tuple[float, dict[str, Any]] = (0.0, {})
        """End of a live stream and the last values of it."""
        self.last_reports: dict[tuple[str, float], Any] = {}
        """Last report of each battery that doesn't communicate, by serial and the time since which it doesn't."""

    @property
    def first_stored(self) -> list[float]:
        """Energy in each battery at the start of the simulation."""
        return [unit.capacity_wh * (0.5 + _SOC_SPREAD * (number % 3 - 1) / 2) for number, unit in enumerate(self.units)]

    def percent(self, stored: list[float], *, acb: bool | None = None) -> float:
        """Return the state of charge in percent: of all batteries, of the AC Batteries or of the others."""
        used = [(unit.capacity_wh, energy) for unit, energy in zip(self.units, stored, strict=True)]
        if acb is not None:
            used = [each for each, unit in zip(used, self.units, strict=True) if unit.is_acb is acb]
        capacity = sum(each for each, _ in used)
        return 100.0 * sum(energy for _, energy in used) / capacity if capacity else 0.0

    # Operation

    def operate(self, demand: Demand, stored: list[float], powers: list[float]) -> Operation:
        """Return how the plant operates at the end of a step that starts with the given energy and powers."""
        relay = self.relay.at(demand.since)
        if not self.units and relay.grid and relay.connected:
            return _WITHOUT_STORAGE
        settings, generator = self.settings.at(demand.since), self.generator.at(demand.since)
        own_use = [unit.standby_w for unit in self.units]
        nothing = [0.0 for _ in self.units]
        dark = Operation(light=_NEVER_DARK, alive=False, islanded=True, units=nothing, own_use=nothing)
        if relay.connected and not relay.grid and not generator.closed:
            return dark
        floor = floor_percent(settings, relay) / 100
        floors = [floor * unit.capacity_wh for unit in self.units]
        commanded = [power + own for power, own in zip(powers, own_use, strict=True)] if powers else nothing
        limits = Limits.of(self.units, stored, commanded, floors, demand.seconds)
        light = 1.0 if relay.pv else _NEVER_DARK
        if generator.closed:
            charging = _GENERATOR_CHARGE * self.rated_w if settings.generator_config["charge_from_generator"] else 0.0
            shares = limits.share(-charging)
            used = demand.house_w + demand.standby_w + sum(own_use) - sum(shares)
            if light * demand.light_w > used - _LEAST_GENERATOR_W:
                light = max(0.0, used - _LEAST_GENERATOR_W) / demand.light_w
        elif relay.connected:
            deficit = demand.house_w + demand.standby_w - light * demand.light_w - demand.other_w
            now = Moment(soc=self.percent(stored), deficit_w=deficit, hour=demand.hour, rated_w=self.rated_w)
            shares = limits.share(on_grid(settings, relay, now))
        else:
            wanted = demand.house_w + demand.standby_w + sum(own_use) - light * demand.light_w
            most = sum(limits.discharge)
            if wanted > most:
                return dark
            if wanted < -sum(limits.charge):
                light = (wanted + light * demand.light_w + sum(limits.charge)) / demand.light_w
                wanted = -sum(limits.charge)
            shares = limits.share(wanted)
        if settings.sleep and relay.connected:
            shares = self._asleep(settings, stored, shares, limits)
        units = [share - own for share, own in zip(shares, own_use, strict=True)]
        return Operation(
            light=light, islanded=not relay.connected, units=units, own_use=own_use, generator=generator.closed
        )

    def _asleep(self, settings: Settings, stored: list[float], shares: list[float], limits: Limits) -> list[float]:
        """Return the shares with those of AC Batteries that go to sleep: first they go to their band (S§31)."""
        shares = shares[:]
        for number, unit in enumerate(self.units):
            if unit.serial in settings.sleep:
                low, high = settings.sleep[unit.serial]
                percent = 100 * stored[number] / unit.capacity_wh
                shares[number] = (
                    -limits.charge[number] if percent < low else limits.discharge[number] if percent > high else 0.0
                )
        return shares

    def decide(self, at: float, stored: list[float]) -> bool:
        """Start or stop the generator by the state of charge; return whether that changes anything."""
        model = self.hardware.generator
        if model is None:
            return False
        state = self.generator.at(at)
        if state.command != AUTO:
            return False
        settings, relay = self.settings.at(at), self.relay.at(at)
        soc = self.percent(stored)
        start, stop = settings.generator_levels
        if not state.engine and not relay.grid and soc <= start:
            self.generator.replace_from(at, state.start(model))
            return True
        if state.closed and (relay.grid or soc >= stop):
            self.generator.replace_from(at, state.stop(model))
            return True
        return False

    def contact(self, number: int, at: float, soc: float) -> str:
        """Return the position of a dry contact; only the actions of loads are carried out (S§7.2)."""
        settings, relay = self.settings.at(at), self.relay.at(at)
        contact = settings.contact_settings[number]
        position = settings.contacts[contact["id"]]
        if contact["type"] != "LOAD" or position == OPEN:
            return position
        if contact["mode"] == "soc":
            return "open" if soc < contact["soc_low"] else position
        action = contact["grid_action"] if relay.connected else contact["micro_grid_action"]
        if self.generator.at(at).closed:
            action = contact["gen_action"]
        return "open" if action == "shed" else position

    def contact_load_w(self, at: float, stored: list[float]) -> float:
        """Return the power of the loads behind closed dry contacts."""
        if not self.hardware.loads:
            return 0.0
        soc = self.percent(stored)
        closed = [self.contact(number, at, soc) == "closed" for number in range(len(self.hardware.loads))]
        return _CONTACT_LOAD_W * sum(closed)

    # Changes, all at an epoch up to which the simulation has gone at most

    def rewind(self, at: float) -> None:
        """Forget what the simulation has decided after an epoch."""
        self.generator.rewind(at)

    def next_change(self, after: float) -> float:
        """Return the epoch of the next planned change."""
        later = (self.settings.next_change(after), self.relay.next_change(after), self.generator.next_change(after))
        return min(later)

    def plan_relay(self, at: float, event: str) -> None:
        """Plan the relay's states after an event: fail, return, open or close."""
        relay = self.relay.at(at)
        if event in ("open", "close") and not self.hardware.has_relay:
            return
        plan: Plan
        match event:
            case "fail":
                plan = grid_failed(relay, has_relay=self.hardware.has_relay)
            case "return":
                plan = grid_returned(relay)
                self._stop_generator(at)
            case "open":
                plan = commanded_open(relay)
            case "close":
                plan = commanded_closed(relay)
            case _:
                raise ValueError(f"Unknown event '{event}'; choose from: fail, return, open, close")
        self.relay.replace_from(at, plan)

    def command_generator(self, at: float, command: str, *, decided: float) -> None:
        """Turn the generator on or off, or leave it to the state of charge; on also takes the house off the grid.

        `decided` is the epoch of the command, which takes effect at `at`.
        """
        model, state = self.hardware.generator, replace(self.generator.at(at), command=command)
        if model is None:
            return
        relay = self.relay.at(at)
        if command == OFF and state.engine:
            self.generator.replace_from(at, state.stop(model), decided=decided)
        elif command == ON and not state.closed:
            self.generator.replace_from(at, state.start(model), decided=decided)
            if relay.connected:
                self.relay.replace_from(at, [(60.0 * model.warm_up_min, replace(relay, oper=OPEN))])
        else:
            self.generator.change(at, lambda each: replace(each, command=command), decided=decided)
        if command != ON and relay.grid and not relay.connected and relay.admin != OPEN:
            self.relay.replace_from(at, grid_returned(relay))

    def _stop_generator(self, at: float) -> None:
        model, state = self.hardware.generator, self.generator.at(at)
        if model is not None and state.engine and state.command == AUTO:
            self.generator.replace_from(at, state.stop(model))
