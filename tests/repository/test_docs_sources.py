"""Compare the right values in `docs/sources.md` with those that the tests expect."""

import ast
from functools import cache
from pathlib import Path
import re

from simulator import PROFILES
from tests.support.cases import FOUND, REPORTED, cells
from tests.support.pages import DOCS, ROOT, section, table
from tests.support.right_values import RIGHT
from tests.support.simulated_values import SimulatedGateway

SOURCES = DOCS / "sources.md"


@cache
def names_of_tests() -> frozenset[str]:
    """Return the names of all tests."""
    files: list[Path] = sorted((ROOT / "tests").rglob("test_*.py"))
    return frozenset(
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_the_values_of_every_recording_and_case_are_listed() -> None:
    rows = [[name, *right.cells()] for name, right in RIGHT.items()]
    rows += [[name, *cells(case)] for name, case in {**REPORTED, **FOUND}.items()]

    assert table(section(SOURCES, "Right values of recorded gateways")) == rows


def test_the_values_of_every_simulated_gateway_are_listed() -> None:
    rows = [[f"`{name}`", *SimulatedGateway(name).cells()] for name in PROFILES]

    assert table(section(SOURCES, "Right values of simulated gateways")) == rows


def test_every_kind_of_error_has_a_test() -> None:
    rows = table(section(SOURCES, "Kinds of errors"))

    listed = {name for *_, tests in rows for name in re.findall(r"`(\w+)`", tests)}
    assert len(rows) >= 24
    assert all("`" in tests for *_, tests in rows)
    assert listed - names_of_tests() == set()
