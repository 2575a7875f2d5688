"""The texts in every language: the same as in English, short enough, and with Home Assistant's own words."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
import re

import hass_frontend
import orjson
import pytest

from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from tests.support.translations import ENGLISH, FOLDER, LANGUAGES, flat, load, placeholders

# A tile cuts longer names off, and on a phone longer titles of repairs overlap the text below them.
LONGEST_ENGLISH_NAME = 22
LONGEST_NAME = 26
LONGEST_REPAIR_TITLE = 32
FILLED_IN = {"phase": "L1", "contact": "NC1", "serial": "122300000001"}
"""The values of the placeholders while a text is measured."""


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
