"""Serve the modules of the array card and the dashboard to the frontend."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import DOMAIN as FRONTEND, add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant

from ..const import DOMAIN, LOGGER

FOLDER: Final = Path(__file__).resolve().parents[1] / "frontend"
ENTRY: Final = "entry.js"


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Serve the modules and load the first of them on every page; do nothing without a frontend."""
    if FRONTEND not in hass.config.components:
        return
    # Browsers keep the modules for a month. Modules import each other by relative paths, so a hash in the path renews
    # all of them with an update.
    try:
        digits = await hass.async_add_executor_job(folder_hash, FOLDER)
    except OSError as error:
        LOGGER.error("The modules of the frontend cannot be read, so the cards are missing: %s", error)
        return
    path = f"/{DOMAIN}/{digits}"
    await hass.http.async_register_static_paths([StaticPathConfig(path, str(FOLDER), cache_headers=True)])
    add_extra_js_url(hass, f"{path}/{ENTRY}")


def folder_hash(folder: Path) -> str:
    """Return 12 hexadecimal digits that depend on the names and contents of the files in a folder."""
    digest = sha256()
    # A NAS or an editor may add folders, and links to nowhere.
    for file in sorted(file for file in folder.iterdir() if file.is_file()):
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
