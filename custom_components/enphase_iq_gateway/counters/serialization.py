"""Strict reading of stored JSON: a damaged state must not become energy."""

from collections.abc import Mapping
from typing import Final

_LARGEST: Final = 1e15
"""More than any energy in Wh and any time in seconds, also summed up; JSON may hold larger numbers than a float."""


def fields(data: object, names: frozenset[str], what: str) -> Mapping[str, object]:
    """Return `data` as a mapping with the keys `names`; a newer version may have written others beside them.

    Raises:
        ValueError: `data` is not an object, or lacks a key.
    """
    if not (isinstance(data, dict) and data.keys() >= names):
        raise ValueError(f"{what}: expected an object with the keys {sorted(names)}, got {data!r:.100}")
    return data


def number(data: Mapping[str, object], name: str, what: str) -> float:
    """Return the number saved as `name`.

    Raises:
        ValueError: it is not a number, or larger than any site can have.
    """
    value = data[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise ValueError(f"{what}: {name} must be a number up to {_LARGEST:g}, got {value!r:.100}")
    return float(value)


def optional_number(data: Mapping[str, object], name: str, what: str) -> float | None:
    """Return the number saved as `name`, None where it is missing or null.

    Raises:
        ValueError: it is anything else, or larger than any site can have.
    """
    return None if data.get(name) is None else number(data, name, what)


def numbers(data: object, names: frozenset[str], what: str) -> dict[str, float]:
    """Return the numbers of an object with the keys `names`.

    Raises:
        ValueError: `data` is not an object, or one of its values is missing or not a number.
    """
    saved = fields(data, names, what)
    return {name: number(saved, name, what) for name in names}
