"""Import and export integrated from net power."""

from itertools import pairwise
import json
import math

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.enphase_iq_gateway.counters.integration import IntegrationState, step

T0 = 1_790_000_000.0
LIMIT_W = 20_000.0


def run(*samples: tuple[float | None, float]) -> tuple[float, float]:
    """Return (import, export) after samples of (net power, seconds)."""
    state: IntegrationState | None = None
    for net_w, seconds in samples:
        state = step(net_w, T0 + seconds, limit_w=LIMIT_W, state=state)
    assert state is not None
    return state.import_wh, state.export_wh


def test_the_first_sample_is_no_energy() -> None:
    """Nobody knows what was before."""
    assert run((3_600, 0)) == (0, 0)


def test_steady_import_and_export() -> None:
    """One way at a time."""
    assert run((3_600, 0), (3_600, 30)) == (30, 0)
    assert run((-3_600, 0), (-3_600, 30)) == (0, 30)


def test_between_two_powers_runs_a_straight_line() -> None:
    """Trapezoid."""
    assert run((0, 0), (7_200, 30)) == (30, 0)


def test_where_it_crosses_zero_import_ends_and_export_begins() -> None:
    """In either direction."""
    assert run((3_600, 0), (-7_200, 30)) == pytest.approx((5, 20))
    assert run((-7_200, 0), (3_600, 30)) == pytest.approx((5, 20))


def test_five_minutes_are_integrated_even_when_the_answer_is_late() -> None:
    """The slowest group asks each 300 s; a late answer is no gap."""
    assert run((3_600, 0), (3_600, 302)) == (302, 0)


def test_a_longer_gap_is_not_integrated() -> None:
    """Nobody knows what the power was."""
    assert run((3_600, 0), (3_600, 331), (3_600, 361)) == (30, 0)


def test_a_clock_set_back_adds_nothing() -> None:
    """Time that goes backwards is no time."""
    assert run((3_600, 0), (3_600, -100), (3_600, -70)) == (30, 0)


@pytest.mark.parametrize("odd", [None, math.nan, math.inf, -math.inf, 20_001.0, 4_294_967_292.0])
def test_a_power_that_is_none_is_left_out_and_the_line_drawn_past_it(odd: float | None) -> None:
    """A spike would be energy twice: on the way up and down."""
    assert run((3_600, 0), (odd, 30), (3_600, 60)) == (60, 0)


def test_without_a_good_sample_there_is_nothing() -> None:
    """Unknown, not zero."""
    assert step(None, T0, limit_w=LIMIT_W, state=None) is None


@given(st.lists(st.tuples(st.one_of(st.none(), st.floats()), st.floats()), max_size=30))
@settings(deadline=None)
def test_no_sequence_raises_and_energy_never_falls(samples: list[tuple[float | None, float]]) -> None:
    """Floats of any kind, times in any order."""
    state: IntegrationState | None = None
    last = (0.0, 0.0)
    for net_w, at in samples:
        state = step(net_w, at, limit_w=LIMIT_W, state=state)
        if state is not None:
            assert state.import_wh >= last[0]
            assert state.export_wh >= last[1]
            last = state.import_wh, state.export_wh
            assert IntegrationState.from_json(json.loads(json.dumps(state.as_json()))) == state


@given(st.lists(st.floats(min_value=-LIMIT_W, max_value=LIMIT_W), min_size=2, max_size=50))
@settings(deadline=None)
def test_import_less_export_is_the_net_energy(powers: list[float]) -> None:
    """Splitting at zero neither adds nor loses."""
    imported, exported = run(*((power, 30.0 * number) for number, power in enumerate(powers)))
    net = sum((one + other) / 2 * 30 / 3600 for one, other in pairwise(powers))
    assert imported - exported == pytest.approx(net, abs=1e-6)


@pytest.mark.parametrize(
    "change", [{"import_wh": -1}, {"export_wh": -1}, {"net_w": "0"}, {"at": math.inf}, {"at": "soon"}]
)
def test_an_odd_saved_state_is_refused(change: dict[str, object]) -> None:
    """A damaged store must not become energy."""
    state = {"import_wh": 1.0, "export_wh": 2.0, "net_w": 3.0, "at": T0}
    assert IntegrationState.from_json(state).as_json() == state
    with pytest.raises(ValueError, match="integration"):
        IntegrationState.from_json({**state, **change})
