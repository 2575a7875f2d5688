"""The release: the content of the zip, set-up in an empty Home Assistant, and the address of the repository."""

from datetime import date
import hashlib
import json
from pathlib import Path
import subprocess
import sys
from zipfile import ZipFile

from homeassistant.const import __version__
import pytest

from scripts.release_zip import (
    CHECKSUMS,
    INTEGRATION,
    ROOT,
    SBOM,
    build,
    change_repository,
    contents,
    prepare,
    text_files,
    verify,
    write_notes,
)
from scripts.release_zip.changelog import section
from scripts.release_zip.errors import ReleaseError

VERSION = "1.2.3"
MANIFEST = json.loads((INTEGRATION / "manifest.json").read_text())
ADDRESS = MANIFEST["documentation"].removeprefix("https://github.com/")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a release."""
    return build(tmp_path_factory.mktemp("release") / "enphase_iq_gateway.zip", VERSION)


@pytest.mark.slow
def test_the_zip_is_the_inside_of_the_folder(released: Path) -> None:
    """HACS unpacks it into custom_components/enphase_iq_gateway, so the manifest is at its root."""
    with ZipFile(released) as archive:
        names = set(archive.namelist())
    assert names >= {"manifest.json", "__init__.py", "client/__init__.py", "translations/en.json", "brand/icon.png"}
    assert names == {path.relative_to(INTEGRATION).as_posix() for path in contents()}


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)  # noqa: S603, S607 - a folder of our own


@pytest.fixture
def integration(tmp_path: Path) -> Path:
    """Make a repository with an integration of three files."""
    folder = tmp_path / "integration"
    (folder / "client").mkdir(parents=True)
    (folder / "manifest.json").write_text('{"version": "0.0.0", "documentation": "https://github.com/owner/name"}')
    (folder / "__init__.py").write_text("")
    (folder / "client" / "answers.py").write_text("")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    return folder


def names(archive: Path) -> list[str]:
    """Return the names of the files in a zip."""
    with ZipFile(archive) as opened:
        return opened.namelist()


def test_only_what_git_tracks_is_released(integration: Path, tmp_path: Path) -> None:
    """Notes with a token, backups and links that only lie in the folder are not."""
    (integration / "my_token.txt").write_text("eyJ")
    (integration / "client" / "answers.py.orig").write_text("")
    (integration / "hostname").symlink_to("/etc/hostname")
    built = build(tmp_path / "x.zip", VERSION, integration)
    assert names(built) == ["__init__.py", "client/answers.py", "manifest.json"]


def test_a_tracked_link_is_refused(integration: Path, tmp_path: Path) -> None:
    """A file from elsewhere would be released."""
    (integration / "hostname").symlink_to("/etc/hostname")
    git(integration, "add", "hostname")
    with pytest.raises(ReleaseError, match="missing or a link"):
        build(tmp_path / "x.zip", VERSION, integration)
    assert not (tmp_path / "x.zip").exists()


def test_a_link_to_a_folder_is_refused(integration: Path, tmp_path: Path) -> None:
    """All files in it would be from elsewhere."""
    (integration / "client").rename(tmp_path / "elsewhere")
    (integration / "client").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReleaseError, match="missing or a link"):
        build(tmp_path / "x.zip", VERSION, integration)


def test_a_missing_file_is_refused(integration: Path, tmp_path: Path) -> None:
    (integration / "__init__.py").unlink()
    with pytest.raises(ReleaseError, match="missing or a link"):
        build(tmp_path / "x.zip", VERSION, integration)


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="git cannot list"):
        contents(tmp_path)


def test_the_checksum_is_beside_the_zip(released: Path) -> None:
    """`sha256sum --check` can read it."""
    files = (released, released.parent / SBOM)
    assert [file.name for file in files] == ["enphase_iq_gateway.zip", "enphase_iq_gateway.cdx.json"]
    assert (released.parent / CHECKSUMS).read_text() == "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files
    )


def test_a_release_is_verified(integration: Path, tmp_path: Path) -> None:
    built = build(tmp_path / "x.zip", VERSION, integration)
    verify(built, integration)
    built.write_bytes(built.read_bytes() + b"\0")
    with pytest.raises(ReleaseError, match="checksum"):
        verify(built, integration)


def test_a_release_without_its_checksum_is_refused(integration: Path, tmp_path: Path) -> None:
    built = build(tmp_path / "x.zip", VERSION, integration)
    (tmp_path / CHECKSUMS).unlink()
    with pytest.raises(ReleaseError, match="checksum"):
        verify(built, integration)


def test_a_release_with_another_file_is_refused(integration: Path, tmp_path: Path) -> None:
    """Its checksum is right."""
    built = build(tmp_path / "x.zip", VERSION, integration)
    git(integration, "rm", "--quiet", "--cached", "__init__.py")
    with pytest.raises(ReleaseError, match="exactly the files"):
        verify(built, integration)


def test_the_zip_has_no_leftovers(released: Path) -> None:
    with ZipFile(released) as archive:
        parts = {part for name in archive.namelist() for part in name.split("/")}
    assert "__pycache__" not in parts
    assert not [part for part in parts if part.startswith(".")]


def test_the_version_is_stamped_and_nothing_else(released: Path) -> None:
    """The version in the repository is 0.0.0."""
    with ZipFile(released) as archive:
        stamped = json.loads(archive.read("manifest.json"))
    assert MANIFEST["version"] == "0.0.0"
    assert stamped == {**MANIFEST, "version": VERSION}


@pytest.mark.slow
def test_the_same_files_give_the_same_release(released: Path, tmp_path: Path) -> None:
    """What others build from a tag can be compared."""
    again = build(tmp_path / released.name, VERSION)

    for name in (again.name, SBOM, CHECKSUMS):
        assert (again.parent / name).read_bytes() == (released.parent / name).read_bytes()


def test_the_bill_of_materials_lists_every_file_and_package(released: Path) -> None:
    document = json.loads((released.parent / SBOM).read_text())

    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    subject = document["metadata"]["component"]
    assert subject["version"] == VERSION
    assert subject["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(released.read_bytes()).hexdigest()}]
    files = {each["name"]: each["hashes"][0]["content"] for each in document["components"] if each["type"] == "file"}
    with ZipFile(released) as archive:
        assert files == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    libraries = {each["name"]: each["version"] for each in document["components"] if each["type"] == "library"}
    assert libraries["homeassistant"] == __version__
    assert libraries.keys() >= {"aiohttp", "cryptography", "orjson", "pyjwt", "yarl"}
    locked = (ROOT / "requirements-dev.txt").read_text()
    assert [name for name, version in libraries.items() if f"\n{name}=={version} " not in locked] == []


def test_a_module_that_imports_an_unknown_package_is_refused(integration: Path, tmp_path: Path) -> None:
    (integration / "__init__.py").write_text("import no_such_package.part\n")
    with pytest.raises(ReleaseError, match="no_such_package"):
        build(tmp_path / "x.zip", VERSION, integration)


CHANGES = """# Changelog

## [Unreleased]

### Added

* New.

## [1.0.0] - 2026-01-02

### Fixed

* Old.
"""


def test_the_unreleased_changes_become_the_section_of_the_version(tmp_path: Path) -> None:
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(CHANGES)

    prepare(VERSION, date(2026, 11, 28), changelog)

    assert changelog.read_text() == CHANGES.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [1.2.3] - 2026-11-28\n")
    notes = write_notes(tmp_path / "dist" / "notes.md", VERSION, changelog)
    assert notes.read_text() == "### Added\n\n* New.\n"
    assert write_notes(notes, "1.0.0", changelog).read_text() == "### Fixed\n\n* Old.\n"


@pytest.mark.parametrize(("version", "reason"), [("1.0.0", "already"), ("1.2", "not a version")])
def test_a_version_that_cannot_be_released_is_not_prepared(tmp_path: Path, version: str, reason: str) -> None:
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(CHANGES)
    with pytest.raises(ReleaseError, match=reason):
        prepare(version, date(2026, 11, 28), changelog)
    assert changelog.read_text() == CHANGES


def test_a_release_without_a_change_is_refused(tmp_path: Path) -> None:
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## [Unreleased]\n")
    with pytest.raises(ReleaseError, match="nothing on Unreleased"):
        prepare(VERSION, date(2026, 11, 28), changelog)
    with pytest.raises(ReleaseError, match=r"nothing on 1\.2\.3"):
        write_notes(tmp_path / "notes.md", VERSION, changelog)


def test_the_changelog_has_something_to_release() -> None:
    """The next version can be prepared."""
    assert "### " in section((ROOT / "CHANGELOG.md").read_text(), "Unreleased")


@pytest.mark.parametrize("version", ["", "v1.2.3", "1.2", "latest", "1.2.3 "])
def test_an_invalid_version_is_refused(tmp_path: Path, version: str) -> None:
    """HACS could not compare it."""
    with pytest.raises(ReleaseError):
        build(tmp_path / "x.zip", version)


def test_hacs_finds_the_zip_by_its_name(released: Path) -> None:
    """hacs.json names the file that is attached to a release."""
    store = json.loads((ROOT / "hacs.json").read_text())
    assert store["zip_release"] is True
    assert store["filename"] == released.name


def test_the_minimum_home_assistant_is_the_tested_one() -> None:
    """An older one would be accepted without a test; the pages for users name the same version."""
    minimum = json.loads((ROOT / "hacs.json").read_text())["homeassistant"]

    assert minimum == __version__
    for page in ("README.md", "info.md"):
        assert minimum in (ROOT / page).read_text()


def test_there_is_one_manifest() -> None:
    """The validator reads every file of that name as an integration."""
    assert [path for path in text_files(ROOT) if path.name == "manifest.json"] == [INTEGRATION / "manifest.json"]


@pytest.mark.slow
def test_a_release_sets_up_in_an_empty_home_assistant(released: Path) -> None:
    """It is a real process without the repository in its configuration; every entity gets a value."""
    command = [sys.executable, "-m", "scripts.demo_home", "--once", "--zip", str(released), "--inverters", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - a script of the repository
    assert done.returncode == 0, done.stderr
    assert "Production power" in done.stdout


def repository(folder: Path) -> Path:
    """Copy the files of the repository that contain its address."""
    for path in text_files(ROOT):
        if ADDRESS in (text := path.read_text()) or path.name == "pyproject.toml":
            copy = folder / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    return folder


def test_another_address_is_written_everywhere(tmp_path: Path) -> None:
    """In links, hacs.json and the code owner; the name of the project is not an address."""
    root = repository(tmp_path)
    changed = {path.relative_to(root).as_posix() for path in change_repository(root, "owner/some.where")}
    assert changed >= {"README.md", "custom_components/enphase_iq_gateway/manifest.json"}
    manifest = json.loads((root / "custom_components/enphase_iq_gateway/manifest.json").read_text())
    assert manifest["documentation"] == "https://github.com/owner/some.where"
    assert manifest["issue_tracker"] == "https://github.com/owner/some.where/issues"
    assert manifest["codeowners"] == ["@owner"]
    assert not [path for path in text_files(root) if ADDRESS in path.read_text()]
    assert "/?owner=owner&repository=some.where&" in (root / "README.md").read_text()
    assert 'name = "enphase-iq-gateway"' in (root / "pyproject.toml").read_text()


def test_an_address_can_be_changed_back(tmp_path: Path) -> None:
    root = repository(tmp_path)
    before = {path: path.read_text() for path in text_files(root)}
    change_repository(root, "owner/somewhere")
    change_repository(root, ADDRESS)
    assert {path: path.read_text() for path in text_files(root)} == before


@pytest.mark.parametrize("address", ["owner", "https://github.com/owner/somewhere", "a/b/c", "a b/c"])
def test_an_address_of_another_form_is_refused(tmp_path: Path, address: str) -> None:
    """The form is OWNER/NAME."""
    with pytest.raises(ReleaseError):
        change_repository(tmp_path, address)
