"""Releases: the zip that HACS installs, and the public address of the repository."""

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
# Versions that Home Assistant's loader and HACS both accept (SemVer in `awesomeversion`).
VERSION = re.compile(r"\d+\.\d+\.\d+([-.]?(a|b|rc|beta)\.?\d+)?")
# A fixed time (the oldest that a zip can store), so that the same files always make the same zip.
TIME = (1980, 1, 1, 0, 0, 0)


class ReleaseError(Exception):
    """An error whose message is shown to the user at the terminal."""


def build(target: Path, version: str) -> Path:
    """Write the zip with the version in its manifest and return its path.

    Raise ReleaseError for a version that HACS does not accept.
    """
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is not a version like 1.2.3")
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
    """Yield every file of the integration in a fixed order, without the caches of Python and the linters."""
    for path in sorted(INTEGRATION.rglob("*")):
        parts = path.relative_to(INTEGRATION).parts
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in parts):
            yield path


def set_version(manifest: str, version: str) -> str:
    """Return the manifest with the version and otherwise unchanged."""
    return re.sub(r'("version": )"[^"]*"', rf'\1"{version}"', manifest)


def change_repository(root: Path, address: str) -> list[Path]:
    """Replace the public address, OWNER/NAME, in all files and return the changed files.

    The present address is that of the manifest. Raise ReleaseError for an address of another form.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", address):
        raise ReleaseError(f"{address!r} does not have the form OWNER/NAME")
    manifest = json.loads((root / INTEGRATION.relative_to(ROOT) / MANIFEST).read_text())
    present = manifest["documentation"].removeprefix("https://github.com/")
    owners = {present.partition("/")[0]: address.partition("/")[0]}
    link, new_link = (
        "owner={}&repository={}&".format(*each.split("/"))  # a My Home Assistant link
        for each in (present, address)
    )
    changed = []
    for path in text_files(root):
        text = path.read_text()
        new = re.sub(rf"(?<![\w.-]){re.escape(present)}(?![\w-])", address, text).replace(link, new_link)
        for old_owner, owner in owners.items():
            new = re.sub(rf"(?<!\w)@{re.escape(old_owner)}(?![\w/-])", f"@{owner}", new)
        if new != text:
            path.write_text(new)
            changed.append(path)
    return changed


def text_files(root: Path) -> Iterable[Path]:
    """Yield the text files of the repository."""
    listing = subprocess.run(  # noqa: S603 - a fixed command
        ["git", "-C", str(root), "ls-files", "-z"],  # noqa: S607 - git from the PATH
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listing.stdout.split("\0")):
        path = root / name
        if path.suffix != ".png" and path.is_file() and not path.is_symlink():
            yield path
