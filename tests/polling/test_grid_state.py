"""What is shown of the grid's state, reading by reading."""

import pytest

from custom_components.enphase_iq_gateway.client.site.grid_state import GridState
from custom_components.enphase_iq_gateway.polling.grid_state import GridReadings

ON, OFF, OUTAGE = GridState.ON_GRID, GridState.OFF_GRID, GridState.OUTAGE
GENERATOR, SYNCHRONIZING = GridState.GENERATOR, GridState.SYNCHRONIZING


def shown(*readings: tuple[GridState | None, float]) -> list[GridState | None]:
    """Return what is shown after each reading; `readings` are states with their time in seconds."""
    past, states = GridReadings(), []
    for state, seconds in readings:
        past = past.after(state, 1000.0 + seconds)
        states.append(past.shown)
    return states


@pytest.mark.parametrize("state", [ON, OFF, GENERATOR, SYNCHRONIZING])
def test_the_first_reading_is_shown_at_once(state: GridState) -> None:
    assert shown((state, 0)) == [state]


def test_nothing_is_shown_before_a_state_is_known() -> None:
    assert shown((None, 0), (None, 10), (ON, 20)) == [None, None, ON]


def test_another_state_is_shown_when_a_second_reading_agrees() -> None:
    assert shown((ON, 0), (GENERATOR, 10), (GENERATOR, 13)) == [ON, ON, GENERATOR]


def test_a_single_odd_reading_is_not_shown() -> None:
    assert shown((ON, 0), (OUTAGE, 10), (ON, 13), (OUTAGE, 60), (ON, 63)) == [ON] * 5


def test_the_same_reading_seen_again_confirms_nothing() -> None:
    assert shown((ON, 0), (OUTAGE, 10), (OUTAGE, 10)) == [ON, ON, ON]


def test_an_outage_is_off_grid_until_it_has_lasted_half_a_minute() -> None:
    readings = ((ON, 0), (OUTAGE, 10), (OUTAGE, 13), (OUTAGE, 33), (OUTAGE, 40), (OUTAGE, 50))

    assert shown(*readings) == [ON, ON, OFF, OFF, OUTAGE, OUTAGE]


def test_an_outage_that_was_there_before_is_off_grid_first() -> None:
    assert shown((OUTAGE, 0), (OUTAGE, 10), (OUTAGE, 30)) == [OFF, OFF, OUTAGE]


def test_a_switch_back_to_the_grid_is_no_outage() -> None:
    """The relay may be open for 15 s with the command to close."""
    readings = ((OFF, 0), (SYNCHRONIZING, 10), (SYNCHRONIZING, 13), (OUTAGE, 20), (OUTAGE, 23), (ON, 30), (ON, 33))

    assert shown(*readings) == [OFF, OFF, SYNCHRONIZING, SYNCHRONIZING, SYNCHRONIZING, SYNCHRONIZING, ON]


def test_the_state_is_unknown_when_no_sign_is_understood_any_more() -> None:
    assert shown((ON, 0), (None, 10), (None, 13)) == [ON, ON, None]


def test_a_state_that_differs_is_to_be_read_again_once() -> None:
    first = GridReadings().after(ON, 0.5)
    changed = first.after(OUTAGE, 10)

    assert [readings.unconfirmed for readings in (first, changed, changed.after(OUTAGE, 13))] == [False, True, False]
