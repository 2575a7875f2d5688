"""The modules of the frontend: their address changes with their content, and they stay small."""

from pathlib import Path
import re
from unittest.mock import patch

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.enphase_iq_gateway.array import frontend
from custom_components.enphase_iq_gateway.array.frontend import FOLDER, folder_hash
from custom_components.enphase_iq_gateway.const import DOMAIN

MOST_BYTES = {
    "entry.js": 3_000,
    "names.js": 6_000,
    "card.js": 80_000,
    "sheet.js": 10_000,
    "table.js": 5_000,
    "editor.js": 60_000,
    "strategy.js": 10_000,
    "form.js": 5_000,
}
"""The size of each module that is loaded by itself, with its imports; modules of the card without those of the card."""
WITHOUT_CARD = {"entry.js", "names.js", "card.js"}
IMPORT = re.compile(r'^import .* from "\./(.+)";$', re.MULTILINE)


@pytest.mark.slow
async def test_pages_load_the_entry_which_browsers_may_keep(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, DOMAIN, {})
    (url,) = (url for url in hass.data[DATA_EXTRA_MODULE_URL].urls if DOMAIN in url)
    client = await hass_client_no_auth()

    answer = await client.get(url)

    assert url == f"/{DOMAIN}/{folder_hash(FOLDER)}/entry.js"
    assert answer.headers["Cache-Control"] == "public, max-age=2678400"
    assert await answer.text() == (FOLDER / "entry.js").read_text()


async def test_nothing_is_served_without_a_frontend(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})

    assert "frontend" not in hass.config.components
    assert DATA_EXTRA_MODULE_URL not in hass.data


def test_a_change_in_any_module_changes_the_address(tmp_path: Path) -> None:
    hashes = []
    for name, content in (("a.js", "1"), ("a.js", "2"), ("b.js", "1")):
        (tmp_path / name).write_text(content)
        hashes.append(folder_hash(tmp_path))

    assert len(set(hashes)) == 3
    assert {len(digits) for digits in hashes} == {12}


def test_only_files_are_in_the_address(tmp_path: Path) -> None:
    """A NAS adds folders, and an editor links to nowhere."""
    (tmp_path / "a.js").write_text("1")
    before = folder_hash(tmp_path)
    (tmp_path / "@eaDir").mkdir()
    (tmp_path / ".#a.js").symlink_to("user@host.1:2")

    assert folder_hash(tmp_path) == before


async def test_a_folder_that_cannot_be_read_does_not_stop_set_up(
    hass: HomeAssistant, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert await async_setup_component(hass, "frontend", {})

    with patch.object(frontend, "FOLDER", tmp_path / "missing"):
        assert await async_setup_component(hass, DOMAIN, {})

    assert "The modules of the frontend cannot be read" in caplog.text


def loaded_with(module: str) -> set[str]:
    """Return a module with all that it imports at once; `import()` loads the others when they are used."""
    found = {module}
    waiting = [module]
    while waiting:
        imported = set(IMPORT.findall((FOLDER / waiting.pop()).read_text())) - found
        found |= imported
        waiting += imported
    return found


def test_the_entry_imports_no_other_module() -> None:
    assert loaded_with("entry.js") == {"entry.js"}


def test_every_module_is_loaded_by_one_with_a_limit() -> None:
    assert {name for module in MOST_BYTES for name in loaded_with(module)} == {
        file.name for file in FOLDER.glob("*.js")
    }


@pytest.mark.parametrize(("module", "most_bytes"), MOST_BYTES.items())
def test_a_module_with_its_imports_stays_small(module: str, most_bytes: int) -> None:
    loaded = loaded_with(module) - (set() if module in WITHOUT_CARD else loaded_with("card.js"))

    assert sum((FOLDER / name).stat().st_size for name in loaded) <= most_bytes
