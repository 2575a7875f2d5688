"""The check-up of the production CT: the problems that are found, and healthy CTs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
import math

import pytest

from custom_components.enphase_iq_gateway.client.models import Inverter, Measurement
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.polling.ct_checkup import CtCheckup, CtProblem

NOON = 1_795_172_400.0
HOUR = 3600.0

type Sun = Callable[[float], float]


def steady(_: float) -> float:
    return 0.5


def clouds(at: float) -> float:
    """Return a sun that changes between a tenth and nine tenths every few minutes."""
    return 0.5 + 0.4 * math.sin(2 * math.pi * at / 1100) * math.cos(2 * math.pi * at / 470)


def morning(at: float) -> float:
    """Return a sun that rises from nothing at noon to the full in four hours."""
    return max(0.0, min(1.0, (at - NOON) / (4 * HOUR)))


def night(_: float) -> float:
    return 0.0


@dataclass
class Phase:
    """What the CT of one phase measures of the inverters on it."""

    share: float = 1.0
    factor: float = 1.0
    extra_w: float = 0.0


class Array:
    """Inverters of 360 W and a CT, read in virtual time from noon on."""

    def __init__(
        self,
        *phases: Phase,
        inverters: int = 10,
        sun: Sun = steady,
        interval_s: int = 900,
        live_s: int = 30,
        lifetimes: bool = True,
        counters: bool = True,
    ) -> None:
        self.phases: Sequence[Phase] = phases or [Phase()]
        self.sun = sun
        self.live_s = live_s
        self.interval_s = interval_s
        self.lifetimes = lifetimes
        self.counters = counters
        self.has_power = True
        self.clock_ahead_s = 0
        self.details_kept = False
        self.keeps_lifetimes = False
        self.silent: set[str] = set()
        self.inverters = {
            f"{number}": Inverter(serial=f"{number}", power_w=0.0, last_reported=None, energy_lifetime_wh=1_000.0)
            for number in range(inverters)
        }
        self.offsets = {serial: number * interval_s // inverters for number, serial in enumerate(self.inverters)}
        self.at = NOON
        self.sun_wh = 0.0
        """Energy of an inverter per watt of its rating."""
        self.sun_wh_at: dict[str, float] = {}
        self.delivered_wh = [5_000.0] * len(self.phases)
        self.received_wh = [10.0] * len(self.phases)
        self.checkup = CtCheckup()

    def pass_hours(self, hours: float) -> CtProblem | None:
        """Let time pass and return the problem that is found at the end."""
        for _ in range(round(hours * HOUR / 30)):
            self.at += 30
            self.sun_wh += self.sun(self.at - 15) * 30 / HOUR
            for number, phase in enumerate(self.phases):
                energy_wh = self._phase_w(phase, self.at - 15) * 30 / HOUR
                counter = self.delivered_wh if energy_wh > 0 else self.received_wh
                counter[number] += abs(energy_wh)
            self._report()
            if self.at % self.live_s == 0:
                self.checkup.add_production(self.at, self._production())
            if self.at % 300 == 0:
                kept = Snapshot(at=self.at, inverters=self.inverters, details_kept=self.details_kept)
                self.checkup.add_inverters(kept)
        found = self.checkup.finding
        return found.problem if found else None

    def _phase_w(self, phase: Phase, at: float) -> float:
        return 360 * len(self.inverters) * self.sun(at) * phase.share * phase.factor + phase.extra_w

    def _production(self) -> tuple[Measurement, ...]:
        if not self.has_power:
            return (Measurement(), *[Measurement()] * (len(self.phases) if len(self.phases) > 1 else 0))
        counted = self.counters
        phases = [
            Measurement(
                power_w=self._phase_w(phase, self.at),
                energy_delivered_wh=delivered if counted else 7.0,
                energy_received_wh=received if counted else 3.0,
            )
            for phase, delivered, received in zip(self.phases, self.delivered_wh, self.received_wh, strict=True)
        ]
        total = Measurement(
            power_w=sum(phase.power_w or 0 for phase in phases),
            energy_delivered_wh=sum(phase.energy_delivered_wh or 0 for phase in phases),
            energy_received_wh=sum(phase.energy_received_wh or 0 for phase in phases),
        )
        return (total, *phases) if len(phases) > 1 else (total,)

    def _report(self) -> None:
        for serial, inverter in self.inverters.items():
            if serial in self.silent or not (self.at - self.offsets[serial]) % self.interval_s < 30:
                continue
            produced_wh = 360 * (self.sun_wh - self.sun_wh_at.get(serial, 0.0))
            self.sun_wh_at[serial] = self.sun_wh
            lifetime_wh = (inverter.energy_lifetime_wh or 0.0) + (0.0 if self.keeps_lifetimes else produced_wh)
            self.inverters[serial] = replace(
                inverter,
                power_w=float(round(produced_wh * HOUR / self.interval_s)),
                last_reported=int(self.at) + self.clock_ahead_s,
                energy_lifetime_wh=lifetime_wh if self.lifetimes else None,
            )


def three(*factors: float) -> Array:
    return Array(*(Phase(share=1 / 3, factor=factor) for factor in factors))


@pytest.mark.parametrize("interval_s", [300, 900, 3600])
@pytest.mark.parametrize("live_s", [30, 300])
@pytest.mark.parametrize("lifetimes", [True, False])
@pytest.mark.parametrize("sun", [clouds, morning])
def test_a_ct_that_agrees_with_the_inverters_is_in_order(
    *, interval_s: int, live_s: int, lifetimes: bool, sun: Sun
) -> None:
    array = Array(sun=sun, interval_s=interval_s, live_s=live_s, lifetimes=lifetimes)

    assert [array.pass_hours(0.5) for _ in range(8)] == [None] * 8


@pytest.mark.parametrize("interval_s", [300, 900, 3600])
@pytest.mark.parametrize("lifetimes", [True, False])
def test_a_ct_that_measures_20_percent_too_little_is_found(*, interval_s: int, lifetimes: bool) -> None:
    array = Array(Phase(factor=0.8), sun=clouds, interval_s=interval_s, lifetimes=lifetimes)

    assert array.pass_hours(4) is CtProblem.TOO_LITTLE


def test_a_ct_that_measures_nothing_is_found_with_both_powers() -> None:
    array = Array(Phase(factor=0.0, extra_w=-1.6))

    array.pass_hours(2)

    finding = array.checkup.finding
    assert finding is not None
    assert finding.problem is CtProblem.NOTHING
    assert finding.ct_w == pytest.approx(-1.6)
    assert finding.inverters_w == pytest.approx(1800, rel=0.01)
    assert finding.phases_w == ()


def test_a_ct_whose_counters_stand_still_is_compared_by_its_power() -> None:
    assert Array(Phase(factor=0.0), counters=False).pass_hours(2) is CtProblem.NOTHING


def test_a_ct_whose_counters_stand_still_may_measure_30_percent_too_little() -> None:
    assert Array(Phase(factor=0.7), counters=False).pass_hours(3) is None


def test_a_reversed_clamp_is_found() -> None:
    assert Array(Phase(factor=-1.0)).pass_hours(2) is CtProblem.REVERSED


def test_a_reversed_clamp_on_one_phase_is_found_with_the_power_of_each() -> None:
    array = three(1.0, -1.0, 1.0)

    assert array.pass_hours(2) is CtProblem.REVERSED
    assert array.checkup.finding is not None
    assert array.checkup.finding.phases_w == pytest.approx((600, -600, 600), rel=0.01)


def test_a_missing_phase_of_three_is_found() -> None:
    assert three(1.0, 1.0, 0.0).pass_hours(2) is CtProblem.PHASE_MISSING


def test_a_phase_without_inverters_is_in_order() -> None:
    assert Array(Phase(share=0.5), Phase(share=0.5), Phase(share=0.0)).pass_hours(3) is None


def test_three_phases_that_are_all_too_low_are_found() -> None:
    assert three(0.8, 0.8, 0.8).pass_hours(2) is CtProblem.TOO_LITTLE


def test_foreign_production_behind_the_ct_is_in_order() -> None:
    assert Array(Phase(extra_w=1_700.0)).pass_hours(3) is None


def test_nothing_is_found_in_the_first_hour() -> None:
    assert Array(Phase(factor=0.0), interval_s=300).pass_hours(1) is None


def test_nothing_is_found_at_night() -> None:
    assert Array(Phase(extra_w=-8.0), sun=night).pass_hours(4) is None


def test_nothing_is_found_while_the_sun_is_low() -> None:
    assert Array(Phase(factor=0.0), sun=lambda _: 0.07).pass_hours(4) is None


def test_nothing_is_found_while_inverters_are_silent() -> None:
    array = Array(Phase(factor=0.0))
    array.pass_hours(0.5)
    array.silent = set(array.inverters)

    assert array.pass_hours(4) is None


def test_one_silent_inverter_does_not_hide_a_ct_that_measures_nothing() -> None:
    array = Array(Phase(factor=0.0))
    array.pass_hours(0.4)
    array.silent = {"3"}

    assert array.pass_hours(4) is CtProblem.NOTHING


def test_nothing_is_found_where_inverters_have_never_reported() -> None:
    array = Array(Phase(factor=0.0))
    array.silent = set(array.inverters)

    assert array.pass_hours(3) is None


def test_without_values_of_the_ct_nothing_is_found() -> None:
    array = Array(Phase(factor=0.0), live_s=7 * 3600)

    assert array.pass_hours(3) is None


@pytest.mark.parametrize("phases", [1, 3])
def test_nothing_is_found_while_the_power_of_the_ct_is_unknown(phases: int) -> None:
    array = Array(*[Phase(share=1 / phases, factor=0.0)] * phases)
    array.has_power = False

    assert array.pass_hours(3) is None


@pytest.mark.parametrize("ahead_s", [-3500, -900, 3500])
def test_a_gateway_with_a_wrong_clock_is_not_compared(ahead_s: int) -> None:
    array = Array(Phase(factor=0.0), sun=morning)
    array.clock_ahead_s = ahead_s

    assert array.pass_hours(4) is None


def test_lifetimes_that_are_read_less_often_than_the_reports_are_not_used() -> None:
    array = Array(Phase(factor=0.0), interval_s=300)
    array.details_kept = True
    array.keeps_lifetimes = True

    assert array.pass_hours(2) is CtProblem.NOTHING


def test_a_finding_stays_overnight() -> None:
    array = Array(Phase(factor=0.0))
    array.pass_hours(2)
    array.sun = night

    assert array.pass_hours(8) is CtProblem.NOTHING


def test_a_finding_is_cleared_once_the_ct_agrees_for_an_hour() -> None:
    array = Array(Phase(factor=0.0))
    array.pass_hours(2)
    array.phases = [Phase()]

    assert array.pass_hours(0.5) is not None
    assert array.pass_hours(1.5) is None


def test_nothing_is_found_after_one_reading_with_wrong_counters() -> None:
    array = Array()
    array.pass_hours(0.9)
    array.delivered_wh[0] -= 5_000
    array.pass_hours(0.01)
    array.delivered_wh[0] += 5_000

    assert [array.pass_hours(0.25) for _ in range(8)] == [None] * 8


def test_nothing_is_found_where_the_counters_of_the_ct_fall_every_half_hour() -> None:
    array = Array()

    for _ in range(8):
        assert array.pass_hours(0.5) is None
        array.delivered_wh[0] -= 5_000


def test_nothing_is_found_where_the_power_of_the_ct_is_known_every_20_minutes_only() -> None:
    """Its moments are those of clouds, and the sun shines in between."""
    array = Array(sun=lambda at: 0.1 if at % 1200 < 60 else 0.9, live_s=1200, counters=False)

    assert [array.pass_hours(0.5) for _ in range(8)] == [None] * 8


def test_nothing_is_found_after_an_outage_of_the_ct() -> None:
    array = Array(Phase(factor=1.0), sun=clouds, counters=False)
    array.pass_hours(0.9)
    array.live_s = 7 * 3600
    array.pass_hours(0.7)
    array.live_s = 30

    assert array.pass_hours(3) is None
