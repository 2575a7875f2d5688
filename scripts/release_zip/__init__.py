"""Releases: the zip that HACS installs, its checksum, and the public address of the repository."""

from collections.abc import Iterable
import hashlib
import json
from pathlib import Path
import re
import subprocess
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[2]
INTEGRATION = ROOT / "custom_components" / "enphase_iq_gateway"
MANIFEST = "manifest.json"
FILE = ROOT / "dist" / f"{INTEGRATION.name}.zip"
CHECKSUMS = "SHA256SUMS"
# Versions that Home Assistant's loader and HACS both accept (SemVer in `awesomeversion`).
VERSION = re.compile(r"\d+\.\d+\.\d+([-.]?(a|b|rc|beta)\.?\d+)?")
# A fixed time (the oldest that a zip can store), so that the same files always make the same zip.
TIME = (1980, 1, 1, 0, 0, 0)


class ReleaseError(Exception):
    """An error whose message is shown to the user at the terminal."""


def build(target: Path, version: str, integration: Path = INTEGRATION) -> Path:
    """Write the zip with the version in its manifest, and its checksum beside it, and return the path of the zip.

    Raise ReleaseError for a version that HACS does not accept and for files that cannot be released.
    """
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is not a version like 1.2.3")
    paths = contents(integration)
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in paths:
            name = path.relative_to(integration).as_posix()
            data = set_version(path.read_text(), version).encode() if name == MANIFEST else path.read_bytes()
            member = ZipInfo(name, TIME)
            member.compress_type = ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)
    (target.parent / CHECKSUMS).write_text(f"{digest(target)}  {target.name}\n")  # as sha256sum writes it
    return target


def contents(integration: Path = INTEGRATION) -> list[Path]:
    """Return the files of the integration that git tracks, in a fixed order.

    Files that only lie in the folder, such as notes, backups or caches, are not released. Raise ReleaseError for a
    link, which would release a file from elsewhere, and for a file that is missing.
    """
    paths = sorted(tracked(integration))
    for path in paths:
        if path.resolve() != path or not path.is_file():
            raise ReleaseError(f"{path} is missing or a link")
    return paths


def verify(target: Path, integration: Path = INTEGRATION) -> None:
    """Raise ReleaseError unless the zip has its checksum beside it and exactly the files that git tracks."""
    expected = f"{digest(target)}  {target.name}\n"
    checksums = target.parent / CHECKSUMS
    if not checksums.is_file() or checksums.read_text() != expected:
        raise ReleaseError(f"{checksums} does not have the checksum of {target.name}")
    with ZipFile(target) as archive:
        names = archive.namelist()
    if names != [path.relative_to(integration).as_posix() for path in contents(integration)]:
        raise ReleaseError(f"{target.name} does not have exactly the files that git tracks")


def digest(path: Path) -> str:
    """Return the SHA-256 digest of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    for path in tracked(root):
        if path.suffix != ".png" and path.is_file() and not path.is_symlink():
            yield path


def tracked(folder: Path) -> list[Path]:
    """Return the files in a folder that git tracks; raise ReleaseError where there is no repository."""
    try:
        listing = subprocess.run(  # noqa: S603 - a fixed command
            ["git", "-C", str(folder), "ls-files", "-z"],  # noqa: S607 - git from the PATH
            capture_output=True,
            text=True,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise ReleaseError(f"git cannot list the files of {folder}: {error.stderr.strip()}") from None
    return [folder / name for name in listing.stdout.split("\0") if name]
