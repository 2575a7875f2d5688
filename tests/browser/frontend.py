"""Home Assistant's frontend in a browser: what users do in it, and checks of what it shows."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
import json
from pathlib import Path
import re
import time
from typing import Any

from playwright.async_api import Browser, Error, Locator, Page, ViewportSize, expect

from scripts.demo_home.gateway_setup import DOMAIN, Gateway, add_gateway, fill_energy_dashboard
from scripts.demo_home.home_assistant import HomeAssistant
from scripts.demo_home.table import NO_VALUE
from simulator import Simulator

TIMEOUT_MS = 30_000  # the frontend loads in many parts, which takes seconds on a busy machine
_OPENED_AT_MOST = 4
SIZE: ViewportSize = {"width": 1200, "height": 760}
# A translation key, or a placeholder that was not filled in.
UNTRANSLATED = re.compile(r"component\.|ui\.(panel|dialogs)\.|\{[a-z_]+\}|enphase_iq_gateway\.[a-z]|\b[a-z]+_[a-z_]+\b")
# Returns every visible text, and the texts that are cut off, through all shadow roots.
SEEN_TEXTS = """() => {
  const seen = [], cut = [];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      // Home Assistant's list of activities cuts what is whole elsewhere on the page, and may be faster than the texts.
      if (element.shadowRoot && element.localName !== "ha-logbook-entry") walk(element.shadowRoot);
      if (["SCRIPT", "STYLE", "SVG"].includes(element.tagName.toUpperCase()) || !visible(element)) continue;
      const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
      if (own.join(" ").trim()) seen.push(own.join(" ").trim());
      // Home Assistant 2026.11 cuts off a heading of this page behind its own dialog.
      if (root.host?.localName === "ha-config-integrations-dashboard") continue;
      const tooLong = element.scrollWidth > element.clientWidth + 1 && element.innerText;
      if (tooLong && getComputedStyle(element).textOverflow === "ellipsis")
        cut.push(element.innerText);
    }
  };
  walk(document);
  return { seen, cut };
}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontend:
    """The frontend of a Home Assistant with one simulated gateway."""

    home_assistant: HomeAssistant
    simulator: Simulator
    page: Page
    screenshots: Path

    async def open(self, path: str) -> None:
        """Open a page of the frontend; its own navigation after a dialog may abort this one or follow it."""
        for _ in range(_OPENED_AT_MOST):
            with suppress(Error):
                await self.page.goto(f"{self.home_assistant.address}{path}")
                await self.page.wait_for_timeout(500)
                if path in self.page.url:
                    return
        raise AssertionError(f"{path} is not open, but {self.page.url}")

    @property
    def dialog(self) -> Locator:
        """Return the dialog of a flow."""
        return self.page.locator("dialog-data-entry-flow")

    async def set_up(self, *, energy_dashboard: bool = False) -> str:
        """Set up the gateway without the frontend and return the ID of its config entry."""
        gateway = Gateway(host=self.simulator.address, token=self.simulator.token())
        entry_id = await add_gateway(self.home_assistant, gateway)
        # Set-up continues with an options flow, which a user submits, or ends by closing the dialog.
        if energy_dashboard:
            await fill_energy_dashboard(self.home_assistant, entry_id)
            return entry_id
        flow = await self.home_assistant.post("/api/config/config_entries/options/flow", {"handler": entry_id})
        await self.home_assistant.delete(f"/api/config/config_entries/options/flow/{flow['flow_id']}")
        return entry_id

    async def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button; of two with the same name the lower one, which is the dialog's."""
        await (within or self.page).get_by_role("button", name=name, exact=True).last.click()

    async def choose(self, text: str, within: Locator | None = None) -> None:
        """Click on a text, such as an item of a list or a card."""
        await (within or self.page).get_by_text(text, exact=True).first.click()

    async def fill(self, text: str) -> None:
        """Fill in the only text field of the dialog."""
        await self.dialog.get_by_role("textbox").fill(text)

    async def expect_text(self, *texts: str | re.Pattern[str]) -> None:
        """Wait until all of the texts are visible."""
        for text in texts:
            await expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=TIMEOUT_MS)

    async def screenshot(self, name: str, *, allowed: str = "") -> list[str]:
        """Save a screenshot, check that it has no untranslated key and no text that is cut off; return its texts.

        `allowed` is a text that only looks like a key, such as the ID of an entity without a name.
        """
        await self.page.wait_for_timeout(700)  # dialogs fade in, charts grow
        await self.page.screenshot(path=self.screenshots / f"{name}.png")
        texts: dict[str, list[str]] = await self.page.evaluate(SEEN_TEXTS)
        keys = [text for text in texts["seen"] if UNTRANSLATED.search(text) and not (allowed and allowed in text)]
        assert not keys, f"{name}: not translated: {keys}"
        assert not texts["cut"], f"{name}: cut off: {texts['cut']}"
        return texts["seen"]

    async def device(self, serial: str) -> str:
        """Return the ID of a device of the integration."""
        devices = await self.home_assistant.websocket_command("config/device_registry/list")
        return next(str(each["id"]) for each in devices if [DOMAIN, serial] in each["identifiers"])

    async def reload(self, entry_id: str) -> None:
        """Reload a config entry."""
        await self.home_assistant.post(f"/api/config/config_entries/entry/{entry_id}/reload", {})

    async def wait_for_value(self, key: str) -> None:
        """Wait until an entity of the gateway has a value."""
        for _ in range(TIMEOUT_MS // 500):
            if (await self.state(key))["state"] not in NO_VALUE:
                return
            await asyncio.sleep(0.5)
        raise AssertionError(f"{key} has no value")

    @property
    def fingerprint(self) -> str:
        """Return the beginning of the fingerprint of the gateway's certificate, as the frontend shows it."""
        return bytes.fromhex(self.simulator.fingerprint)[:8].hex(":").upper()

    async def state(self, key: str) -> dict[str, Any]:
        """Return the state of an entity of the gateway by the end of its unique ID, unavailable while it is added."""
        entities = await self.home_assistant.websocket_command("config/entity_registry/list")
        entity_id = next(
            each["entity_id"]
            for each in entities
            if each["platform"] == DOMAIN and each["unique_id"] == f"{self.simulator.serial}_{key}"
        )
        states = await self.home_assistant.websocket_command("get_states")
        unavailable = {"entity_id": entity_id, "state": "unavailable"}
        return next((state for state in states if state["entity_id"] == entity_id), unavailable)


async def open_page(
    home_assistant: HomeAssistant, browser: Browser, time_zone: str, tokens: Mapping[str, Any] | None = None
) -> Page:
    """Open a page that is signed in, as after "Keep me logged in", without a cache; by default as the owner."""
    tokens = tokens or home_assistant.tokens
    context = await browser.new_context(viewport=SIZE, locale="en-GB", timezone_id=time_zone)
    stored = {
        **tokens,
        "hassUrl": home_assistant.address,
        "clientId": f"{home_assistant.address}/",
        "expires": int((time.time() + tokens["expires_in"]) * 1000),
    }
    await context.add_init_script(f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(stored))})")
    page = await context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    return page
