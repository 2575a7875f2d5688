"""The texts users read: complete, the same in every language, and none of them unused."""

import ast
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
import re
from string import Formatter
from types import ModuleType

from awesomeversion import AwesomeVersion
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
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage import STORAGE_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage_devices import STORAGE_DEVICE_SENSORS
from tests.support.entity_names import CONTROLS, names_by_platform

FOLDER = Path(integration.__file__).parent
LANGUAGES = sorted(file.stem for file in (FOLDER / "translations").iterdir())
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
# A tile cuts longer names off, and on a phone longer titles of repairs overlap the text below them.
LONGEST_ENGLISH_NAME = 22
LONGEST_NAME = 26
LONGEST_REPAIR_TITLE = 32
FILLED_IN = {"phase": "L1", "contact": "NC1", "serial": "122300000001"}
"""What stands for a placeholder while a text is measured."""

type Texts = Mapping[str, Texts | str]


def load(file: Path) -> Texts:
    texts: Texts = orjson.loads(file.read_bytes())
    return texts


def flat(texts: Texts, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each text with its path."""
    for key, value in texts.items():
        if isinstance(value, str):
            yield (*above, key), value
        else:
            yield from flat(value, (*above, key))


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


ENGLISH = dict(flat(load(FOLDER / "translations" / "en.json")))


def below(*path: str) -> set[str]:
    """Return the keys directly below a path of the English texts."""
    return {keys[len(path)] for keys in ENGLISH if keys[: len(path)] == path}


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


def test_all_options_of_a_menu_are_described_or_none() -> None:
    menus = {path[:-1] for path in ENGLISH if path[-2:-1] == ("menu_options",)}
    described = {path[:-1] for path in ENGLISH if path[-2:-1] == ("menu_option_descriptions",)}

    for menu in described:
        assert below(*menu) == below(*menu[:-1], "menu_options")
    assert menus


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_and_placeholders(language: str) -> None:
    texts = dict(flat(load(FOLDER / "translations" / f"{language}.json")))

    assert {path: placeholders(text) for path, text in texts.items()} == {
        path: placeholders(text) for path, text in ENGLISH.items()
    }
    # References are resolved only by Home Assistant's own build.
    assert [path for path, text in texts.items() if "[%key:" in text or not text.strip()] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_sentence_is_left_in_english(language: str) -> None:
    """Single words may be the same, such as "Normal", and names of devices are products."""
    texts = flat(load(FOLDER / "translations" / f"{language}.json"))
    sentences = [path for path, text in texts if text == ENGLISH[path] and len(text.split()) > 2]

    assert [path for path in sentences if path[0] != "device"] == []


@cache
def of_home_assistant(language: str) -> Mapping[str, str]:
    """Return the texts of Home Assistant's frontend."""
    folder = Path(hass_frontend.__file__).parent / "static" / "translations"
    files = [file for part in (folder, folder / "config") for file in part.glob(f"{language}-{'?' * 32}.json")]
    return {key: text for file in files for key, text in orjson.loads(file.read_bytes()).items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("english", "keys"),
    [
        (
            "Settings > System > Repairs",
            ("panel.config", "ui.panel.config.dashboard.system.main", "ui.panel.config.repairs.caption"),
        ),
        ("**Settings** > **Devices & services**", ("panel.config", "ui.panel.config.dashboard.devices.main")),
        ("**Submit**", ("ui.panel.config.integrations.config_flow.submit",)),
        ("under Reconfigure", ("ui.panel.config.integrations.config_entry.reconfigure",)),
    ],
)
def test_pages_and_buttons_are_named_as_home_assistant_names_them(
    language: str, english: str, keys: tuple[str, ...]
) -> None:
    texts = dict(flat(load(FOLDER / "translations" / f"{language}.json")))
    bold = "**" if "**" in english else ""
    named = " > ".join(f"{bold}{of_home_assistant(language)[key]}{bold}" for key in keys)
    pages = [path for path, text in ENGLISH.items() if english in text]

    assert pages
    assert [path for path in pages if named not in texts[path]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_has_a_separator_of_thousands(language: str) -> None:
    """It is the decimal sign of another language; code, such as addresses, is no number."""
    texts = dict(flat(load(FOLDER / "translations" / f"{language}.json")))

    assert [path for path, text in texts.items() if re.search(r"\d[.,\u202f]\d{3}\b", re.sub("`.*?`", "", text))] == []


def test_the_languages_are_complete() -> None:
    assert " ".join(LANGUAGES) == "cs da de en es fi fr it ja nb nl pl pt pt-BR sv"


def test_titles_of_menus_contain_no_placeholders() -> None:
    """The frontend does not fill them in and would show an error."""
    menus = {path[:-2] for path in ENGLISH if path[-2] == "menu_options"}

    assert menus
    assert [menu for menu in menus if placeholders(ENGLISH[*menu, "title"])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_fits_a_tile(language: str) -> None:
    texts = flat(load(FOLDER / "translations" / f"{language}.json"))
    longest = LONGEST_ENGLISH_NAME if language == "en" else LONGEST_NAME
    names = [text.format(**FILLED_IN) for path, text in texts if path[0] == "entity" and path[-1] == "name"]

    assert names
    assert [name for name in names if len(name) > longest] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_entities_of_a_device_share_a_name(language: str) -> None:
    texts = load(FOLDER / "translations" / f"{language}.json")
    keys_of_inverters = {row.translation_key for row in INVERTER_SENSORS}
    names = {path[2]: text for path, text in flat(texts) if path[:2] == ("entity", "sensor") and path[3:] == ("name",)}
    of_inverters = [name for key, name in names.items() if key in keys_of_inverters]
    of_gateway = [name for key, name in names.items() if key not in keys_of_inverters]

    assert len(set(of_inverters)) == len(of_inverters) > 0
    assert len(set(of_gateway)) == len(of_gateway) > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_of_a_repair_fits_one_line(language: str) -> None:
    texts = flat(load(FOLDER / "translations" / f"{language}.json"))
    titles = [text.format(**FILLED_IN) for path, text in texts if path[0] == "issues" and path[-1] == "title"]

    assert titles
    assert [title for title in titles if len(title) > LONGEST_REPAIR_TITLE] == []


def test_titles_of_repairs_name_at_most_the_serial() -> None:
    titles = [text for path, text in ENGLISH.items() if path[0] == "issues" and path[-1] == "title"]

    assert [title for title in titles if not placeholders(title) <= {"serial"}] == []


def test_no_break_spaces_precede_french_punctuation() -> None:
    texts = dict(flat(load(FOLDER / "translations" / "fr.json")))

    assert [text for text in texts.values() if re.search(r" [:;?!»]|« ", text)] == []


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
def test_icons_tell_production_consumption_and_grid_apart(quantity: str) -> None:
    icons = dict(flat(load(FOLDER / "icons.json")))
    flows = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION)

    assert len({icons["entity", "sensor", f"{flow}_{quantity}", "default"] for flow in flows}) == len(flows)


def test_the_manifest_starts_with_domain_and_name_and_is_sorted() -> None:
    manifest = orjson.loads((FOLDER / "manifest.json").read_bytes())
    first, second, *others = manifest
    assert [first, second] == ["domain", "name"]
    assert others == sorted(others)
    assert AwesomeVersion(manifest["version"]).valid
