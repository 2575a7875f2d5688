"""Check the coverage data of the last test run: `python -m scripts.module_coverage`.

Each module of the integration needs more than the minimum that pyproject.toml sets for the total. Prints the modules
with less and exits with status 1.
"""

import json
from pathlib import Path
import sys
from tempfile import TemporaryDirectory

from coverage import Coverage

MODULES = "custom_components/*"


def insufficient_modules(data_file: Path, floor: float) -> dict[str, float]:
    """Return the modules with a coverage, branches included, of at most `floor` percent, and their coverage."""
    coverage = Coverage(data_file=data_file)
    coverage.load()
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        coverage.json_report(include=[MODULES], outfile=str(report))
        files = json.loads(report.read_text())["files"]
    covered = {name: float(file["summary"]["percent_covered"]) for name, file in files.items()}
    return {name: percent for name, percent in covered.items() if percent <= floor}


def main() -> int:
    """Check the last run and return the exit status."""
    floor = Coverage().get_option("report:fail_under")
    if not isinstance(floor, float):
        raise TypeError(f"report:fail_under is {floor!r}, not a number")
    short = insufficient_modules(Path(".coverage"), floor)
    for name, percent in sorted(short.items()):
        sys.stderr.write(f"coverage: {name} has {percent:.1f} %, but each module needs more than {floor:g} %\n")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
