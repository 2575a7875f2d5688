"""What an hour costs: Home Assistant's own `enphase_envoy` and this integration, side by side.

Each in a process of its own, in a bare Home Assistant, against the simulated gateway in another process, with the time
put forward from timer to timer; those that are compared take turns, a quarter of an hour at a time.
`python benchmarks/compare.py --help`; the rest: docs/performance.md.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain
import json
from pathlib import Path
import platform
from statistics import median
import sys
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # run as a file, it finds its neighbours too

from benchmarks.awake import kept_awake
from benchmarks.goals import Figure, Results, figures
from benchmarks.runs import Case, matches
from benchmarks.turns import in_turns

ROOT = Path(__file__).parent.parent
_SHOWN_WHOLE = 100


def together(results: list[dict[str, Any]]) -> dict[str, Any]:
    """One result of several runs: the median of all that is a number; many of one run count each."""
    return {
        key: together([result[key] for result in results])
        if isinstance(value, dict)
        else median(chain.from_iterable(result[key] for result in results))
        if isinstance(value, list)
        else median(result.get(key, 0) for result in results)
        if isinstance(value, int | float)
        else value
        for key, value in results[0].items()
    }


def layout(table: list[Figure]) -> Iterator[str]:
    """The table's lines, as they stand in docs/performance.md."""
    yield "| figure | ours | theirs | ratio | goal | |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for figure in table:
        cells = (
            figure.name,
            number(figure.ours),
            number(figure.theirs),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.goal_text,
            figure.verdict,
        )
        yield f"| {' | '.join(cells)} |"


def number(value: float | None) -> str:
    """A number with three digits, or all digits before the point."""
    if value is None:
        return ""
    whole = round(value)
    return f"{whole:,}" if value == whole or whole >= _SHOWN_WHOLE else f"{value:.3g}"


def versions() -> dict[str, str]:
    """What was really used."""
    packages = {name: version(name) for name in ("homeassistant", "pyenphase", "aiohttp")}
    return {**packages, "python": platform.python_version(), "machine": platform.machine()}


def main() -> int:
    """Run the command line; give 1 when a goal is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="of each case: the median counts (default 1)")
    parser.add_argument("--quick", action="store_true", help="20 and 200 inverters only")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "compare.json", metavar="FILE")
    chosen = parser.parse_args()
    measured: dict[Case, list[dict[str, Any]]] = {}
    with kept_awake() as awake:
        for number in range(chosen.runs):
            for match in matches(quick=chosen.quick):
                for case in match:
                    sys.stderr.write(f"run {number + 1}: {' '.join(case.arguments)}\n")
                for case, result in in_turns(match).items():
                    measured.setdefault(case, []).append(result)
    results: Results = {case: together(runs) for case, runs in measured.items()}
    table = figures(results)
    sys.stdout.write(", ".join(f"{name} {what}" for name, what in versions().items()))
    sys.stdout.write(f"; processor {'kept awake' if awake else 'sleeps when it likes'}\n\n")
    sys.stdout.write("\n".join(layout(table)) + "\n")
    document = {
        "versions": versions(),
        "figures": [figure.as_json() for figure in table],
        "cases": [{"arguments": case.arguments, "runs": runs} for case, runs in measured.items()],
    }
    chosen.json.write_text(json.dumps(document, indent=1) + "\n")
    return int(any(not figure.met for figure in table))


if __name__ == "__main__":
    sys.exit(main())
