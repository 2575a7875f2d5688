"""A few whole lives with spoiled answers, and proof that the checks of a life find what they look for.

The long run: `python -m tests.system.lives --minutes 30 --seed 1`.
"""

from dataclasses import replace
from datetime import UTC
from math import inf

import pytest

from custom_components.enphase_iq_gateway.client.models import Inverter, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.steady_clock import SteadyClock
from custom_components.enphase_iq_gateway.polling.inverter_health import InverterHealth
from tests.support.guard import LIFETIME, NET_CT, PRODUCTION, T0, check_production, guard_site
from tests.support.promises import Broken, check_falls, check_values
from tests.support.sent_counters import Truth

from .lives import Shown, check_end, check_rises, run

SITE = guard_site(NET_CT)


@pytest.mark.slow
def test_lives_with_spoiled_answers_keep_the_promises() -> None:
    result = run(seed=3, lives=12)

    assert result.broken == []
    assert result.readings > 200


def test_an_exception_breaks_a_life(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(_: InverterHealth, snapshot: Snapshot) -> Snapshot:
        raise OverflowError(snapshot.at)

    monkeypatch.setattr(InverterHealth, "judge", raises)

    result = run(seed=3, lives=10, most_broken=1)

    assert "OverflowError" in result.broken[0]


@pytest.mark.parametrize(
    "measurement", [Measurement(power_w=1e9), Measurement(voltage_v=inf), Measurement(current_a=-1e4)]
)
def test_an_impossible_number_breaks_a_life(measurement: Measurement) -> None:
    possible = Snapshot(at=T0, flows={PRODUCTION: (Measurement(power_w=1.0),)})
    check_values(SITE, [possible] * len(PollGroup))

    with pytest.raises(Broken, match="impossible"):
        check_values(SITE, [replace(possible, flows={PRODUCTION: (measurement,)})] * len(PollGroup))


def test_an_impossible_number_of_an_inverter_breaks_a_life() -> None:
    snapshot = Snapshot(at=T0, flows={}, inverters={"1223": Inverter(serial="1223", energy_lifetime_wh=1e15)})

    with pytest.raises(Broken, match="impossible"):
        check_values(SITE, [snapshot] * len(PollGroup))


@pytest.mark.parametrize(("fall_wh", "breaks"), [(2_000_000.0, True), (100.0, False)])
def test_a_fall_breaks_a_life_unless_it_takes_back_a_spike(fall_wh: float, *, breaks: bool) -> None:
    """The counter has risen by 100 Wh lately."""
    guard = Guard(site=SITE)
    check_production(guard, 0, 12_000_000)
    check_production(guard, 60, 12_000_100)
    before = dict(guard.state.counters)
    check_falls(guard, before)
    state = before[LIFETIME]
    assert state.published is not None
    fallen = state.published - fall_wh
    guard.state.counters[LIFETIME] = replace(state, published=fallen, floor=fallen, next_floor=fallen)

    if breaks:
        with pytest.raises(Broken, match="fell from"):
            check_falls(guard, before)
    else:
        check_falls(guard, before)


@pytest.mark.parametrize(("recorded", "breaks"), [(True, False), (False, True)])
def test_a_counter_that_is_lower_after_a_crash_breaks_a_life(*, recorded: bool, breaks: bool) -> None:
    """The state on the disk is older; without a recorder the counter continues from there."""
    shown = Shown(guard=Guard(site=SITE))
    check_production(shown.guard, 0, 12_000_000)
    shown.keep(T0, stored=True)
    check_production(shown.guard, 60, 12_000_100)
    if recorded:
        shown.keep(T0 + 60, stored=False)

    if breaks:
        with pytest.raises(Broken, match="after a crash production"):
            shown.crash(SITE, SteadyClock(), UTC)
    else:
        shown.crash(SITE, SteadyClock(), UTC)


@pytest.fixture
def life() -> tuple[Shown, Truth]:
    """Begin with 5 MWh, which the gateway sends too."""
    shown, truth = Shown(guard=Guard(site=SITE)), Truth(site=SITE)
    check_production(shown.guard, 0, 5_000_000)
    truth.last[LIFETIME] = 5_000_000
    check_rises(shown, truth, {}, faulty=False)
    return shown, truth


@pytest.mark.parametrize(
    ("energy_wh", "faulty", "breaks"),
    [(100.0, False, False), (1000.0, False, True), (1000.0, True, False), (9000.0, True, True)],
    ids=["tolerance", "without a fault", "one answer proves it", "one answer cannot prove it"],
)
def test_a_rise_without_energy_breaks_a_life(
    life: tuple[Shown, Truth], energy_wh: float, *, faulty: bool, breaks: bool
) -> None:
    """In truth nothing was produced."""
    shown, truth = life
    state = shown.guard.state.counters[LIFETIME]
    shown.guard.state.counters[LIFETIME] = replace(state, published=5_000_000 + energy_wh)

    if breaks:
        with pytest.raises(Broken, match=f"risen by {energy_wh:.0f} Wh too much, before by 0"):
            check_rises(shown, truth, {}, faulty=faulty)
    else:
        check_rises(shown, truth, {}, faulty=faulty)


def test_a_counter_that_was_not_read_for_a_while_may_have_the_spike_again_that_stays(
    life: tuple[Shown, Truth],
) -> None:
    """Its source was gone while the gateway produced as much as the spike."""
    shown, truth = life
    spike_wh = shown.excess[LIFETIME] = 600_000.0
    standing = replace(shown.guard.state.counters[LIFETIME], published=5_000_000 + spike_wh)
    shown.guard.state.counters[LIFETIME] = standing
    truth.last[LIFETIME] += spike_wh
    check_rises(shown, truth, {LIFETIME: standing}, faulty=False)

    shown.guard.state.counters[LIFETIME] = replace(standing, published=5_000_000 + 2 * spike_wh)
    check_rises(shown, truth, {LIFETIME: standing}, faulty=False)


@pytest.mark.parametrize(("energy_wh", "breaks"), [(100.0, False), (1000.0, True), (600_000.0, False)])
def test_a_spike_that_stays_breaks_a_life(life: tuple[Shown, Truth], energy_wh: float, *, breaks: bool) -> None:
    """Unless it is more than a tenth of its counter."""
    shown, _ = life
    shown.excess[LIFETIME] = energy_wh

    if breaks:
        with pytest.raises(Broken, match="still 1000 Wh too high"):
            check_end(shown)
    else:
        check_end(shown)
