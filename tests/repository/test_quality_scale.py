"""quality_scale.yaml has every rule of Home Assistant, with a reason for each that is not done."""

from pathlib import Path

import homeassistant.components
from homeassistant.util.yaml import load_yaml_dict

import custom_components.enphase_iq_gateway as integration

OURS = load_yaml_dict(str(Path(integration.__file__).with_name("quality_scale.yaml")))["rules"]
# Any integration of Home Assistant with the scale lists all rules.
COMPONENTS = Path(homeassistant.components.__path__[0])
THEIRS = load_yaml_dict(str(COMPONENTS / "peblar" / "quality_scale.yaml"))["rules"]


def test_every_rule_is_answered() -> None:
    assert set(OURS) == set(THEIRS)


def test_every_rule_that_is_not_done_has_a_comment() -> None:
    for rule, answer in OURS.items():
        if answer == "done":
            continue
        assert set(answer) == {"status", "comment"}, rule
        assert answer["status"] in {"done", "exempt", "todo"}, rule
        assert answer["comment"].strip(), rule
