"""Checked getters over parsed JSON: a value of another type than expected counts as missing.

The gateway mixes `0`, `0.0` and `-0.0` for one key (G§15.26), so numbers are returned as one type: float for
measurements, int for counts and times. NaN and infinities cannot occur: orjson accepts neither the words nor a number
too large for a float, so such a document is not JSON.
"""

from collections.abc import Sized
from typing import Final

import orjson

from ..exceptions import GatewayResponseError
from ..identifiers import is_part_number, is_serial
from ..json_types import Json, JsonObject

# The largest whole number that survives as a float, and well within what a state or a JSON document can hold.
_LARGEST_WHOLE: Final = 2**53
# The gateway counts seconds in 32 bits; this also keeps a time within the range of `datetime`.
_LATEST_EPOCH: Final = 2**32 - 1
_DIGITS_OF_EPOCH: Final = 10
# From here on a 32-bit number is the unsigned image of a negative one: 4294967292 W are -4 W (G§5.3).
_FIRST_UNSIGNED_IMAGE: Final = 2**31
_UNSIGNED_RANGE: Final = 2**32
_BOOLEANS: Final = {"true": True, "false": False}
# The longest state of Home Assistant; a longer text cannot describe a state.
_LONGEST_WORD: Final = 255
_JOULES_PER_WATT_HOUR: Final = 3600
MOST_DEVICES: Final = 1000
"""More than any gateway has: each device in a document becomes one of Home Assistant, with up to twenty entities."""

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
    """Return the name of a JSON type for an error message."""
    return _KINDS[type(value)]


def load_json(body: bytes, endpoint: str) -> Json:
    """Parse a body as JSON, whatever its Content-Type is (G§15.1, §15.2).

    Raises:
        GatewayResponseError: the body is empty, HTML or otherwise not JSON.
    """
    try:
        document: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        start = body.lstrip()[:1]
        problem = "HTML" if start == b"<" else "not JSON" if start else "empty"
        raise GatewayResponseError(endpoint, f"{problem}, expected JSON") from error
    return document


def load_object(body: bytes, endpoint: str) -> JsonObject:
    """Parse a body that must be a JSON object.

    Raises:
        GatewayResponseError: the body is not JSON or not an object.
    """
    document = load_json(body, endpoint)
    if not isinstance(document, dict):
        raise GatewayResponseError(endpoint, f"{kind_of(document)}, expected an object")
    return document


def load_objects(body: bytes, endpoint: str, key: str) -> list[JsonObject]:
    """Parse a body that must be a JSON array of objects, and return those that have the identifying key.

    Elements without it are left out so that they do not affect the others, but not every element may lack it.

    Raises:
        GatewayResponseError: the body is not JSON, not an array (`{"error": ...}`, G§8), has too many elements, or none
            with the key.
    """
    document = load_json(body, endpoint)
    if not isinstance(document, list):
        raise GatewayResponseError(endpoint, f"{kind_of(document)}, expected an array")
    objects = [element for element in document if isinstance(element, dict) and key in element]
    if document and not objects:
        raise GatewayResponseError(endpoint, f"no element with {key}, expected an array of objects that have it")
    return at_most(objects, endpoint)


def at_most[S: Sized](devices: S, endpoint: str) -> S:
    """Return the devices in a document.

    Raises:
        GatewayResponseError: they are more than any gateway has.
    """
    if len(devices) > MOST_DEVICES:
        raise GatewayResponseError(endpoint, f"{len(devices)} devices, expected at most {MOST_DEVICES}")
    return devices


def load_settings(body: bytes, endpoint: str, *keys: str) -> JsonObject:
    """Parse a body that must be a JSON object with at least one of the keys.

    Raises:
        GatewayResponseError: the body is not such an object; old firmware sends `{"err": ...}` with status 200 (S§1).
    """
    return _with_any_key(load_object(body, endpoint), endpoint, *keys)


def load_settings_or_empty(body: bytes, endpoint: str, *keys: str) -> JsonObject:
    """Parse a body that must be an object as for `load_settings`, or `{}`: no generator is configured (S§8).

    Raises:
        GatewayResponseError: the body is neither.
    """
    document = load_object(body, endpoint)
    return _with_any_key(document, endpoint, *keys) if document else document


def _with_any_key(document: JsonObject, endpoint: str, *keys: str) -> JsonObject:
    if not any(key in document for key in keys):
        raise GatewayResponseError(endpoint, f"an object without {keys[0]}, expected the settings")
    return document


def object_in(value: Json) -> JsonObject:
    """Return the object, or an empty one for any other value: all its values are then missing."""
    return value if isinstance(value, dict) else {}


def array_in(value: Json) -> list[Json]:
    """Return the array, or an empty one for any other value."""
    return value if isinstance(value, list) else []


def text(value: Json) -> str | None:
    """Return a text without surrounding white space, None where nothing is left."""
    return (value.strip() or None) if isinstance(value, str) else None


def serial_in(value: Json) -> str | None:
    """Return a serial without surrounding white space, None for any other text."""
    found = text(value)
    return found if found is not None and is_serial(found) else None


def part_number_in(value: Json) -> str | None:
    """Return a part number without surrounding white space, None for any other text."""
    found = text(value)
    return found if found is not None and is_part_number(found) else None


def number(value: Json) -> float | None:
    """Return a number as a float, -0.0 as 0.0; None for a boolean, a text or null (G§6.3)."""
    # `type() is` instead of isinstance, because a bool is an int otherwise.
    if type(value) is int:
        return float(value)
    if type(value) is float:
        return value + 0.0  # -0.0 + 0.0 is 0.0
    return None


def number_within(value: Json, lowest: float, highest: float) -> float | None:
    """Return a number within limits as a float, None for one that cannot be right and for any other value."""
    if (type(value) is float or type(value) is int) and lowest <= value <= highest:
        return value + 0.0
    return None


def thousandth(value: Json) -> float | None:
    """Return a number of milli-units (mV, mA, mW, mHz) in units; the unsigned image of a negative one is negative."""
    milli_units = signed(value)
    return None if milli_units is None else milli_units / 1000 + 0.0


def watt_hours(joules: Json) -> float | None:
    """Return an energy that is sent in J in Wh."""
    energy = number(joules)
    return None if energy is None else energy / _JOULES_PER_WATT_HOUR


def signed(value: Json) -> float | None:
    """Return a number that may be negative; the unsigned image of a negative one becomes negative (G§5.3).

    Only for quantities whose range ends below 2^31, which energies can reach.
    """
    if type(value) is int or type(value) is float:
        return (value - _UNSIGNED_RANGE if _FIRST_UNSIGNED_IMAGE <= value < _UNSIGNED_RANGE else value) + 0.0
    return None


def power_factor(value: Json) -> float | None:
    """Return a power factor within -1..1, None for any other value.

    Nothing is clamped: with three decimals there is no rounding excess, so a value outside is a sum over the phases
    (G§6.3), and the sum of two bad factors must not become a perfect one.
    """
    return number_within(value, -1, 1)


def whole(value: Json) -> int | None:
    """Return a whole number (a float is truncated), None beyond 2^53."""
    if (type(value) is int or type(value) is float) and -_LARGEST_WHOLE <= value <= _LARGEST_WHOLE:
        return int(value)
    return None


def epoch(value: Json) -> int | None:
    """Return a time in epoch seconds, None for 0, which means never (G§4, §5.3, §9), and beyond 32 bits."""
    if (type(value) is int or type(value) is float) and 1 <= value <= _LATEST_EPOCH:
        return int(value)
    return None


def epoch_text(value: Json) -> int | None:
    """Return a time in epoch seconds that may be sent as a text of digits (S§11, S§13)."""
    if type(value) is str:
        digits = value.strip()
        return epoch(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_OF_EPOCH else None
    return epoch(value)


def within[N: (int, float)](value: N | None, lowest: float, highest: float) -> N | None:
    """Return a count, a time or a calculated value within limits, None for one that cannot be right."""
    return value if value is not None and lowest <= value <= highest else None


def word(value: Json) -> str | None:
    """Return a word or a short text that may become a state; None for a longer one and for control characters.

    A database may refuse a NUL, and with it all other states of the moment.
    """
    found = text(value)
    return found if found is not None and len(found) <= _LONGEST_WORD and found.isprintable() else None


def words(value: Json) -> tuple[str, ...]:
    """Return the words in an array; other elements are left out."""
    return tuple(found for element in array_in(value) if (found := word(element)) is not None)


def flag(value: Json) -> bool | None:
    """Return a boolean, which may be sent as 0 and 1, or as the text `true` or `false` (S§1)."""
    if type(value) is str:
        return _BOOLEANS.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None
