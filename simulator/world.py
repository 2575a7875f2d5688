"""The physical site: sun and load determine the power, and power integrates to energy."""

from collections.abc import Callable
import random

from .balance import Balance, Ratings
from .history import HISTORY_DAYS, RECENT_S, History
from .inverter_reports import SELF_MEASURED, Daylight, Inverter, Report, last_report_end, make_report
from .local_days import LocalDays
from .panels import HEALTHY, SPREAD, Condition, Conditions, added, plane_of
from .past import Past, past_of
from .profiles import NET, PRODUCTION, STORAGE, TOTAL, Profile
from .site_state import Energies, PowerAndEnergy, Powers, SiteState
from .storage.hardware import NOTHING
from .storage.plant import Plant
from .storage.settings import Settings
from .sunlight import DARK, Light, Noise

_STEP_S = 60
_WARM_UP_STEP_S = 900
_STANDBY_W = 0.35  # per inverter: real sites with 3 to 20 inverters show -1 to -9 W at night (G§6.4)
_STREAM_BEFORE_S = 3600  # since the last live stream, of an installer
_RECORD_S = 900  # interval of the EIM's record (G§5.4)
_FIRST_SERIAL = 482_300_000_001  # made up
_SERIAL_STEP = 17


class World:
    """A site with its sun, house, inverters and CTs, integrated up to the present whenever it is read."""

    def __init__(
        self,
        profile: Profile,
        *,
        inverters: int,
        clock: Callable[[], float],
        seed: int,
        report_interval_s: int,
        lifetime_wh: float,
        sun_ahead_s: float = 0.0,
        neighbor: World | None = None,
        shared: int = 0,
        conditions: Conditions | None = None,
        step_s: int = _STEP_S,
    ) -> None:
        """Build the site and its last nine days.

        `lifetime_wh` is the energy produced so far; `sun_ahead_s` moves the sun ahead of the clock. `conditions` are
        those of panels that are not healthy. The first `shared` inverters are the last ones of the `neighbor`, under
        the same sun: two gateways list them, and each receives reports of its own. `step_s`, a divisor of an hour, is
        the longest step of the simulation.

        Raises:
            ValueError: one of the two has fewer inverters than are shared.
        """
        others = list(neighbor.inverters.values()) if neighbor is not None else []
        if not 0 <= shared <= min(inverters, len(others)):
            raise ValueError(f"Two gateways cannot share {shared} inverters: they have {inverters} and {len(others)}")
        self.clock = clock
        self._step_s = step_s
        self._sun_ahead_s = sun_ahead_s
        self.phases = profile.phases
        self.days = LocalDays()
        self.enabled_cts = set(profile.enabled_cts)
        self.consumption_ct = profile.consumption_ct
        self.report_interval_s = report_interval_s
        self.daylight = Daylight()
        self.plant = Plant(profile.storage or NOTHING, profile.ac_batteries)
        self._inverter_phases = profile.inverter_phases or tuple(range(profile.phases))
        self.noise: Noise = Noise.from_seed(seed) if neighbor is None else neighbor.noise
        self._chance = random.Random(seed)
        self._panels = inverters + profile.retired_inverters
        self._conditions = conditions or {}
        self._listed: list[Inverter] = []
        self._history = History()
        self._balance = Balance(profile, self.plant, self.noise, self.days)
        self._first_number = neighbor.next_number - shared if neighbor is not None else 0
        self._list_inverters(others[len(others) - shared :], retired=profile.retired_inverters)
        self._install()
        self.plant.stream_until = clock() - _STREAM_BEFORE_S
        self._go_through_past(profile, clock())
        self._set_counters(lifetime_wh)
        if neighbor is not None:
            for inverter in self._listed[:shared]:
                inverter.start_wh = neighbor.inverter_energy_wh(inverter.serial)

    # The present state

    @property
    def now(self) -> SiteState:
        """State of the site at the present time of the clock."""
        return self.at(self.clock())

    @property
    def production(self) -> PowerAndEnergy:
        """Production now, as measured by the production CT."""
        return self.now.production

    @property
    def total_consumption(self) -> PowerAndEnergy:
        """Total consumption now."""
        return self.now.total_consumption

    @property
    def net_consumption(self) -> PowerAndEnergy:
        """Net consumption now: positive power is import, delivered energy is import, received energy is export."""
        return self.now.net_consumption

    @property
    def storage(self) -> PowerAndEnergy:
        """Battery now: positive power is discharge, delivered energy is discharge, received energy is charge."""
        return self.now.storage

    @property
    def battery_percent(self) -> float:
        """State of charge of all batteries now, in percent."""
        return self.plant.percent(self.now.energies.stored)

    @property
    def grid_import_wh(self) -> float:
        """Lifetime import from the grid, the sum of the phases."""
        return self.net_consumption.delivered_wh

    @property
    def grid_export_wh(self) -> float:
        """Lifetime export to the grid, the sum of the phases."""
        return self.net_consumption.received_wh

    @property
    def inverters(self) -> dict[str, Inverter]:
        """All inverters by serial, including the retired ones."""
        return {inverter.serial: inverter for inverter in self._listed}

    @property
    def next_number(self) -> int:
        """Number of the next inverter, from which its serial follows."""
        return self._first_number + len(self._listed)

    def inverter_power_w(self, serial: str) -> float:
        """Return the power of an inverter now, as measured by the inverter."""
        return self.inverters[serial].power(self.now.powers.light)

    def inverter_energy_wh(self, serial: str) -> float:
        """Return the lifetime energy of an inverter now, as measured by the inverter."""
        return self.inverters[serial].lifetime(self._light(self.clock()))

    # Changes to the site

    def add_inverter(self, *, rated_w: float = 366.0) -> str:
        """Put a new inverter into service at the next full minute and return its serial."""
        now = self.now
        inverter = self._new_inverter()
        inverter.rated_w = rated_w
        inverter.added_at = int(now.at)
        inverter.light_added = inverter.start_h = self._light_at_next_step()
        self._listed.append(inverter)
        self._install()
        return inverter.serial

    def list_inverter(self, inverter: Inverter, *, listed: bool) -> None:
        """List an inverter again, or leave it out of every list."""
        (self._listed.append if listed else self._listed.remove)(inverter)

    def retire_inverter(self, serial: str) -> None:
        """Take an inverter out of service at the next full minute."""
        now = self.now
        inverter = self.inverters[serial]
        inverter.retired_at = now.at
        inverter.light_retired = self._light_at_next_step()
        self._install()

    def set_condition(self, serial: str, condition: Condition) -> None:
        """Change the condition of a panel at the next full minute."""
        _ = self.now
        self.inverters[serial].change(condition, self._light_at_next_step())
        self._install()

    def set_communicating(self, serial: str, *, communicating: bool) -> None:
        """Start or stop receiving an inverter's reports; its last report stays listed (G§4)."""
        inverter = self.inverters[serial]
        self.report(inverter, self.clock())
        inverter.communicating = communicating

    def set_ct(self, kind: str, *, enabled: bool) -> None:
        """Enable or disable a CT, as an installer does; a consumption CT is either net or total (G§8)."""
        if kind not in (PRODUCTION, NET, TOTAL, STORAGE):
            raise ValueError(f"Unknown CT '{kind}'; choose from: {PRODUCTION}, {NET}, {TOTAL}, {STORAGE}")
        if enabled and kind in (NET, TOTAL):
            self.enabled_cts.discard(self.consumption_ct)
            self.consumption_ct = kind
        (self.enabled_cts.add if enabled else self.enabled_cts.discard)(kind)

    # Events, all at the present time unless they are planned

    def fail_grid(self) -> None:
        """Cut the grid off until it is restored."""
        self._plan_relay("fail")

    def restore_grid(self) -> None:
        """Restore the grid; the relay closes 70 s later unless it is commanded open."""
        self._plan_relay("return")

    def command_relay(self, position: str, *, delay_s: float = 0.0) -> None:
        """Command the relay to "open" or "closed", as the app and the local API do."""
        self._plan_relay("open" if position == "open" else "close", delay_s)

    def command_generator(self, command: str, *, delay_s: float = 0.0) -> None:
        """Command the generator: "on", "off" or "auto"."""
        at = self.rewind()
        self.plant.command_generator(at + delay_s, command, decided=at)
        self._continue(at)

    def change_settings(self, change: Callable[[Settings], Settings], *, delay_s: float = 0.0) -> None:
        """Change the settings of storage, now or later."""
        at = self.rewind()
        self.plant.settings.change(at + delay_s, change)
        self._continue(at)

    def _plan_relay(self, event: str, delay_s: float = 0.0) -> None:
        at = self.rewind()
        self.plant.plan_relay(at + delay_s, event)
        self._continue(at)

    def rewind(self) -> float:
        """Forget what is simulated beyond the present time, which is returned, as it is about to change."""
        at = self.clock()
        self._advance(at)
        self._history.cut(at)
        self.plant.rewind(at)
        return at

    def _continue(self, at: float) -> None:
        """Go on from the present time with other powers, after a change."""
        self._history.append(self._step(self._history.last, 0.0))
        self._advance(at)

    # State at other times, for the documents

    def at(self, at: float) -> SiteState:
        """Return the state of the site at an epoch: now, or up to three hours ago."""
        self._advance(at)
        return self._history.at(at)

    def record(self, at: float) -> SiteState:
        """Return the state at the end of the last quarter of an hour: the EIM's record (G§3)."""
        return self.at(at - at % _RECORD_S)

    def midnight(self, at: float, days_before: int = 0) -> SiteState:
        """Return the state at a local midnight, up to eight days before the day of `at`."""
        self._advance(at)
        return self._history.midnights[self.days.midnight_before(at, days_before)]

    def report(self, inverter: Inverter, now: float) -> Report | None:
        """Return an inverter's last report; None when it has not reported yet."""
        self._advance(now)
        end = last_report_end(inverter, now, self.daylight)
        if end <= inverter.added_at or not inverter.communicating:
            return inverter.last_report
        midnight = self.days.midnight(now)
        known = inverter.last_report
        if known is None or known.end != end or known.midnight != midnight:
            midnights = [self.days.midnight_before(now, days) for days in (0, 1, 7)]
            known = inverter.last_report = make_report(inverter, end, self._light, midnights)
        return known

    # Simulation over time

    def _list_inverters(self, shared: list[Inverter], *, retired: int) -> None:
        """List the inverters that another gateway lists too, then new ones, the first `retired` of them out of use."""
        for inverter in shared:
            self._listed.append(inverter.with_another_gateway(self._phase(len(self._listed))))
        while len(self._listed) < self._panels:
            self._listed.append(self._new_inverter())
        for inverter in self._listed[len(shared) : len(shared) + retired]:
            inverter.retired_at = 0.0
            inverter.light_retired = DARK

    def _new_inverter(self) -> Inverter:
        """Return a new inverter with a rating, orientation and report offset of its own."""
        number = self.next_number
        chance = self._chance
        place = len(self._listed)
        plane = plane_of(place, self._panels)
        interval = self.report_interval_s + number % 4  # real intervals are 900-934 s, not exactly 900 (G§5.4)
        return Inverter(
            serial=str(_FIRST_SERIAL + number * _SERIAL_STEP),
            rated_w=plane.rated_w * chance.uniform(1 - SPREAD, 1 + SPREAD),
            plane=plane,
            phase=self._phase(place),
            interval_s=interval,
            offset_s=chance.randrange(interval),
            condition=self._conditions.get(place, HEALTHY),
        )

    def _phase(self, place: int) -> int:
        """Return the phase of the inverter at a place in the list; -1 for between the two of a split phase."""
        return -1 if self.phases == 2 else self._inverter_phases[place % len(self._inverter_phases)]

    def _install(self) -> None:
        """Sum the rated power of the active inverters of each phase, and their standby power."""
        ratings: Ratings = [(DARK, 0.0) for _ in range(self.phases)]
        for inverter in self._listed:
            if not inverter.active:
                continue
            phases = range(self.phases) if inverter.phase < 0 else (inverter.phase,)
            for phase in phases:
                watts, standby_w = ratings[phase]
                rated_w = inverter.rated_w / len(phases)
                ratings[phase] = added(watts, rated_w, inverter.shares), standby_w + _STANDBY_W / len(phases)
        self._phase_ratings = ratings

    def _step(self, last: SiteState, seconds: float) -> SiteState:
        """Return the state one step later; after no time at all, only the powers differ."""
        at = last.at + seconds
        powers = self._balance.powers(at + self._sun_ahead_s, seconds, self._phase_ratings, last)
        state = SiteState(at, powers, last.energies.after(last.powers, powers, seconds))
        if any(powers.light):
            self.daylight.update(at, light_before=any(last.powers.light))
        if at == self.days.midnight(at):
            self._history.keep_midnight(state)
        return state

    def _go_through_past(self, profile: Profile, now: float) -> None:
        """Begin with the past of a site like this one, and simulate what is missing up to now."""
        ratings = tuple(self._phase_ratings)
        end = now - now % _WARM_UP_STEP_S
        past = past_of(
            (profile, self.noise, ratings, self._sun_ahead_s, self._step_s, end), lambda: self._simulate_past(end)
        )
        self._history = past.history()
        self.daylight, self.plant.generator, self._balance.third_party_battery = past.rest()
        self._advance(now)

    def _simulate_past(self, now: float) -> Past:
        """Simulate the nine days before an epoch, with long steps except for the last three hours."""
        at = self.days.midnight_before(now, HISTORY_DAYS)
        nothing = Powers(DARK, [], [], [], [])
        state = SiteState(at, nothing, Energies.zero(self.phases, self.plant.first_stored))
        state.powers = self._balance.powers(at + self._sun_ahead_s, 0.0, self._phase_ratings, state)
        self._history.keep_midnight(state)
        while state.at < now - RECENT_S:
            state = self._step(state, _WARM_UP_STEP_S)
        self._history.append(state)
        self._advance(now)
        return Past(
            tuple(self._history.recent),
            self._history.midnights,
            self.daylight,
            self.plant.generator,
            self._balance.third_party_battery,
        )

    def _advance(self, at: float) -> None:
        """Simulate until the last state is later than `at`."""
        state = self._history.last
        while state.at <= at:
            change = self.plant.next_change(state.at)
            end = min(state.at - state.at % self._step_s + self._step_s, change)
            state = self._step(state, end - state.at)
            self._history.append(state)
            if self.plant.decide(end, state.energies.stored) or end == change:
                state = self._step(state, 0.0)
                self._history.append(state)

    def _light(self, at: float) -> Light:
        """Return the light in hours of full sun up to an epoch: a local midnight or within the last three hours."""
        known = self._history.midnights.get(int(at))
        state = known if known is not None and known.at == at else self.at(at)
        return state.energies.light_h

    def _light_at_next_step(self) -> Light:
        """Return the light up to the next full minute, when a change takes effect."""
        return self._history.last.energies.light_h

    def _set_counters(self, lifetime_wh: float) -> None:
        """Set the counters to those of a site that is some years old and uses 30 % of its production itself.

        A phase with few inverters or none has imported a tenth of what the site has produced nevertheless.
        """
        now = self.now
        ratings = [sum(watts) for watts, _ in self._phase_ratings]
        shares = [rating / sum(ratings) for rating in ratings]
        produced = [lifetime_wh * share for share in shares]
        exported = [0.7 * each for each in produced]
        imported = [max(0.45 * each, 0.1 * lifetime_wh) for each in produced]
        self._history.shift_counters(
            produced=_differences(produced, now.energies.produced),
            exported=_differences(exported, now.energies.exported),
            imported=_differences(imported, now.energies.imported),
        )
        active = [inverter for inverter in self._listed if inverter.active]
        rated = sum(inverter.rated_w for inverter in active)
        for inverter in active:
            inverter.start_h = now.energies.light_h
            inverter.start_wh = SELF_MEASURED * lifetime_wh * inverter.rated_w / rated


def _differences(targets: list[float], values: list[float]) -> list[float]:
    return [target - value for target, value in zip(targets, values, strict=True)]
