"""The stored layout, the automatic grid, and the layout of Enphase: any document is read or refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.enphase_iq_gateway.array.enphase import parse_layout, parse_pasted
from custom_components.enphase_iq_gateway.array.layout import (
    Layout,
    LayoutError,
    LayoutSource,
    Place,
    RoofArray,
    automatic_layout,
)
from custom_components.enphase_iq_gateway.client.json_types import Json
from simulator import Simulator
from simulator.layout import layout_document

SERIAL = "122000000001"
LAYOUT = Layout(
    version=3,
    source=LayoutSource.PERSON,
    arrays=(RoofArray(id="a1", name="South roof", azimuth=190.0, x=10.0, y=-20.5),),
    panels={SERIAL: Place(array="a1", x=300.0, y=107.0, lying=True)},
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([SERIAL, "a1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return an object of which any field may be missing or anything else."""
    return anything | st.fixed_dictionaries({}, optional={key: each | anything for key, each in fields.items()})


enphase_documents = some(
    arrays=st.lists(
        some(
            label=st.text(max_size=100),
            x=st.floats(),
            azimuth=st.integers(),
            modules=st.lists(
                some(x=st.floats(), y=st.integers(), rotation=st.floats(), inverter=some(serial_num=st.just(SERIAL))),
                max_size=4,
            ),
        ),
        max_size=3,
    )
)
own_documents = some(
    version=st.integers(),
    source=st.sampled_from(list(LayoutSource)),
    arrays=st.lists(some(id=st.just("a1"), name=st.text(), azimuth=st.floats(), x=st.floats(), y=st.floats())),
    panels=st.dictionaries(
        st.just(SERIAL), some(array=st.just("a1"), x=st.floats(), y=st.floats(), lying=st.booleans())
    ),
)


def module(serial: object = SERIAL, x: object = 0, y: object = 0, **others: object) -> dict[str, Any]:
    return {"x": x, "y": y, "inverter": {"serial_num": serial}} | others


def document(*modules: dict[str, Any], **array: object) -> dict[str, Any]:
    return {"arrays": [{"modules": list(modules)} | array]}


# Its own document


def test_a_layout_is_read_as_it_was_written() -> None:
    assert Layout.from_json(orjson.loads(orjson.dumps(LAYOUT.as_json()))) == LAYOUT


def test_the_azimuth_may_be_unknown() -> None:
    assert parse_layout(document(module())).arrays[0].azimuth is None

    unknown = replace(LAYOUT, arrays=(RoofArray(id="a1"),))
    assert Layout.from_json(unknown.as_json()) == unknown


@pytest.mark.slow
@settings(deadline=None)
@given(own_documents)
def test_any_document_is_a_layout_or_refused(found: Json) -> None:
    try:
        layout = Layout.from_json(found)
    except LayoutError:
        return
    assert Layout.from_json(orjson.loads(orjson.dumps(layout.as_json()))) == layout


@pytest.mark.parametrize(
    "change",
    [
        lambda layout: layout.pop("version"),
        lambda layout: layout.update(more=1),
        lambda layout: layout.update(version=-1),
        lambda layout: layout.update(version=True),
        lambda layout: layout.update(source="automatic"),
        lambda layout: layout.update(arrays=None),
        lambda layout: layout.update(arrays=layout["arrays"] * 2),
        lambda layout: layout["arrays"][0].update(id=""),
        lambda layout: layout["arrays"][0].update(name="n" * 65),
        lambda layout: layout["arrays"][0].update(azimuth=float("nan")),
        lambda layout: layout["arrays"][0].update(tilt=30),
        lambda layout: layout.update(panels=[]),
        lambda layout: layout["panels"].update({"<b>": layout["panels"][SERIAL]}),
        lambda layout: layout["panels"][SERIAL].update(array="a2"),
        lambda layout: layout["panels"][SERIAL].update(lying=0),
        lambda layout: layout["panels"][SERIAL].update(x=True),
        lambda layout: layout["panels"][SERIAL].update(y=2e6),
        lambda layout: layout.update(panels={f"{n:012}": layout["panels"][SERIAL] for n in range(5001)}),
    ],
)
def test_a_document_of_another_form_is_refused(change: Callable[[Any], object]) -> None:
    changed = orjson.loads(orjson.dumps(LAYOUT.as_json()))
    change(changed)

    with pytest.raises(LayoutError):
        Layout.from_json(changed)


# Without a layout


@pytest.mark.parametrize(("panels", "columns", "rows"), [(1, 1, 1), (3, 3, 1), (5, 3, 2), (24, 8, 3), (200, 25, 8)])
def test_the_grid_is_wider_than_high_and_centered(panels: int, columns: int, rows: int) -> None:
    layout = automatic_layout(f"{number:012}" for number in reversed(range(panels)))

    places = list(layout.panels.values())
    assert list(layout.panels) == [f"{number:012}" for number in range(panels)]
    assert (len({place.x for place in places}), len({place.y for place in places})) == (columns, rows)
    assert len({(place.x, place.y) for place in places}) == panels
    assert min(place.x for place in places) == -max(place.x for place in places)
    assert min(place.y for place in places) == -max(place.y for place in places)


def test_the_grid_of_no_panels_is_empty() -> None:
    assert automatic_layout([]).panels == {}


# Enphase's document


@pytest.mark.slow
@settings(deadline=None)
@given(enphase_documents)
def test_any_document_of_the_cloud_is_a_layout_or_refused(found: Json) -> None:
    try:
        layout = parse_layout(found)
    except LayoutError:
        return
    assert Layout.from_json(orjson.loads(orjson.dumps(layout.as_json()))) == layout


def test_the_simulated_roof_is_read_with_every_panel() -> None:
    simulator = Simulator(inverters=24)

    layout = parse_layout(orjson.loads(orjson.dumps(layout_document(simulator))))

    assert layout.source is LayoutSource.ENPHASE
    assert set(layout.panels) == set(simulator.world.inverters)
    assert [(array.name, array.azimuth) for array in layout.arrays] == [
        ("South-east roof", 135),
        ("South-west roof", 225),
    ]


@pytest.mark.parametrize(("x", "y"), [(0, 0), (700, -300)], ids=["in the array", "on the roof"])
def test_coordinates_may_be_those_of_the_array_or_of_the_roof(x: int, y: int) -> None:
    modules = [module(f"{number:012}", x + 106 * number - 53, y) for number in range(2)]

    layout = parse_layout(document(*modules, x=700, y=-300))

    assert [(place.x, place.y) for place in layout.panels.values()] == [(-53, 0), (53, 0)]


@pytest.mark.parametrize(("rotation", "lying"), [(0, False), (90, True), (180, False), (270, True), (None, False)])
def test_a_panel_rotated_by_a_quarter_is_in_landscape(rotation: int | None, *, lying: bool) -> None:
    assert parse_layout(document(module(rotation=rotation))).panels[SERIAL].lying is lying


def test_a_repeated_serial_keeps_its_first_place() -> None:
    layout = parse_layout({"arrays": [{"modules": [module(x=-5), module("b" * 12, 5)]}, {"modules": [module(x=9)]}]})

    assert {serial: place.x for serial, place in layout.panels.items()} == {SERIAL: -5, "b" * 12: 5}
    assert len(layout.arrays) == 1


def test_invalid_modules_are_left_out() -> None:
    others: list[Any] = [
        None,
        5,
        {},
        module(None),
        module("<b>"),
        module(x=None),
        module(y="1"),
        module(x=True),
        module(x=10**400),
    ]

    layout = parse_layout(document(*others, module(122000000002)))

    assert list(layout.panels) == ["122000000002"]


def test_a_label_is_one_short_line() -> None:
    layout = parse_layout(document(module(), label=" South\n\troof " + "x" * 100))

    assert layout.arrays[0].name == "South roof " + "x" * 53


def test_a_roof_has_at_most_5000_panels() -> None:
    modules = [module(f"{number:012}", number) for number in range(5001)]
    assert len(parse_layout(document(*modules[1:])).panels) == 5000

    with pytest.raises(LayoutError):
        parse_layout(document(*modules))


@pytest.mark.parametrize("pasted", ["", "<html>", "[]", '{"arrays": []}', '{"arrays": 1}', "NaN"])
def test_pasted_text_that_is_no_layout_is_refused(pasted: str) -> None:
    with pytest.raises(LayoutError):
        parse_pasted(pasted)


def test_the_text_of_a_layout_can_be_pasted() -> None:
    assert list(parse_pasted(f" {orjson.dumps(document(module())).decode()}\n").panels) == [SERIAL]
