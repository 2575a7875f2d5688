"""The command line of the release. Started by scripts/release."""

import argparse
import sys

from . import FILE, ROOT, ReleaseError, build, change_repository

CHECK_VERSION = "0.0.1"  # any: what is checked is that it is in the zip


def main() -> int:
    """Do what the command line asks for. Return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/release")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("version", nargs="?", help="the version to make, like 1.2.3")
    what.add_argument("--check", action="store_true", help="make one only to look it over")
    what.add_argument("--repository", metavar="OWNER/NAME", help="change the public address everywhere")
    options = parser.parse_args()
    try:
        if options.repository:
            for path in change_repository(ROOT, options.repository):
                print(f"release: {path.relative_to(ROOT)}")
        else:
            print(f"release: {build(FILE, options.version or CHECK_VERSION).relative_to(ROOT)}")
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
