"""The software bill of materials of a release, as CycloneDX 1.6: its files, and the packages that it imports.

It contains no time and no random number, so that the same files always make the same document.
"""

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions, version as installed_version
import json
from pathlib import Path
import sys
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZipFile

from .errors import ReleaseError
from .hashes import digest, digest_of


def sbom(archive: Path, version: str, address: str) -> str:
    """Return the document of a zip; `address` is that of the repository, OWNER/NAME."""
    with ZipFile(archive) as opened:
        contents = {name: opened.read(name) for name in sorted(opened.namelist())}
    libraries = packages(contents)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, digest(archive))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": archive.stem,
                "name": archive.stem,
                "version": version,
                "purl": f"pkg:github/{address}@v{version}",
                "licenses": [{"license": {"id": "MIT"}}],
                "hashes": [{"alg": "SHA-256", "content": digest(archive)}],
            }
        },
        "components": [
            *(_package(name) for name in libraries),
            *(
                {"type": "file", "name": name, "hashes": [{"alg": "SHA-256", "content": digest_of(data)}]}
                for name, data in contents.items()
            ),
        ],
        "dependencies": [{"ref": archive.stem, "dependsOn": [_purl(name) for name in libraries]}],
    }
    return json.dumps(document, indent=2) + "\n"


def packages(contents: dict[str, bytes]) -> list[str]:
    """Return the distributions that the modules of a zip import, all of which Home Assistant installs."""
    modules = {
        name.partition(".")[0]
        for path, source in contents.items()
        if path.endswith(".py")
        for name in _imported(source)
    } - sys.stdlib_module_names
    distributions = _installed()
    if unknown := modules - distributions.keys():
        raise ReleaseError(f"no installed package provides {', '.join(sorted(unknown))}")
    return sorted({distributions[module][0].lower().replace("_", "-") for module in modules})


@cache
def _installed() -> Mapping[str, list[str]]:
    """Return the distributions that provide each module; finding them takes half a second."""
    return packages_distributions()


def _imported(source: bytes) -> Iterable[str]:
    """Yield the absolute imports of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module


def _package(name: str) -> dict[str, object]:
    """Return the component of a package, in the version of the oldest Home Assistant that is supported."""
    purl = _purl(name)
    return {"type": "library", "bom-ref": purl, "name": name, "version": installed_version(name), "purl": purl}


def _purl(name: str) -> str:
    return f"pkg:pypi/{name}@{installed_version(name)}"
