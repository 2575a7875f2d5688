"""Serve the modules of the array card and the dashboard to the frontend."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import DOMAIN as FRONTEND, add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant

from ..const import DOMAIN

FOLDER: Final = Path(__file__).resolve().parents[1] / "frontend"
ENTRY: Final = "entry.js"


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Serve the modules and load the first of them on every page; do nothing without a frontend."""
    if FRONTEND not in hass.config.components:
        return
    # Browsers keep the modules for a month. Modules import each other by relative paths, so a hash in the path renews
    # all of them with an update.
    path = f"/{DOMAIN}/{await hass.async_add_executor_job(folder_hash, FOLDER)}"
    await hass.http.async_register_static_paths([StaticPathConfig(path, str(FOLDER), cache_headers=True)])
    add_extra_js_url(hass, f"{path}/{ENTRY}")


def folder_hash(folder: Path) -> str:
    """Return 12 hexadecimal digits that depend on the names and contents of the files in a folder."""
    digest = sha256()
    for file in sorted(folder.iterdir()):
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
