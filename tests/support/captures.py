"""Folders with recorded answers of real gateways, which are not part of the repository.

By default they are in `shared` beside the repository. Set `IQ_GATEWAY_CAPTURES`, `IQ_GATEWAY_ANSWERS` or
`IQ_GATEWAY_CASES` to use another folder; tests are skipped where the folder does not exist.
"""

import json
import os
from pathlib import Path
from typing import Final

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import Endpoint

_SHARED: Final = Path(__file__).resolve().parents[3] / "shared"


def _folder(name: str) -> Path:
    """Return a folder from its environment variable or, without one, from `shared`."""
    return Path(os.environ.get(f"IQ_GATEWAY_{name.upper()}") or _SHARED / name).resolve()


CAPTURES: Final = _folder("captures")
"""All answers of a gateway, recorded at one time: a folder for each gateway, a file for each endpoint."""
ANSWERS: Final = _folder("answers")
"""Single answers: the endpoints of a folder may be those of several gateways."""
CASES: Final = _folder("cases")
"""Anonymized or reconstructed answers of gateways that were shown wrongly once, in folders like those of `CAPTURES`."""


def folders(parent: Path) -> list[Path]:
    """Return the folders in one of the folders above, none where it does not exist."""
    return sorted(folder for folder in parent.iterdir() if folder.is_dir()) if parent.is_dir() else []


def needs(folder: Path) -> pytest.MarkDecorator:
    """Return the mark that skips tests where a folder does not exist."""
    return pytest.mark.skipif(
        not folder.is_dir(), reason=f"no recorded answers: set IQ_GATEWAY_{folder.name.upper()} to their folder"
    )


def file_name(endpoint: Endpoint[object]) -> str:
    """Return the name of the file with the answer of an endpoint in a folder of `CAPTURES`."""
    return endpoint.path[1:].translate(str.maketrans("/?=", "___"))


def file_of(folder: Path, endpoint: Endpoint[object]) -> Path | None:
    """Return the file of an answer, None where it was not recorded."""
    name = file_name(endpoint)
    names = (name, f"{name}.json", f"{name}.xml", name.partition("_details")[0], name.partition("_deleted")[0])
    return next((folder / one for one in names if (folder / one).is_file()), None)


def status(file: Path) -> int:
    """Return the recorded status; an answer kept without one was a good one."""
    log = file.with_name(f"{file.name}_log.json")
    return int(json.loads(log.read_bytes())["code"]) if log.exists() else 200
