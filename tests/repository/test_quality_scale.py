"""quality_scale.yaml: every rule that Home Assistant has, and a reason wherever one is not simply kept."""

from pathlib import Path

import homeassistant.components
from homeassistant.util.yaml import load_yaml_dict

import custom_components.enphase_iq_gateway as integration

OURS = load_yaml_dict(str(Path(integration.__file__).with_name("quality_scale.yaml")))["rules"]
# Of an integration of Home Assistant's own; all of them have the same rules.
COMPONENTS = Path(homeassistant.components.__path__[0])
THEIRS = load_yaml_dict(str(COMPONENTS / "peblar" / "quality_scale.yaml"))["rules"]


def test_every_rule_is_answered() -> None:
    """The 54 that Home Assistant has, and no other."""
    assert set(OURS) == set(THEIRS)


def test_whatever_is_not_kept_has_a_reason() -> None:
    """A rule is done, or exempt or still to do with a comment."""
    for rule, answer in OURS.items():
        if answer == "done":
            continue
        assert set(answer) == {"status", "comment"}, rule
        assert answer["status"] in {"done", "exempt", "todo"}, rule
        assert answer["comment"].strip(), rule
