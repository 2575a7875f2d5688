"""Energies of storage that are calculated from its power, and total consumption with them."""

from dataclasses import replace
from datetime import UTC
from functools import cache
import json
import math
import random

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source, Sources
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite
from custom_components.enphase_iq_gateway.client.storage_models import LiveData
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import FlowCounter
from custom_components.enphase_iq_gateway.counters.lines import SourceChange
from custom_components.enphase_iq_gateway.counters.state import GuardState
from custom_components.enphase_iq_gateway.counters.storage_energy import LONGEST_GAP_S, StorageEnergy, step
from tests.support.guard import NET, NET_CT, PRODUCTION, T0, TOTAL, guard_site, restart_guard

STORAGE = Flow.STORAGE
LIVE: Sources = {
    **NET_CT,
    (TOTAL, Quantity.LIFETIME): Source.READINGS,
    (STORAGE, Quantity.POWER): Source.LIVE_DATA,
    (STORAGE, Quantity.IMPORT_EXPORT): Source.LIVE_DATA,
}
CT: Sources = {
    **LIVE,
    (STORAGE, Quantity.POWER): Source.READINGS,
    (STORAGE, Quantity.IMPORT_EXPORT): Source.READINGS,
}
BATTERIES: Sources = {
    **LIVE,
    (STORAGE, Quantity.POWER): Source.BATTERIES,
    (STORAGE, Quantity.IMPORT_EXPORT): Source.BATTERIES,
}
WEEK_S = 7 * 86_400


def energies(*samples: tuple[float, float]) -> tuple[float, float]:
    """Return discharged and charged energy of samples of (seconds, power)."""
    state = StorageEnergy()
    for seconds, power_w in samples:
        state = step(power_w, T0 + seconds, state)
    return state.discharged_wh, state.charged_wh


def check(
    guard: Guard,
    seconds: float,
    power_w: float | None,
    *,
    total_wh: float | None = 500_000.0,
    kept: bool = False,
    stored_wh: float | None = None,
    ct: tuple[float, float] | None = None,
) -> Snapshot:
    """Check a snapshot of a site whose house has used `total_wh` without storage."""
    discharged, charged = ct or (None, None)
    flows = {
        PRODUCTION: (Measurement(energy_lifetime_wh=300_000.0),),
        NET: (Measurement(energy_delivered_wh=300_000.0, energy_received_wh=100_000.0, energy_lifetime_wh=200_000.0),),
        STORAGE: (Measurement(power_w=power_w, energy_delivered_wh=discharged, energy_received_wh=charged),),
        TOTAL: (Measurement(energy_lifetime_wh=total_wh),),
    }
    snapshot = Snapshot(
        at=T0 + seconds,
        flows=flows,
        total_with_storage=True,
        storage_kept=kept,
        live_data=LiveData(battery_available_energy_wh=stored_wh),
    )
    return guard.check(PollGroup.LIVE, snapshot, UTC)


def shown(snapshot: Snapshot) -> tuple[float | None, float | None, float | None]:
    """Return discharged and charged energy and total consumption."""
    storage = snapshot.counters(STORAGE)
    return (
        storage.energy_delivered_wh,
        storage.energy_received_wh,
        snapshot.counters(TOTAL).energy_lifetime_wh,
    )


@pytest.mark.parametrize(
    ("last_w", "expected"),
    [(2000.0, (1500.0, 0.0)), (0.0, (500.0, 0.0)), (-1000.0, (250.0, 250.0)), (-3000.0, (125.0, 1125.0))],
)
def test_the_power_changes_evenly_and_is_split_by_sign(last_w: float, expected: tuple[float, float]) -> None:
    state = step(1000.0, T0, StorageEnergy())
    state = step((1000.0 + last_w) / 2, T0 + 300, state)
    state = step(last_w, T0 + 600, state)
    assert (state.discharged_wh * 6, state.charged_wh * 6) == pytest.approx(expected)


def test_charging_is_positive_energy() -> None:
    assert energies((0, -1200), (300, -1200)) == (0, 100)


def test_a_first_sample_is_no_energy() -> None:
    assert energies((0, 5000)) == (0, 0)


def test_a_gap_without_energy_in_the_batteries_is_not_guessed() -> None:
    assert energies((0, 1200), (LONGEST_GAP_S + 1, 1200)) == (0, 0)


def test_a_clock_that_is_set_back_counts_nothing_twice() -> None:
    assert energies((0, 1200), (300, 1200), (0, 1200), (300, 1200)) == (200, 0)


@pytest.mark.parametrize(
    ("before_wh", "now_wh", "expected"),
    [(8000.0, 5000.0, (3000.0, 0.0)), (5000.0, 8000.0, (0.0, 3000.0)), (8000.0, 0.0, (0.0, 0.0)), (None, 5.0, (0, 0))],
)
def test_over_a_long_gap_the_energy_in_the_batteries_counts(
    before_wh: float | None, now_wh: float, expected: tuple[float, float]
) -> None:
    """A battery that reports nothing is a glitch (S§19)."""
    state = step(1000.0, T0, StorageEnergy(), stored_wh=before_wh)
    state = step(1000.0, T0 + 36_000, state, stored_wh=now_wh)
    assert (state.discharged_wh, state.charged_wh) == expected


def test_over_a_long_gap_the_energy_in_the_batteries_is_that_of_all_phases_together() -> None:
    guard = Guard(site=guard_site(LIVE, phases=2))
    flows = {STORAGE: tuple(Measurement(power_w=power_w) for power_w in (1000.0, 600.0, 400.0))}
    for seconds, stored_wh in ((0, 8000.0), (36_000, 5000.0)):
        live = LiveData(battery_available_energy_wh=stored_wh)
        checked = guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows, live_data=live), UTC)
    assert [each.energy_delivered_wh for each in checked.counted[STORAGE]] == [3000, 0, 0]


def test_over_a_long_gap_batteries_of_which_one_kind_is_missing_do_not_count() -> None:
    site = replace(guard_site(LIVE), storage=StorageSite(batteries=frozenset({"1"}), has_ac_batteries=True))
    guard = Guard(site=site)
    flows = {STORAGE: (Measurement(power_w=0.0),)}
    for seconds, ac_wh in ((0, 1_000.0), (36_000, None)):
        live = LiveData(battery_available_energy_wh=5_000.0, ac_battery_available_energy_wh=ac_wh)
        checked = guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows, live_data=live), UTC)
    assert checked.counted[STORAGE][0].energy_delivered_wh == 0


def test_the_energies_survive_a_restart() -> None:
    state = step(1000.0, T0 + 300, step(1000.0, T0, StorageEnergy()), stored_wh=7000.0)
    assert StorageEnergy.from_json(json.loads(json.dumps(state.as_json()))) == state


@pytest.mark.parametrize("damage", [{"charged_wh": None}, {"discharged_wh": "1"}, {"at": "noon"}])
def test_a_damaged_state_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="storage"):
        StorageEnergy.from_json({**StorageEnergy().as_json(), **damage})


def test_the_state_of_an_earlier_version_has_no_storage() -> None:
    stored = {name: part for name, part in GuardState().as_json().items() if name not in {"storage", "ac_batteries"}}
    assert GuardState.from_json(stored) == GuardState()


def test_the_counters_begin_at_zero_at_once() -> None:
    assert shown(check(Guard(site=guard_site(LIVE)), 0, 1200.0)) == (0, 0, 500_000)


def test_total_consumption_contains_what_the_battery_discharges_less_what_it_charges() -> None:
    guard = Guard(site=guard_site(LIVE))
    check(guard, 0, 1200.0)
    assert shown(check(guard, 300, 1200.0, total_wh=500_010.0)) == (100, 0, 500_110)
    check(guard, 301, -2400.0, total_wh=500_010.0)
    assert shown(check(guard, 601, -2400.0, total_wh=500_400.0)) == pytest.approx((100, 200, 500_300), abs=0.3)


def test_total_consumption_waits_for_a_new_sample_of_storage() -> None:
    """The other counters go on, so that it would fall again by what the battery charged meanwhile."""
    guard = Guard(site=guard_site(LIVE))
    check(guard, 0, -1200.0)
    assert shown(check(guard, 30, -1200.0, total_wh=500_030.0, kept=True)) == (0, 0, 500_000)
    assert shown(check(guard, 60, None, total_wh=500_060.0)) == (0, 0, 500_000)
    assert shown(check(guard, 300, -1200.0, total_wh=500_120.0)) == (0, 100, 500_020)


def test_before_there_is_any_energy_of_storage_total_consumption_is_unknown() -> None:
    assert shown(check(Guard(site=guard_site(LIVE)), 0, None)) == (None, None, None)


def test_every_sample_counts_also_while_the_counters_stand() -> None:
    guard = Guard(site=guard_site(LIVE))
    check(guard, 0, 0.0)
    spike = Snapshot(at=T0 + 150, flows={STORAGE: (Measurement(power_w=2400.0),)})
    guard.integrate(spike)
    assert shown(check(guard, 300, 0.0))[0] == 100


def test_a_restart_goes_on_where_it_was() -> None:
    guard = Guard(site=guard_site(LIVE))
    check(guard, 0, 1200.0)
    before = shown(check(guard, 300, 1200.0))
    guard = restart_guard(guard)
    after = shown(check(guard, 600, 1200.0))
    assert (before[0], after[0]) == (100, 200)
    assert after[2] == 500_200


@pytest.mark.parametrize("phase", [0, 1, 2])
def test_each_phase_of_total_consumption_contains_its_own_storage(phase: int) -> None:
    guard = Guard(site=guard_site(LIVE, phases=2))
    flows = {
        PRODUCTION: tuple(Measurement(energy_lifetime_wh=1000.0) for _ in range(3)),
        NET: tuple(
            Measurement(energy_delivered_wh=900.0, energy_received_wh=400.0, energy_lifetime_wh=500.0) for _ in range(3)
        ),
        STORAGE: tuple(Measurement(power_w=power_w) for power_w in (600.0, 1800.0, -1200.0)),
        TOTAL: tuple(Measurement(energy_lifetime_wh=1500.0) for _ in range(3)),
    }
    for seconds in (0, 300):
        snapshot = guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows, total_with_storage=True), UTC)
    assert snapshot.counters(TOTAL, phase).energy_lifetime_wh == 1500 + (50, 150, -100)[phase]


@pytest.mark.parametrize("after", [CT, BATTERIES], ids=["a storage CT", "the batteries' own power"])
def test_another_source_of_storage_continues_without_a_jump(after: Sources) -> None:
    guard = Guard(site=guard_site(LIVE))
    check(guard, 0, 1200.0)
    before = shown(check(guard, 300, 1200.0))
    other = Guard(site=guard_site(after), state=guard.state)
    counters = (4_073_871.0, 5_409_935.0)
    total_wh = 500_000.0 + (counters[0] - counters[1] if after is CT else 0.0)
    ct = counters if after is CT else None
    switched = shown(check(other, 330, 1200.0, total_wh=total_wh, ct=ct))
    assert switched == pytest.approx(before, abs=11)
    assert {type(event) for event in other.take_events()} == {SourceChange}


def test_a_storage_ct_that_goes_away_leaves_its_energies() -> None:
    guard = Guard(site=guard_site(CT))
    total_wh = 500_000.0 + 4_000_000.0 - 5_000_000.0
    before = shown(check(guard, 0, 1200.0, total_wh=total_wh + 2_000_000, ct=(4_000_000.0, 5_000_000.0)))
    other = Guard(site=guard_site(LIVE), state=guard.state)
    check(other, 30, 1200.0)
    after = shown(check(other, 330, 1200.0))
    assert before[0] is not None
    assert before[2] is not None
    assert after == (before[0] + 100, before[1], before[2] + 100)


def test_a_lost_state_continues_from_the_last_values() -> None:
    """Those of the statistics, which is all that is left."""
    guard = Guard(site=guard_site(LIVE))
    check(guard, 0, 1200.0)
    check(guard, 300, 1200.0)
    lost = GuardState(
        counters={
            key: replace(state, recovered=True, offset=0.0)
            for key, state in guard.state.counters.items()
            if isinstance(key, FlowCounter) and key.flow is STORAGE
        }
    )
    other = Guard(site=guard_site(LIVE), state=lost)
    check(other, 330, 1200.0)
    assert shown(check(other, 630, 1200.0))[:2] == (200, 0)


@cache
def _house_with_switching_appliances(seed: int) -> tuple[list[float], tuple[float, float]]:
    """Return the power of a battery every 5 s for a week, and its energies by that.

    It covers appliances that run for minutes.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    powers = [400 - 4000 * max(0.0, math.sin((number / 720 % 24 - 6) / 12 * math.pi)) for number in range(WEEK_S // 5)]
    number = 0
    while (number := number + int(chance.expovariate(1 / 240))) < len(powers):
        power_w, end = chance.uniform(300, 2500), number + max(1, int(chance.expovariate(1 / 24)))
        for place in range(number, min(end, len(powers))):
            powers[place] += power_w
        number = end
    limited = [max(-3840.0, min(3840.0, power_w)) for power_w in powers]
    return limited, energies(*((5 * number, power_w) for number, power_w in enumerate(limited)))


@pytest.mark.slow
@pytest.mark.parametrize(("interval_s", "most"), [(10, 0.002), (30, 0.005), (60, 0.01), (300, 0.07)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_error_by_the_interval_is_as_small_as_the_page_about_counters_states(
    interval_s: int, most: float, seed: int
) -> None:
    powers, truth = _house_with_switching_appliances(seed)
    every = interval_s // 5
    counted = energies(*((5 * number, powers[number]) for number in range(0, len(powers), every)))
    assert counted == pytest.approx(truth, rel=most)


def test_ac_batteries_of_a_report_are_added_up_with_it() -> None:
    """The readings of the CTs come more often and do not have them."""
    of_report = dict.fromkeys(((STORAGE, Quantity.POWER), (STORAGE, Quantity.IMPORT_EXPORT)), Source.AC_BATTERIES)
    guard = Guard(site=guard_site({**NET_CT, **of_report}))

    for seconds in (0, 300):
        power = Snapshot(at=T0 + seconds, flows={STORAGE: (Measurement(power_w=-120.0),)})
        checked = guard.check(PollGroup.REPORT, power, UTC)
        guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds), UTC)

    assert checked.counted[STORAGE][0].energy_received_wh == pytest.approx(10)
    assert checked.counted[STORAGE][0].energy_delivered_wh == 0
