"""Panels on two planes of the roof, in shade, weak and without power."""

from datetime import UTC, datetime

import pytest

from simulator import PROFILES, Simulator
from simulator.inverter_reports import SELF_MEASURED
from simulator.panels import PLANES, Condition, Conditions
from simulator.world import World

from .gateway_client import MIDSUMMER, Clock

MORNING = datetime(2026, 6, 21, 6, tzinfo=UTC).timestamp()
AFTERNOON = datetime(2026, 6, 21, 14, tzinfo=UTC).timestamp()


def world(clock: Clock, conditions: Conditions | None = None) -> World:
    return Simulator(PROFILES["metered_net_three_phase"], inverters=8, clock=clock, conditions=conditions).world


def powers(site: World) -> list[float]:
    return [site.inverter_power_w(serial) for serial in site.inverters]


def energy_of_a_day(conditions: Conditions) -> list[float]:
    """Return the energy that each panel makes from midsummer's noon on, as a share of that of a healthy roof."""
    clock = Clock(MIDSUMMER)
    sites = [world(clock, conditions), world(clock)]
    before = [[site.inverter_energy_wh(serial) for serial in site.inverters] for site in sites]
    clock.advance(days=1)
    after = [[site.inverter_energy_wh(serial) for serial in site.inverters] for site in sites]
    spoiled, healthy = (
        [last - first for first, last in zip(*both, strict=True)] for both in zip(before, after, strict=True)
    )
    return [one / other for one, other in zip(spoiled, healthy, strict=True)]


def test_panels_of_one_plane_differ_little() -> None:
    found = powers(world(Clock(MORNING)))

    for plane in (found[:4], found[4:]):
        assert max(plane) / min(plane) < 1.04
    assert min(found[:4]) > 1.5 * max(found[4:])


def test_half_of_the_panels_are_on_each_plane() -> None:
    planes = [inverter.plane for inverter in world(Clock()).inverters.values()]

    assert planes == [PLANES[0]] * 4 + [PLANES[1]] * 4


def test_a_weak_panel_makes_its_share_from_the_start() -> None:
    found = energy_of_a_day({1: Condition(output=0.8)})

    assert found[1] == pytest.approx(0.8)
    assert found[0] == pytest.approx(1.0)


def test_a_shaded_panel_makes_less_in_the_afternoon_only() -> None:
    shaded = {5: Condition(shaded=True)}
    morning, afternoon = (
        powers(world(Clock(at), shaded))[5] / powers(world(Clock(at)))[5] for at in (MORNING, AFTERNOON)
    )

    assert morning == pytest.approx(1.0)
    assert afternoon < 0.6
    assert 0.5 < energy_of_a_day(shaded)[5] < 0.95


def test_a_panel_that_changes_keeps_its_energy() -> None:
    clock = Clock(MIDSUMMER)
    site = world(clock)
    serial = list(site.inverters)[2]
    site.set_condition(serial, Condition(output=0.0))
    clock.advance(seconds=60)
    energy = site.inverter_energy_wh(serial)
    clock.advance(hours=2)
    assert site.inverter_energy_wh(serial) == pytest.approx(energy)
    assert site.inverter_power_w(serial) == 0.0

    site.set_condition(serial, Condition())
    clock.advance(hours=1)
    assert site.inverter_energy_wh(serial) > energy + 50


def test_the_production_ct_measures_what_the_panels_make() -> None:
    clock = Clock(MIDSUMMER)
    site = world(clock, {0: Condition(output=0.0), 1: Condition(output=0.7), 6: Condition(shaded=True)})
    produced = site.production.delivered_wh
    made = -sum(site.inverter_energy_wh(serial) for serial in site.inverters)
    site.set_condition(list(site.inverters)[4], Condition(output=0.5))
    clock.advance(hours=4)
    made += sum(site.inverter_energy_wh(serial) for serial in site.inverters)

    assert made / (site.production.delivered_wh - produced) == pytest.approx(SELF_MEASURED, abs=0.002)
