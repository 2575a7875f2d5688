"""The editor of the layout, as users handle it with a mouse, a finger or keys."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, ViewportSize, expect
import pytest

from .editor_page import DESKTOP, PHONE, EditorPage, open_editor
from .running import SCREENSHOTS

SERIALS = [f"48230000{number:04}" for number in range(8)]
FIRST, SECOND, THIRD = SERIALS[:3]
type Layout = dict[str, Any]


def roof(placed: int = 6) -> Layout:
    """Return a layout of two rows of three, and an array that is turned to the west."""
    south = {
        serial: {"array": "a1", "x": index % 3 * 106, "y": index // 3 * 205, "lying": False}
        for index, serial in enumerate(SERIALS[:placed])
    }
    arrays = [
        {"id": "a1", "name": "South roof", "azimuth": 180, "x": 0, "y": 0},
        {"id": "a2", "name": "Garage", "azimuth": 270, "x": 800, "y": 0},
    ]
    return {"version": 3, "source": "automatic", "arrays": arrays, "panels": south}


def place(layout: Layout, serial: str) -> tuple[float, float]:
    """Return where a panel is in its array."""
    return layout["panels"][serial]["x"], layout["panels"][serial]["y"]


async def tab_to(editor: EditorPage, target: Locator) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(60):
        if await target.evaluate("(element) => element.getRootNode().activeElement === element"):
            return
        await editor.page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {target}")


async def check_accessibility(editor: EditorPage) -> None:
    """Check the page with axe."""
    results = await Axe().run(editor.page)
    found = {each["id"]: [node["html"] for node in each["nodes"]] for each in results.response["violations"]}
    assert found == {}


async def test_a_dragged_panel_snaps_and_the_layout_is_saved(browser: Browser) -> None:
    editor = await open_editor(browser, roof(), SERIALS[:6])
    width = await editor.panel_width()

    await editor.drag(editor.tile(THIRD), width * 1.1, 9)
    saved = await editor.saved()

    assert saved == roof() | {
        "version": 4,
        "source": "person",
        "panels": roof()["panels"] | {THIRD: {"array": "a1", "x": 318, "y": 0, "lying": False}},
    }
    command = (await editor.page.evaluate("window.commands"))[-1]
    assert (command["entry_id"], command["version"]) == ("entry", 3)


async def test_panels_are_placed_with_the_keyboard_alone(browser: Browser) -> None:
    editor = await open_editor(browser, roof(placed=0), SERIALS[:3])
    keys = editor.page.keyboard

    await tab_to(editor, editor.tray.first)
    for _ in range(3):
        await keys.press("Enter")
    await expect(editor.tray).to_have_count(0)
    await tab_to(editor, editor.tile(THIRD))
    for key in ("Shift+ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowLeft", "r"):
        await keys.press(key)
    await expect(editor.tile(THIRD)).to_have_accessible_name("Inverter 0002: South roof, column 1, row 3.4, landscape")
    await keys.press("Control+z")
    await tab_to(editor, editor.page.get_by_role("button", name="Save"))
    await keys.press("Enter")

    saved = await editor.stored()
    assert [place(saved, serial) for serial in SERIALS[:3]] == [(0, 0), (106, 0), (53, 205)]
    assert not saved["panels"][THIRD]["lying"]


async def test_arrow_keys_are_undone_together_and_redone(browser: Browser) -> None:
    editor = await open_editor(browser, roof(), SERIALS[:6])
    keys = editor.page.keyboard
    await editor.tile(FIRST).focus()

    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Control+z"):
        await keys.press(key)
    await expect(editor.page.get_by_role("button", name="Save")).to_be_disabled()
    await keys.press("Control+y")

    assert place(await editor.saved(), FIRST) == (-53, -205)


async def test_a_rubber_band_selects_panels_that_move_together(browser: Browser) -> None:
    editor = await open_editor(browser, roof(), SERIALS[:6])
    x, y = await editor.center(editor.tile(FIRST))
    width = await editor.panel_width()

    await editor.page.mouse.move(x - 0.7 * width, y - 1.2 * width)
    await editor.page.mouse.down()
    await editor.page.mouse.move(x + 1.2 * width, y + 0.5 * width, steps=3)
    await editor.page.mouse.up()
    await expect(editor.dialog.locator("[aria-pressed=true][data-serial]")).to_have_count(2)
    await editor.drag(editor.tile(SECOND), 0, -2.1 * width)
    saved = await editor.saved()

    assert [place(saved, serial) for serial in SERIALS[:3]] == [(0, -205), (106, -205), (212, 0)]


async def test_panels_are_dragged_out_of_the_tray_and_back(browser: Browser) -> None:
    editor = await open_editor(browser, roof(), SERIALS)
    x, y = await editor.center(editor.tray.last)
    last_x, last_y = await editor.center(editor.tile(SERIALS[5]))
    width = await editor.panel_width()

    await editor.drag(editor.tray.last, last_x + 1.1 * width - x, last_y - y)
    first_x, _ = await editor.center(editor.tile(FIRST))
    await editor.drag(editor.tile(FIRST), x - first_x, 0)
    saved = await editor.saved()

    assert saved["panels"].keys() == {*SERIALS[1:6], SERIALS[7]}
    assert place(saved, SERIALS[7]) == (318, 205)


async def test_panels_are_placed_and_dragged_by_touch(browser: Browser) -> None:
    editor = await open_editor(browser, roof(placed=1), SERIALS[:3], size=PHONE)
    session = await editor.page.context.new_cdp_session(editor.page)
    x, y = await editor.center(editor.tile(FIRST))
    width = await editor.panel_width()

    await editor.page.touchscreen.tap(x, y + 2 * width)
    await editor.tray.first.tap()
    await editor.tray.first.tap()
    for kind, distance in (("touchStart", 0), ("touchMove", 0.5), ("touchMove", 1.05), ("touchEnd", None)):
        points = [] if distance is None else [{"x": x, "y": y - distance * 2 * width}]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    saved = await editor.saved()

    assert [place(saved, serial) for serial in SERIALS[:3]] == [(0, -205), (0, 205), (106, 205)]


async def test_a_panel_moves_to_another_array(browser: Browser) -> None:
    editor = await open_editor(browser, roof(placed=2), SERIALS[:2])

    await editor.tile(SECOND).click()
    await editor.page.get_by_label("Array of the selected panels").select_option("Garage")
    saved = await editor.saved()

    assert saved["panels"][SECOND] == {"array": "a2", "x": 0, "y": 694, "lying": False}
    assert saved["panels"][FIRST]["array"] == "a1"


async def test_the_panels_of_an_array_lie_and_turn_with_it(browser: Browser) -> None:
    editor = await open_editor(browser, roof(placed=2), SERIALS[:2])

    await editor.press("Edit South roof")
    await editor.page.get_by_label("Name").fill("East roof")
    await editor.page.get_by_label("Azimuth").fill("90")
    await editor.page.get_by_role("combobox").last.select_option("Landscape")
    await editor.press("Done")
    saved = await editor.saved()

    assert saved["arrays"][0] == {"id": "a1", "name": "East roof", "azimuth": 90, "x": 53, "y": 0}
    assert [place(saved, serial) for serial in SERIALS[:2]] == [(-102.5, 0), (102.5, 0)]
    assert saved["panels"][FIRST]["lying"]


@pytest.mark.parametrize(("choice", "stays"), [("Use the other one", (0, 0)), ("Save this one", (106, 0))])
async def test_a_conflict_offers_both_layouts(browser: Browser, choice: str, stays: tuple[float, float]) -> None:
    """Another user has renamed an array, this one has moved a panel."""
    editor = await open_editor(browser, roof(placed=1), SERIALS[:1])
    renamed = roof(placed=1) | {"arrays": [{"id": "a1", "name": "Barn", "azimuth": 180, "x": 0, "y": 0}]}

    await editor.tile(FIRST).press("Shift+ArrowRight")
    await editor.page.evaluate("(layout) => window.store(layout)", renamed)
    await editor.press("Save")
    await editor.press(choice)
    if choice == "Use the other one":
        await expect(editor.page.get_by_role("button", name="Edit Barn")).to_be_visible()
        await editor.press("Cancel")

    assert place(await editor.stored(), FIRST) == stays


async def test_cancel_asks_only_after_changes(browser: Browser) -> None:
    editor = await open_editor(browser, roof(), SERIALS[:6])

    await editor.tile(FIRST).press("ArrowUp")
    await editor.page.keyboard.press("Escape")  # drops the selection
    await editor.page.keyboard.press("Escape")
    await editor.press("Keep editing")
    await editor.press("Undo")
    await editor.press("Cancel")
    await editor.stored()

    assert await editor.page.evaluate("window.commands") == []


async def test_an_import_is_previewed_and_mirrored_before_it_is_used(browser: Browser) -> None:
    editor = await open_editor(browser, roof(placed=0), SERIALS[:2])
    imported = roof(placed=2) | {"source": "enphase"}
    await editor.page.evaluate(
        "(layout) => { window.answer = (document) => { if (document !== 'layout') throw new Error('no layout');"
        " return { layout, known: 2, unknown: 1 }; }; }",
        imported,
    )

    await editor.press("Import")
    await editor.press("Read from the account")
    await expect(
        editor.page.get_by_text("Can't import the layout: The password of the Enphase account isn't stored.")
    ).to_be_visible()
    await editor.press("Preview")
    await expect(editor.page.get_by_text("Can't import the layout: no layout")).to_be_visible()
    await editor.page.get_by_role("textbox").fill("layout")
    await editor.press("Preview")
    await expect(editor.page.get_by_text("2 of 3 panels known")).to_be_visible()
    await editor.press("Mirror")
    await editor.page.screenshot(path=SCREENSHOTS / "editor-import-preview.png")
    await editor.press("Use this layout")
    saved = await editor.saved()

    assert saved["source"] == "enphase"
    assert [place(saved, serial) for serial in SERIALS[:2]] == [(0, 0), (-106, 0)]


@pytest.mark.parametrize(("size", "dark", "language"), [(DESKTOP, False, "en"), (PHONE, True, "de")])
async def test_the_editor_is_accessible_and_its_buttons_are_large(
    browser: Browser, *, size: ViewportSize, dark: bool, language: str
) -> None:
    editor = await open_editor(browser, roof(), SERIALS, size=size, dark=dark, language=language)
    await editor.tile(SECOND).click()
    await editor.page.wait_for_timeout(200)
    await editor.page.screenshot(path=SCREENSHOTS / f"editor-{language}.png")

    await check_accessibility(editor)
    targets = editor.dialog.locator("button:visible, select:visible, input:visible")
    sizes = [await target.bounding_box() for target in await targets.all()]
    assert all(box and box["height"] >= 40 and box["width"] >= 40 for box in sizes)
    cut = await editor.dialog.locator("button").evaluate_all(
        "(buttons) => buttons.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.innerText)"
    )
    assert cut == []
    await editor.dialog.locator("button:has(path)").nth(1).click()  # the first array's form
    await check_accessibility(editor)
