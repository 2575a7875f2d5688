"""Command line of scripts/release."""

import argparse
from datetime import UTC, datetime
import sys

from . import CHECKSUMS, FILE, NOTES, ROOT, SBOM, build, change_repository, prepare, verify, write_notes
from .changelog import UNRELEASED
from .errors import ReleaseError

CHECK_VERSION = "0.0.1"  # any version will do for --check


def main() -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/release")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("version", nargs="?", help="version of the release, such as 1.2.3")
    mode.add_argument("--prepare", metavar="VERSION", help="move what is unreleased in the changelog to a version")
    mode.add_argument("--check", action="store_true", help="build a zip only to check it and its checksum")
    mode.add_argument("--repository", metavar="OWNER/NAME", help="change the public address in all files")
    options = parser.parse_args()
    try:
        if options.repository:
            for path in change_repository(ROOT, options.repository):
                print(f"release: {path.relative_to(ROOT)}")
        elif options.prepare:
            prepare(options.prepare, datetime.now(UTC).date())
            print(f"release: CHANGELOG.md has a section of {options.prepare}")
        else:
            write_notes(FILE.with_name(NOTES), options.version or UNRELEASED)
            print(f"release: {build(FILE, options.version or CHECK_VERSION).relative_to(ROOT)}")
            if options.check:
                verify(FILE)
                print(f"release: {FILE.with_name(CHECKSUMS).relative_to(ROOT)} is right, {SBOM} included")
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
