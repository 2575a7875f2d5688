"""The clock that decides which day it is."""

import pytest

from custom_components.enphase_iq_gateway.counters.steady_clock import clock_after_start

NOON = 1_781_000_000.0
DAY = 86_400.0


class Clocks:
    """A wall clock that may be set, and the one that is accepted."""

    def __init__(self, *, gateway_ahead_s: float = 0.0) -> None:
        self.steady = clock_after_start(gateway_ahead_s)
        self.wall, self.monotonic = NOON, 500.0

    def after(self, seconds: float, *, set_by: float = 0.0) -> float:
        """Return the accepted time after some seconds, read every 30 s; the wall clock is set before that."""
        self.wall += set_by
        for _ in range(int(seconds // 30)):
            self.wall += 30
            self.monotonic += 30
            self.steady.accepted(self.wall, self.monotonic)
        return self.steady.accepted(self.wall, self.monotonic)


def test_a_clock_that_is_right_is_accepted() -> None:
    assert Clocks().after(7 * DAY) == NOON + 7 * DAY


@pytest.mark.parametrize("wrong", [DAY, 30 * DAY, 3600.0, -DAY, -400 * DAY])
def test_a_clock_that_is_wrong_for_ten_minutes_is_not_accepted(wrong: float) -> None:
    clocks = Clocks()
    clocks.after(600)
    assert clocks.after(600, set_by=wrong) == NOON + 1200
    assert clocks.after(3600, set_by=-wrong) == NOON + 4800


@pytest.mark.parametrize("correction", [DAY, -DAY])
def test_a_clock_that_stays_as_it_was_set_is_accepted(correction: float) -> None:
    clocks = Clocks()
    clocks.after(600)
    assert clocks.after(1200, set_by=correction) == NOON + 1800 + correction


def test_a_clock_that_is_set_again_and_again_is_not_accepted() -> None:
    clocks = Clocks()
    clocks.after(600)
    for _ in range(6):
        clocks.after(600, set_by=DAY)
    assert clocks.after(0) == NOON + 4200


def test_a_small_correction_is_accepted_at_once() -> None:
    clocks = Clocks()
    clocks.after(600)
    assert clocks.after(30, set_by=20) == NOON + 650


def test_after_a_pause_the_clock_is_accepted() -> None:
    """A clock of the processor runs on while the gateway cannot be read."""
    clocks = Clocks()
    clocks.after(600)
    clocks.wall += DAY
    clocks.monotonic += DAY
    assert clocks.after(0) == NOON + 600 + DAY


@pytest.mark.parametrize(("gateway_ahead_s", "confirmed"), [(0, True), (-800, True), (-DAY, False), (40 * DAY, False)])
def test_at_the_start_the_clock_is_confirmed_by_that_of_the_gateway(gateway_ahead_s: float, *, confirmed: bool) -> None:
    clocks = Clocks(gateway_ahead_s=gateway_ahead_s)
    assert clocks.after(0) == NOON
    assert clocks.steady.confirmed is confirmed


def test_without_the_gateway_the_clock_is_confirmed_after_fifteen_minutes_without_a_correction() -> None:
    clocks = Clocks(gateway_ahead_s=-DAY)
    clocks.after(600)
    assert clocks.after(600, set_by=-DAY) == NOON + 1200 - DAY
    assert not clocks.steady.confirmed
    clocks.after(600)
    assert clocks.steady.confirmed
