"""What the pages say is so: names, defaults, files, links, messages and examples are compared with the code."""

from pathlib import Path
import re
from types import ModuleType
from typing import Any

from awesomeversion import AwesomeVersion
from homeassistant.components import energy, enphase_envoy
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util.yaml import parse_yaml
import orjson
import pytest

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.binary_sensor import COMMUNICATING
from custom_components.enphase_iq_gateway.client import Flow, Info, model_name
from custom_components.enphase_iq_gateway.client.part_numbers import _MODELS
from custom_components.enphase_iq_gateway.const import (
    DOMAIN,
    UPDATE_INTERVAL_DEFAULT_S,
    UPDATE_INTERVAL_MAX_S,
    UPDATE_INTERVAL_MIN_S,
)
from custom_components.enphase_iq_gateway.sensor import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from custom_components.enphase_iq_gateway.services import REPAIR_STATISTICS, SCHEMA
from tests.support.pages import PAGES, README, ROOT, anchors, blocks, links, names, prose, section, table, text

on_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def texts(module: ModuleType, file: str) -> dict[str, Any]:
    """Read texts of an integration."""
    read: dict[str, Any] = orjson.loads(
        Path(str(module.__file__)).with_name("translations").joinpath(file).read_bytes()
    )
    return read


ENGLISH = texts(integration, "en.json")
FOLDERS = ("scripts", "custom_components", "docs", "tests", "benchmarks", "simulator", ".github", ".ci")
YES_OR_NO = {True: "yes", False: "no"}


def name(key: str | None, platform: str = "sensor") -> str:
    """Give an entity's name."""
    named: str = ENGLISH["entity"][platform][key]["name"]
    return named


def unit(description: EntityDescription) -> str:
    """Give the unit in which a sensor is shown."""
    shown = getattr(description, "suggested_unit_of_measurement", None) or description.unit_of_measurement
    native = getattr(description, "native_unit_of_measurement", None)
    return str(shown or native or ("time" if description.device_class == "timestamp" else ""))


def test_the_readme_names_every_entity_of_the_gateway() -> None:
    """With its unit, whether phases have one, and whether it is on from the start; and no other."""
    of_code = {name(f"{flow}_ct_status"): ["", "no", "no"] for flow in Flow} | {
        name(row.translation_key): [unit(row), "no", YES_OR_NO[row.entity_registry_enabled_default]]
        for row in GATEWAY_SENSORS
    }
    for row in FLOW_SENSORS:
        for flow in row.flows:
            all_phases, phase = row.of(flow, 0), row.of(flow, 1)
            by_phase = "no" if not row.phases else "yes" if phase.entity_registry_enabled_default else "off"
            on = YES_OR_NO[all_phases.entity_registry_enabled_default]
            of_code[name(all_phases.translation_key)] = [unit(row), by_phase, on]
            if row.phases:
                assert name(phase.translation_key) == f"{name(all_phases.translation_key)} {{phase}}"

    rows = table(section(README, "The gateway"))

    assert {entity: told for cell, *told in rows for entity in names(cell)} == of_code


def test_the_readme_names_every_entity_of_an_inverter() -> None:
    """With its unit, and whether it is on from the start; and no other."""
    of_code = {
        name(row.translation_key): [unit(row), YES_OR_NO[row.entity_registry_enabled_default]]
        for row in INVERTER_SENSORS
    } | {name(COMMUNICATING.translation_key, "binary_sensor"): ["", "no"]}

    rows = table(section(README, "Each inverter"))

    assert {entity: told for cell, *told in rows for entity in names(cell)} == of_code


def test_the_readme_names_what_the_energy_dashboard_is_made_of() -> None:
    """By the names of the entities."""
    shown = {entity["name"] for entity in ENGLISH["entity"]["sensor"].values()}

    for _, made_of, _ in table(section(README, "Energy dashboard")):
        assert set(names(made_of)) <= shown


def test_the_readme_names_the_options() -> None:
    """With what they are from the start."""
    form = ENGLISH["options"]["step"]["settings"]["data"]
    checks = ENGLISH["selector"]["certificate_check"]["options"]

    interval, check = table(section(README, "Options"))

    assert interval[:2] == [form["update_interval"], f"{UPDATE_INTERVAL_DEFAULT_S} s"]
    assert f"{UPDATE_INTERVAL_MIN_S} to {UPDATE_INTERVAL_MAX_S} s" in interval[2]
    assert check[:2] == [form["certificate_check"], checks["renewals"]]
    assert {row[0].removesuffix(" (default)") for row in table(section(README, "Security"))} == set(checks.values())


def test_the_readme_names_every_known_gateway() -> None:
    """By part number, as its device is shown."""
    rows = table(section(README, "Supported devices"))

    told = {number: shown for numbers, shown, *_ in rows for number in numbers.split(", ")}

    assert told == _MODELS
    for number, shown in told.items():
        assert model_name(Info(serial="1", firmware=AwesomeVersion("8"), part_number=number)) == shown


def test_every_message_in_the_troubleshooting_is_shown_by_something() -> None:
    """Ours or the Energy dashboard's."""
    shown = "\n".join(_flat(ENGLISH) + _flat(texts(energy, "en.json")))
    quoted = [message for row in table(section(README, "Troubleshooting")) for message in re.findall('"(.*?)"', row[0])]
    assert len(quoted) > 10

    for message in quoted:
        # What is filled in is written as an ellipsis.
        pattern = r".*?".join(re.escape(part) for part in message.split("…"))
        assert re.search(pattern, shown), message


def _flat(values: dict[str, Any]) -> list[str]:
    return [told for value in values.values() for told in ([value] if isinstance(value, str) else _flat(value))]


def test_who_comes_from_elsewhere_finds_every_name() -> None:
    """In Home Assistant's own integration, and here."""
    theirs = {entity.get("name") for entity in texts(enphase_envoy, "en.json")["entity"]["sensor"].values()}
    ours = {entity["name"] for entity in ENGLISH["entity"]["sensor"].values()}

    for there, here in table(section(README, "Coming from another integration")):
        assert there in theirs
        assert here in ours


def test_the_action_takes_what_the_readme_says() -> None:
    """The example, and the fields."""
    calls = [parse_yaml(block) for page in PAGES for block in blocks(page, "yaml") if "action: enphase" in block]
    assert calls

    for call in calls:
        assert isinstance(call, dict)
        assert call["action"] == f"{DOMAIN}.{REPAIR_STATISTICS}"
        SCHEMA(call["data"])
    assert {row[0] for row in table(section(README, "Actions"))} == {str(key) for key in SCHEMA.schema}


@on_every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file, and to a heading in it where one is named."""
    for link in links(page):
        target, _, anchor = link.partition("#")
        file = page.parent / target if target else page
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


@on_every_page
def test_every_file_that_is_named_is_there(page: Path) -> None:
    """From the repository's root, or a module by the end of its path."""
    told = text(page)
    folders = "|".join(map(re.escape, FOLDERS))
    written_by_tools = text(ROOT / ".gitignore").splitlines()
    for path in re.findall(rf"(?<![\w/.-])(?:{folders})/[\w./-]*\w", told):
        assert (ROOT / path).exists() or f"/{path}" in written_by_tools, path
    for module in re.findall(rf"`(?!(?:{folders})/)([\w/]+\.py)`", told):
        assert module == "capture.py" or any((ROOT / folder).glob(f"**/{module}") for folder in FOLDERS), module


@on_every_page
def test_every_option_of_a_command_is_known_to_it(page: Path) -> None:
    """The scripts say themselves what they take, the simulator too."""
    for command, options in re.findall(r"(scripts/\w+(?![/\w])|python -m simulator)((?: [^`\n|]*)?)", text(page)):
        script = ROOT / ("simulator/__main__.py" if "simulator" in command else command)
        modules = re.findall(r"-m scripts\.(\w+)", text(script)) if command.startswith("scripts/") else []
        known = text(script) + "".join(text(ROOT / "scripts" / module / "__main__.py") for module in modules)
        for option in re.findall(r"(?<= )--[a-z-]+", options):
            assert option == "--help" or option in known, f"{command} {option}"


def test_diagnostics_become_a_capture_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the program on it: a file for each answer."""
    (program,) = blocks(ROOT / "docs/capture.md", "python")
    document = tmp_path / "diagnostics.json"
    document.write_bytes(orjson.dumps({"data": {"answers": {"info": "<envoy_info/>", "ivp_meters": [{"eid": 1}]}}}))
    monkeypatch.setattr("sys.argv", ["capture.py", str(document), str(tmp_path / "capture")])

    exec(compile(program, "capture.py", "exec"), {})  # noqa: S102 - it is the page's own

    assert {file.name: file.read_text() for file in (tmp_path / "capture").iterdir()} == {
        "info": "<envoy_info/>",
        "ivp_meters": '[{"eid": 1}]',
    }


@on_every_page
def test_no_page_is_left_out(page: Path) -> None:
    """Each is linked from another one."""
    linked = {(other.parent / link.partition("#")[0]).resolve() for other in PAGES for link in links(other)}
    assert page == README or page.name in {"CHANGELOG.md", "SECURITY.md", "info.md"} or page in linked, prose(page)[:80]
