"""Command line of scripts/release."""

import argparse
import sys

from . import CHECKSUMS, FILE, ROOT, ReleaseError, build, change_repository, verify

CHECK_VERSION = "0.0.1"  # any version will do for --check


def main() -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/release")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("version", nargs="?", help="version of the release, such as 1.2.3")
    mode.add_argument("--check", action="store_true", help="build a zip only to check it and its checksum")
    mode.add_argument("--repository", metavar="OWNER/NAME", help="change the public address in all files")
    options = parser.parse_args()
    try:
        if options.repository:
            for path in change_repository(ROOT, options.repository):
                print(f"release: {path.relative_to(ROOT)}")
        else:
            print(f"release: {build(FILE, options.version or CHECK_VERSION).relative_to(ROOT)}")
            if options.check:
                verify(FILE)
                print(f"release: {FILE.with_name(CHECKSUMS).relative_to(ROOT)} is right")
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
