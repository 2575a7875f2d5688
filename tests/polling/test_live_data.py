"""Live data that the gateway repeats are recognized, and unknown after a while (S§14.1)."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.gateway_clock import GatewayClock
from custom_components.enphase_iq_gateway.client.storage_models import LiveData, LivePower
from custom_components.enphase_iq_gateway.polling.live_data import KEPT_S, LiveDataFreshness

T0 = 1_790_000_000


def live(seconds: int = 0, watts: float = 1000.0, grid_w: float | None = None) -> LiveData:
    """Return live data of a moment; the power of the grid changes with it, unless it is fixed."""
    grid = 300.0 + seconds / 1000 if grid_w is None else grid_w
    return LiveData(
        last_update=T0 + seconds,
        storage=LivePower(total_w=watts),
        grid=LivePower(total_w=grid),
        load=LivePower(total_w=watts + grid),
    )


def clock(at: float, ahead_s: float = 0.0) -> GatewayClock:
    """Return the clocks at a moment."""
    return GatewayClock(at=at, ahead_s=ahead_s)


def test_live_data_with_new_values_are_fresh() -> None:
    freshness = LiveDataFreshness()
    for seconds in (0, 30):
        assert freshness.judge(live(seconds), clock(T0 + seconds)) == (live(seconds), True)


@pytest.mark.parametrize(
    "repeated",
    [
        pytest.param(live(0), id="the time stands still"),
        pytest.param(replace(live(0), last_update=T0 + 30), id="the powers stand still"),
        pytest.param(replace(live(30), is_last_known=True), id="the stream is off"),
        pytest.param(replace(live(30), last_update=None), id="no time"),
    ],
)
def test_repeated_live_data_are_shown_for_a_while_but_are_no_new_sample(repeated: LiveData) -> None:
    freshness = LiveDataFreshness()
    freshness.judge(live(0), clock(T0))
    assert freshness.judge(repeated, clock(T0 + 30)) == (repeated, False)
    assert freshness.judge(repeated, clock(T0 + KEPT_S)) == (repeated, False)
    assert freshness.judge(repeated, clock(T0 + KEPT_S + 1)) == (None, False)


def test_an_idle_battery_without_cts_is_no_repetition() -> None:
    freshness = LiveDataFreshness()
    for seconds in (0, 30, 300):
        nothing = live(seconds, watts=0.0, grid_w=0.0)
        assert freshness.judge(nothing, clock(T0 + seconds)) == (nothing, True)


def test_live_data_are_fresh_again_once_they_change() -> None:
    freshness = LiveDataFreshness()
    freshness.judge(live(0), clock(T0))
    freshness.judge(live(0), clock(T0 + 200))
    assert freshness.judge(live(230), clock(T0 + 230)) == (live(230), True)


def test_the_age_is_judged_by_the_gateways_clock() -> None:
    old = live(0)
    assert LiveDataFreshness().judge(old, clock(T0 + 3600)) == (None, False)
    assert LiveDataFreshness().judge(old, clock(T0 + 3600, -3600.0)) == (old, True)


def test_live_data_with_a_date_in_the_future_are_of_unknown_age() -> None:
    freshness = LiveDataFreshness()
    for seconds in (0, 30, 60):
        ahead = replace(live(seconds), last_update=T0 + 86_400 + seconds)
        assert freshness.judge(ahead, clock(T0 + seconds)) == (None, False)


def test_without_live_data_there_is_nothing() -> None:
    assert LiveDataFreshness().judge(None, clock(T0)) == (None, False)
