"""Several cases side by side, each a part at a time: what slows the machine down then slows all of them."""

from contextlib import ExitStack
import json
from pathlib import Path
import subprocess
import sys
from typing import IO, Any, cast

from .runs import Case

_ROOT = Path(__file__).parent.parent


class Turns:
    """One case in a process of its own, which stands still between its turns."""

    def __init__(self, case: Case) -> None:
        """Let it do its first part."""
        command = [sys.executable, "-m", "benchmarks.one_run", "--turns", *case.arguments]
        self._case = case
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.result: dict[str, Any] | None = None
        """What it has cost, once all is done."""

    def wait(self) -> None:
        """Wait until the part is done.

        Raises:
            RuntimeError: it has ended without a result.
        """
        said = cast("IO[str]", self._process.stdout).readline()
        if not said:
            raise RuntimeError(f"{' '.join(self._case.arguments)}: ended without a result")
        if said.strip():
            self.result = json.loads(said)

    def go_on(self) -> None:
        """Let it do the next part."""
        to_it = cast("IO[str]", self._process.stdin)
        to_it.write("\n")
        to_it.flush()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()


def in_turns(cases: tuple[Case, ...]) -> dict[Case, dict[str, Any]]:
    """Run all cases, only ever one of them at work; give what each has cost."""
    with ExitStack() as stack:
        running: dict[Case, Turns] = {}
        for case in cases:
            running[case] = turns = Turns(case)
            stack.callback(turns.stop)
            turns.wait()
        while waiting := [turns for turns in running.values() if turns.result is None]:
            for turns in waiting:
                turns.go_on()
                turns.wait()
        return {case: turns.result or {} for case, turns in running.items()}
