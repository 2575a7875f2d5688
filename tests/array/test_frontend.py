"""The modules of the page are served under an address that changes with them, and loaded by every page."""

from pathlib import Path
import re

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.enphase_iq_gateway.array.frontend import FOLDER, folder_hash
from custom_components.enphase_iq_gateway.const import DOMAIN

MOST_BYTES_OF_ENTRY = 3_000
MOST_BYTES_OF_THE_CARD = 80_000
IMPORT = re.compile(r'^import .* from "\./(.+)";$', re.MULTILINE)


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


def loaded_with(module: str) -> set[str]:
    """Return a module with all that it imports at once; `import()` loads the others when they are used."""
    found = {module}
    waiting = [module]
    while waiting:
        imported = set(IMPORT.findall((FOLDER / waiting.pop()).read_text())) - found
        found |= imported
        waiting += imported
    return found


def test_every_page_loads_little_and_the_first_look_at_the_card_not_much() -> None:
    sizes = {file.name: file.stat().st_size for file in FOLDER.glob("*.js")}

    assert loaded_with("entry.js") == {"entry.js"}
    assert sizes["entry.js"] <= MOST_BYTES_OF_ENTRY
    assert "roof.js" in loaded_with("card.js")
    assert sum(sizes[name] for name in loaded_with("card.js")) <= MOST_BYTES_OF_THE_CARD
