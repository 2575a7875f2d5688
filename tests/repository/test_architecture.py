"""Files stay short, and imports point one way."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
import sys

import pytest

from tests.support.pages import ROOT

INTEGRATION = ROOT / "custom_components" / "enphase_iq_gateway"
CLIENT = INTEGRATION / "client"
CLIENT_REQUIREMENTS = {"aiohttp", "awesomeversion", "cryptography", "jwt", "orjson", "yarl"}
MOST_LINES = 400
CODE = ("*.py", "*.js", "*.ts", "*.css", "*.sh")
MOST_TOP_LEVEL_FILES = 14

type Module = tuple[str, ...]
"""The parts of a module's name below a package: `("hub", "api")`, `("hub",)` for a package itself."""


def own_files(pattern: str) -> list[Path]:
    """Return the repository's files; hidden folders hold tools and caches, `dist` holds releases."""
    return sorted(
        file
        for top in ROOT.iterdir()
        if not top.name.startswith(".") and top.name != "dist"
        for file in (top.rglob(pattern) if top.is_dir() else [top] * top.match(pattern))
    )


def module_of(file: Path, package: Path) -> Module:
    """Return the name of a module."""
    parts = file.relative_to(package).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


@cache
def imports(file: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Return the import statements of a file, those inside functions included."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def relative_imports(file: Path, modules: set[Module]) -> Iterator[Module]:
    """Yield the modules that a file of the integration imports."""
    folder = file.relative_to(INTEGRATION).parts[:-1]
    for node in imports(file):
        if isinstance(node, ast.ImportFrom) and node.level:
            named = (*folder[: len(folder) + 1 - node.level], *(node.module or "").split("."))
            base = tuple(part for part in named if part)
            # `from .package import name` imports a module where there is one of that name.
            for alias in node.names:
                yield (*base, alias.name) if (*base, alias.name) in modules else base


def module_graph() -> dict[Module, set[Module]]:
    """Return the modules of the integration, each with those that it imports."""
    files = {module_of(file, INTEGRATION): file for file in INTEGRATION.rglob("*.py")}
    return {module: set(relative_imports(file, set(files))) - {module} for module, file in files.items()}


def package_graph() -> dict[str, set[str]]:
    """Return the packages and top-level modules of the integration, each with those that it imports."""
    graph: dict[str, set[str]] = {}
    for module, imported in module_graph().items():
        package = module[0] if module else "__init__"
        graph.setdefault(package, set()).update(other[0] if other else "__init__" for other in imported)
    return {package: imported - {package} for package, imported in graph.items()}


@pytest.mark.slow
def test_modules_do_not_import_in_circles() -> None:
    TopologicalSorter(module_graph()).prepare()  # raises CycleError with the circle


def test_packages_do_not_import_in_circles() -> None:
    TopologicalSorter(package_graph()).prepare()  # raises CycleError with the circle


def test_the_client_imports_no_other_package_and_no_package_the_root() -> None:
    graph = package_graph()

    assert "client" in graph["counters"]
    assert graph["client"] == set()
    assert [package for package, imported in graph.items() if "__init__" in imported] == []


@pytest.mark.parametrize("file", sorted(CLIENT.rglob("*.py")), ids=lambda file: str(file.relative_to(CLIENT)))
def test_the_client_imports_nothing_of_home_assistant(file: Path) -> None:
    """It uses the standard library and a few packages that are not bound to Home Assistant."""
    allowed = sys.stdlib_module_names | CLIENT_REQUIREMENTS
    named = {
        name.partition(".")[0]
        for node in imports(file)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        if isinstance(node, ast.Import) or not node.level
    }

    assert named - allowed == set()


def test_the_top_level_of_the_integration_stays_small() -> None:
    """It holds the files that Home Assistant expects; packages hold the rest."""
    assert len(list(INTEGRATION.glob("*.py"))) <= MOST_TOP_LEVEL_FILES


def test_files_stay_short() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_bytes().splitlines())
        for pattern in CODE
        for file in own_files(pattern)
    }

    assert {name.rpartition(".")[2] for name in lengths} == {"py", "js", "ts"}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_there_is_one_manifest() -> None:
    """HACS and Home Assistant read the first that they find."""
    assert own_files("manifest.json") == [INTEGRATION / "manifest.json"]
