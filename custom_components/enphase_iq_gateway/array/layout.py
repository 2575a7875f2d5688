"""The layout of a roof: its arrays, and where every panel is in its array. Pure: no Home Assistant, no I/O.

Lengths are in the units of Enphase's own layouts, in which a panel is 100 wide and 199 high; y grows downward.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt
from typing import Final

from ..client.identifiers import is_serial
from ..client.json_types import Json, JsonObject

LONGEST_NAME: Final = 64
MOST_ARRAYS: Final = 64
MOST_PANELS: Final = 5000
LARGEST_LENGTH: Final = 1e6
UNTURNED: Final = 180.0
"""The azimuth of an array that is drawn upright: its lower edge faces south."""
_PANEL: Final = (100.0, 199.0)
_GAP: Final = 6.0
# Of the automatic grid, so that it fits a page that is wider than high.
_WIDTH_TO_HEIGHT: Final = 1.8


class LayoutError(ValueError):
    """A document that is no layout."""


class LayoutSource(StrEnum):
    """Where a layout is from."""

    AUTOMATIC = "automatic"
    """A grid in the order of the serials, never stored."""
    ENPHASE = "enphase"
    PERSON = "person"
    """A user has arranged the panels."""


_STORED: Final = (LayoutSource.ENPHASE, LayoutSource.PERSON)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoofArray:
    """Panels with one orientation."""

    id: str
    name: str = ""
    azimuth: float | None = None
    """In degrees; the array is drawn turned by what this differs from `UNTURNED`, clockwise about its center.

    None where it is not known: the array is drawn as with `UNTURNED`.
    """
    x: float = 0.0
    y: float = 0.0
    """The center of the array on the roof."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a panel is in its array."""

    array: str
    x: float
    y: float
    """The center of the panel, seen from the center of its array before that is turned."""
    lying: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The arrays of a roof and the places of its panels by serial."""

    version: int
    """Of the stored layout; 0 where none is stored."""
    source: LayoutSource
    arrays: tuple[RoofArray, ...]
    panels: Mapping[str, Place]

    def as_json(self) -> JsonObject:
        """Return the JSON form, which is also the stored one."""
        arrays: list[Json] = [
            {"id": each.id, "name": each.name, "azimuth": each.azimuth, "x": each.x, "y": each.y}
            for each in self.arrays
        ]
        panels: JsonObject = {
            serial: {"array": place.array, "x": place.x, "y": place.y, "lying": place.lying}
            for serial, place in self.panels.items()
        }
        return {"version": self.version, "source": self.source.value, "arrays": arrays, "panels": panels}

    @classmethod
    def from_json(cls, document: Json) -> Layout:
        """Return the layout in a document of the form of `as_json`, but no automatic one.

        Raises:
            LayoutError: it has another form, or an array twice, or a panel in an array that it lacks.
        """
        fields = _object(document, "layout", "version", "source", "arrays", "panels")
        version, source = fields["version"], fields["source"]
        if not isinstance(version, int) or isinstance(version, bool) or version < 0:
            raise LayoutError("version: expected a whole number from 0")
        if source not in _STORED:
            raise LayoutError("source: expected " + " or ".join(_STORED))
        arrays = tuple(map(_array, _list(fields["arrays"])))
        ids = {each.id for each in arrays}
        if len(ids) != len(arrays):
            raise LayoutError("arrays: an id occurs twice")
        return cls(
            version=version,
            source=LayoutSource(str(source)),
            arrays=arrays,
            panels={serial: _place(serial, place, ids) for serial, place in _panels(fields["panels"]).items()},
        )


def automatic_layout(serials: Iterable[str]) -> Layout:
    """Return a grid of all panels in the order of their serials, centered."""
    ordered = sorted(serials)
    width, height = (length + _GAP for length in _PANEL)
    columns = max(1, round(sqrt(len(ordered) * _WIDTH_TO_HEIGHT * height / width)))
    rows = ceil(len(ordered) / columns)
    columns = min(columns, ceil(len(ordered) / max(rows, 1)))
    return Layout(
        version=0,
        source=LayoutSource.AUTOMATIC,
        arrays=(RoofArray(id="a1", azimuth=UNTURNED),),
        panels={
            serial: Place(
                array="a1",
                x=(index % columns - (columns - 1) / 2) * width,
                y=(index // columns - (rows - 1) / 2) * height,
            )
            for index, serial in enumerate(ordered)
        },
    )


def _array(document: Json) -> RoofArray:
    fields = _object(document, "array", "id", "name", "azimuth", "x", "y")
    array_id, name, azimuth = fields["id"], fields["name"], fields["azimuth"]
    if not isinstance(array_id, str) or not 0 < len(array_id) <= LONGEST_NAME:
        raise LayoutError("array: expected an id")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise LayoutError(f"array: expected a name of at most {LONGEST_NAME} characters")
    return RoofArray(
        id=array_id,
        name=name,
        azimuth=None if azimuth is None else _number(azimuth, "array: azimuth"),
        x=_number(fields["x"], "array: x"),
        y=_number(fields["y"], "array: y"),
    )


def _place(serial: str, document: Json, arrays: set[str]) -> Place:
    fields = _object(document, "panel", "array", "x", "y", "lying")
    array, lying = fields["array"], fields["lying"]
    if not is_serial(serial):
        raise LayoutError("panels: expected serials")
    if not isinstance(array, str) or array not in arrays:
        raise LayoutError("panel: array is not in arrays")
    if not isinstance(lying, bool):
        raise LayoutError("panel: lying: expected true or false")
    return Place(array=array, x=_number(fields["x"], "panel: x"), y=_number(fields["y"], "panel: y"), lying=lying)


def _object(document: Json, name: str, *keys: str) -> JsonObject:
    """Return an object that has exactly the keys."""
    if not isinstance(document, dict) or document.keys() != set(keys):
        raise LayoutError(f"{name}: expected an object with " + ", ".join(keys))
    return document


def _list(document: Json) -> list[Json]:
    if not isinstance(document, list) or len(document) > MOST_ARRAYS:
        raise LayoutError(f"arrays: expected a list of at most {MOST_ARRAYS}")
    return document


def _panels(document: Json) -> JsonObject:
    if not isinstance(document, dict) or len(document) > MOST_PANELS:
        raise LayoutError(f"panels: expected an object of at most {MOST_PANELS}")
    return document


def _number(value: Json, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_length(value):
        raise LayoutError(f"{name}: expected a number within {LARGEST_LENGTH:.0f}")
    return float(value)


def is_length(value: float) -> bool:
    """Return whether a number can be a length or an angle of a roof."""
    return abs(value) <= LARGEST_LENGTH  # False for NaN.
