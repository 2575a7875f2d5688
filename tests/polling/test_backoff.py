"""The intervals of a coordinator."""

import pytest

from custom_components.enphase_iq_gateway.polling.backoff import Backoff


def failed(base_s: float, *times: float, expected: bool = False) -> Backoff:
    """Return the backoff of a coordinator that has failed at these times."""
    backoff = Backoff(base_s=base_s).succeeded(0.1)
    for at in times:
        backoff = backoff.failed(at, expected=expected)
    return backoff


@pytest.mark.parametrize(
    ("base_s", "answer_s", "interval_s"), [(30, 10, 30), (30, 11, 33), (60, 31, 93), (5, 500, 900)]
)
def test_a_slow_endpoint_is_polled_at_three_times_its_answer_time(
    base_s: float, answer_s: float, interval_s: float
) -> None:
    assert Backoff(base_s=base_s).succeeded(answer_s).interval_s(expected=False) == interval_s


def test_a_slow_endpoint_that_is_fast_again_gets_its_interval_back() -> None:
    assert Backoff(base_s=30).succeeded(31).succeeded(0.2).interval_s(expected=False) == 30


@pytest.mark.parametrize(
    ("base_s", "intervals"),
    [
        (5, [5, 10, 20, 40, 80, 160, 300, 300]),
        (30, [30, 60, 120, 240, 300, 300]),
        (300, [30, 60, 120, 240, 300, 300]),
        (900, [30, 60, 120, 240, 480, 900, 900]),
    ],
)
def test_repeated_failure_doubles_the_time_until_the_next_try_from_half_a_minute(
    base_s: float, intervals: list[float]
) -> None:
    retries = [failed(base_s, *range(count)) for count in range(1, len(intervals) + 1)]

    assert [backoff.interval_s(expected=False) for backoff in retries] == intervals


def test_months_of_failure_do_not_make_the_interval_longer() -> None:
    assert failed(5, *range(10_000)).interval_s(expected=False) == 300


def test_the_first_success_restores_the_interval() -> None:
    assert failed(30, *range(20)).succeeded(0.1).interval_s(expected=False) == 30


def test_a_coordinator_retried_soon_is_polled_as_after_a_first_failure() -> None:
    assert failed(300, *range(20)).retried_soon().interval_s(expected=False) == 30


def test_the_data_of_a_coordinator_that_does_not_fail_is_not_outdated() -> None:
    assert not failed(30).is_outdated(1e9, expected=False)


def test_the_first_failure_does_not_outdate_the_data() -> None:
    assert not failed(30, 1000).is_outdated(1000, expected=False)


def test_the_second_failure_in_a_row_outdates_the_data() -> None:
    assert failed(5, 1000, 1005).is_outdated(1005, expected=False)


def test_a_failure_after_a_success_is_a_first_one() -> None:
    assert not failed(30, 1000).succeeded(0.1).failed(1060, expected=False).is_outdated(1060, expected=False)


def test_one_long_failure_outdates_the_data_after_ninety_seconds() -> None:
    backoff = failed(300, 1000)

    assert (backoff.is_outdated(1089, expected=False), backoff.is_outdated(1090, expected=False)) == (False, True)


def test_values_stand_for_five_minutes_during_the_maintenance() -> None:
    backoff = failed(30, 1000, 1030, 1060, 1090, expected=True)

    assert (backoff.is_outdated(1299, expected=True), backoff.is_outdated(1300, expected=True)) == (False, True)


@pytest.mark.parametrize(("base_s", "interval_s"), [(5, 30), (30, 30), (300, 300)])
def test_a_gateway_in_maintenance_is_read_at_a_constant_longer_interval(base_s: float, interval_s: float) -> None:
    assert failed(base_s, *range(10), expected=True).interval_s(expected=True) == interval_s
