"""Strict reading of stored JSON: a damaged state must not become energy."""

from sys import float_info
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def fields(data: object, names: frozenset[str], what: str) -> Mapping[str, object]:
    """Return `data` as a mapping with the keys `names`; a newer version may have written others beside them.

    Raises:
        ValueError: `data` is not an object, or lacks a key.
    """
    if not (isinstance(data, dict) and data.keys() >= names):
        raise ValueError(f"{what}: expected an object with the keys {sorted(names)}, got {data!r:.100}")
    return data


def number(data: Mapping[str, object], name: str, what: str) -> float:
    """Return the finite number saved as `name`.

    Raises:
        ValueError: it is not a number, or not finite.
    """
    value = data[name]
    # An integer of JSON may have more digits than a float can hold.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= float_info.max:
        raise ValueError(f"{what}: {name} must be a finite number, got {value!r}")
    return float(value)
