"""What holds for the repository as a whole, whoever writes in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "custom_components" / "enphase_iq_gateway" / "client"
# Only these may be long: they are tables of descriptions.
TABLES = ("binary_sensor", "sensor")


def own_files(pattern: str) -> list[Path]:
    """List the repository's files; hidden folders hold tools and caches, `dist` what was built."""
    return sorted(
        file
        for top in ROOT.iterdir()
        if not top.name.startswith(".") and top.name != "dist"
        for file in (top.rglob(pattern) if top.is_dir() else [top] * top.match(pattern))
    )


def imported_by(file: Path) -> Iterator[str]:
    """Give the absolute name of every module that a file of the client imports; the client's own start with a dot."""
    depth = len(file.relative_to(CLIENT).parts)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = "the package around the client: " if node.level > depth else "." * node.level
            yield f"{above}{node.module or ''}"


@pytest.mark.parametrize("file", sorted(CLIENT.rglob("*.py")), ids=lambda file: str(file.relative_to(CLIENT)))
def test_the_client_knows_nothing_of_home_assistant(file: Path) -> None:
    """Neither of it nor of the integration around the client."""
    outside = ("homeassistant", "custom_components", "the package around")

    assert [name for name in imported_by(file) if name.startswith(outside)] == []


def test_files_stay_short() -> None:
    """400 lines, a file that is a table 500."""
    lengths = {
        str(file.relative_to(ROOT)): (len(file.read_bytes().splitlines()), 500 if file.name.startswith(TABLES) else 400)
        for file in own_files("*.py")
    }

    assert "tests/repository/test_architecture.py" in lengths
    assert {name: length for name, (length, limit) in lengths.items() if length > limit} == {}


def test_there_is_one_manifest() -> None:
    """HACS and Home Assistant take the first they find."""
    assert own_files("manifest.json") == [CLIENT.parent / "manifest.json"]
