"""The energy of the inverters: their sum, their own counters and their energy of today."""

from collections.abc import Mapping
from datetime import UTC

import pytest

from custom_components.enphase_iq_gateway.client.models import Inverter, InverterDetails, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import InverterCounter
from custom_components.enphase_iq_gateway.counters.limits import inverter_limits
from tests.support.guard import (
    INVERTERS,
    NET_CT,
    NOON,
    PRODUCTION,
    T0,
    check_inverters,
    guard_site,
    restart_guard,
)


def test_the_inverters_sum_begins_when_each_has_a_lifetime() -> None:
    """A sum of some of them would be a wrong start (G§5.5)."""
    guard = Guard(site=guard_site(INVERTERS))
    assert check_inverters(guard, 0, {"a": 1_000, "b": None}) is None
    assert check_inverters(guard, 300, {"a": 1_000, "b": 2_000}, 3_000) == 3_000


@pytest.mark.parametrize("missing", [{"a": 1_010.0, "b": None}, {"a": 1_010.0}])
def test_an_inverter_missing_for_a_while_costs_no_energy(missing: Mapping[str, float | None]) -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"a": 1_000, "b": 2_000}, 3_000)
    assert check_inverters(guard, 300, missing) == 3_010
    assert check_inverters(guard, 600, {"a": 1_020, "b": 2_020}, 3_040) == 3_040
    assert guard.events == []


def test_a_new_inverter_adds_what_it_makes_from_now_on() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"a": 1_000}, 1_000)
    assert check_inverters(guard, 300, {"a": 1_010, "b": 900_000}, 901_010) == 1_010
    assert check_inverters(guard, 600, {"a": 1_020, "b": 900_010}, 901_030) == 1_030


def test_a_retired_inverter_keeps_its_share() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"a": 1_000, "b": 2_000}, 3_000)
    assert [check_inverters(guard, 300 * number, {"a": 1_000 + number}, 1_000 + number) for number in (1, 9)] == [
        3_001,
        3_009,
    ]


def test_an_inverter_that_begins_again_at_zero_does_not_lower_the_sum() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"a": 50_000, "b": 60_000}, 110_000)
    sums = [check_inverters(guard, 300 * number, {"a": 10.0 * number, "b": 60_000}) for number in range(1, 7)]
    assert sums == [110_000, 110_000, 110_000, 110_040, 110_050, 110_060]


def test_an_inverter_that_begins_again_is_in_no_sum_where_a_ct_measures_production() -> None:
    guard = Guard(site=guard_site(NET_CT))
    for number in range(8):
        check_inverters(guard, 300 * number, {"a": 10.0 * number if number else 50_000})
    assert guard.state.counters[InverterCounter("a")].published == 70
    assert guard.state.shares_from == {}


def test_a_spike_of_an_inverter_that_is_undone_is_undone_in_the_sum() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"a": 50_000, "b": 60_000}, 110_000)
    sums = [check_inverters(guard, 300, {"a": 50_100, "b": 60_000}, 110_100)]
    sums += [check_inverters(guard, 300 * number, {"a": 50_000, "b": 60_000}, 110_000) for number in range(2, 12)]
    assert (sums[0], max(each or 0.0 for each in sums), sums[-1]) == (110_100, 110_100, 110_000)
    assert guard.events == []


def test_a_jump_of_an_inverter_that_is_accepted_is_in_the_sum() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"a": 1_000, "b": 2_000}, 3_000)
    for number in range(1, 9):
        published = check_inverters(guard, 300 * number, {"a": 501_000, "b": 2_000}, 503_000)
    assert published == 3_000
    guard.accept_jump(InverterCounter("a"), 500_000)
    assert check_inverters(guard, 2_700, {"a": 501_010, "b": 2_000}, 503_010) == 503_010


def test_an_inverter_silent_at_night_is_not_a_rejected_reading() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"a": 1_000, "b": 2_000}, 3_000)
    check_inverters(guard, 300, {"a": None, "b": None})
    assert guard.state.rejected.total() == 0


def test_kept_details_of_an_inverter_are_no_new_sample() -> None:
    guard = Guard(site=guard_site(INVERTERS))

    def lifetime(seconds: float, lifetime_wh: float, *, kept: bool = False) -> float | None:
        shown = {"a": Inverter(serial="a", energy_lifetime_wh=lifetime_wh)}
        snapshot = Snapshot(at=T0 + seconds, inverters=shown, details_kept=kept)
        return guard.check(PollGroup.INVERTERS, snapshot, UTC).inverters["a"].energy_lifetime_wh

    lifetime(0, 1_000)
    lifetime(900, 900_000)
    kept = [lifetime(seconds, 900_000, kept=True) for seconds in (1_200, 1_500)]
    read = [lifetime(1_800, 900_010), lifetime(2_700, 900_020), lifetime(3_600, 900_030)]
    assert (kept, read) == ([1_000, 1_000], [1_000, 1_020, 1_030])
    assert guard.state.rejected.total() == 2


@pytest.mark.parametrize(("interval", "allowed"), [(None, 900), (3_600, 3_600), (7_201, 900), (90_000_000, 900)])
def test_a_report_interval_beyond_two_hours_is_none(interval: int | None, allowed: float) -> None:
    """It would allow any jump."""
    assert inverter_limits(3, interval).interval_s == allowed


def test_one_absurd_report_interval_does_not_open_the_guard_of_the_sum() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    for seconds, lifetime in ((0, 1_000.0), (300, 5_001_000.0)):
        details = InverterDetails(report_interval_s=90_000_000)
        shown = {"a": Inverter(serial="a", energy_lifetime_wh=lifetime, details=details)}
        flows = {PRODUCTION: (Measurement(energy_lifetime_wh=lifetime),)}
        snapshot = guard.check(PollGroup.INVERTERS, Snapshot(at=T0 + seconds, flows=flows, inverters=shown), UTC)
    assert snapshot.inverters["a"].energy_lifetime_wh == 1_000
    assert snapshot.counters(PRODUCTION).energy_lifetime_wh == 1_000


# Energy of today: of the inverters, and of production as far as they can have produced it


def today_of(guard: Guard, seconds: float, lifetime_wh: float | None, today_wh: float, *, kept: bool = False) -> object:
    """Check the details of one inverter; return its published energy of today."""
    shown = Inverter(serial="a", energy_lifetime_wh=lifetime_wh, details=InverterDetails(energy_today_wh=today_wh))
    snapshot = Snapshot(at=NOON + seconds, inverters={"a": shown}, details_kept=kept)
    return guard.check(PollGroup.INVERTERS, snapshot, UTC).inverters["a"].details.energy_today_wh


def test_today_of_an_inverter_follows_its_lifetime_and_not_the_gateways_figure() -> None:
    """One reading of zero or of a wrong value would be counted as energy (G§15.29)."""
    guard = Guard(site=guard_site(INVERTERS))
    days = [today_of(guard, 300 * place, 9_000 + 10 * place, today) for place, today in enumerate((500, 0, 57_134))]
    assert days == [500, 510, 520]


def test_today_of_a_silent_inverter_ends_at_midnight() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    today_of(guard, 0, 9_000, 500)
    for quarter in range(1, 48):
        today_of(guard, 900 * quarter, 9_000, 500, kept=True)
    assert today_of(guard, 12 * 3600 + 1, None, 500) == 0


def test_today_of_an_inverter_goes_on_after_a_restart() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    today_of(guard, 0, 9_000, 500)
    assert today_of(restart_guard(guard), 300, 9_010, 3) == 510


def first_today(reported_wh: float, inverter_wh: float | None = None) -> float | None:
    """Return production's first energy of today at noon, with three inverters that may have reported before."""
    sources = {**NET_CT, (PRODUCTION, Quantity.TODAY): Source.READINGS}
    guard = Guard(site=guard_site(sources))
    if inverter_wh is not None:
        today_of(guard, 0, 9_000_000, inverter_wh)
    flows = {PRODUCTION: (Measurement(energy_lifetime_wh=12_000_000, energy_today_wh=reported_wh),)}
    snapshot = guard.check(PollGroup.LIVE, Snapshot(at=NOON, flows=flows), UTC)
    return snapshot.counters(PRODUCTION).energy_today_wh


def test_a_first_today_that_the_inverters_can_have_produced_is_published() -> None:
    assert first_today(6_000) == 6_000


def test_a_first_today_above_what_the_inverters_can_produce_is_rejected() -> None:
    assert first_today(94_000) == 0


def test_a_first_today_far_above_the_inverters_own_sum_is_rejected() -> None:
    assert (first_today(20_000, 6_000), first_today(7_000, 6_000)) == (0, 7_000)
