"""Arrays that are proposed from the shape of the day."""

from datetime import UTC

from custom_components.enphase_iq_gateway.array.shapes import propose_arrays
from tests.support.panels import PANELS, hour_means

EAST, WEST = PANELS[:4], PANELS[4:]


def test_panels_with_another_noon_are_another_array() -> None:
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
