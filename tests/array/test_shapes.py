"""The arrays of the layout, and arrays that are proposed from the hours in which panels peak."""

from datetime import UTC

from custom_components.enphase_iq_gateway.array.layout import Layout, LayoutSource, Place, RoofArray
from custom_components.enphase_iq_gateway.array.shapes import arrays_of, propose_arrays
from tests.support.panels import PANELS, hour_means

EAST, WEST = PANELS[:4], PANELS[4:]


def test_panels_that_peak_at_another_time_are_another_array() -> None:
    watts = hour_means(serials=EAST, noon=10.5) | hour_means(serials=WEST, noon=13.5)

    assert list(map(set, propose_arrays(watts, PANELS, UTC))) == [set(EAST), set(WEST)]


def test_weak_panels_belong_to_their_array() -> None:
    watts = hour_means(lambda serial, *_: 0.5 if serial == EAST[0] else 1.0)

    assert list(map(set, propose_arrays(watts, PANELS, UTC))) == [set(PANELS)]


def test_panels_without_power_belong_to_the_largest_array() -> None:
    watts = hour_means(serials=EAST[:3], noon=10.5) | hour_means(serials=WEST, noon=13.5)

    assert list(map(set, propose_arrays(watts, PANELS, UTC))) == [set(EAST[:3]), {*WEST, EAST[3]}]


def test_nothing_is_proposed_without_power() -> None:
    assert propose_arrays({}, PANELS, UTC) == []


def test_panels_without_a_place_are_an_array_beside_those_of_the_layout() -> None:
    layout = Layout(
        version=1,
        source=LayoutSource.PERSON,
        arrays=(RoofArray(id="a1"), RoofArray(id="a2")),
        panels={
            serial: Place(array="a1" if number % 2 else "a2", x=0, y=0) for number, serial in enumerate(PANELS[:6])
        },
    )

    arrays = arrays_of(hour_means(), PANELS, layout, UTC)

    assert list(map(set, arrays)) == [set(PANELS[:6:2]), set(PANELS[1:6:2]), set(PANELS[6:])]
