"""The release: the zip that the store installs, and the public address wherever it is named."""

from collections.abc import Iterable, Iterator
import json
from pathlib import Path
import re
import subprocess
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[2]
INTEGRATION = ROOT / "custom_components" / "enphase_iq_gateway"
MANIFEST = "manifest.json"
FILE = ROOT / "dist" / f"{INTEGRATION.name}.zip"
# What Home Assistant's loader and the store both take, and what a release's tag says (`awesomeversion`: SemVer).
VERSION = re.compile(r"\d+\.\d+\.\d+([-.]?(a|b|rc|beta)\.?\d+)?")
# The oldest time a zip can hold: the same files give the same bytes, whenever they are packed.
TIME = (1980, 1, 1, 0, 0, 0)


class ReleaseError(Exception):
    """Something the person at the terminal has to know; the message says what."""


def build(target: Path, version: str) -> Path:
    """Write the zip with the version in its manifest; ReleaseError for a version that the store would not take."""
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is no version like 1.2.3")
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in contents():
            name = path.relative_to(INTEGRATION).as_posix()
            data = set_version(path.read_text(), version).encode() if name == MANIFEST else path.read_bytes()
            member = ZipInfo(name, TIME)
            member.compress_type = ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)
    return target


def contents() -> Iterator[Path]:
    """Give every file of the integration, in a fixed order, without what Python and the linters leave there."""
    for path in sorted(INTEGRATION.rglob("*")):
        parts = path.relative_to(INTEGRATION).parts
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in parts):
            yield path


def set_version(manifest: str, version: str) -> str:
    """Return the manifest with the version, otherwise as it is written."""
    return re.sub(r'("version": )"[^"]*"', rf'\1"{version}"', manifest)


def change_repository(root: Path, address: str) -> list[Path]:
    """Write the public address OWNER/NAME wherever the present one is named; return the files that changed.

    The present one is what the manifest says. ReleaseError when the address is not of that form.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", address):
        raise ReleaseError(f"{address!r} is not of the form OWNER/NAME")
    manifest = json.loads((root / INTEGRATION.relative_to(ROOT) / MANIFEST).read_text())
    present = manifest["documentation"].removeprefix("https://github.com/")
    owners = {present.partition("/")[0]: address.partition("/")[0]}
    changed = []
    for path in text_files(root):
        text = path.read_text()
        new = re.sub(rf"(?<![\w.-]){re.escape(present)}(?![\w-])", address, text)
        for old_owner, owner in owners.items():
            new = re.sub(rf"(?<!\w)@{re.escape(old_owner)}(?![\w/-])", f"@{owner}", new)
        if new != text:
            path.write_text(new)
            changed.append(path)
    return changed


def text_files(root: Path) -> Iterable[Path]:
    """Give the repository's files that hold text."""
    listing = subprocess.run(  # noqa: S603 - the repository's own files
        ["git", "-C", str(root), "ls-files", "-z"],  # noqa: S607 - wherever the machine has it
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listing.stdout.split("\0")):
        path = root / name
        if path.suffix != ".png" and path.is_file() and not path.is_symlink():
            yield path
