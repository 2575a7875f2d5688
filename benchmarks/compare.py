"""Compare what this integration costs with Home Assistant's own `enphase_envoy`, side by side.

Every case runs in a process of its own, in a bare Home Assistant and virtual time, against simulated gateways in
another process. The cases run one after the other, ours right after theirs, for several rounds; a figure is the median.
CPU times need a machine with nothing else to do: other jobs make them larger, and their ratios less exact.
Prints the table, writes everything measured to a JSON file, and returns 1 when a goal is missed. See
docs/performance.md.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from itertools import islice
import json
from pathlib import Path
import platform
import subprocess
import sys

sys.path.insert(0, str(Path(__file__).parent.parent))  # for a run as a file

from benchmarks.cases import Case, Result
from benchmarks.figures import DAY, Figure, cases, figures, is_timed

ROOT = Path(__file__).parent.parent
_WHOLE_FROM = 100
_ENTITIES_SHOWN = 10


def run(case: Case) -> Result:
    """Measure a case once, in a process of its own."""
    process = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "benchmarks.run_case", case.to_json()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Result.from_json(process.stdout)


def measure(rounds: int) -> dict[Case, list[Result]]:
    """Measure all cases, those with a CPU time in every round."""
    results: dict[Case, list[Result]] = {}
    for number in range(rounds):
        for case in cases():
            if number == 0 or is_timed(case):
                sys.stderr.write(f"round {number + 1}: {case.to_json()}\n")
                results.setdefault(case, []).append(run(case))
    return results


def table(all_figures: Sequence[Figure]) -> Iterator[str]:
    """Return the lines of the table, as in docs/performance.md."""
    yield "| figure | ours | theirs | ratio | goal | |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for figure in all_figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        yield (
            f"| {figure.name} | {number_text(figure.ours)} | {number_text(figure.theirs)}"
            f" | {ratio} | {figure.goal} | {figure.verdict} |"
        )


def rows_tables(ours: Result, theirs: Result) -> Iterator[str]:
    """Return the lines of the tables of database rows: by table, and the entities that write most."""
    yield "| table | ours | theirs |"
    yield "| --- | ---: | ---: |"
    for name in ours.rows | theirs.rows:
        yield f"| `{name}` | {ours.rows.get(name, 0):,} | {theirs.rows.get(name, 0):,} |"
    for title, result in (("ours", ours), ("theirs", theirs)):
        yield ""
        yield f"| {title}: states of | rows |"
        yield "| --- | ---: |"
        yield from (f"| `{name}` | {rows:,} |" for name, rows in islice(result.rows_by_entity.items(), _ENTITIES_SHOWN))


def number_text(value: float) -> str:
    """Return a number with three digits, or all of its digits before the decimal point."""
    whole = round(value)
    return f"{whole:,}" if value == whole or whole >= _WHOLE_FROM else f"{value:.3g}"


def versions() -> Mapping[str, str]:
    """Return the versions that were measured."""
    packages = {name: version(name) for name in ("homeassistant", "pyenphase", "aiohttp")}
    return {**packages, "python": platform.python_version(), "machine": platform.machine()}


def main() -> int:
    """Run the command line."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="measurements of every CPU time (default: 5)")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "compare.json", metavar="FILE")
    arguments = parser.parse_args()
    results = measure(arguments.rounds)
    all_figures = figures(results)
    (ours,), (theirs,) = results[DAY], results[DAY.theirs]
    sys.stdout.write(", ".join(f"{name} {what}" for name, what in versions().items()) + "\n\n")
    sys.stdout.write("\n".join([*table(all_figures), "", *rows_tables(ours, theirs)]) + "\n")
    document = {
        "versions": versions(),
        "figures": [figure.as_json() for figure in all_figures],
        "cases": [
            {"case": asdict(case), "rounds": [asdict(result) for result in rounds]} for case, rounds in results.items()
        ],
    }
    arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return int(any(not figure.met for figure in all_figures))


if __name__ == "__main__":
    sys.exit(main())
