"""The range of every number that may be shown, by the unit at the end of its field's name."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Final

MOST_W: Final = 3 * 200 * 277
"""Three phases of 200 A at 277 V."""

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    # Total consumption may be the sum of two flows.
    "_w": (-2 * MOST_W, 2 * MOST_W),
    "_v": (0, 1500),
    "_a": (-1000, 1000),
    "_va": (-1_500_000, 1_500_000),
    "_var": (-500_000, 500_000),
    "_factor": (-1, 1),
    "_hz": (40, 70),
    "_c": (-100, 200),
    "_s": (0, 2**32),
    "_wh": (-1e12, 1e12),
    "_strength": (1, 10_000),
    "_reported": (1, 2**32),
}


def numbers_in(model: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Return the numbers in a model with the names of their fields."""
    if isinstance(model, bool | str):
        return
    if isinstance(model, int | float):
        yield name, model
    elif is_dataclass(model) and not isinstance(model, type):
        for field in fields(model):
            yield from numbers_in(getattr(model, field.name), field.name)
    elif isinstance(model, Mapping):
        for value in model.values():
            yield from numbers_in(value, name)
    elif isinstance(model, tuple | frozenset):
        for value in model:
            yield from numbers_in(value, name)


def impossible_numbers(model: object) -> list[tuple[str, float]]:
    """Return the numbers in a model that are not finite or outside the range of their unit."""
    return [(name, value) for name, value in numbers_in(model) if not _is_possible(name, value)]


def _is_possible(name: str, value: float) -> bool:
    lowest, highest = RANGES.get(f"_{name.rpartition('_')[2]}", (float("-inf"), float("inf")))
    return isfinite(value) and lowest <= value <= highest
