"""The scripts: help without side effects, locks without the address of an index, a demo that downloads nothing."""

from importlib.metadata import version
from pathlib import Path
import re
from shutil import copy2
import subprocess
import tomllib

import pytest

from scripts.demo_home.requirements import normalize, required_packages

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = [
    ".ci/run",
    *sorted(
        f"scripts/{path.name}"
        for path in (ROOT / "scripts").iterdir()
        if path.is_file() and path.stat().st_mode & 0o100
    ),
]


def is_shell_script(path: Path) -> bool:
    """Return whether the first line of a file names a shell."""
    with path.open("rb") as file:
        return re.match(rb"#!.*sh\b", file.readline()) is not None


def pins(group: str) -> dict[str, str]:
    """Return the versions in a dependency group of pyproject.toml by normalized name."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    return dict(normalize(requirement) for requirement in groups[group])


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tracked files, as a fresh clone has them: without .venv and .tools."""
    folder = tmp_path_factory.mktemp("checkout")
    listing = subprocess.check_output(["git", "-C", str(ROOT), "ls-files", "-z"], text=True)  # noqa: S603, S607 - our own
    for name in filter(None, listing.split("\0")):
        if (file := ROOT / name).exists():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            copy2(file, target)
    return folder


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_help_explains_the_script_and_changes_nothing(checkout: Path, script: str, option: str) -> None:
    """Set-up in particular, which would leave .tools and .venv behind; also where it is started from elsewhere."""
    before = set(checkout.rglob("*"))
    command = [f"{checkout.name}/{script}", option]

    answer = subprocess.run(  # noqa: S603 - our own
        command, cwd=checkout.parent, capture_output=True, text=True, check=True, timeout=30
    )

    assert f"Usage: {script}" in answer.stdout
    assert answer.stderr == ""
    assert set(checkout.rglob("*")) == before


def test_the_linters_check_every_shell_script() -> None:
    """One elsewhere than in .ci and scripts would go unchecked."""
    by_lint = {".ci/run", *(f"scripts/{path.name}" for path in (ROOT / "scripts").iterdir() if path.is_file())}
    listing = subprocess.check_output(["git", "-C", str(ROOT), "ls-files"], text=True)  # noqa: S603, S607 - our own
    shell = {name for name in listing.splitlines() if (ROOT / name).is_file() and is_shell_script(ROOT / name)}

    assert shell <= by_lint


def test_every_demand_of_the_demo_s_home_assistant_is_installed() -> None:
    """The demo starts Home Assistant without its installer, so its requirements must be installed."""
    installed = {name: version(name) for name in required_packages()}
    assert installed == required_packages()


def test_the_demo_s_pins_are_those_of_home_assistant() -> None:
    """Home Assistant must require every pin, in the same version."""
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
