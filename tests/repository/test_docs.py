"""Compare the pages with the code: names, defaults, files, links, messages and examples."""

from collections.abc import Iterator
from pathlib import Path
import re
from types import ModuleType
from typing import Any

from awesomeversion import AwesomeVersion
from homeassistant.components import energy
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util.yaml import parse_yaml
import orjson
import pytest
from yarl import URL

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.binary_sensor.inverters import INVERTER_BINARY_SENSORS
from custom_components.enphase_iq_gateway.binary_sensor.storage import (
    STORAGE_BINARY_SENSORS,
    STORAGE_DEVICE_BINARY_SENSORS,
)
from custom_components.enphase_iq_gateway.client.models import Flow, Info
from custom_components.enphase_iq_gateway.client.part_numbers import _MODELS, model_name
from custom_components.enphase_iq_gateway.const import (
    DOMAIN,
    UPDATE_INTERVAL_DEFAULT_S,
    UPDATE_INTERVAL_MAX_S,
    UPDATE_INTERVAL_MIN_S,
)
from custom_components.enphase_iq_gateway.control.actions import CONTROL_SCHEMAS
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.gateway import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.health import PANELS_BELOW_ARRAY
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage import STORAGE_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage_devices import STORAGE_DEVICE_SENSORS
from custom_components.enphase_iq_gateway.services import REPAIR_STATISTICS, SCHEMA, UNDO_REPAIR_STATISTICS, UNDO_SCHEMA
from tests.support.entity_names import PERFORMANCE
from tests.support.pages import DOCS, PAGES, README, ROOT, anchors, blocks, links, names, prose, section, table, text

ENTITIES = DOCS / "entities.md"
README_LIMIT_LINES = 250

on_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def texts(module: ModuleType, file: str) -> dict[str, Any]:
    """Return the texts of an integration."""
    read: dict[str, Any] = orjson.loads(
        Path(str(module.__file__)).with_name("translations").joinpath(file).read_bytes()
    )
    return read


ENGLISH = texts(integration, "en.json")
FOLDERS = ("scripts", "custom_components", "docs", "blueprints", "tests", "benchmarks", "simulator", ".github", ".ci")
YES_OR_NO = {True: "yes", False: "no"}


def name(key: str | None, platform: str = "sensor") -> str:
    """Return the English name of an entity."""
    named: str = ENGLISH["entity"][platform][key]["name"]
    return named


def unit(description: EntityDescription) -> str:
    """Return the unit in which a sensor is shown, `time` for a timestamp."""
    shown = getattr(description, "suggested_unit_of_measurement", None) or description.unit_of_measurement
    native = getattr(description, "native_unit_of_measurement", None)
    return str(shown or native or ("time" if description.device_class == "timestamp" else ""))


def shown_names() -> set[str]:
    """Return the English names of all sensors."""
    return {entity["name"] for entity in ENGLISH["entity"]["sensor"].values()}


def test_the_readme_is_short() -> None:
    assert len(text(README).splitlines()) <= README_LIMIT_LINES


def test_every_entity_of_the_gateway_is_listed() -> None:
    of_code = {name(f"{flow}_ct_status"): ["", "no", "no"] for flow in Flow} | {
        name(row.translation_key): [unit(row), "no", YES_OR_NO[row.entity_registry_enabled_default]]
        for row in (*GATEWAY_SENSORS, PANELS_BELOW_ARRAY)
    }
    for row in FLOW_SENSORS:
        for flow in row.flows:
            total = row.of(flow, 0)
            on = YES_OR_NO[total.entity_registry_enabled_default]
            of_code[name(total.translation_key)] = [unit(row), YES_OR_NO[row.phases], on]

    rows = table(section(ENTITIES, "The gateway"))

    assert {entity: cells for cell, *cells in rows for entity in names(cell)} == of_code


def test_every_entity_of_a_phase_has_its_name_and_is_disabled() -> None:
    phases = [row.of(flow, 1) for row in FLOW_SENSORS if row.phases for flow in row.flows]

    assert [row.key for row in phases if not name(row.translation_key).endswith(" {phase}")] == []
    assert [row.key for row in phases if row.entity_registry_enabled_default] == []


def test_every_entity_of_an_inverter_is_listed() -> None:
    of_code = {
        # The power has no name of its own: it is shown with the name of the device.
        # Home Assistant names what has no translation key by its device class.
        ("Power" if row.name is None else name(row.translation_key) if row.translation_key else "Temperature"): [
            unit(row),
            YES_OR_NO[row.entity_registry_enabled_default],
        ]
        for row in (*INVERTER_SENSORS, PERFORMANCE)
    } | {name(row.translation_key, "binary_sensor"): ["", "no"] for row in INVERTER_BINARY_SENSORS}

    rows = table(section(ENTITIES, "Inverters"))

    assert {entity: cells for cell, *cells in rows for entity in names(cell)} == of_code


def test_every_entity_of_storage_and_grid_is_listed() -> None:
    of_code = {
        name(row.translation_key, platform): [unit(row), YES_OR_NO[row.entity_registry_enabled_default]]
        for platform, rows in (("sensor", STORAGE_SENSORS), ("binary_sensor", STORAGE_BINARY_SENSORS))
        for row in rows
    }

    listed = section(ENTITIES, "Batteries, grid and generator").partition("Every battery is a device")[0]

    assert {entity: cells for cell, *cells in table(listed) for entity in names(cell)} == of_code


def test_every_entity_of_a_battery_or_another_device_is_listed() -> None:
    own = {"state_of_charge": "State of charge", "power": "Power", "temperature": "Temperature"}
    of_code = {
        (own.get(row.key) or name(row.translation_key, platform), unit(row), on)
        for platform, rows in (("sensor", STORAGE_DEVICE_SENSORS), ("binary_sensor", STORAGE_DEVICE_BINARY_SENSORS))
        for row in rows
        for on in (YES_OR_NO[row.entity_registry_enabled_default],)
    }

    listed = section(ENTITIES, "Batteries, grid and generator").partition("Every battery is a device")[2]

    rows = table(listed.partition("### ")[0])
    assert {(entity, shown, on) for cell, shown, _, on in rows for entity in names(cell)} == of_code


def test_the_readme_names_the_enabled_entities_of_a_gateway() -> None:
    listed = {entity: cells[-1] for cell, *cells in table(section(ENTITIES, "The gateway")) for entity in names(cell)}

    gateway, *_ = table(section(README, "What you get"))
    enabled = names(gateway[1])

    assert len(enabled) > 5
    assert {entity for entity in enabled if listed.get(entity) != "yes"} == set()


def test_the_readme_names_the_entities_of_the_energy_dashboard() -> None:
    rows = table(section(README, "Energy dashboard"))
    assert rows

    for _, made_of, _ in rows:
        assert set(names(made_of)) <= shown_names()


def test_the_readme_lists_the_options_with_their_defaults() -> None:
    form = ENGLISH["options"]["step"]["settings"]["data"]
    options = ENGLISH["selector"]

    rows = {row[0]: row[1:] for row in table(section(README, "Options"))}

    assert set(rows) == set(form.values())
    default, description = rows[form["update_interval"]]
    assert default == f"{UPDATE_INTERVAL_DEFAULT_S} s"
    assert f"{UPDATE_INTERVAL_MIN_S} to {UPDATE_INTERVAL_MAX_S} s" in description
    assert rows[form["phase_values"]][0] == options["phase_values"]["options"]["none"]
    assert rows[form["certificate_check"]][0] == options["certificate_check"]["options"]["renewals"]


def test_every_certificate_check_is_described() -> None:
    checks = ENGLISH["selector"]["certificate_check"]["options"]

    rows = table(section(DOCS / "security.md", "Certificates"))

    assert {row[0].removesuffix(" (default)") for row in rows} == set(checks.values())
    assert f"{checks['renewals']} (default)" in {row[0] for row in rows}


def test_every_attack_has_tests_that_exist() -> None:
    rows = table(section(DOCS / "reliability.md", "Attacks"))
    assert len(rows) > 40
    assert [number for number, *_ in rows] == [str(number) for number in range(1, len(rows) + 1)]

    for number, _, tests in rows:
        named = tests.replace("`", "").split(", ")
        assert named, number
        for each in named:
            file, _, name = each.partition("::")
            assert f"def {name}(" in (ROOT / file).read_text("utf-8"), each


def test_every_known_part_number_is_listed() -> None:
    rows = table(section(DOCS / "supported-gateways.md", "Supported gateways"))

    listed = {number: shown for numbers, shown, *_ in rows for number in numbers.split(", ")}

    assert listed == _MODELS
    for number, shown in listed.items():
        assert model_name(Info(serial="1", firmware=AwesomeVersion("8"), part_number=number)) == shown


@pytest.mark.parametrize(("page", "minimum"), [(README, 3), (DOCS / "troubleshooting.md", 11)], ids=["readme", "docs"])
def test_every_quoted_message_is_shown_by_something(page: Path, minimum: int) -> None:
    shown = "\n".join(_flat(ENGLISH) + _flat(texts(energy, "en.json")))
    quoted = [message for row in table(section(page, "Troubleshooting")) for message in re.findall('"(.*?)"', row[0])]
    assert len(quoted) >= minimum

    for message in quoted:
        # An ellipsis stands for a placeholder.
        pattern = r".*?".join(re.escape(part) for part in message.split("…"))
        assert re.search(pattern, shown), message


def _flat(values: dict[str, Any]) -> list[str]:
    return [each for value in values.values() for each in ([value] if isinstance(value, str) else _flat(value))]


ACTIONS = {
    f"{DOMAIN}.{name}": schema
    for name, schema in {REPAIR_STATISTICS: SCHEMA, UNDO_REPAIR_STATISTICS: UNDO_SCHEMA, **CONTROL_SCHEMAS}.items()
}


def test_the_actions_accept_every_example() -> None:
    calls = [parse_yaml(block) for page in PAGES for block in blocks(page, "yaml") if "action: enphase" in block]
    assert {call["action"] for call in calls if isinstance(call, dict)} == set(ACTIONS)

    for call in calls:
        assert isinstance(call, dict)
        ACTIONS[call["action"]](call["data"])


@pytest.mark.parametrize("action", ACTIONS)
def test_every_field_of_an_action_is_described(action: str) -> None:
    heading = ENGLISH["services"][action.partition(".")[2]]["name"]
    rows = table(section(DOCS / "actions.md", heading))

    assert {row[0] for row in rows} == {str(key) for key in ACTIONS[action].schema}


def test_the_buttons_open_this_repository_and_this_integration() -> None:
    manifest = orjson.loads(Path(str(integration.__file__)).with_name("manifest.json").read_bytes())
    owner, repository = URL(manifest["documentation"]).path.strip("/").split("/")

    targets = [URL(link) for link in re.findall(r"\]\((https://my\.home-assistant\.io/redirect/[^)]+)\)", text(README))]

    assert {target.path.strip("/").rpartition("/")[2]: dict(target.query) for target in targets} == {
        "hacs_repository": {"owner": owner, "repository": repository, "category": "integration"},
        "config_flow_start": {"domain": DOMAIN},
    }


@on_every_page
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in links(page):
        target, _, anchor = link.partition("#")
        file = page.parent / target if target else page
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


_FOLDER = "|".join(map(re.escape, FOLDERS))


def named_files(content: str) -> list[str]:
    """Return the paths in a text that begin with a folder of the repository."""
    return re.findall(rf"(?<![\w/.-])(?:{_FOLDER})/[\w./-]*\w", content)


def named_modules(content: str) -> list[str]:
    """Return the modules in a text that are named by the end of their path.

    One that starts with a slash is in another repository.
    """
    return re.findall(rf"`(?!(?:{_FOLDER})/|/)([\w/]+\.py)`", content)


def used_options(content: str) -> Iterator[tuple[str, str]]:
    """Yield the commands in a text with each of their options."""
    for command, options in re.findall(r"(scripts/\w+(?![/\w])|python -m simulator)((?: [^`\n|]*)?)", content):
        for option in re.findall(r"(?<= )--[a-z-]+", options):
            yield command, option


def test_files_modules_and_options_are_found_in_a_text() -> None:
    content = (
        "`scripts/demo --noon -v --port 1`, `python -m simulator --json`, tests/conftest.py, `api.py`, `/tests/a.py`"
    )

    assert named_files(content) == ["scripts/demo", "tests/conftest.py"]
    assert named_modules(content) == ["api.py"]
    assert list(used_options(content)) == [
        ("scripts/demo", "--noon"),
        ("scripts/demo", "--port"),
        ("python -m simulator", "--json"),
    ]


@on_every_page
def test_every_named_file_exists(page: Path) -> None:
    written_by_tools = text(ROOT / ".gitignore").splitlines()
    for path in named_files(text(page)):
        assert (ROOT / path).exists() or f"/{path}" in written_by_tools, path


@on_every_page
def test_every_named_module_exists(page: Path) -> None:
    for module in named_modules(text(page)):
        assert module == "capture.py" or any(any((ROOT / folder).glob(f"**/{module}")) for folder in FOLDERS), module


@on_every_page
def test_every_option_of_a_command_exists(page: Path) -> None:
    for command, option in used_options(text(page)):
        script = ROOT / ("simulator/__main__.py" if "simulator" in command else command)
        modules = re.findall(r"-m scripts\.(\w+)", text(script)) if command.startswith("scripts/") else []
        known = text(script) + "".join(text(ROOT / "scripts" / module / "__main__.py") for module in modules)
        assert option == "--help" or option in known, f"{command} {option}"


def test_diagnostics_become_a_capture_with_the_program_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program,) = blocks(DOCS / "capture.md", "python")
    document = tmp_path / "diagnostics.json"
    document.write_bytes(orjson.dumps({"data": {"answers": {"info": "<envoy_info/>", "ivp_meters": [{"eid": 1}]}}}))
    monkeypatch.setattr("sys.argv", ["capture.py", str(document), str(tmp_path / "capture")])

    exec(compile(program, "capture.py", "exec"), {})  # noqa: S102 - it is the page's own

    assert {file.name: file.read_text() for file in (tmp_path / "capture").iterdir()} == {
        "info": "<envoy_info/>",
        "ivp_meters": '[{"eid": 1}]',
    }


@on_every_page
def test_every_page_is_linked_from_another(page: Path) -> None:
    linked = {
        (other.parent / link.partition("#")[0]).resolve() for other in PAGES if other != page for link in links(other)
    }
    assert page in {README, ROOT / "info.md"} or page in linked, prose(page)[:80]
