"""The batteries obey physics: energy is conserved, apart from their losses."""

from dataclasses import replace

import pytest

from tests.simulator.gateway_client import MIDSUMMER, Clock

from .sites import WITH_STORAGE, check_balance, world

ONE_WAY = 0.9**0.5


@pytest.mark.slow
def test_energy_is_conserved_over_a_week_with_two_outages_and_a_generator_run() -> None:
    """All energies are the integrals of their powers, on the grid, off it, on the generator and in the dark."""
    clock = Clock(MIDSUMMER + 90 * 86_400)
    site = world(clock, "storage_ct_split", inverters=4)
    first = site.now
    totals = dict.fromkeys(("house", "production", "grid", "generator", "storage"), 0.0)
    generated_at = []
    for step in range(7 * 24 * 120):
        if step in (120 * 30, 120 * 100):
            site.fail_grid()
        if step in (120 * 36, 120 * 140):
            site.restore_grid()
        clock.advance(seconds=15)
        state = site.now
        check_balance(state)
        totals["house"] += sum(state.powers.house) / 120
        totals["production"] += sum(state.powers.production) / 120
        totals["grid"] += state.grid_w / 120
        totals["generator"] += state.generator_w / 120
        totals["storage"] += state.powers.battery / 120
        if state.generator_w > 0:
            generated_at.append(step)
        clock.advance(seconds=15)
    last = site.now
    assert last.house_wh - first.house_wh == pytest.approx(totals["house"], rel=1e-4)
    assert last.generated_wh == pytest.approx(totals["generator"], rel=2e-3)
    assert last.generated_wh > 3000
    assert all(120 * 30 <= step <= 120 * 36 or 120 * 100 <= step <= 120 * 140 for step in generated_at)
    out = last.battery_discharged_wh - first.battery_discharged_wh
    into = last.battery_charged_wh - first.battery_charged_wh
    # Sudden changes fall between two samples of the powers: up to 15 s of some kW.
    assert out - into == pytest.approx(totals["storage"], abs=60)
    balance = totals["production"] + totals["grid"] + totals["generator"] + totals["storage"]
    assert balance == pytest.approx(totals["house"], abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("profile", WITH_STORAGE)
def test_the_batteries_have_losses_and_their_own_consumption(profile: str) -> None:
    """10 % of what passes through them, and what they consume themselves."""
    clock = Clock()
    site = world(clock, profile)
    first = site.now
    clock.advance(days=4)
    last = site.now
    own = sum(unit.standby_w for unit in site.plant.units) * 96
    into = sum(last.energies.units_charged) - sum(first.energies.units_charged)
    out = sum(last.energies.units_discharged) - sum(first.energies.units_discharged)
    assert into > 2000 < out
    # What a battery consumes itself is charged while it is idle and missing while it discharges.
    least = (into - own) * ONE_WAY - (out + own) / ONE_WAY
    most = into * ONE_WAY - out / ONE_WAY
    assert least <= last.stored_wh - first.stored_wh <= most


@pytest.mark.parametrize("profile", WITH_STORAGE)
def test_every_battery_stays_within_its_limits(profile: str) -> None:
    clock = Clock(MIDSUMMER + 150 * 86_400)
    site = world(clock, profile)
    for _ in range(500):
        clock.advance(seconds=700)
        state = site.now
        for unit, stored, power in zip(site.plant.units, state.energies.stored, state.powers.units, strict=True):
            assert 0.049 * unit.capacity_wh <= stored <= unit.capacity_wh * 1.0001
            assert abs(power + unit.standby_w) <= unit.rated_w + 1e-6


def test_batteries_keep_their_reserve_on_the_grid() -> None:
    clock = Clock(MIDSUMMER + 180 * 86_400)
    site = world(clock, "storage", inverters=4)
    lowest = 100.0
    for _ in range(48):
        clock.advance(hours=1)
        lowest = min(lowest, site.battery_percent)
    assert lowest == pytest.approx(20, abs=0.5)


def test_full_backup_never_discharges_on_the_grid() -> None:
    clock = Clock()
    site = world(clock)
    site.change_settings(lambda each: replace(each, mode="backup", reserve=100))
    before = site.now.battery_discharged_wh
    clock.advance(days=1)
    assert site.now.battery_discharged_wh == pytest.approx(before, abs=1)


def test_savings_discharge_in_the_evening_only() -> None:
    """The peak of the tariff is from 16:00 to 21:00."""
    clock = Clock(MIDSUMMER - 12 * 3600)
    site = world(clock)
    site.change_settings(lambda each: replace(each, mode="savings-mode"))
    discharging = set()
    for hour in range(24):
        clock.advance(seconds=1800)
        if site.now.powers.battery > 30:
            discharging.add(hour)
        clock.advance(seconds=1800)
    assert discharging
    assert discharging <= set(range(16, 21))


def test_charging_from_the_grid_fills_up_to_the_reserve_at_night() -> None:
    clock = Clock(MIDSUMMER + 12 * 3600)
    site = world(clock)
    site.change_settings(lambda each: replace(each, reserve=90, charge_from_grid=True))
    clock.advance(seconds=600)
    state = site.now
    assert state.powers.battery == pytest.approx(-0.7 * 7680, abs=50)
    assert state.grid_w > 5000
    clock.advance(hours=3)
    assert site.battery_percent == pytest.approx(90, abs=1)


def test_batteries_differ_by_a_few_percent() -> None:
    clock = Clock()
    site = world(clock)
    spread = 0.0
    for _ in range(100):
        clock.advance(hours=1)
        first, second = (100 * each / 5000 for each in site.now.energies.stored)
        spread = max(spread, abs(first - second))
    assert 0.5 < spread < 10


def test_ac_batteries_charge_to_the_band_in_which_they_sleep() -> None:
    clock = Clock(MIDSUMMER + 6 * 3600)
    site = world(clock, "acb")
    serial = site.plant.units[1].serial
    site.change_settings(lambda each: replace(each, sleep={serial: (25, 30)}))
    clock.advance(hours=5)
    state = site.now
    assert 24.9 <= 100 * state.energies.stored[1] / 1240 <= 30.1
    assert state.powers.units[1] == pytest.approx(-1.0)


def test_a_site_with_events_is_independent_of_how_often_it_is_read() -> None:
    """An event discards the states that were already simulated beyond it."""
    often, seldom = Clock(), Clock()
    watched, left_alone = world(often, "storage_ct_split"), world(seldom, "storage_ct_split")
    for event in ("fail_grid", "restore_grid"):
        for _ in range(100):
            often.advance(seconds=37)
            assert watched.now.powers.alive
        seldom.advance(seconds=3700)
        for site in (watched, left_alone):
            getattr(site, event)()
    often.advance(seconds=500)
    seldom.advance(seconds=500)
    assert watched.now.stored_wh == pytest.approx(left_alone.now.stored_wh, rel=1e-6)
    assert watched.now.house_wh == pytest.approx(left_alone.now.house_wh, rel=1e-9)


def test_a_change_at_the_time_of_an_event_is_sudden() -> None:
    """Nothing changes before the event."""
    clock = Clock(MIDSUMMER + 20.0)
    site = world(clock)
    before = site.now
    site.fail_grid()
    assert site.at(clock.now - 0.001).production.power_w == pytest.approx(before.production.power_w, abs=1)
    assert site.now.production.power_w < 0
