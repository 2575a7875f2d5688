"""What a person does in Home Assistant's page, and what the page must never show."""

import asyncio
from dataclasses import dataclass
import json
from pathlib import Path
import re
import time
from typing import Any

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from scripts.demo_home.gateway_setup import DOMAIN, Gateway, add_gateway
from scripts.demo_home.home_assistant import HomeAssistant
from scripts.demo_home.table import NO_VALUE
from simulator import Simulator

PATIENCE_MS = 30_000  # the page asks Home Assistant for each of its parts; on a busy machine that takes seconds
SIZE: ViewportSize = {"width": 1200, "height": 760}
# A key of the translations, or a placeholder that nothing was put into.
UNTRANSLATED = re.compile(r"component\.|ui\.(panel|dialogs)\.|\{[a-z_]+\}|enphase_iq_gateway\.[a-z]|\b[a-z]+_[a-z_]+\b")
# A heading of Home Assistant 2026.11 behind its own dialog.
HOME_ASSISTANT_CUTS = {"Configured"}
# Every text that is seen, and the texts that are cut off, through all shadow roots.
SEEN_TEXTS = """() => {
  const seen = [], cut = [];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (["SCRIPT", "STYLE", "SVG"].includes(element.tagName.toUpperCase()) || !visible(element)) continue;
      const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
      if (own.join(" ").trim()) seen.push(own.join(" ").trim());
      const style = getComputedStyle(element);
      if (style.textOverflow === "ellipsis" && element.scrollWidth > element.clientWidth + 1 && element.innerText)
        cut.push(element.innerText);
    }
  };
  walk(document);
  return { seen, cut };
}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """A Home Assistant, its page in a browser, and the gateway in the house."""

    home: HomeAssistant
    simulator: Simulator
    page: Page
    pictures: Path

    async def open(self, path: str) -> None:
        """Go to a page of Home Assistant."""
        await self.page.goto(f"{self.home.address}{path}")

    @property
    def dialog(self) -> Locator:
        """The dialog of a flow."""
        return self.page.locator("dialog-data-entry-flow")

    async def set_up(self) -> str:
        """Set the gateway up without the page, for what comes after that; return the entry's id."""
        gateway = Gateway(host=self.simulator.address, token=self.simulator.token())
        entry_id = await add_gateway(self.home, gateway)
        # What set-up offers next is left, as by a person who closes the dialog.
        left = await self.home.post("/api/config/config_entries/options/flow", {"handler": entry_id})
        await self.home.delete(f"/api/config/config_entries/options/flow/{left['flow_id']}")
        return entry_id

    async def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button; of two of that name the lower one, as a dialog's is."""
        await (within or self.page).get_by_role("button", name=name, exact=True).last.click()

    async def choose(self, text: str, within: Locator | None = None) -> None:
        """Click on a text: a line of a list, a card."""
        await (within or self.page).get_by_text(text, exact=True).first.click()

    async def fill(self, text: str) -> None:
        """Type into the dialog's one field for text."""
        await self.dialog.get_by_role("textbox").fill(text)

    async def sees(self, *texts: str | re.Pattern[str]) -> None:
        """Wait until the page shows all of these."""
        for text in texts:
            await expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)

    async def picture(self, name: str, *, may_show: str = "") -> None:
        """Keep what is seen as a picture; nothing of it may be an untranslated key or a name that is cut off.

        `may_show` is a text that looks like a key and is none, as the id of an entity that has no name.
        """
        await self.page.wait_for_timeout(700)  # the page's own movements: dialogs fade in, charts grow
        await self.page.screenshot(path=self.pictures / f"{name}.png")
        texts: dict[str, list[str]] = await self.page.evaluate(SEEN_TEXTS)
        keys = [text for text in texts["seen"] if UNTRANSLATED.search(text) and not (may_show and may_show in text)]
        assert not keys, f"{name}: not translated: {keys}"
        cut = [text for text in texts["cut"] if text not in HOME_ASSISTANT_CUTS]
        assert not cut, f"{name}: cut off: {cut}"

    async def device(self, serial: str) -> str:
        """Give the id of a device of the integration."""
        devices = await self.home.websocket_command("config/device_registry/list")
        return next(str(each["id"]) for each in devices if [DOMAIN, serial] in each["identifiers"])

    async def reload(self, entry_id: str) -> None:
        """Set the gateway up anew, as a restart does."""
        await self.home.post(f"/api/config/config_entries/entry/{entry_id}/reload", {})

    async def until_value(self, key: str) -> None:
        """Wait until one of the gateway's entities has a value."""
        for _ in range(PATIENCE_MS // 500):
            if (await self.state(key))["state"] not in NO_VALUE:
                return
            await asyncio.sleep(0.5)
        raise AssertionError(f"{key} has no value")

    @property
    def fingerprint(self) -> str:
        """The beginning of the certificate that the gateway shows, as the page writes it."""
        return bytes.fromhex(self.simulator.fingerprint)[:8].hex(":").upper()

    async def state(self, key: str) -> dict[str, Any]:
        """Give the state of one of the gateway's entities, by the end of its unique id."""
        entities = await self.home.websocket_command("config/entity_registry/list")
        entity_id = next(
            each["entity_id"]
            for each in entities
            if each["platform"] == DOMAIN and each["unique_id"] == f"{self.simulator.serial}_{key}"
        )
        states = await self.home.websocket_command("get_states")
        return next(state for state in states if state["entity_id"] == entity_id)


async def open_page(home: HomeAssistant, browser: Browser) -> Page:
    """Open a page that is signed in already, as it is after ticking "keep me logged in"."""
    context = await browser.new_context(viewport=SIZE, locale="en-GB", timezone_id="Europe/Amsterdam")
    stored = {
        **home.tokens,
        "hassUrl": home.address,
        "clientId": f"{home.address}/",
        "expires": int((time.time() + home.tokens["expires_in"]) * 1000),
    }
    await context.add_init_script(f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(stored))})")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page
