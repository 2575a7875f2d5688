"""The coverage gate applies to every module by itself."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

from tests.support.pages import ROOT

HALF_COVERED = "def used():\n    return 1\n\n\ndef unused():\n    return 2\n\n\nused()\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """Measure an integration of two modules, of which the fully covered one is long enough to hide the other."""
    folder = tmp_path / "custom_components" / "made_up"
    folder.mkdir(parents=True)
    (tmp_path / ".coveragerc").write_text("[run]\nsource = .\n[report]\nfail_under = 80\n")
    (folder / "half.py").write_text(HALF_COVERED)
    (folder / "whole.py").write_text("import half\n" + "half.used()\n" * 50)
    assert run(tmp_path, "coverage", "run", "custom_components/made_up/whole.py").returncode == 0
    return tmp_path


@pytest.mark.slow
def test_a_module_that_falls_short_is_named(measured: Path) -> None:
    """The coverage of all modules together is high enough."""
    assert run(measured, "coverage", "report").returncode == 0

    gate = run(measured, "scripts.module_coverage")

    assert gate.returncode == 1
    assert "half.py has 80.0 %" in gate.stderr
    assert "whole.py" not in gate.stderr


@pytest.mark.slow
def test_modules_that_are_covered_pass(measured: Path) -> None:
    (measured / ".coveragerc").write_text("[report]\nfail_under = 79\n")

    gate = run(measured, "scripts.module_coverage")

    assert gate.returncode == 0, gate.stderr
