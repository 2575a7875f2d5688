"""What the scripts promise: help without side effects, a lock that names no index, a demo that downloads nothing."""

from importlib.metadata import version
from pathlib import Path
import re
import subprocess
import tomllib

import pytest

from scripts.demo_home.requirements import normalize, required_packages

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.name for path in (ROOT / "scripts").iterdir() if path.is_file() and path.stat().st_mode & 0o100)


def pins(group: str) -> dict[str, str]:
    """Return the versions that a dependency group of pyproject.toml asks for, by normal name."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    return dict(normalize(requirement) for requirement in groups[group])


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_explains_itself(script: str) -> None:
    """--help says how a script is used, and does nothing else."""
    command = [str(ROOT / "scripts" / script), "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - the repository's own
    assert f"scripts/{script}" in answer.stdout


def test_every_demand_of_the_demo_s_home_assistant_is_installed() -> None:
    """The demo starts Home Assistant without its installer, so everything is there in the version it wants."""
    installed = {name: version(name) for name in required_packages()}
    assert installed == required_packages()


def test_the_demo_s_pins_are_those_of_home_assistant() -> None:
    """A pin that Home Assistant does not demand, or not in that version, is one too many."""
    wanted = required_packages()
    assert pins("demo") == {name: wanted.get(name) for name in pins("demo")}


@pytest.mark.parametrize("group", ["dev", "demo"])
def test_the_lock_has_every_pin(group: str) -> None:
    """scripts/lock was run after the last change of pyproject.toml."""
    lock = (ROOT / "requirements-dev.txt").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.MULTILINE))
    assert pins(group).items() <= locked.items()


def test_the_lock_has_hashes_and_names_no_index() -> None:
    """Packages come from whichever index a machine has, but are the same everywhere."""
    lock = (ROOT / "requirements-dev.txt").read_text()
    assert not re.search(r"^-|://", lock, flags=re.MULTILINE)
    requirements = re.findall(r"^[a-z].*(?:\n +.*)*", lock, flags=re.MULTILINE)
    without = [requirement.splitlines()[0] for requirement in requirements if "--hash=sha256:" not in requirement]
    assert requirements
    assert without == []
