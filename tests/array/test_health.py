"""Which panels are below their array, in shade or without power."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.enphase_iq_gateway.array.health import (
    HealthReport,
    PanelHealth,
    PanelState,
    judge,
)
from tests.support.panels import LAST_DAY, PANELS, Factor, healthy, hour_means

PANEL = PANELS[3]


def report(factor: Factor = healthy, previous: HealthReport | None = None) -> HealthReport:
    """Return the report of one array."""
    return judge(hour_means(factor), [PANELS], day=LAST_DAY, zone=UTC, previous=previous)


def panel(factor: Factor, before: PanelHealth | None = None) -> PanelHealth:
    """Return the health of one panel whose power is multiplied by a factor; the others are healthy."""

    def of_one(serial: str, ago: int, hour: int) -> float | None:
        return factor(serial, ago, hour) if serial == PANEL else 1.0

    previous = None if before is None else HealthReport(day=LAST_DAY - timedelta(days=1), panels={PANEL: before})
    return report(of_one, previous).panels[PANEL]


def test_panels_that_agree_are_good() -> None:
    found = report()

    assert {each.state for each in found.panels.values()} == {PanelState.GOOD}
    assert found.below_array == {}
    assert found.judged


@pytest.mark.parametrize(("factor", "state"), [(0.93, PanelState.GOOD), (0.85, PanelState.WEAK)])
def test_a_panel_is_weak_where_it_is_clearly_below_its_array_in_every_hour(factor: float, state: PanelState) -> None:
    found = panel(lambda *_: factor)

    assert found.state is state
    assert found.level == pytest.approx(factor, abs=0.01)


def test_a_shaded_panel_is_not_weak() -> None:
    """Shade takes some hours of the day, a fault takes all."""
    found = panel(lambda _, __, hour: 0.4 if hour in (8, 9, 10) else 1.0)

    assert found.state is PanelState.SHADED
    assert found.level == pytest.approx(1.0, abs=0.01)
    assert found.shade_hours == (8, 9, 10)
    assert found.shade_loss == pytest.approx(0.15, abs=0.05)


def test_hours_with_little_light_do_not_count() -> None:
    """At dawn and at dusk sensors and angles decide."""
    assert panel(lambda _, __, hour: 0.4 if hour in (6, 18) else 1.0).state is PanelState.GOOD


def test_a_panel_is_not_weak_in_an_array_whose_panels_differ_much() -> None:
    levels = dict(zip(PANELS, (0.92, 0.95, 0.98, 0.87, 1.0, 1.03, 1.06, 1.09), strict=True))

    found = report(lambda serial, *_: levels[serial])

    assert found.panels[PANEL].state is PanelState.GOOD
    assert found.panels[PANEL].level == pytest.approx(0.88, abs=0.01)


def test_hours_of_shade_are_local() -> None:
    watts = hour_means(lambda serial, _, hour: 0.4 if serial == PANEL and hour == 8 else 1.0)

    found = judge(watts, [PANELS], day=LAST_DAY, zone=ZoneInfo("Europe/Amsterdam"))

    assert found.panels[PANEL].shade_hours == (10,)


def test_shade_across_the_array_makes_no_panel_weak() -> None:
    """In those hours its panels do not agree, so that nothing is compared."""

    def factor(serial: str, _ago: int, hour: int) -> float | None:
        return 0.5 if hour < 10 and serial in PANELS[:4] else 1.0

    found = report(factor)

    assert {each.state for each in found.panels.values()} == {PanelState.GOOD}


def test_weakness_begins_on_the_first_low_day() -> None:
    found = panel(lambda _, ago, __: 0.8 if ago < 11 else 1.0)

    assert found.since == LAST_DAY - timedelta(days=10)


def test_the_first_weak_day_is_unknown_where_all_days_are_low() -> None:
    assert panel(lambda *_: 0.8).since is None


def test_a_weak_panel_keeps_the_day_on_which_it_began() -> None:
    before = PanelHealth(state=PanelState.WEAK, since=date(2026, 3, 1))

    assert panel(lambda *_: 0.8, before).since == date(2026, 3, 1)


@pytest.mark.parametrize(("days", "state"), [(9, PanelState.GOOD), (10, PanelState.WEAK)])
def test_three_judgements_make_a_panel_weak(days: int, state: PanelState) -> None:
    """Most of the last 14 days must be low, in the last three windows."""
    assert panel(lambda _, ago, __: 0.8 if ago < days else 1.0).state is state


@pytest.mark.parametrize(("days", "state"), [(8, PanelState.WEAK), (9, PanelState.GOOD)])
def test_three_judgements_make_a_weak_panel_good_again(days: int, state: PanelState) -> None:
    before = PanelHealth(state=PanelState.WEAK)

    assert panel(lambda _, ago, __: 1.0 if ago < days else 0.8, before).state is state


def test_a_weak_panel_stays_weak_while_nothing_can_be_compared() -> None:
    before = PanelHealth(state=PanelState.WEAK, level=0.8, since=date(2026, 3, 1))
    previous = HealthReport(day=LAST_DAY, panels={PANEL: before})

    found = judge(hour_means(days=3), [PANELS], day=LAST_DAY, zone=UTC, previous=previous)

    assert found.panels[PANEL] == before
    assert found.panels[PANELS[0]] == PanelHealth()


def test_a_panel_without_power_is_found_on_the_same_day() -> None:
    found = panel(lambda _, ago, hour: 0.0 if ago == 0 and hour > 12 else 1.0)

    assert found.state is PanelState.NO_POWER
    assert found.since == LAST_DAY
    assert found.days_without_power == 0


def test_a_single_hour_without_power_is_ignored() -> None:
    """In the hour after, there is too little light."""
    assert panel(lambda _, ago, hour: 0.0 if ago == 0 and hour >= 17 else 1.0).state is PanelState.GOOD


def test_panels_without_power_are_found_up_to_half_of_the_array() -> None:
    dark = PANELS[:3]

    found = report(lambda serial, ago, _: 0.0 if serial in dark and ago < 3 else 1.0)

    assert set(found.below_array) == set(dark)


def test_whole_days_without_power_are_counted() -> None:
    found = panel(lambda _, ago, hour: 0.01 if ago < 2 or (ago == 2 and hour > 12) else 1.0)

    assert found.days_without_power == 2
    assert found.since == LAST_DAY - timedelta(days=2)


def test_a_panel_without_power_in_all_days_keeps_the_day_on_which_it_began() -> None:
    before = PanelHealth(state=PanelState.NO_POWER, since=date(2026, 3, 1))

    assert panel(lambda *_: 0.0, before).since == date(2026, 3, 1)


def test_days_of_snow_do_not_make_a_panel_weak() -> None:
    assert panel(lambda _, ago, __: 0.0 if 1 < ago < 11 else 1.0).state is PanelState.GOOD


def test_a_panel_without_values_is_unknown() -> None:
    assert panel(lambda *_: None) == PanelHealth()


def test_the_panel_of_a_silent_inverter_has_no_other_state() -> None:
    found = judge(hour_means(), [PANELS], day=LAST_DAY, zone=UTC, silent={PANEL})

    assert found.panels[PANEL] == PanelHealth(state=PanelState.SILENT)


def test_clipped_hours_do_not_count() -> None:
    """At their limit all inverters make the same, whatever their panels could."""
    watts = hour_means(lambda serial, *_: 0.8 if serial == PANEL else 1.0)
    clipped = {
        serial: {start: min(power, 150.0) for start, power in powers.items()} for serial, powers in watts.items()
    }

    def state(ceiling_w: float | None) -> PanelState:
        ceilings_w = None if ceiling_w is None else dict.fromkeys(PANELS, ceiling_w)
        return judge(clipped, [PANELS], day=LAST_DAY, zone=UTC, ceilings_w=ceilings_w).panels[PANEL].state

    assert state(None) is PanelState.SHADED
    assert state(150.0) is PanelState.WEAK


@pytest.mark.parametrize(("factor", "state"), [(0.05, PanelState.UNKNOWN), (0.0, PanelState.NO_POWER)])
def test_a_panel_of_a_small_array_is_only_checked_for_power(factor: float, state: PanelState) -> None:
    small, large = PANELS[:2], PANELS[2:]
    watts = hour_means(lambda serial, *_: factor if serial == small[0] else 1.0)

    found = judge(watts, [small, large], day=LAST_DAY, zone=UTC)

    assert found.panels[small[0]].state is state
    assert found.panels[small[1]].state is PanelState.UNKNOWN
    assert found.panels[large[0]].state is PanelState.GOOD


def test_arrays_are_compared_each_by_itself() -> None:
    """One array in the morning sun and one in the evening sun."""
    east, west = PANELS[:4], PANELS[4:]
    watts = hour_means(serials=east, noon=10) | hour_means(serials=west, noon=14)

    found = judge(watts, [east, west], day=LAST_DAY, zone=UTC)

    assert {each.state for each in found.panels.values()} == {PanelState.GOOD}
