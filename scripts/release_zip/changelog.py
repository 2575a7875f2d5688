"""The changelog of a release: the section of a version, made from the section of what is unreleased."""

from datetime import date
import re

from .errors import ReleaseError

UNRELEASED = "Unreleased"


def section(changelog: str, version: str) -> str:
    """Return what the changelog has on a version, without its heading; raise ReleaseError where it has nothing."""
    found = re.search(rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    text = found[1].strip() if found else ""
    if not text:
        raise ReleaseError(f"CHANGELOG.md has nothing on {version}")
    return f"{text}\n"


def with_version(changelog: str, version: str, released: date) -> str:
    """Return the changelog with all that is unreleased in the section of a version.

    Raise ReleaseError where nothing is unreleased, and where the version has a section already.
    """
    section(changelog, UNRELEASED)
    if f"## [{version}]" in changelog:
        raise ReleaseError(f"CHANGELOG.md has a section of {version} already")
    heading = f"## [{UNRELEASED}]\n"
    return changelog.replace(heading, f"{heading}\n## [{version}] - {released.isoformat()}\n", 1)
