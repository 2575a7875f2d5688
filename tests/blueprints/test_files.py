"""The files of the blueprints: valid, and imported from the address that they have in the repository."""

from pathlib import Path
import re

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.const import __version__
from homeassistant.util.yaml import load_yaml_dict
import orjson
import pytest

import custom_components.enphase_iq_gateway as integration
from tests.support.pages import DOCS, ROOT, text

FOLDER = ROOT / "blueprints" / "automation" / "enphase_iq_gateway"
MANIFEST = orjson.loads(Path(str(integration.__file__)).with_name("manifest.json").read_bytes())
ADDRESS = f"{MANIFEST['documentation']}/blob/main/"


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.stem)
def test_a_blueprint_is_valid_and_names_its_address(file: Path) -> None:
    blueprint = Blueprint(
        load_yaml_dict(str(file)), path=file.name, expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA
    )

    assert blueprint.validate() is None
    assert blueprint.metadata["source_url"] == ADDRESS + str(file.relative_to(ROOT))
    assert blueprint.metadata["homeassistant"]["min_version"] == __version__
    assert all(each.get("description") for each in blueprint.inputs.values())


def test_every_blueprint_has_a_button() -> None:
    buttons = re.findall(r"/redirect/blueprint_import/\?blueprint_url=([^)]+)\)", text(DOCS / "automations.md"))

    assert sorted(buttons) == sorted(ADDRESS + str(file.relative_to(ROOT)) for file in FOLDER.iterdir())
