"""The editor of the layout on a page without Home Assistant, whose commands are answered here."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from typing import Any, Final

from playwright.async_api import Browser, Locator, Page, Route, ViewportSize

from scripts.demo_home.gateway_setup import DOMAIN
from scripts.demo_home.home_assistant import ROOT

FOLDER: Final = ROOT / "custom_components" / DOMAIN
ADDRESS: Final = "http://editor.invalid"
DESKTOP: Final[ViewportSize] = {"width": 1200, "height": 760}
PHONE: Final[ViewportSize] = {"width": 390, "height": 760}
THEME: Final = {
    "primary-text-color": ("#212121", "#e1e1e1"),
    "secondary-text-color": ("#5e5e5e", "#9b9b9b"),
    "card-background-color": ("#ffffff", "#1c1c1c"),
    "primary-background-color": ("#fafafa", "#111111"),
    "divider-color": ("#0000001f", "#e1e1e11f"),
    "primary-color": ("#03a9f4", "#03a9f4"),
    "error-color": ("#db4437", "#db4437"),
}
"""Home Assistant's default colors, light and dark."""
# Keeps the layout as the integration does, and records the commands.
HOME_ASSISTANT: Final = """
({ panels, layout, translations }) => {
  const listeners = new Set();
  const roof = () => ({ kind: "roof", zone: "UTC", panels, layout: window.stored, can_edit: true });
  window.stored = layout;
  window.commands = [];
  window.store = (saved) => {
    window.stored = { ...saved, version: window.stored.version + 1 };
    for (const listener of listeners) listener(roof());
  };
  const hass = {
    loadBackendTranslation: async (category) => (key) => translations[category][key.split(".")[3]].message,
    locale: { language: "en", number_format: "language", time_format: "language" },
    connection: {
      subscribeMessage: async (listener) => {
        listeners.add(listener);
        listener(roof());
        listener({ kind: "now", watts: panels.map((_, index) => 100 + index) });
        return async () => listeners.delete(listener);
      },
    },
    callWS: async (command) => {
      window.commands.push(command);
      if (command.type.endsWith("/import")) throw { message: "English", translation_key: "layout_no_password" };
      if (command.type.endsWith("/read")) return window.answer(command.document);
      if (command.version !== window.stored.version) throw { code: "conflict", message: "Another layout was saved" };
      window.store(command.layout);
      return { version: window.stored.version };
    },
  };
  const translate = (key, values = {}) => translations.common[key].replace(/\\{(\\w+)\\}/g, (_, name) => values[name]);
  window.open_editor = async () => {
    const { openEditor } = await import("/editor.js");
    openEditor({ hass, entryId: "entry", roof: roof(), texts: translate }).then(() => (window.left = true));
  };
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditorPage:
    """The open editor."""

    page: Page

    @property
    def dialog(self) -> Locator:
        """Return the dialog of the editor."""
        return self.page.locator("dialog.editor")

    @property
    def tiles(self) -> Locator:
        """Return the panels on the roof."""
        return self.dialog.locator("[data-serial]")

    @property
    def tray(self) -> Locator:
        """Return the panels that are not on the roof."""
        return self.dialog.locator(".tray button")

    def tile(self, serial: str) -> Locator:
        """Return a panel on the roof."""
        return self.dialog.locator(f"[data-serial='{serial}']")

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def drag(self, start: Locator, right: float, down: float) -> None:
        """Drag something by a distance in pixels."""
        x, y = await self.center(start)
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + right, y + down, steps=4)
        await self.page.mouse.up()

    async def center(self, target: Locator) -> tuple[float, float]:
        """Return where the center of something is, in pixels."""
        box = await target.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    async def panel_width(self) -> float:
        """Return the width of an upright panel with its gap, in pixels."""
        box = await self.tiles.first.locator("rect").bounding_box()
        assert box
        return box["width"] * 106 / 100

    async def saved(self) -> dict[str, Any]:
        """Save, and return the layout that is stored then."""
        await self.press("Save")
        return await self.stored()

    async def stored(self) -> dict[str, Any]:
        """Wait until the editor is left, and return the layout that is stored then."""
        await self.page.wait_for_function("window.left")
        stored: dict[str, Any] = await self.page.evaluate("window.stored")
        return stored


async def serve(page: Page, *, dark: bool = False) -> None:
    """Serve the modules of the page."""
    variables = "".join(f"--{name}:{colors[dark]};" for name, colors in THEME.items())
    style = f"color-scheme: {'dark' if dark else 'light'}; background: var(--primary-background-color); {variables}"
    blank = f"<!doctype html><html lang=en><title>Editor</title><style>html {{ {style} }}</style>"

    async def answer(route: Route) -> None:
        name = route.request.url.removeprefix(f"{ADDRESS}/")
        if name.endswith(".js"):
            await route.fulfill(path=FOLDER / "frontend" / name, content_type="text/javascript")
        else:
            await route.fulfill(body=blank, content_type="text/html")

    await page.route(f"{ADDRESS}/**", answer)
    await page.goto(f"{ADDRESS}/")


async def open_editor(
    browser: Browser,
    layout: Mapping[str, Any],
    serials: list[str],
    *,
    size: ViewportSize = DESKTOP,
    dark: bool = False,
    language: str = "en",
) -> EditorPage:
    """Open the editor of a layout."""
    context = await browser.new_context(viewport=size, has_touch=size["width"] < 500)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await serve(page, dark=dark)
    texts = json.loads((FOLDER / "translations" / f"{language}.json").read_text("utf-8"))
    panels = [{"serial": serial, "name": f"Inverter {serial[-4:]}"} for serial in serials]
    await page.evaluate(HOME_ASSISTANT, {"panels": panels, "layout": layout, "translations": texts})
    await page.evaluate("window.open_editor()")
    editor = EditorPage(page=page)
    await editor.dialog.wait_for()
    return editor
