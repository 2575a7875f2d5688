"""Read the layout that Enphase's cloud has of a roof, from the account or pasted. Pure: no Home Assistant, no I/O.

The document isn't described anywhere: `arrays` with `label`, `x`, `y` and `azimuth`, each with `modules` that have `x`,
`y`, `rotation` and the `serial_num` of their `inverter`. Other fields are ignored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Final

import orjson

from ..client.identifiers import is_serial
from ..client.json_types import Json, JsonObject
from .layout import (
    LONGEST_NAME,
    MOST_ARRAYS,
    MOST_PANELS,
    Layout,
    LayoutError,
    LayoutSource,
    Place,
    RoofArray,
    is_length,
)

_HALF_TURN: Final = 180.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Module:
    serial: str
    x: float
    y: float
    lying: bool


def parse_pasted(document: Json) -> Layout:
    """Return the layout in what a user has pasted: the document, or the text of it.

    Raises:
        LayoutError: it is neither JSON nor a layout.
    """
    if isinstance(document, str):
        try:
            document = orjson.loads(document)
        except orjson.JSONDecodeError:
            raise LayoutError("not JSON, expected the layout as Enphase shows it") from None
    return parse_layout(document)


def parse_layout(document: Json) -> Layout:
    """Return the layout in a document, with all panels that have a serial and a place; a serial's first place counts.

    Raises:
        LayoutError: it has no such panels, or too many arrays or panels.
    """
    found = document.get("arrays") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise LayoutError("expected an object with arrays")
    arrays: list[RoofArray] = []
    modules: dict[str, list[_Module]] = {}
    seen: set[str] = set()
    for array in found:
        if isinstance(array, dict) and (members := list(_modules(array, seen))):
            array_id = f"a{len(arrays) + 1}"
            arrays.append(
                RoofArray(
                    id=array_id,
                    name=_label(array.get("label")),
                    azimuth=_number(array.get("azimuth"), None),
                    x=_number(array.get("x"), 0.0),
                    y=_number(array.get("y"), 0.0),
                )
            )
            modules[array_id] = members
    if not arrays:
        raise LayoutError("expected panels with serials and places")
    if len(arrays) > MOST_ARRAYS or len(seen) > MOST_PANELS:
        raise LayoutError(f"expected at most {MOST_ARRAYS} arrays and {MOST_PANELS} panels")
    on_roof = _are_places_on_roof(arrays, modules)
    return Layout(
        version=0,
        source=LayoutSource.ENPHASE,
        arrays=tuple(arrays),
        panels={
            module.serial: Place(
                array=array.id,
                x=module.x - (array.x if on_roof else 0.0),
                y=module.y - (array.y if on_roof else 0.0),
                lying=module.lying,
            )
            for array in arrays
            for module in modules[array.id]
        },
    )


def _modules(array: JsonObject, seen: set[str]) -> Iterator[_Module]:
    """Return the modules of an array whose serials were not seen before."""
    found = array.get("modules")
    for module in found if isinstance(found, list) else ():
        if not isinstance(module, dict):
            continue
        inverter = module.get("inverter")
        serial = inverter.get("serial_num") if isinstance(inverter, dict) else None
        serial = str(serial) if isinstance(serial, int | str) else ""
        x, y = _number(module.get("x"), None), _number(module.get("y"), None)
        if x is None or y is None or not is_serial(serial) or serial in seen:
            continue
        seen.add(serial)
        yield _Module(serial=serial, x=x, y=y, lying=bool(_number(module.get("rotation"), 0.0) % _HALF_TURN))


def _are_places_on_roof(arrays: list[RoofArray], modules: dict[str, list[_Module]]) -> bool:
    """Return whether modules are placed on the roof, as the arrays are, instead of in their array.

    The document does not state it. The middle of the modules of an array is near its center in one of the two.
    """
    on_roof = in_array = 0.0
    for array in arrays:
        xs, ys = ([getattr(each, axis) for each in modules[array.id]] for axis in ("x", "y"))
        x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        on_roof += hypot(x - array.x, y - array.y)
        in_array += hypot(x, y)
    return on_roof < in_array


def _label(value: Json) -> str:
    """Return the name of an array in one line, empty where it has none."""
    return " ".join(value.split())[:LONGEST_NAME] if isinstance(value, str) else ""


def _number[D: float | None](value: Json, default: D) -> float | D:
    """Return a length or an angle, or the default for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_length(value):
        return default
    return float(value)
