"""The layout that an administrator saves reaches other browsers."""

import asyncio
import json
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, expect

from simulator.layout import layout_document
from simulator.local_days import TIME_ZONE

from .frontend import TIMEOUT_MS, Frontend, open_page

CARD = "enphase-iq-gateway-array-card"


async def sign_in_as_member(frontend: Frontend) -> dict[str, Any]:
    """Create a user who is no administrator, and return their tokens."""
    home_assistant = frontend.home_assistant
    created = await home_assistant.websocket_command(
        "config/auth/create", name="Member", group_ids=["system-users"], local_only=False
    )
    await home_assistant.websocket_command(
        "config/auth_provider/homeassistant/create",
        user_id=created["user"]["id"],
        username="member",
        password="member",
    )
    client = f"{home_assistant.address}/"
    provider = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
    flow = await home_assistant.post("/auth/login_flow", provider)
    credentials = {"client_id": client, "username": "member", "password": "member"}
    step = await home_assistant.post(f"/auth/login_flow/{flow['flow_id']}", credentials)
    grant = {"grant_type": "authorization_code", "code": step["result"], "client_id": client}
    async with (
        aiohttp.ClientSession(home_assistant.address, raise_for_status=True) as session,
        session.post("/auth/token", data=grant) as response,
    ):
        tokens: dict[str, Any] = await response.json()
        return tokens


async def open_roof(page: Page, frontend: Frontend) -> None:
    """Open the dashboard with the card, and the menu of the card."""
    await page.goto(f"{frontend.home_assistant.address}/solar-roof/0")
    await expect(page.locator(f"{CARD} .tile")).to_have_count(5, timeout=TIMEOUT_MS)
    await open_menu(page)


async def open_menu(page: Page) -> None:
    """Open the menu of the card."""
    await page.locator(CARD).get_by_role("button", name="More", exact=True).click()
    await expect(page.get_by_role("menuitem", name="Show as table")).to_be_visible()


async def rows_of(page: Page) -> int:
    """Return the number of rows of panels on the card."""
    tops: list[int] = await page.locator(f"{CARD} .tile").evaluate_all(
        "(tiles) => tiles.map((tile) => Math.round(tile.getBoundingClientRect().top))"
    )
    return len(set(tops))


async def test_other_users_see_a_new_layout_and_cannot_change_it(frontend: Frontend, browser: Browser) -> None:
    await frontend.set_up()
    dashboard = {"url_path": "solar-roof", "title": "Roof", "mode": "storage"}
    await frontend.home_assistant.websocket_command("lovelace/dashboards/create", **dashboard)
    config = {"views": [{"cards": [{"type": f"custom:{CARD}"}]}]}
    await frontend.home_assistant.websocket_command("lovelace/config/save", url_path="solar-roof", config=config)
    tokens = await sign_in_as_member(frontend)
    member = await open_page(frontend.home_assistant, browser, TIME_ZONE, tokens)
    await open_roof(member, frontend)
    await expect(member.get_by_role("menuitem", name="Arrange panels")).to_have_count(0)

    page = frontend.page
    await open_roof(page, frontend)
    await page.get_by_role("menuitem", name="Arrange panels").click()
    tile = page.locator("dialog.editor [data-serial]").first
    box = await tile.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] - box["height"] * 0.55, steps=4)  # a row of its own
    await page.mouse.up()
    await frontend.screenshot("editor")
    await frontend.press("Save")
    await expect(page.locator("dialog.editor")).to_have_count(0)
    for _ in range(TIMEOUT_MS // 500):
        if await rows_of(member) == 3:
            break
        await asyncio.sleep(0.5)
    assert await rows_of(member) == 3

    await open_menu(page)
    await page.get_by_role("menuitem", name="Arrange panels").click()
    await frontend.press("Import")
    await page.get_by_role("textbox").fill(json.dumps(layout_document(frontend.simulator)))
    await frontend.press("Preview")
    await frontend.expect_text("5 of 5 panels known")
    await frontend.screenshot("editor-import", allowed="array_layout_x.json")
    await frontend.press("Use this layout")
    await frontend.press("Save")
    await expect(member.locator(CARD).get_by_text("South-east roof")).to_be_visible(timeout=TIMEOUT_MS)
    await member.context.close()
