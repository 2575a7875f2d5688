"""The stored layout: saved only over the version that was read; an unusable file stays until the next save."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.enphase_iq_gateway.array.feed import async_roof_feed
from custom_components.enphase_iq_gateway.array.layout import Layout, LayoutSource, automatic_layout
from custom_components.enphase_iq_gateway.array.store import LayoutConflictError, LayoutStore
from tests.support.home import Home

KEY = "enphase_iq_gateway.1.layout"
LAYOUT = replace(automatic_layout(["122000000001"]), source=LayoutSource.PERSON)


async def loaded(hass: HomeAssistant) -> LayoutStore:
    store = LayoutStore(hass, "1")
    await store.async_load()
    return store


async def test_a_layout_is_read_again_with_its_version(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await loaded(hass)
    saved = await store.async_save(await store.async_save(LAYOUT, 0), 1)

    assert saved == replace(LAYOUT, version=2)
    assert (await loaded(hass)).layout == saved
    assert Layout.from_json(hass_storage[KEY]["data"]) == saved


async def test_a_save_from_another_version_is_a_conflict(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await loaded(hass)
    await store.async_save(LAYOUT, 0)

    for version in (0, 2):
        with pytest.raises(LayoutConflictError):
            await store.async_save(replace(LAYOUT, panels={}), version)

    assert hass_storage[KEY]["data"]["panels"]


@pytest.mark.parametrize(
    "file",
    [
        {"version": 2, "data": LAYOUT.as_json()},
        {"version": "x", "data": LAYOUT.as_json()},
        {"version": 1, "data": {"panels": {}}},
        {"version": 1, "data": []},
    ],
    ids=["of a newer version", "of no version", "incomplete", "of another form"],
)
async def test_an_unusable_file_stays_until_a_layout_is_saved(
    hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture, file: dict[str, Any]
) -> None:
    hass_storage[KEY] = {"minor_version": 1, "key": KEY} | file

    store = await loaded(hass)

    assert (store.layout, store.usable) == (None, False)
    assert "The stored layout of the panels cannot be used" in caplog.text
    assert hass_storage[KEY]["data"] == file["data"]
    await store.async_save(LAYOUT, 0)
    assert store.usable
    assert (await loaded(hass)).layout == replace(LAYOUT, version=1)


async def test_the_layout_is_deleted_with_the_entry(roof: Home, hass_storage: dict[str, Any]) -> None:
    entry_id = roof.entry.entry_id
    await async_roof_feed(roof.hass, entry_id).async_save(LAYOUT, 0)
    key = f"enphase_iq_gateway.{entry_id}.layout"
    assert key in hass_storage

    await roof.hass.config_entries.async_remove(entry_id)

    assert key not in hass_storage
