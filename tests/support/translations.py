"""The texts of the integration in every language."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import orjson

import custom_components.enphase_iq_gateway as integration

FOLDER = Path(integration.__file__).parent
LANGUAGES = sorted(file.stem for file in (FOLDER / "translations").iterdir())

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
