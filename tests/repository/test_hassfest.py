"""The rules of hassfest and of HACS for a custom integration; both validators run only on GitHub.

The rules are those of the developer documentation: hassfest is in no package of Home Assistant.
"""

from pathlib import Path
import re

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.util.yaml import load_yaml_dict
import orjson
import pytest

from tests.support.pages import ROOT
from tests.support.translations import flat

FOLDER = ROOT / "custom_components" / "enphase_iq_gateway"
MANIFEST = orjson.loads((FOLDER / "manifest.json").read_bytes())
HACS = orjson.loads((ROOT / "hacs.json").read_bytes())
LANGUAGES = sorted((FOLDER / "translations").glob("*.json"))
REQUIRED = {"domain", "name", "codeowners", "documentation", "issue_tracker", "version"}
"""HACS requires an issue tracker, Home Assistant a version."""
OPTIONAL = {
    *("after_dependencies", "categories", "config_flow", "connectivity", "dependencies", "dhcp", "integration_type"),
    *("iot_class", "loggers", "requirements", "single_config_entry", "zeroconf"),
}
IOT_CLASSES = {"assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"}
HACS_KEYS = {
    *("content_in_root", "country", "filename", "hacs", "hide_default_branch", "homeassistant", "name"),
    *("persistent_directory", "render_readme", "zip_release"),
}
TEXT_KEYS = {
    *("common", "config", "config_panel", "config_subentries", "conversation", "device", "device_automation"),
    *("entity", "entity_component", "exceptions", "issues", "options", "preview_features", "selector", "services"),
    *("conditions", "triggers", "system_health", "title"),
}
ICON_KEYS = {"conditions", "config", "entity", "issues", "options", "services", "triggers"}
KEY = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
IDENTIFIER = re.compile(r"\{([^{}]*)\}")
HTML = re.compile(r"</?[a-zA-Z][^<>]*>")

every_language = pytest.mark.parametrize("file", LANGUAGES, ids=lambda file: file.stem)


def texts_of(file: Path) -> dict[tuple[str, ...], str]:
    """Return the texts of a file by their paths."""
    return dict(flat(orjson.loads(file.read_bytes())))


def test_the_manifest_has_the_keys_that_are_allowed() -> None:
    assert REQUIRED - MANIFEST.keys() == set()
    assert MANIFEST.keys() - REQUIRED - OPTIONAL == set()


def test_the_keys_of_the_manifest_are_in_order() -> None:
    keys = list(MANIFEST)
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]


def test_the_manifest_has_allowed_values() -> None:
    strategies = [
        *(AwesomeVersionStrategy.CALVER, AwesomeVersionStrategy.SEMVER, AwesomeVersionStrategy.SIMPLEVER),
        *(AwesomeVersionStrategy.BUILDVER, AwesomeVersionStrategy.PEP440),
    ]

    assert FOLDER.name == MANIFEST["domain"]
    assert AwesomeVersion(MANIFEST["version"]).strategy in strategies
    assert MANIFEST["documentation"].startswith("https://")
    assert MANIFEST["issue_tracker"].startswith("https://")
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
    assert MANIFEST["iot_class"] in IOT_CLASSES
    assert MANIFEST["integration_type"] in {"device", "hub", "service"}
    assert MANIFEST["connectivity"] == sorted(MANIFEST["connectivity"])
    assert all(" " not in requirement for requirement in MANIFEST["requirements"])


def test_the_discovery_matchers_have_the_required_case() -> None:
    assert [each for each in MANIFEST["zeroconf"] if each != each.lower()] == []
    for each in MANIFEST["dhcp"]:
        assert each.get("hostname", "").islower() is ("hostname" in each)
        assert re.fullmatch(r"[0-9A-F]{6}\*", each.get("macaddress", "001DC0*"))


def test_every_integration_that_is_imported_is_a_dependency() -> None:
    """But for those that are always there, those of platforms, and discovery that is in the manifest."""
    always = {
        "automation",
        "diagnostics",
        "repairs",
        "script",
        "system_health",
        "websocket_api",
        *(MANIFEST.keys() & {"dhcp", "zeroconf"}),
    }
    platforms = {"binary_sensor", "button", "number", "select", "sensor", "switch"}
    declared = {*MANIFEST.get("dependencies", ()), *MANIFEST["after_dependencies"]}

    imported = {
        name
        for file in FOLDER.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        for name in re.findall(r"^from homeassistant\.components(?: import |\.)(\w+)", line)
    }

    assert imported - declared - platforms - always == set()


def test_hacs_has_the_keys_that_are_allowed() -> None:
    assert HACS.keys() - HACS_KEYS == set()
    assert HACS["filename"].endswith(".zip")
    assert HACS["zip_release"] is True


def test_hacs_finds_a_readme_an_icon_and_a_license() -> None:
    assert (ROOT / "README.md").is_file()
    assert (FOLDER / "brand" / "icon.png").is_file()
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License\n")


@every_language
def test_texts_have_the_sections_that_are_allowed(file: Path) -> None:
    assert {path[0] for path in texts_of(file)} - TEXT_KEYS == set()


@every_language
def test_the_keys_of_texts_are_lower_case_words(file: Path) -> None:
    assert {key for path in texts_of(file) for key in path if not KEY.fullmatch(key)} == set()


@every_language
def test_texts_contain_no_html_no_address_and_no_reference(file: Path) -> None:
    texts = texts_of(file).values()

    assert [text for text in texts if HTML.search(text)] == []
    assert [text for text in texts if "http" in text and "`http" not in text] == []
    assert [text for text in texts if "[%key:" in text] == []


@every_language
def test_texts_begin_and_end_without_a_space_and_quote_no_placeholder(file: Path) -> None:
    texts = texts_of(file).values()

    assert [text for text in texts if text != text.strip()] == []
    assert [text for text in texts if re.search(r"'\{[^}]*\}'", text)] == []


@every_language
def test_placeholders_are_identifiers_and_states_have_none(file: Path) -> None:
    texts = texts_of(file)

    found = {name for text in texts.values() for name in IDENTIFIER.findall(text)}
    assert {name for name in found if not name.isidentifier()} == set()
    assert [path for path, text in texts.items() if path[0] == "entity" and "state" in path and "{" in text] == []


@every_language
def test_a_described_field_exists(file: Path) -> None:
    described = {(*path[:-2], path[-1]) for path in texts_of(file) if path[-2] == "data_description"}
    fields = {(*path[:-2], path[-1]) for path in texts_of(file) if path[-2] == "data"}

    assert described - fields == set()


def test_every_action_and_its_fields_have_texts() -> None:
    texts = texts_of(FOLDER / "translations" / "en.json")

    for name, action in load_yaml_dict(str(FOLDER / "services.yaml")).items():
        assert {("services", name, "name"), ("services", name, "description")} <= texts.keys()
        for field, definition in action.get("fields", {}).items():
            assert ("services", name, "fields", field, "name") in texts
            select = definition["selector"].get("select") or {}
            if (key := select.get("translation_key")) is not None:
                assert any(path[:2] == ("selector", key) for path in texts), key
        assert "device" not in action.get("target", {})


def test_icons_have_the_sections_that_are_allowed() -> None:
    icons = orjson.loads((FOLDER / "icons.json").read_bytes())

    assert icons.keys() - ICON_KEYS == set()
    assert {name for name, icon in icons["services"].items() if set(icon) - {"service", "sections"}} == set()
    assert [icon for _, icon in flat(icons) if not icon.startswith("mdi:")] == []
