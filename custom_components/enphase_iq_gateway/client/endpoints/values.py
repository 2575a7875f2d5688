"""Checked getters over parsed JSON: what is not a number, a text or an object of the kind due is missing.

The gateway mixes `0`, `0.0` and `-0.0` for one key (G§15.26), so numbers come out as one kind: float for measurements,
int for counts and times. Nothing here can get nan or an infinity: orjson takes neither the words nor a number too large
for a float, so such a document is not JSON.
"""

from sys import intern
from typing import Final

import orjson

from ..exceptions import GatewayResponseError

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = dict[str, Json]

# The largest whole number that survives as a float, and well within what a state or a JSON document can hold.
_LARGEST_WHOLE: Final = 2**53
# The gateway's clock counts seconds in 32 bits; this also keeps a time within what `datetime` can show.
_LATEST_EPOCH: Final = 2**32 - 1
# From here on a 32-bit power is the unsigned image of a negative one: 4294967292 is -4 W (G§5.3).
_FIRST_UNSIGNED_IMAGE: Final = 2**31
_UNSIGNED_RANGE: Final = 2**32

_KINDS: Final[dict[type, str]] = {
    bool: "a boolean",
    dict: "an object",
    float: "a number",
    int: "a number",
    list: "an array",
    str: "a string",
    type(None): "null",
}


def kind_of(value: Json) -> str:
    """Name what a JSON value is, for the message of an error."""
    return _KINDS[type(value)]


def load_json(body: bytes, endpoint: str) -> Json:
    """Parse a body as JSON, whatever its Content-Type said (G§15.1, §15.2).

    Raises:
        GatewayResponseError: it is empty, HTML or otherwise not JSON.
    """
    try:
        document: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        start = body.lstrip()[:1]
        problem = "HTML" if start == b"<" else "not JSON" if start else "empty"
        raise GatewayResponseError(endpoint, f"{problem}, expected JSON") from error
    return document


def load_object(body: bytes, endpoint: str) -> JsonObject:
    """Parse a body that is to be a JSON object.

    Raises:
        GatewayResponseError: it is not JSON or not an object.
    """
    document = load_json(body, endpoint)
    if not isinstance(document, dict):
        raise GatewayResponseError(endpoint, f"{kind_of(document)}, expected an object")
    return document


def load_objects(body: bytes, endpoint: str, key: str) -> list[JsonObject]:
    """Parse a body that is to be a JSON array of objects, and give those that have the key they are told apart by.

    An odd element is left out, so that it does not take away the others; an array of nothing else is not what is due.

    Raises:
        GatewayResponseError: it is not JSON, not an array (`{"error": ...}`, G§8), or no element has the key.
    """
    document = load_json(body, endpoint)
    if not isinstance(document, list):
        raise GatewayResponseError(endpoint, f"{kind_of(document)}, expected an array")
    objects = [element for element in document if isinstance(element, dict) and key in element]
    if document and not objects:
        raise GatewayResponseError(endpoint, f"no element with {key}, expected an array of objects that have it")
    return objects


def object_in(value: Json) -> JsonObject:
    """Give the object, or an empty one where there is none: its values are then missing one by one."""
    return value if isinstance(value, dict) else {}


def array_in(value: Json) -> list[Json]:
    """Give the array, or an empty one where there is none."""
    return value if isinstance(value, list) else []


def text(value: Json) -> str | None:
    """Give a text without the space around it, None where nothing is left."""
    return (value.strip() or None) if isinstance(value, str) else None


def serial_in(value: Json) -> str | None:
    """Give a serial as `text` does, one and the same object each time: it is looked up dozens of times a reading."""
    serial = text(value)
    return None if serial is None else intern(serial)


def number(value: Json) -> float | None:
    """Give a number as a float, -0.0 as 0.0; a boolean, a text or null is missing (G§6.3)."""
    # `type() is` and not isinstance: it is the faster one, and a bool is an int otherwise.
    if type(value) is int:
        return float(value)
    if type(value) is float:
        return value + 0.0  # -0.0 + 0.0 is 0.0
    return None


def thousandth(value: Json) -> float | None:
    """Give a number of milli-units (mV, mA, mHz) in units."""
    if type(value) is int or type(value) is float:
        return value / 1000 + 0.0
    return None


def interval_power(value: Json) -> float | None:
    """Give the power of a report interval in W: an unsigned 32-bit image of a negative one is turned round (G§5.3)."""
    if type(value) is int or type(value) is float:
        return (value - _UNSIGNED_RANGE if _FIRST_UNSIGNED_IMAGE <= value < _UNSIGNED_RANGE else value) + 0.0
    return None


def power_factor(value: Json) -> float | None:
    """Give a power factor within -1..1, None for any other.

    Nothing is clamped: three decimals leave no room for a rounding excess, so what lies outside is a sum over the lines
    (G§6.3), and the sum of two bad factors must not become a perfect one.
    """
    factor = number(value)
    return factor if factor is not None and -1 <= factor <= 1 else None


def whole(value: Json) -> int | None:
    """Give a whole number (a float is cut), None beyond 2^53."""
    if (type(value) is int or type(value) is float) and -_LARGEST_WHOLE <= value <= _LARGEST_WHOLE:
        return int(value)
    return None


def epoch(value: Json) -> int | None:
    """Give a time in epoch seconds; 0 is never (G§4, §5.3, §9), as is what 32 bits cannot count."""
    if (type(value) is int or type(value) is float) and 1 <= value <= _LATEST_EPOCH:
        return int(value)
    return None
