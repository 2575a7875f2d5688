"""The files that GitHub reads: workflows, Dependabot's settings, issue forms and code owners."""

import json
from pathlib import Path
import re
import tomllib
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest

from tests.support.pages import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
MANIFEST = json.loads((ROOT / "custom_components" / "enphase_iq_gateway" / "manifest.json").read_text("utf-8"))
_PINNED = re.compile(r"uses: (\./\S+|[\w./-]+@[0-9a-f]{40} # \S+)")
# Changed by hand: the minimum in hacs.json and the pins of the group "demo" follow them.
_BY_HAND = {"homeassistant", "pytest-homeassistant-custom-component"}


def read(path: Path) -> dict[str, Any]:
    """Return the contents of a YAML file."""
    contents = parse_yaml(path.read_text("utf-8"))
    assert isinstance(contents, dict)
    return contents


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_every_action_is_pinned_by_its_commit(workflow: Path) -> None:
    """A tag can be moved to other code. The version beside it is for readers and for Dependabot."""
    uses = re.findall(r"uses:.*", workflow.read_text("utf-8"))
    assert uses

    assert [line for line in uses if not _PINNED.fullmatch(line)] == []


def test_the_release_is_built_without_a_cache() -> None:
    """A job of another workflow could have written something else into it."""
    release = (GITHUB / "workflows" / "release.yml").read_text("utf-8")

    assert "actions/cache" not in release


def test_the_release_is_built_twice_and_attested() -> None:
    """GitHub attests the files of a draft that is published, where releases are immutable."""
    (job,) = read(GITHUB / "workflows" / "release.yml")["jobs"].values()
    commands = [line.strip() for step in job["steps"] if "run" in step for line in step["run"].splitlines()]

    assert sum(line.startswith('scripts/release "${TAG') for line in commands) == 2
    assert commands.index("diff first-build dist/SHA256SUMS") > 0
    created, published, verified = (
        next(number for number, line in enumerate(commands) if line.startswith(start))
        for start in ("gh release create", "gh release edit", "gh release verify-asset")
    )
    assert created < published < verified
    assert "--draft " in commands[created]


def test_the_workflows_run_the_minimum_and_every_newer_home_assistant() -> None:
    """The minimum of hacs.json, every version that has a lock, and the newest release."""
    job = read(GITHUB / "workflows" / "home-assistant.yml")["jobs"]["home-assistant"]
    minimum = json.loads((ROOT / "hacs.json").read_text("utf-8"))["homeassistant"]
    locked = [path.stem.removeprefix("requirements-ha-") for path in sorted(ROOT.glob("requirements-ha-*.txt"))]

    assert job["strategy"]["matrix"]["version"] == [minimum, *locked, "newest"]


def test_dependabot_updates_the_actions_and_the_tools() -> None:
    """Every tool that does not depend on the version of Home Assistant."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    tools = {requirement.partition("==")[0] for group in ("dev", "browser") for requirement in groups[group]}

    actions, python, node = read(GITHUB / "dependabot.yml")["updates"]

    assert actions["package-ecosystem"] == "github-actions"
    assert python["package-ecosystem"] == "pip"
    assert (node["package-ecosystem"], node["directory"]) == ("npm", "/scripts/typescript")
    assert {allowed["dependency-name"] for allowed in python["allow"]} == tools - _BY_HAND


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_github_accepts_an_issue_form(path: Path) -> None:
    """GitHub ignores a form with an unknown type, a missing label or a repeated id, without an error anywhere."""
    form = read(path)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    ids = [field["id"] for field in fields]

    assert set(form) <= {"name", "description", "title", "labels", "body"}
    assert len(form["name"]) > 3
    assert form["description"]
    assert {field["type"] for field in fields} <= {"checkboxes", "dropdown", "input", "textarea"}
    assert all(re.fullmatch(r"[\w-]+", field) for field in ids)
    assert len(set(ids)) == len(ids)
    labels = [field["attributes"]["label"] for field in fields]
    assert len(set(labels)) == len(labels)
    for field in fields:
        assert set(field) <= {"type", "id", "attributes", "validations"}
        if field["type"] == "dropdown":
            options = field["attributes"]["options"]
            assert all(isinstance(option, str) for option in options)  # an unquoted Yes or 1 would be no text
            assert len(set(options)) == len(options)


def test_reports_of_bugs_and_gateways_include_diagnostics() -> None:
    """Without the gateway's answers, a wrong value cannot be explained."""
    required = [
        field["id"]
        for path in FORMS
        for field in read(path)["body"]
        if "Download diagnostics" in field["attributes"].get("description", "") and field["validations"]["required"]
    ]
    assert required == ["diagnostics", "capture"]


def test_the_repository_and_the_manifest_have_the_same_owners() -> None:
    """GitHub requests reviews from the first, Home Assistant shows the second."""
    owners = (GITHUB / "CODEOWNERS").read_text("utf-8").split()

    assert owners == ["*", *MANIFEST["codeowners"]]


def test_pre_commit_runs_the_linters() -> None:
    """All of them with one command, so that the two can never differ."""
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    (hook,) = repository["hooks"]

    assert repository["repo"] == "local"
    assert hook["entry"] == "scripts/lint"
    assert hook["pass_filenames"] is False


def test_the_dev_container_is_set_up_by_the_script() -> None:
    """Its Python is one that the project accepts, so that nothing else has to be downloaded."""
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    python = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]

    assert container["postCreateCommand"] == "scripts/setup"
    assert container["image"].startswith(f"python:{python.removeprefix('>=').rpartition('.')[0]}-")
