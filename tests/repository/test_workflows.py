"""The workflows run code of others only as it was when it was chosen."""

from pathlib import Path
import re

from homeassistant.util.yaml import parse_yaml
import pytest

from tests.support.pages import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_PINNED = re.compile(r"uses: (\./\S+|[\w./-]+@[0-9a-f]{40} # \S+)")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_every_action_is_pinned_by_its_commit(workflow: Path) -> None:
    """With the version beside it, for people and for what keeps it fresh; a tag can be moved to other code."""
    uses = re.findall(r"uses:.*", workflow.read_text("utf-8"))
    assert uses

    assert [line for line in uses if not _PINNED.fullmatch(line)] == []


def test_the_commits_are_kept_fresh() -> None:
    """By GitHub's own service."""
    settings = parse_yaml((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))

    assert isinstance(settings, dict)
    assert [update["package-ecosystem"] for update in settings["updates"]] == ["github-actions"]
