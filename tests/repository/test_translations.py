"""The texts users read: complete, and none of them unused."""

import ast
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
import re
from types import ModuleType

import hass_frontend
from homeassistant.components.sensor import SensorEntityDescription
import orjson
import pytest

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.client import (
    AddressError,
    Certificate,
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
    GatewayWrongDeviceError,
)
from custom_components.enphase_iq_gateway.client.auth.cloud import CloudError, CloudProblem
from custom_components.enphase_iq_gateway.client.auth.token import (
    ExpiredTokenError,
    NotATokenError,
    OtherGatewayTokenError,
)
from custom_components.enphase_iq_gateway.client.endpoints import INFO
from custom_components.enphase_iq_gateway.client.models import Flow, MeterStatus
from custom_components.enphase_iq_gateway.client.transport.address import AddressProblem
from custom_components.enphase_iq_gateway.errors import translated
from custom_components.enphase_iq_gateway.flow.errors import form_error
from custom_components.enphase_iq_gateway.select import ControlSelectDescription
from custom_components.enphase_iq_gateway.sensor.storage import STORAGE_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage_devices import STORAGE_DEVICE_SENSORS
from tests.support.entity_names import CONTROLS, names_by_platform
from tests.support.translations import ENGLISH, FOLDER, below, flat, load, placeholders

# Keys of Home Assistant's translation schema, not names of this integration.
SCHEMA = frozenset(
    {
        *("config", "options", "selector", "entity", "device", "issues", "exceptions", "common", "system_health"),
        *("flow_title", "step", "error", "abort", "title", "description", "data", "data_description"),
        *("menu_options", "menu_option_descriptions", "fix_flow", "info", "message", "name", "state"),
        "state_attributes",
    }
)
ANYTHING = "[a-z_0-9]+"
"""What the placeholders of an f-string match."""

# The main entity of an inverter has the name of the device, and its translation key only an icon.
MAIN_ENTITY = "power"


def test_exactly_the_entities_have_names() -> None:
    assert {platform: below("entity", platform) for platform in below("entity")} == names_by_platform()


@pytest.mark.parametrize("row", [row for row in CONTROLS["select"] if isinstance(row, ControlSelectDescription)])
def test_exactly_the_options_of_a_select_have_names(row: ControlSelectDescription) -> None:
    assert below("entity", "select", str(row.translation_key), "state") == set(row.options or ())


@pytest.mark.parametrize("row", [row for row in (*STORAGE_SENSORS, *STORAGE_DEVICE_SENSORS) if row.options])
def test_exactly_the_states_of_an_enum_of_storage_have_names(row: SensorEntityDescription) -> None:
    assert below("entity", "sensor", str(row.translation_key), "state") == set(row.options or ())


def test_exactly_the_statuses_of_a_ct_have_names() -> None:
    for flow in Flow:
        assert below("entity", "sensor", f"{flow}_ct_status", "state") == set(MeterStatus)


def test_names_contain_no_placeholder_but_phase_contact_and_serial() -> None:
    names = {path: text for path, text in ENGLISH.items() if path[0] == "entity"}
    for (_, _, key, *rest), text in names.items():
        expected = {"phase"} if key.endswith("_phase") else {"contact"} if key.startswith("contact") else set()
        assert placeholders(text) == (expected if rest == ["name"] else set())
    for kind in below("device"):
        several = kind in {"inverter", "battery", "ac_battery"}
        assert placeholders(ENGLISH["device", kind, "name"]) == ({"serial"} if several else set())


CERTIFICATE = Certificate(sha256="00", not_before=1, not_after=2)
ERRORS: tuple[GatewayError, ...] = (
    GatewayAuthenticationError("reason"),
    GatewayCertificateError(CERTIFICATE, CERTIFICATE),
    GatewayConnectionError("reason"),
    GatewayError("reason"),
    GatewayResponseError("/path", "reason"),
    GatewayStatusError("/path", 503),
    GatewayTimeoutError("reason"),
    GatewayUnsupportedError("reason"),
    GatewayWrongDeviceError("1", "2"),
)
FORM_ERRORS: tuple[GatewayError | AddressError, ...] = (
    *ERRORS,
    GatewayResponseError(INFO.path, "reason"),
    *(AddressError(problem) for problem in AddressProblem),
    *(CloudError(problem, "url") for problem in CloudProblem),
    NotATokenError("reason"),
    OtherGatewayTokenError("1", "2"),
    ExpiredTokenError(1),
)
ALWAYS_THERE = {"host", "serial", "token_page"}
"""The placeholders that every form fills in."""


def test_exactly_the_errors_of_a_form_have_texts() -> None:
    errors = dict(form_error(error) for error in FORM_ERRORS)

    assert below("config", "error") == set(errors)
    for key, filled_in in errors.items():
        assert placeholders(ENGLISH["config", "error", key]) <= ALWAYS_THERE | set(filled_in)


def test_every_error_of_the_client_has_a_message() -> None:
    raised = [translated(error) for error in FORM_ERRORS if isinstance(error, GatewayError)]
    keys = {str(error.translation_key) for error in raised}

    assert keys <= below("exceptions")
    for error in raised:
        text = ENGLISH["exceptions", str(error.translation_key), "message"]
        assert placeholders(text) <= set(error.translation_placeholders or {})


def test_messages_name_no_serial_because_home_assistant_logs_them() -> None:
    named = {name for path, text in ENGLISH.items() if path[0] == "exceptions" for name in placeholders(text)}

    assert named & {"serial", "found", "expected"} == set()


@cache
def modules() -> tuple[tuple[ModuleType, ast.Module], ...]:
    """Return the integration's modules with their syntax trees; the client has no texts for users."""
    return tuple(
        (
            import_module(
                ".".join([integration.__name__, *file.relative_to(FOLDER).with_suffix("").parts]).removesuffix(
                    ".__init__"
                )
            ),
            ast.parse(file.read_text("utf-8")),
        )
        for file in sorted(FOLDER.rglob("*.py"))
        if FOLDER / "client" not in file.parents
    )


def words_of(module: ModuleType, node: ast.AST) -> Iterator[str]:
    """Yield patterns of the keys that a piece of code can refer to."""
    match node:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            pieces = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ANYTHING for part in parts]
            yield "".join(pieces).rpartition(r"\.")[2]
        case ast.Name(id=name):
            meant = getattr(module, name, None)
            if isinstance(meant, str):
                yield re.escape(meant)
            elif isinstance(meant, type) and issubclass(meant, Enum):
                yield from (re.escape(str(member.value)) for member in meant)
        case ast.AsyncFunctionDef(name=name) if name.startswith("async_step_"):
            yield name.removeprefix("async_step_")


def words_of_the_page() -> set[str]:
    """Return patterns of the keys that the modules of the page refer to."""
    literals = (
        text
        for file in (FOLDER / "frontend").glob("*.js")
        for text in re.findall(r"""["`]((?:array|editor|dashboard)_[^"`\s]+)["`]""", file.read_text("utf-8"))
    )
    return {ANYTHING.join(map(re.escape, re.split(r"\$\{[^}]+\}", text))) for text in literals}


def test_every_text_of_the_page_exists() -> None:
    keys = {path[-1] for path in ENGLISH if path[0] == "common"}

    assert "array_power" in words_of_the_page()
    assert {word for word in words_of_the_page() if not any(re.fullmatch(word, key) for key in keys)} == set()


@pytest.mark.slow
def test_no_text_is_unused() -> None:
    """The code refers to every key; entities, actions and errors of forms have tests of their own."""
    words = {word for module, tree in modules() for node in ast.walk(tree) for word in words_of(module, node)}
    words |= words_of_the_page()
    # An f-string that consists of little but placeholders would match every key.
    used = re.compile("|".join(word for word in words if len(word.replace(ANYTHING, "")) > 2))
    keys = {
        key
        for path in ENGLISH
        if path[0] not in {"entity", "services"} and path[:2] != ("config", "error")
        for key in path
    }

    assert {key for key in keys - SCHEMA if not used.fullmatch(key)} == set()


@pytest.mark.parametrize(
    ("keyword", "places"),
    [("reason", {"abort"}), ("step_id", {"step"}), ("translation_key", {"issues", "exceptions", "selector", "sensor"})],
)
def test_every_key_in_the_code_has_a_text(keyword: str, places: set[str]) -> None:
    keys = {
        word
        for module, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for argument in call.keywords
        if argument.arg == keyword
        for word in words_of(module, argument.value)
    }
    there = {key for path in ENGLISH for above, key in pairwise(path) if above in places}
    own = set[str]().union(*names_by_platform().values()) | below("device") | {MAIN_ENTITY}

    assert keys
    assert keys - there - own == set()


def test_a_menu_describes_all_of_its_options_or_none() -> None:
    menus = {path[:-1] for path in ENGLISH if path[-2:-1] == ("menu_options",)}
    described = {path[:-1] for path in ENGLISH if path[-2:-1] == ("menu_option_descriptions",)}

    for menu in described:
        assert below(*menu) == below(*menu[:-1], "menu_options")
    assert menus


@cache
def icons_of_the_frontend() -> frozenset[str]:
    """Return the names of all icons that the frontend has."""
    folder = Path(hass_frontend.__file__).parent / "static" / "mdi"
    files = [file for file in folder.glob("*.json") if file.name != "iconMetadata.json"]
    return frozenset(f"mdi:{name}" for file in files for name in orjson.loads(file.read_bytes()))


def test_every_icon_exists_and_belongs_to_an_entity_or_action() -> None:
    icons = load(FOLDER / "icons.json")

    assert {icon for _, icon in flat(icons)} <= icons_of_the_frontend()
    entities = names_by_platform()
    entities["sensor"].add(MAIN_ENTITY)
    assert {path[1] for path, _ in flat(icons) if path[0] == "services"} == below("services")
    for platform, keys in {(path[1], path[2]) for path, _ in flat(icons) if path[0] == "entity"}:
        assert keys in entities[platform]
    for path in (path for path, _ in flat(icons) if path[3:4] == ("state",)):
        assert path in ENGLISH or path[4] in {"on", "off"}


@pytest.mark.parametrize("quantity", ["power", "energy_lifetime", "voltage", "current"])
def test_production_consumption_and_grid_have_different_icons(quantity: str) -> None:
    icons = dict(flat(load(FOLDER / "icons.json")))
    flows = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION)

    assert len({icons["entity", "sensor", f"{flow}_{quantity}", "default"] for flow in flows}) == len(flows)
