"""Releases: the zip that HACS installs with its checksums and its bill of materials, notes, the public address."""

from collections.abc import Iterable
from datetime import date
import json
from pathlib import Path
import re
import subprocess
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from . import changelog
from .errors import ReleaseError
from .hashes import digest
from .sbom import sbom

ROOT = Path(__file__).resolve().parents[2]
INTEGRATION = ROOT / "custom_components" / "enphase_iq_gateway"
MANIFEST = "manifest.json"
FILE = ROOT / "dist" / f"{INTEGRATION.name}.zip"
CHECKSUMS = "SHA256SUMS"
SBOM = f"{INTEGRATION.name}.cdx.json"
NOTES = "RELEASE_NOTES.md"
CHANGELOG = ROOT / "CHANGELOG.md"
# Versions that Home Assistant's loader and HACS both accept (SemVer in `awesomeversion`).
VERSION = re.compile(r"\d+\.\d+\.\d+([-.]?(a|b|rc|beta)\.?\d+)?")
# A fixed time (the oldest that a zip can store), so that the same files always make the same zip.
TIME = (1980, 1, 1, 0, 0, 0)


def build(target: Path, version: str, integration: Path = INTEGRATION) -> Path:
    """Write the zip with the version in its manifest, its bill of materials and their checksums; return its path.

    Raise ReleaseError for a version that HACS does not accept and for files that cannot be released.
    """
    _check_version(version)
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
    address = repository_address(integration)
    (target.parent / SBOM).write_text(sbom(target, version, address))
    (target.parent / CHECKSUMS).write_text(_checksums(target))
    return target


def write_notes(target: Path, version: str, source: Path = CHANGELOG) -> Path:
    """Write what the changelog has on a version, and return the path; raise ReleaseError where it has nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(changelog.section(source.read_text(), version))
    return target


def prepare(version: str, released: date, target: Path = CHANGELOG) -> None:
    """Move what is unreleased in the changelog to a version; raise ReleaseError for an invalid or existing one."""
    _check_version(version)
    target.write_text(changelog.with_version(target.read_text(), version, released))


def _check_version(version: str) -> None:
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is not a version like 1.2.3")


def _checksums(target: Path) -> str:
    """Return the checksums of a zip and its bill of materials, as sha256sum writes them."""
    files = (target, target.parent / SBOM)
    return "".join(f"{digest(file)}  {file.name}\n" for file in files)


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
    """Raise ReleaseError unless the zip has the right checksums beside it and exactly the files that git tracks."""
    checksums = target.parent / CHECKSUMS
    if not checksums.is_file() or checksums.read_text() != _checksums(target):
        raise ReleaseError(f"{checksums} does not have the checksums of {target.name} and {SBOM}")
    with ZipFile(target) as archive:
        names = archive.namelist()
    if names != [path.relative_to(integration).as_posix() for path in contents(integration)]:
        raise ReleaseError(f"{target.name} does not have exactly the files that git tracks")


def set_version(manifest: str, version: str) -> str:
    """Return the manifest with the version and otherwise unchanged."""
    return re.sub(r'("version": )"[^"]*"', rf'\1"{version}"', manifest)


def repository_address(integration: Path) -> str:
    """Return the public address of the repository, OWNER/NAME, as the manifest has it."""
    address: str = json.loads((integration / MANIFEST).read_text())["documentation"]
    return address.removeprefix("https://github.com/")


def change_repository(root: Path, address: str) -> list[Path]:
    """Replace the public address, OWNER/NAME, in all files and return the changed files.

    The present address is that of the manifest. Raise ReleaseError for an address of another form.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", address):
        raise ReleaseError(f"{address!r} does not have the form OWNER/NAME")
    present = repository_address(root / INTEGRATION.relative_to(ROOT))
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
