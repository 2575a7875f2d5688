"""Replay of a folder of recorded answers."""

from pathlib import Path
import re

import orjson

from .firmware import Firmware
from .server import Answer, Request

_KEPT_HEADERS = {"www-authenticate": "WWW-Authenticate"}


class Recording:
    """A folder with one file per endpoint, named after its path with `_` in place of `/`."""

    def __init__(self, folder: Path) -> None:
        """Read the serial and the firmware of the recorded gateway from `info`.

        Raise FileNotFoundError when there is no `info`, ValueError when it has no serial or firmware.
        """
        self.folder = folder
        info = (folder / "info").read_text("utf-8", "replace")
        self.serial = _tag(info, "sn", folder)
        self.firmware = Firmware.parse(_tag(info, "software", folder))

    def answer(self, request: Request) -> Answer | None:
        """Return the recorded answer or None; a file recorded with the query is preferred."""
        name = request.path.strip("/").replace("/", "_")
        with_query = f"{name}_{re.sub(r'[=&]', '_', request.query)}" if request.query else name
        for file in (with_query, name):
            if file and not file.endswith("_log.json") and (self.folder / file).is_file():
                return self._read(file)
        return None

    def _read(self, file: str) -> Answer:
        """Return a recorded body with its status, Content-Type and WWW-Authenticate if they were logged."""
        body = (self.folder / file).read_bytes()
        log = self.folder / f"{file}_log.json"
        if not log.is_file():
            return Answer(body=body, content_type=None if file.startswith("ivp_") else "application/json")
        recorded = orjson.loads(log.read_bytes())
        headers = {name.lower(): value for name, value in recorded["headers"].items()}
        return Answer(
            status=recorded["code"],
            body=body,
            content_type=headers.get("content-type"),
            headers=tuple((name, headers[key]) for key, name in _KEPT_HEADERS.items() if key in headers),
        )


def _tag(info: str, tag: str, folder: Path) -> str:
    """Return the text of a tag."""
    found = re.search(rf"<{tag}>\s*([^<]+?)\s*</{tag}>", info)
    if found is None:
        raise ValueError(f"'info' in {folder.name} has no <{tag}>")
    return found[1]
