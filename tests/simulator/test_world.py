"""The simulated site is physical: energy is the integral of power, and every balance closes."""

from hypothesis import given, settings, strategies as st
import pytest

from simulator import PROFILES, Simulator
from simulator.world import World

from .gateway_client import MIDSUMMER, Clock


def world(clock: Clock, profile: str = "metered_net_three_phase", *, inverters: int = 6, seed: int = 1) -> World:
    """Return a site without a server."""
    return Simulator(PROFILES[profile], inverters=inverters, clock=clock, seed=seed).world


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(start=st.integers(0, 365 * 24), minutes=st.integers(1, 180), seed=st.integers(1, 50))
def test_energy_is_the_integral_of_power(start: int, minutes: int, seed: int) -> None:
    """It holds at any time of the year, with sun, house and battery."""
    clock = Clock(MIDSUMMER + 3600 * start)
    site = world(clock, "metered_storage_split_phase", seed=seed)
    first = site.now
    net = production = 0.0
    for _ in range(minutes * 4):
        clock.advance(seconds=7.5)
        net += site.now.net_consumption.power_w * 15 / 3600
        production += site.now.production.power_w * 15 / 3600
        clock.advance(seconds=7.5)
    last = site.now
    assert last.production.energy_wh - first.production.energy_wh == pytest.approx(production, abs=1e-3)
    assert last.net_consumption.energy_wh - first.net_consumption.energy_wh == pytest.approx(net, abs=1e-3)


@pytest.mark.parametrize("profile", [name for name, each in PROFILES.items() if each.enabled_cts])
def test_the_energy_of_the_house_is_the_balance_of_the_counters(profile: str) -> None:
    """Its energy follows from the counters, its power is that of the load."""
    clock = Clock()
    site = world(clock, profile)
    first, house = site.now, 0.0
    for _ in range(600):
        clock.advance(seconds=30)
        house += site.now.house.power_w * 60 / 3600
        clock.advance(seconds=30)
    assert site.now.house_wh - first.house_wh == pytest.approx(house, abs=0.01)


@pytest.mark.parametrize("profile", ["metered_net_three_phase", "metered_storage_three_phase"])
def test_balanced_import_and_export_are_those_of_the_sum_of_the_phases(profile: str) -> None:
    """A utility meter counts them so (G§9)."""
    clock = Clock(MIDSUMMER - 4 * 3600)
    site = world(clock, profile)
    first = site.now
    imported = exported = 0.0
    for _ in range(3 * 720):
        clock.advance(seconds=2.5)
        power = site.now.net_consumption.power_w
        imported += max(0.0, power) * 5 / 3600
        exported += max(0.0, -power) * 5 / 3600
        clock.advance(seconds=2.5)
    assert imported > 50 < exported
    assert site.now.balanced_import_wh - first.balanced_import_wh == pytest.approx(imported, abs=0.5)
    assert site.now.balanced_export_wh - first.balanced_export_wh == pytest.approx(exported, abs=0.5)


@pytest.mark.parametrize("profile", ["metered_net_three_phase", "metered_storage_three_phase"])
def test_balanced_import_and_export_differ_as_the_phases_counters_do(profile: str) -> None:
    """One phase may import while another one exports, which a meter of the sum does not count (G§9)."""
    clock = Clock()
    site = world(clock, profile)
    first = site.now
    clock.advance(days=2)
    last = site.now
    assert last.import_wh == site.grid_import_wh
    assert last.export_wh == site.grid_export_wh
    balance = last.balanced_import_wh - last.balanced_export_wh
    assert balance == pytest.approx(last.import_wh - last.export_wh, abs=0.01)
    overlap = (last.import_wh - first.import_wh) - (last.balanced_import_wh - first.balanced_import_wh)
    assert overlap > 100


@pytest.mark.parametrize("profile", ["metered_net_single_phase", "metered_third_party_inverter"])
def test_on_one_phase_balanced_import_is_import(profile: str) -> None:
    clock = Clock()
    site = world(clock, profile)
    clock.advance(days=2)
    assert site.now.balanced_import_wh == pytest.approx(site.now.import_wh, abs=0.01)
    assert site.now.balanced_export_wh == pytest.approx(site.now.export_wh, abs=0.01)


def test_a_battery_stores_what_it_charges_less_what_it_discharges_and_loses() -> None:
    """Charging and discharging have losses of 10 % together, and two batteries consume 10 W each (S§22, S§32)."""
    clock = Clock()
    site = world(clock, "metered_storage_three_phase", inverters=20)
    first = site.now
    clock.advance(days=3)
    last = site.now
    charged = last.battery_charged_wh - first.battery_charged_wh
    discharged = last.battery_discharged_wh - first.battery_discharged_wh
    assert charged > 1000 < discharged
    one_way = 0.9**0.5
    stored = (charged - 20 * 72) * one_way - discharged / one_way
    assert last.stored_wh - first.stored_wh == pytest.approx(stored, abs=2 * 20 * 72 * (1 / one_way - one_way))


def test_a_battery_does_not_swing_when_it_is_full_or_empty() -> None:
    """It charges from the surplus only and discharges into the demand only, but for what it consumes itself."""
    clock = Clock()
    site = world(clock, "metered_storage_three_phase", inverters=20)
    for _ in range(24 * 60):
        clock.advance(seconds=60)
        now = site.at(clock.now - clock.now % 60)
        surplus = now.production.power_w - now.house.power_w
        assert (now.storage.power_w + 20.0) * surplus <= 1e-6


def test_a_site_is_independent_of_how_often_it_is_read() -> None:
    """Tests with virtual time may skip hours."""
    often, seldom = Clock(), Clock()
    watched, left_alone = world(often), world(seldom)
    for _ in range(500):
        often.advance(seconds=77)
        watched.at(often.now)
    seldom.advance(seconds=500 * 77)
    assert watched.production == left_alone.production
    assert watched.net_consumption == left_alone.net_consumption


def test_total_consumption_is_production_plus_net() -> None:
    """The gateway calculates it the same way (G§6.4)."""
    site = world(Clock())
    assert site.total_consumption.power_w == pytest.approx(site.production.power_w + site.net_consumption.power_w)
    assert site.total_consumption.energy_wh == pytest.approx(site.production.energy_wh + site.net_consumption.energy_wh)


def test_phases_add_up_to_the_total() -> None:
    """Import and export are sums over the phases (G§9)."""
    net = world(Clock()).net_consumption
    assert len(net.phases) == 3
    assert net.power_w == pytest.approx(sum(phase.power_w for phase in net.phases))
    assert net.delivered_wh == pytest.approx(sum(phase.delivered_wh for phase in net.phases))


def test_counters_never_decrease() -> None:
    clock = Clock()
    site = world(clock)
    before = site.now
    for _ in range(48):
        clock.advance(hours=1)
        after = site.now
        assert after.production.delivered_wh >= before.production.delivered_wh
        assert after.net_consumption.delivered_wh >= before.net_consumption.delivered_wh
        assert after.net_consumption.received_wh >= before.net_consumption.received_wh
        before = after


def test_inverters_measure_slightly_more_than_the_production_ct() -> None:
    """CT and inverters differ by 1-3 % (G§3)."""
    clock = Clock()
    site = world(clock)
    first = {serial: site.inverter_energy_wh(serial) for serial in site.inverters}
    produced = site.production.delivered_wh
    clock.advance(hours=4)
    made = sum(site.inverter_energy_wh(serial) for serial in site.inverters) - sum(first.values())
    assert made / (site.production.delivered_wh - produced) == pytest.approx(1.012, abs=0.002)


def test_there_is_no_sun_at_night() -> None:
    """The inverters consume a few watts of standby power (G§6.4)."""
    site = world(Clock(MIDSUMMER + 13 * 3600))
    assert -9 < site.production.power_w < 0


@pytest.mark.slow
def test_a_year_gives_a_realistic_yield() -> None:
    """A roof in the Netherlands produces 800-1250 kWh per kWp. Every site has the last week before it begins."""
    produced = 0.0
    for week in range(52):
        clock = Clock(MIDSUMMER + week * 7 * 86_400)
        site = world(clock)
        first, last = site.midnight(clock.now, 7), site.midnight(clock.now)
        produced += last.production.delivered_wh - first.production.delivered_wh
    rated_kw = sum(inverter.rated_w for inverter in site.inverters.values()) / 1000
    assert 800 < produced / 1000 / rated_kw < 1250


def test_the_lifetime_at_the_start_can_be_set() -> None:
    simulator = Simulator(clock=Clock(), lifetime_wh=3_000_000.0)
    assert simulator.world.production.delivered_wh == pytest.approx(3_000_000.0)


def test_by_default_no_inverter_is_near_its_wrap() -> None:
    site = Simulator(clock=Clock(), inverters=2).world
    assert max(site.inverter_energy_wh(serial) for serial in site.inverters) < 700_000


def test_an_added_inverter_starts_at_zero_and_produces() -> None:
    clock = Clock()
    site = world(clock)
    serial = site.add_inverter(rated_w=350.0)
    clock.advance(hours=1)
    assert site.inverters[serial].phase in range(3)
    assert 0 < site.inverter_energy_wh(serial) < 360


def test_a_retired_inverter_keeps_its_energy_and_has_no_power() -> None:
    clock = Clock()
    site = world(clock)
    serial = next(iter(site.inverters))
    site.retire_inverter(serial)
    clock.advance(seconds=60)
    energy = site.inverter_energy_wh(serial)
    clock.advance(hours=2)
    assert site.inverter_energy_wh(serial) == energy
    assert site.inverter_power_w(serial) == 0


def test_a_total_ct_replaces_a_net_ct() -> None:
    """A consumption CT measures either one (G§8)."""
    site = world(Clock())
    site.set_ct("total-consumption", enabled=True)
    assert site.enabled_cts == {"production", "total-consumption"}


def test_an_unknown_ct_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown CT 'turbine'"):
        world(Clock()).set_ct("turbine", enabled=True)


@pytest.mark.slow
@pytest.mark.parametrize(("month", "limit"), [(0, 100), (6, 5)])
def test_a_battery_stays_within_its_capacity(month: int, limit: int) -> None:
    """It stops at its shutdown level (S§11)."""
    clock = Clock()
    clock.advance(days=30 * month)
    site = world(clock, "metered_storage_split_phase", inverters=20)
    charges = []
    for _ in range(200):
        clock.advance(hours=1)
        site.at(clock.now)
        charges.append(site.battery_percent)
    assert any(charge == pytest.approx(limit, abs=0.5) for charge in charges)
    assert all(4.9 <= charge <= 100.001 for charge in charges)


def test_a_site_without_inverters_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one inverter"):
        Simulator(inverters=0)
