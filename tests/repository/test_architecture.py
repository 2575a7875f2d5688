"""Check the rules that hold for the repository as a whole, and what docs/architecture.md says about the code."""

import ast
from collections.abc import Iterator
from importlib import import_module
from inspect import unwrap
from pathlib import Path
import re
import sys
from types import CodeType, FrameType

import pytest

from custom_components.enphase_iq_gateway.binary_sensor import COMMUNICATING
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.sensor import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from tests.support.home import Home
from tests.support.pages import DOCS, ROOT, section, table

INTEGRATION = ROOT / "custom_components" / DOMAIN
CLIENT = INTEGRATION / "client"
# Only these may be long: they are tables of descriptions.
TABLES = ("binary_sensor", "sensor")

ARCHITECTURE = DOCS / "architecture.md"
MOST_STATIONS = 8
STATIONS = re.findall(r"^\d+\. `([\w.]+):([\w.]+)`", section(ARCHITECTURE, "The way of one value"), re.MULTILINE)


def own_files(pattern: str) -> list[Path]:
    """Return the repository's files; hidden folders hold tools and caches, `dist` the built release."""
    return sorted(
        file
        for top in ROOT.iterdir()
        if not top.name.startswith(".") and top.name != "dist"
        for file in (top.rglob(pattern) if top.is_dir() else [top] * top.match(pattern))
    )


def imported_by(file: Path) -> Iterator[str]:
    """Yield the absolute name of every module that a file of the client imports; the client's own start with a dot."""
    depth = len(file.relative_to(CLIENT).parts)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = "the package around the client: " if node.level > depth else "." * node.level
            yield f"{above}{node.module or ''}"


def station_code(module: str, name: str) -> CodeType:
    """Return the code of a station, a function or a property."""
    found: object = import_module(f"custom_components.{DOMAIN}.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    function = found.fget if isinstance(found, property) else found
    assert callable(function)
    code = unwrap(function).__code__
    assert isinstance(code, CodeType)
    return code


@pytest.mark.parametrize("file", sorted(CLIENT.rglob("*.py")), ids=lambda file: str(file.relative_to(CLIENT)))
def test_the_client_imports_nothing_of_home_assistant_or_the_integration(file: Path) -> None:
    outside = ("homeassistant", "custom_components", "the package around")

    assert [name for name in imported_by(file) if name.startswith(outside)] == []


@pytest.mark.parametrize("package", ["counters", "polling"])
def test_counters_and_polling_import_only_the_client(package: str) -> None:
    allowed = {"client", "const"}

    imported = {
        (node.module or "").partition(".")[0]
        for file in (INTEGRATION / package).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level > 1
    }

    assert imported - allowed == set()


def test_files_have_at_most_400_lines_and_tables_500() -> None:
    lengths = {
        str(file.relative_to(ROOT)): (len(file.read_bytes().splitlines()), 500 if file.name.startswith(TABLES) else 400)
        for file in own_files("*.py")
    }

    assert "tests/repository/test_architecture.py" in lengths
    assert {name: length for name, (length, limit) in lengths.items() if length > limit} == {}


def test_there_is_one_manifest() -> None:
    # HACS and Home Assistant use the first one they find.
    assert own_files("manifest.json") == [INTEGRATION / "manifest.json"]


def test_every_package_of_the_layout_exists() -> None:
    packages = [package.strip("`/") for package, _ in table(section(ARCHITECTURE, "Layout"))]

    missing = [
        name for name in packages if not (INTEGRATION / name).is_dir() and not (INTEGRATION / f"{name}.py").exists()
    ]

    assert missing == []


def test_the_layout_lists_every_package() -> None:
    listed = {package.strip("`/") for package, _ in table(section(ARCHITECTURE, "Layout"))}

    packages = {file.parent.relative_to(INTEGRATION).as_posix() for file in INTEGRATION.rglob("*/__init__.py")}

    assert packages - {"."} <= listed


def test_every_unique_id_is_listed() -> None:
    of_gateway = {row.key for row in (*FLOW_SENSORS, *GATEWAY_SENSORS)} | {"{flow}_ct_status"}
    of_inverter = {row.key for row in (*INVERTER_SENSORS, COMMUNICATING)}

    listed = re.findall(r"`([SI]_[^`]+)`", section(ARCHITECTURE, "Unique ids"))

    assert len(listed) == len(set(listed))
    assert set(listed) == {f"S_{key}" for key in of_gateway} | {f"I_{key}" for key in of_inverter}


@pytest.mark.parametrize(("module", "name"), STATIONS)
def test_every_station_exists(module: str, name: str) -> None:
    assert station_code(module, name)


async def test_a_reading_passes_the_stations_in_order(home: Home) -> None:
    stations = {station_code(module, name): f"{module}:{name}" for module, name in STATIONS}
    passed: list[str] = []

    def record(frame: FrameType, event: str, _: object) -> None:
        name = stations.get(frame.f_code)
        if event == "call" and name is not None and name not in passed:
            passed.append(name)

    sys.setprofile(record)
    try:
        await home.advance(60)
    finally:
        sys.setprofile(None)

    assert 0 < len(STATIONS) <= MOST_STATIONS
    assert passed == [f"{module}:{name}" for module, name in STATIONS]
