"""Changes of a layout in the editor; the module is pure."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from playwright.async_api import Browser
import pytest

from .editor_page import serve

type Layout = dict[str, Any]
type Call = Callable[..., Awaitable[dict[str, Any]]]
PORTRAIT, LANDSCAPE = False, True
# A panel is 106 wide and 205 high, with the gap around it.
CALL = """async ([name, values]) => {
  const module = await import("/editor_model.js");
  return module[name](...values.map((value) => value ?? undefined));
}"""


@pytest.fixture(scope="module")
async def call(browser: Browser) -> AsyncGenerator[Call]:
    """Return a function that calls one of the module."""
    page = await browser.new_page()
    await serve(page)

    async def call_function(name: str, *values: object) -> dict[str, Any]:
        result: dict[str, Any] = await page.evaluate(CALL, [name, values])
        return result

    yield call_function
    await page.close()


def layout(*panels: tuple[float, float], **array: object) -> Layout:
    """Return a layout of one array with upright panels 1, 2, ..."""
    return {
        "version": 1,
        "source": "enphase",
        "arrays": [{"id": "a1", "name": "", "azimuth": 180, "x": 0, "y": 0} | array],
        "panels": {str(index): place(x, y) for index, (x, y) in enumerate(panels, 1)},
    }


def place(x: float, y: float, *, lying: bool = False) -> dict[str, Any]:
    """Return a place in the array."""
    return {"array": "a1", "x": x, "y": y, "lying": lying}


async def on_roof(call: Call, layout: Layout) -> dict[str, tuple[int, int]]:
    """Return where the panels are on the roof."""
    tiles = {serial: await call("onRoof", layout, serial) for serial in layout["panels"]}
    return {serial: (round(tile["x"]), round(tile["y"])) for serial, tile in tiles.items()}


@pytest.mark.parametrize(
    ("dropped", "lying", "snapped"),
    [
        ((120, 8), False, (106, 0)),  # touches the panel on its left
        ((-20, 190), False, (0, 205)),  # touches the panel above it
        ((170, -40), True, (155.5, -49.5)),  # touches it, and its upper edge lines up
        ((400, 470), False, (424, 512.5)),  # the nearest half panel where none is near
    ],
)
async def test_a_panel_snaps(
    call: Call, *, dropped: tuple[float, float], lying: bool, snapped: tuple[float, float]
) -> None:
    found = await call("snap", layout((0, 0)), place(*dropped, lying=lying), [])

    assert (found["x"], found["y"]) == snapped


async def test_a_panel_does_not_snap_to_panels_that_move_with_it(call: Call) -> None:
    found = await call("snap", layout((0, 0), (106, 0), (1000, 0)), place(20, 20), ["1", "2"])

    assert (found["x"], found["y"]) == (46, 0)  # half panels from the third one


@pytest.mark.parametrize(("azimuth", "snapped"), [(180, 159), (270, 208.5), (200, 106)])
async def test_a_panel_snaps_to_other_arrays_that_are_not_askew(call: Call, azimuth: float, snapped: float) -> None:
    """The edges of the other array's only panel are at 106, or at 156 where it is turned by a quarter."""
    before = layout((0, 0), azimuth=azimuth, x=53)
    before["arrays"].append({"id": "a2", "name": "", "azimuth": 180, "x": 0, "y": 0})

    found = await call("snap", before, place(snapped + 9, 0) | {"array": "a2"}, [])

    assert found["x"] == snapped


@pytest.mark.parametrize(
    ("azimuth", "direction", "distance"),
    [
        (180, (1, 0), (53, 0)),
        (180, (0, -1), (0, -102.5)),
        (90, (1, 0), (102.5, 0)),  # turned by a quarter, a panel is wider than high
        (200, (0, 1), (-35.1, 96.3)),  # along the side of the panel
    ],
)
async def test_an_arrow_moves_by_half_a_panel(
    call: Call, azimuth: float, direction: tuple[int, int], distance: tuple[float, float]
) -> None:
    x, y = direction

    moved = await call("step", layout((0, 0), azimuth=azimuth), "1", {"x": x, "y": y}, 0.5)

    assert (moved["x"], moved["y"]) == pytest.approx(distance, abs=0.1)


async def test_panels_of_turned_arrays_move_as_the_pointer_does(call: Call) -> None:
    before = layout((0, 0), (106, 0), azimuth=240, x=500)

    after = await call("move", before, ["2"], {"x": 30, "y": 40})

    there, here = await on_roof(call, before), await on_roof(call, after)
    assert here["1"] == there["1"]
    assert here["2"] == (there["2"][0] + 30, there["2"][1] + 40)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("1", (212, 0)),  # the first free place to the right
        ("3", (106, 205)),
        ({"x": 500, "y": 500}, (500, 500)),
        (None, (0, 410)),  # a new row
    ],
)
async def test_the_next_panel_continues_the_row(call: Call, after: object, expected: tuple[float, float]) -> None:
    found = await call("nextPlace", layout((0, 0), (106, 0), (0, 205)), "a1", PORTRAIT, after)

    assert (found["x"], found["y"]) == expected


async def test_an_array_turns_about_its_middle(call: Call) -> None:
    before = layout((0, 0), (212, 0), x=100)

    after = await call("changeArray", before, "a1", {"azimuth": 270})

    assert await on_roof(call, after) == {"1": (206, -106), "2": (206, 106)}


async def test_rows_stay_rows_in_landscape(call: Call) -> None:
    after = await call("changeArray", layout((0, 0), (106, 0)), "a1", {}, LANDSCAPE)

    assert await on_roof(call, after) == {"1": (-50, 0), "2": (156, 0)}
    assert all(panel["lying"] for panel in after["panels"].values())


async def test_panels_stay_on_the_roof_in_another_array(call: Call) -> None:
    before = await call("addArray", layout((0, 0), (106, 0), azimuth=240), "East")
    added = before["arrays"][1]["id"]

    after = await call("assign", before, ["2"], added)

    assert after["panels"]["2"]["array"] == added
    assert await on_roof(call, after) == await on_roof(call, before)


async def test_the_panels_of_a_removed_array_are_not_placed(call: Call) -> None:
    before = await call("addArray", layout((0, 0)), "East")

    after = await call("removeArray", before, "a1")

    assert after["panels"] == {}
    assert [array["name"] for array in after["arrays"]] == ["East"]


@pytest.mark.parametrize("azimuth", [180, 90, 0])
async def test_an_import_can_be_mirrored_and_turned(call: Call, azimuth: float) -> None:
    before = layout((0, 0), (106, 0), (0, 205), azimuth=azimuth, x=300, y=40)
    there = await on_roof(call, before)

    mirrored = await call("mirror", before)
    turned = await call("quarterTurn", before)

    assert await on_roof(call, mirrored) == {serial: (-x, y) for serial, (x, y) in there.items()}
    assert await on_roof(call, turned) == {serial: (-y, x) for serial, (x, y) in there.items()}
    assert turned["panels"]["1"]["lying"]
    assert {result["arrays"][0]["azimuth"] for result in (mirrored, turned)} == {azimuth}
