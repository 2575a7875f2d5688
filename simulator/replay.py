"""Answers from a folder of recorded ones."""

from pathlib import Path
import re

import orjson

from .firmware import Firmware
from .server import Answer, Request

_KEPT_HEADERS = {"www-authenticate": "WWW-Authenticate"}


class Recording:
    """A folder with one file an endpoint, named by its path with `/` as `_`."""

    def __init__(self, folder: Path) -> None:
        """Read who the recorded gateway was; raise FileNotFoundError or ValueError when `info` does not tell."""
        self.folder = folder
        info = (folder / "info").read_text("utf-8", "replace")
        self.serial = _tag(info, "sn", folder)
        self.firmware = Firmware.parse(_tag(info, "software", folder))

    def answer(self, request: Request) -> Answer | None:
        """Give the recorded answer, None when there is none; a query's own file comes first."""
        name = request.path.strip("/").replace("/", "_")
        with_query = f"{name}_{re.sub(r'[=&]', '_', request.query)}" if request.query else name
        for file in (with_query, name):
            if file and not file.endswith("_log.json") and (self.folder / file).is_file():
                return self._read(file)
        return None

    def _read(self, file: str) -> Answer:
        """Read a body and, where it was logged, its status, Content-Type and WWW-Authenticate."""
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
    """Find the text of a tag."""
    found = re.search(rf"<{tag}>\s*([^<]+?)\s*</{tag}>", info)
    if found is None:
        raise ValueError(f"The info of {folder.name} has no <{tag}>")
    return found[1]
