"""Energy of today, from local midnight to local midnight."""

from datetime import date, datetime
import json
import math
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.enphase_iq_gateway.counters.daily import DailyState, OtherDay, step

BERLIN = ZoneInfo("Europe/Berlin")
HAVANA = ZoneInfo("America/Havana")  # its summer time begins at midnight
AUCKLAND = ZoneInfo("Pacific/Auckland")
NEW_YORK = ZoneInfo("America/New_York")
RISE_W = 10_000.0
LIFETIME = 12_245_000.0


def moment(text: str, zone: ZoneInfo = BERLIN) -> float:
    """Return the epoch seconds of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


class Day:
    """A counter that is read now and then."""

    def __init__(self, zone: ZoneInfo = BERLIN) -> None:
        self.zone = zone
        self.state: DailyState | None = None

    def read(self, when: str, lifetime: float, gateway_today: float | None = None, *, confirmed: bool = True) -> float:
        """Return today as of that local time."""
        return self.read_at(moment(when, self.zone), lifetime, gateway_today, confirmed=confirmed)

    def read_at(
        self, at: float, lifetime: float, gateway_today: float | None = None, *, confirmed: bool = True
    ) -> float:
        """Return today as of that epoch second."""
        today, self.state = step(
            lifetime,
            at,
            self.zone,
            confirmed=confirmed,
            gateway_today=gateway_today,
            rise_w=RISE_W,
            state=self.state,
        )
        return today


# The first day


def test_the_first_day_is_seeded_by_the_gateway() -> None:
    """Its later values are ignored (G§6.5)."""
    day = Day()
    assert day.read("2026-06-01 12:00", LIFETIME, 17_000) == 17_000
    assert day.read("2026-06-01 12:01", LIFETIME + 100, 3) == 17_100


@pytest.mark.parametrize(
    "gateway_today",
    [
        pytest.param(None, id="unknown"),
        pytest.param(LIFETIME, id="repeats the lifetime"),
        pytest.param(LIFETIME + 1, id="exceeds the lifetime"),
        pytest.param(-1.0, id="negative"),
        pytest.param(125_000.0, id="more than possible since midnight"),
        pytest.param(math.nan, id="not a number"),
    ],
)
def test_an_implausible_seed_starts_at_zero(gateway_today: float | None) -> None:
    """G§6.5 has the faults of this value."""
    day = Day()
    assert day.read("2026-06-01 12:00", LIFETIME, gateway_today) == 0
    assert day.read("2026-06-01 12:01", LIFETIME + 100, gateway_today) == 100


def test_a_young_gateway_that_repeats_its_lifetime_starts_at_zero() -> None:
    """The value may be true, but a fault looks the same (G§6.5)."""
    assert Day().read("2026-06-01 12:00", 5_000, 5_000) == 0


def test_yesterdays_figure_just_after_midnight_is_no_seed() -> None:
    """The gateway resets late (G§6.5)."""
    assert Day().read("2026-06-01 00:05", LIFETIME, 30_000) == 0


# Midnight


def test_at_midnight_the_energy_between_two_samples_is_divided() -> None:
    day = Day()
    day.read("2026-06-01 23:59:50", LIFETIME)
    assert day.read("2026-06-02 00:00:20", LIFETIME + 90) == pytest.approx(60)


def test_the_gateways_figure_is_ignored_when_the_counter_was_read_at_midnight() -> None:
    day = Day()
    day.read("2026-06-01 23:59:50", LIFETIME)
    assert day.read("2026-06-02 00:00:20", LIFETIME + 90, 7) == pytest.approx(60)


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-06-01", 24), ("2026-03-29", 23), ("2026-10-25", 25)], ids=["normal", "spring", "autumn"]
)
def test_a_day_has_23_to_25_hours(date: str, hours: int) -> None:
    day = Day()
    start = moment(f"{date} 00:00")
    day.read_at(start - 60, LIFETIME)
    today = [day.read_at(start + 600 * count, LIFETIME + 100 * count) for count in range(hours * 6 + 1)]
    assert today[-2] == pytest.approx(100 * (hours * 6 - 1))
    assert today[-1] == 0


def test_a_midnight_that_summer_time_skips_is_where_it_begins() -> None:
    day = Day(HAVANA)
    day.read("2026-03-07 23:59:30", LIFETIME)
    assert day.read("2026-03-08 01:00:30", LIFETIME + 60) == pytest.approx(30)


# Not read at midnight


def test_after_a_night_without_readings_the_gateways_today_divides() -> None:
    day = Day()
    day.read("2026-06-01 20:00", LIFETIME, 20_000)
    assert day.read("2026-06-02 08:00", LIFETIME + 3_000, 1_200) == 1_200
    assert day.read("2026-06-02 08:01", LIFETIME + 3_100, 9_999) == 1_300


@pytest.mark.parametrize("gateway_today", [None, -1.0, 3_001.0, LIFETIME + 3_000])
def test_after_a_night_without_readings_an_implausible_figure_gives_all_to_the_new_day(
    gateway_today: float | None,
) -> None:
    day = Day()
    day.read("2026-06-01 20:00", LIFETIME)
    assert day.read("2026-06-02 08:00", LIFETIME + 3_000, gateway_today) == 3_000


def test_after_days_without_readings_yesterdays_figure_just_after_midnight_divides_nothing() -> None:
    """The gateway resets late (G§6.5), and so much cannot have come since midnight."""
    day = Day()
    day.read("2026-06-01 20:00", LIFETIME)
    assert day.read("2026-06-04 00:05", LIFETIME + 60_000, 30_000) == 60_000


def test_a_pause_within_the_day_loses_nothing() -> None:
    day = Day()
    day.read("2026-06-01 08:00", LIFETIME)
    assert day.read("2026-06-01 20:00", LIFETIME + 30_000, 5) == 30_000


# Counters and clocks that go back


def test_a_counter_that_began_again_keeps_the_energy_of_the_day() -> None:
    day = Day()
    day.read("2026-06-01 08:00", LIFETIME, 4_000)
    assert day.read("2026-06-01 12:00", 50) == 4_050
    assert day.read("2026-06-01 12:01", 90) == 4_090


def test_a_counter_that_began_again_over_midnight_counts_from_zero() -> None:
    """The statistics count it likewise."""
    day = Day()
    day.read("2026-06-01 20:00", LIFETIME, 4_000)
    assert day.read("2026-06-02 08:00", 700) == 700


def test_a_spike_that_is_undone_is_taken_from_today_too() -> None:
    day = Day()
    day.read("2026-06-01 08:00", LIFETIME, 4_000)
    assert day.read("2026-06-01 08:01", LIFETIME - 50) == 3_950
    assert day.read("2026-06-01 08:02", LIFETIME + 10) == 4_010


def test_today_stands_and_continues_where_its_fall_would_be_a_new_start() -> None:
    """Home Assistant would count what is left of today once more."""
    day = Day()
    day.read("2026-06-01 08:00", LIFETIME, 4_000)
    assert day.read("2026-06-01 08:01", LIFETIME - 1_000) == 4_000
    assert day.read("2026-06-01 08:02", LIFETIME - 900) == 4_100


def test_today_of_a_counter_that_may_fall_follows_it_below_zero() -> None:
    first, state = step(LIFETIME, moment("2026-06-01 08:00"), BERLIN, gateway_today=400, rise_w=RISE_W, state=None)
    today, _ = step(
        LIFETIME - 600, moment("2026-06-01 08:01"), BERLIN, gateway_today=None, rise_w=RISE_W, falls=True, state=state
    )
    assert (first, today) == (400, -200)


def test_the_reset_of_a_counter_that_may_fall_is_the_last_midnight_with_a_sample_before_it() -> None:
    """Before the first one, statistics may count the day already that an earlier version has begun."""
    state, resets = None, []
    for when in ("2026-06-01 23:00", "2026-06-01 23:59", "2026-06-02 00:01", "2026-06-02 12:00"):
        _, state = step(LIFETIME, moment(when), BERLIN, gateway_today=None, rise_w=RISE_W, falls=True, state=state)
        state = DailyState.from_json(json.loads(json.dumps(state.as_json())))
        resets.append(state.reset_at)
    midnight = moment("2026-06-02 00:00")
    assert resets == [None, None, midnight, midnight]


def test_a_counter_that_only_rises_has_no_reset() -> None:
    day = Day()
    day.read("2026-06-01 23:59", LIFETIME)
    day.read("2026-06-02 00:01", LIFETIME)
    assert day.state is not None
    assert day.state.reset_at is None


def test_a_clock_set_back_over_midnight_does_not_begin_the_day_twice() -> None:
    day = Day()
    day.read("2026-06-01 23:59:50", LIFETIME, 4_000)
    day.read("2026-06-02 00:00:10", LIFETIME)
    assert day.read("2026-06-01 23:59:40", LIFETIME + 30) == 30
    assert day.read("2026-06-02 00:01:00", LIFETIME + 60) == 60


def test_after_a_clock_that_was_days_ahead_the_days_go_on() -> None:
    day = Day()
    day.read("2026-07-01 12:00", LIFETIME, 4_000)
    assert day.read("2026-06-01 12:01", LIFETIME + 50) == 4_050
    day.read("2026-06-01 23:59:50", LIFETIME + 60)
    assert day.read("2026-06-02 00:00:00", LIFETIME + 60) == 0


@pytest.mark.parametrize("wrong", ["2026-06-02 12:10", "2027-07-06 12:10", "2025-04-27 12:10", "2026-05-31 12:10"])
def test_after_a_clock_that_was_wrong_for_minutes_today_is_what_it_was(wrong: str) -> None:
    day = Day()
    day.read("2026-06-01 12:00", LIFETIME, 4_000)
    day.read(wrong, LIFETIME + 50)
    assert day.read("2026-06-01 12:20", LIFETIME + 100) == 4_100
    day.read("2026-06-01 23:59:50", LIFETIME + 200)
    assert day.read("2026-06-02 00:00:20", LIFETIME + 230) == pytest.approx(20)


@pytest.mark.parametrize("wrong", ["2026-06-02 12:10", "2025-04-28 12:10"])
@pytest.mark.parametrize("reset_at", [None, moment("2026-06-01 00:00")])
def test_after_a_clock_that_was_wrong_for_minutes_the_last_reset_is_what_it_was(
    wrong: str, reset_at: float | None
) -> None:
    """Another one counts the value of the day again, also where there was none."""
    at = moment("2026-06-01 12:00")
    state = DailyState(day=date(2026, 6, 1), baseline=LIFETIME - 4_000, lifetime=LIFETIME, at=at, reset_at=reset_at)
    for seconds, lifetime in ((moment(wrong), LIFETIME + 50), (at + 1_200, LIFETIME + 100)):
        state = DailyState.from_json(json.loads(json.dumps(state.as_json())))
        _, state = step(lifetime, seconds, BERLIN, gateway_today=None, rise_w=RISE_W, falls=True, state=state)
    assert state.reset_at == reset_at


@pytest.mark.parametrize("wrong", ["2026-06-02 08:00", "1970-01-01 00:05"])
def test_at_an_unconfirmed_time_on_another_day_today_stands(wrong: str) -> None:
    day = Day()
    day.read("2026-06-01 20:00", LIFETIME, 30_000)
    assert day.read(wrong, LIFETIME + 40, confirmed=False) == 30_000
    assert day.read("2026-06-01 20:10", LIFETIME + 80, confirmed=False) == 30_080


def test_a_day_that_is_confirmed_later_has_its_energy_from_the_beginning() -> None:
    day = Day()
    day.read("2026-06-01 20:00", LIFETIME, 30_000)
    assert day.read("2026-06-02 08:00", LIFETIME + 3_000, 2_000, confirmed=False) == 30_000
    assert day.read("2026-06-02 08:15", LIFETIME + 3_100, 2_100) == 2_100


def test_a_state_without_the_newer_fields_is_read() -> None:
    day = Day()
    day.read("2026-06-01 12:00", LIFETIME)
    assert day.state is not None
    saved = day.state.as_json()
    del saved["other"], saved["reset_at"]
    assert DailyState.from_json(saved) == day.state
    assert OtherDay.from_json({"day": "2026-06-01", "baseline": 5.0}) == OtherDay(day=date(2026, 6, 1), baseline=5.0)


# The time zone was changed


def test_within_the_same_date_another_time_zone_changes_nothing() -> None:
    day = Day()
    day.read("2026-06-01 12:00", LIFETIME, 4_000)
    day.zone = NEW_YORK
    assert day.read_at(moment("2026-06-01 12:01"), LIFETIME + 50) == 4_050


def test_a_time_zone_where_it_is_tomorrow_begins_its_day_now() -> None:
    day = Day()
    day.read("2026-06-01 16:00", LIFETIME, 4_000)
    day.zone = AUCKLAND
    assert day.read_at(moment("2026-06-01 16:01"), LIFETIME + 50) == 50


def test_a_time_zone_where_it_is_yesterday_begins_the_next_day_at_its_midnight() -> None:
    day = Day()
    day.read("2026-06-02 03:00", LIFETIME, 4_000)
    day.zone = NEW_YORK
    assert day.read_at(moment("2026-06-02 03:01"), LIFETIME + 50) == 4_050
    assert day.read("2026-06-01 23:59:30", LIFETIME + 100) == 4_100
    assert day.read("2026-06-02 00:00:30", LIFETIME + 160) == pytest.approx(30)


def test_a_time_zone_where_it_is_yesterday_keeps_the_last_reset() -> None:
    """The statistics would count energy of today again."""
    at = moment("2026-06-01 16:00")
    state, resets = None, []
    for minute, zone in enumerate((BERLIN, AUCKLAND, AUCKLAND, BERLIN, BERLIN)):
        energy = LIFETIME + 50 * minute
        _, state = step(energy, at + 60 * minute, zone, gateway_today=0, rise_w=RISE_W, falls=True, state=state)
        resets.append(state.reset_at)
    midnight = moment("2026-06-02 00:00", AUCKLAND)
    assert resets == [None, midnight, midnight, midnight, midnight]


# Any samples, and the stored state


@given(
    st.lists(
        st.tuples(
            st.floats(min_value=0, max_value=1e9),
            st.floats(min_value=0, max_value=4e9),
            st.one_of(st.none(), st.floats(allow_nan=True)),
            st.sampled_from([BERLIN, AUCKLAND, NEW_YORK, HAVANA]),
        ),
        max_size=30,
    )
)
@settings(deadline=None)
def test_today_is_never_negative_and_survives_a_restart(
    samples: list[tuple[float, float, float | None, ZoneInfo]],
) -> None:
    state: DailyState | None = None
    for lifetime, at, gateway_today, zone in samples:
        today, state = step(lifetime, at, zone, gateway_today=gateway_today, rise_w=RISE_W, state=state)
        assert today >= 0
        assert DailyState.from_json(json.loads(json.dumps(state.as_json()))) == state


@pytest.mark.parametrize(
    "change",
    [{"day": "yesterday"}, {"day": 7}, {"baseline": None}, {"lifetime": math.nan}, {"other": {}}, {"at": "soon"}],
)
def test_a_malformed_state_is_refused(change: dict[str, object]) -> None:
    day = Day()
    day.read("2026-06-01 12:00", LIFETIME)
    assert day.state is not None
    with pytest.raises(ValueError, match=r"today|isoformat|other day"):
        DailyState.from_json({**day.state.as_json(), **change})
