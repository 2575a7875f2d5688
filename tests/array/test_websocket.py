"""The commands of the page, and who may send them."""

import asyncio
import json
from unittest.mock import Mock

from homeassistant.core import HomeAssistant
import pytest

from custom_components.enphase_iq_gateway.array.feed import RoofFeed
from tests.support.home import Home

from .conftest import Message, OpenPage, Page

COMMANDS: dict[str, dict[str, object]] = {
    "subscribe": {},
    "day": {"date": "2026-11-20"},
    "layout/save": {"version": 0, "layout": {}},
    "layout/read": {"document": "{}"},
    "layout/import": {},
}
each_command = pytest.mark.parametrize("command", COMMANDS)


async def subscribe(page: Page) -> Message:
    """Subscribe and return the roof."""
    assert await page.result("subscribe") is None
    roof, now = await page.event(), await page.event()
    assert (roof["kind"], now["kind"]) == ("roof", "now")
    return roof


async def arranged(page: Page) -> Message:
    """Return the layout of the roof as a user arranges it."""
    layout: Message = (await subscribe(page))["layout"]
    arrays = [{"id": "a1", "name": "South roof", "azimuth": 170, "x": 10, "y": 20}]
    return layout | {"source": "person", "arrays": arrays}


@each_command
async def test_an_unknown_gateway_is_an_error(open_page: OpenPage, command: str) -> None:
    page = await open_page(entry_id="none")

    assert (await page.error(command, **COMMANDS[command]))["code"] == "not_found"


@each_command
async def test_a_gateway_that_is_not_loaded_is_an_error(
    hass: HomeAssistant, roof: Home, page: Page, command: str
) -> None:
    assert await hass.config_entries.async_unload(roof.entry.entry_id)

    assert (await page.error(command, **COMMANDS[command]))["code"] == "not_loaded"


@pytest.mark.parametrize("command", ["layout/save", "layout/read", "layout/import"])
async def test_only_administrators_change_the_layout(
    open_page: OpenPage, hass_read_only_access_token: str, command: str
) -> None:
    page = await open_page(token=hass_read_only_access_token)

    assert (await page.error(command, **COMMANDS[command]))["code"] == "unauthorized"
    assert (await subscribe(page))["can_edit"] is False


async def test_a_page_that_closes_while_the_recorder_is_read_is_not_followed(
    hass: HomeAssistant, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder_is_read, unsubscribe = asyncio.Event(), Mock()

    async def async_subscribe(*_: object) -> Mock:
        await recorder_is_read.wait()
        return unsubscribe

    monkeypatch.setattr(RoofFeed, "async_subscribe", async_subscribe)
    await page.result("subscribe")
    await page.client.close()

    recorder_is_read.set()
    await hass.async_block_till_done(wait_background_tasks=True)

    unsubscribe.assert_called_once_with()


async def test_a_saved_layout_is_shown_on_all_pages(page: Page, open_page: OpenPage) -> None:
    other = await open_page()
    await subscribe(other)
    layout = await arranged(page)

    await page.client.send_json_auto_id(
        {"type": "enphase_iq_gateway/array/layout/save", "entry_id": page.entry_id, "version": 0, "layout": layout}
    )

    shown = await other.event()
    assert shown["layout"] == layout | {"version": 1}
    assert shown["can_edit"] is True


async def test_a_saved_layout_is_still_there_after_a_reload(hass: HomeAssistant, page: Page) -> None:
    layout = await arranged(page)
    assert (await page.call("layout/save", version=0, layout=layout))["type"] == "event"

    assert await hass.config_entries.async_reload(page.entry_id)

    assert (await page.client.receive_json())["result"] == {"version": 1}


async def test_a_layout_made_from_an_older_one_is_a_conflict(page: Page, open_page: OpenPage) -> None:
    other = await open_page()
    layout = await arranged(page)
    assert await other.result("layout/save", version=0, layout=layout) == {"version": 1}
    await page.event()

    error = await page.error("layout/save", version=0, layout=layout | {"source": "enphase"})

    assert (error["code"], error["version"], error["layout"]) == ("conflict", 1, layout | {"version": 1})


async def test_a_document_that_is_no_layout_is_not_saved(page: Page) -> None:
    error = await page.error("layout/save", version=0, layout={"source": "person"})

    assert (error["code"], error["message"]) == (
        "invalid_format",
        "layout: expected an object with version, source, arrays, panels",
    )


async def test_a_pasted_layout_is_read_and_not_stored(page: Page) -> None:
    known = (await subscribe(page))["panels"][0]["serial"]
    modules = [{"x": 0, "y": 0, "inverter": {"serial_num": serial}} for serial in (known, "120000000001")]
    document = json.dumps({"arrays": [{"label": "Garage", "modules": modules}]})

    read = await page.result("layout/read", document=document)

    assert (read["known"], read["unknown"], read["layout"]["source"]) == (1, 1, "enphase")
    assert [array["name"] for array in read["layout"]["arrays"]] == ["Garage"]


async def test_a_document_that_is_no_layout_is_not_read(page: Page) -> None:
    error = await page.error("layout/read", document="<html>")

    assert (error["code"], error["translation_key"]) == ("invalid_format", "not_a_layout")
    assert error["message"] == "not JSON, expected the layout as Enphase shows it"


@pytest.mark.slow
async def test_without_a_session_the_reason_is_translated(page: Page) -> None:
    error = await page.error("layout/import")

    assert (error["code"], error["translation_key"]) == ("no_session", "layout_no_password")
    assert error["message"].startswith("The password of the Enphase account isn't stored.")


async def test_without_a_recorder_there_are_no_days(page: Page) -> None:
    assert (await page.error("day", date="2026-11-20"))["code"] == "no_recorder"


@pytest.mark.parametrize("date", ["2026-11-21", "9999-12-31", "0001-01-01", "yesterday", 5])
async def test_a_day_that_is_invalid_or_in_the_future_is_an_error(page: Page, date: object) -> None:
    assert (await page.error("day", date=date))["code"] == "invalid_format"
