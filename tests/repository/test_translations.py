"""Every word that is shown: there for all that asks for it, in every language alike, and none for nothing."""

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
import orjson
import pytest

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.binary_sensor import COMMUNICATING
from custom_components.enphase_iq_gateway.client import (
    AddressError,
    Certificate,
    CloudError,
    ExpiredTokenError,
    Flow,
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
    GatewayWrongDeviceError,
    MeterStatus,
    NotATokenError,
    OtherGatewayTokenError,
)
from custom_components.enphase_iq_gateway.client.auth.cloud import CloudProblem
from custom_components.enphase_iq_gateway.client.transport.address import AddressProblem
from custom_components.enphase_iq_gateway.errors import translated
from custom_components.enphase_iq_gateway.flow.errors import form_error
from custom_components.enphase_iq_gateway.sensor import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS

FOLDER = Path(integration.__file__).parent
LANGUAGES = sorted(file.stem for file in (FOLDER / "translations").iterdir())
# Words of Home Assistant's own schema, between which the names stand.
SCHEMA = frozenset(
    {
        *("config", "options", "selector", "entity", "device", "issues", "exceptions", "common", "system_health"),
        *("flow_title", "step", "error", "abort", "title", "description", "data", "data_description"),
        *("menu_options", "menu_option_descriptions", "fix_flow", "info", "message", "name", "state"),
    }
)
ANYTHING = "[a-z_0-9]+"
"""What an f-string fills in."""

type Texts = Mapping[str, Texts | str]


def load(file: Path) -> Texts:
    """Read a file of texts."""
    texts: Texts = orjson.loads(file.read_bytes())
    return texts


def flat(texts: Texts, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give each text with its path."""
    for key, value in texts.items():
        if isinstance(value, str):
            yield (*above, key), value
        else:
            yield from flat(value, (*above, key))


def placeholders(text: str) -> set[str]:
    """Name what a text wants filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


ENGLISH = dict(flat(load(FOLDER / "translations" / "en.json")))


def below(*path: str) -> set[str]:
    """Name the keys below a path of the English texts."""
    return {keys[len(path)] for keys in ENGLISH if keys[: len(path)] == path}


def sensors() -> set[str]:
    """Name every sensor that any gateway may have."""
    return {
        *(
            str(row.of(flow, phase).translation_key)
            for row in FLOW_SENSORS
            for flow in row.flows
            for phase in range(2 if row.phases else 1)
        ),
        *(str(row.translation_key) for row in (*INVERTER_SENSORS, *GATEWAY_SENSORS)),
        *(f"{flow}_ct_status" for flow in Flow),
    }


def test_every_entity_has_a_name_and_no_other_has() -> None:
    """By the tables of descriptions."""
    assert below("entity", "sensor") == sensors()
    assert below("entity", "binary_sensor") == {COMMUNICATING.translation_key}


def test_every_status_of_a_ct_has_a_name() -> None:
    """And none that it cannot have."""
    for flow in Flow:
        assert below("entity", "sensor", f"{flow}_ct_status", "state") == set(MeterStatus)


def test_names_are_told_apart_by_phase_and_serial() -> None:
    """Nothing else is filled in."""
    for (_, _, key, *_), text in ((path, text) for path, text in ENGLISH.items() if path[0] == "entity"):
        assert placeholders(text) == ({"phase"} if key.endswith("_phase") else set())
    assert placeholders(ENGLISH["device", "inverter", "name"]) == {"serial"}


CERTIFICATE = Certificate(sha256="00", not_before=1, not_after=2)
ERRORS: tuple[GatewayError, ...] = (
    GatewayAuthenticationError("told"),
    GatewayCertificateError(CERTIFICATE, CERTIFICATE),
    GatewayConnectionError("told"),
    GatewayError("told"),
    GatewayResponseError("/path", "told"),
    GatewayStatusError("/path", 503),
    GatewayTimeoutError("told"),
    GatewayUnsupportedError("told"),
    GatewayWrongDeviceError("1", "2"),
)
FORM_ERRORS: tuple[GatewayError | AddressError, ...] = (
    *(error for error in ERRORS if type(error) is not GatewayError),
    *(AddressError(problem) for problem in AddressProblem),
    *(CloudError(problem, "url") for problem in CloudProblem),
    NotATokenError("told"),
    OtherGatewayTokenError("1", "2"),
    ExpiredTokenError(1),
)
ALWAYS_THERE = {"host", "serial", "token_page"}
"""What every form can name."""


def test_every_error_of_a_form_says_what_is_wrong() -> None:
    """With what it names; and no text is left over."""
    told = dict(form_error(error) for error in FORM_ERRORS)

    assert below("config", "error") == set(told)
    for key, named in told.items():
        assert placeholders(ENGLISH["config", "error", key]) <= ALWAYS_THERE | set(named)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_while_running_is_said_in_words(error: GatewayError) -> None:
    """Home Assistant shows it beside the entry."""
    said = translated(error)

    text = ENGLISH["exceptions", str(said.translation_key), "message"]
    assert placeholders(text) <= set(said.translation_placeholders or {})


@cache
def modules() -> tuple[tuple[ModuleType, ast.Module], ...]:
    """Give the integration's modules with their trees, but those of the client, which has no words for people."""
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
    """Give the words that a piece of code may say, as patterns."""
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


def test_no_text_is_left_over() -> None:
    """What is named nowhere in the code is shown to nobody; entities, actions and forms have tests of their own."""
    said = {word for module, tree in modules() for node in ast.walk(tree) for word in words_of(module, node)}
    # An f-string of hardly more than what is filled in would fit everything.
    spoken = re.compile("|".join(word for word in said if len(word.replace(ANYTHING, "")) > 2))
    keys = {
        key
        for path in ENGLISH
        if path[0] not in {"entity", "services"} and path[:2] != ("config", "error")
        for key in path
    }

    assert {key for key in keys - SCHEMA if not spoken.fullmatch(key)} == set()


@pytest.mark.parametrize(
    ("keyword", "places"),
    [("reason", {"abort"}), ("step_id", {"step"}), ("translation_key", {"issues", "exceptions", "selector", "sensor"})],
)
def test_every_word_asked_for_is_there(keyword: str, places: set[str]) -> None:
    """Ends of flows, steps, repairs, exceptions, choices, by what the code calls them."""
    asked = {
        word
        for module, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for argument in call.keywords
        if argument.arg == keyword
        for word in words_of(module, argument.value)
    }
    there = {key for path in ENGLISH for above, key in pairwise(path) if above in places}
    own = sensors() | {str(COMMUNICATING.translation_key), "inverter"}

    assert asked
    assert asked - there - own == set()


def test_every_choice_of_a_menu_is_a_step_or_says_what_it_does() -> None:
    """And is described where it has a description."""
    menus = {path[:-1] for path in ENGLISH if path[-2:-1] == ("menu_options",)}
    described = {path[:-1] for path in ENGLISH if path[-2:-1] == ("menu_option_descriptions",)}

    for menu in described:
        assert below(*menu) == below(*menu[:-1], "menu_options")
    assert menus


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same(language: str) -> None:
    """The same texts with the same things filled in, and nothing that only Home Assistant's own build resolves."""
    texts = dict(flat(load(FOLDER / "translations" / f"{language}.json")))

    assert {path: placeholders(text) for path, text in texts.items()} == {
        path: placeholders(text) for path, text in ENGLISH.items()
    }
    assert [path for path, text in texts.items() if "[%key:" in text or not text.strip()] == []


def test_english_is_there() -> None:
    """It is what all others are compared with."""
    assert LANGUAGES == ["de", "en", "es", "fr", "nl"]


def test_titles_of_menus_name_nothing() -> None:
    """The page fills nothing into them and would show an error instead."""
    menus = {path[:-2] for path in ENGLISH if path[-2] == "menu_options"}

    assert menus
    assert [menu for menu in menus if placeholders(ENGLISH[*menu, "title"])] == []


@cache
def icons_of_the_frontend() -> frozenset[str]:
    """Name all icons that Home Assistant's page can show."""
    folder = Path(hass_frontend.__file__).parent / "static" / "mdi"
    files = [file for file in folder.glob("*.json") if file.name != "iconMetadata.json"]
    return frozenset(f"mdi:{name}" for file in files for name in orjson.loads(file.read_bytes()))


def test_every_icon_can_be_shown() -> None:
    """It belongs to an entity that there is, and the page has it."""
    icons = load(FOLDER / "icons.json")

    assert {icon for _, icon in flat(icons)} <= icons_of_the_frontend()
    entities = {"sensor": sensors(), "binary_sensor": {str(COMMUNICATING.translation_key)}}
    assert {path[1] for path, _ in flat(icons) if path[0] == "services"} == below("services")
    for platform, keys in {(path[1], path[2]) for path, _ in flat(icons) if path[0] == "entity"}:
        assert keys in entities[platform]
    assert {path[4] for path, _ in flat(icons) if path[3:4] == ("state",)} <= set(MeterStatus)


def test_the_manifest_is_in_the_order_that_home_assistant_wants() -> None:
    """Domain and name, then by the alphabet."""
    keys = list(orjson.loads((FOLDER / "manifest.json").read_bytes()))

    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])
    assert AwesomeVersion(orjson.loads((FOLDER / "manifest.json").read_bytes())["version"]).valid
