"""Spoil the answers of a gateway at random: their values, their structure or their bytes."""

from collections.abc import Iterator
import random
from typing import Any

import orjson

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, "", " ", "0", "NaN", "normal", [], {}, [[]], {"": None}),
    *(0, -0.0, -1, 1, 0.5, 2**31, 2**32 - 4, 2**53 + 1, 2**63, -(2**63), 1e308, -1e308, 5e-324, 253402300800),
)


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Return every place in a document: its container and its key there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from nodes(value[key])


def spoil(body: bytes, chance: random.Random) -> bytes:
    """Change some values of a document, or some bytes of what is none."""
    try:
        document = orjson.loads(body)
        places = list(nodes(document))
    except orjson.JSONDecodeError:
        places = []
    if not places or chance.random() < 0.3:
        return spoil_bytes(body, chance)
    for container, key in chance.choices(places, k=chance.randint(1, 4)):
        if isinstance(container, dict) and chance.random() < 0.2:
            container.pop(key, None)
        elif isinstance(container, list) and chance.random() < 0.2:
            container.insert(chance.randint(0, len(container)), chance.choice(ODD_VALUES))
        elif isinstance(container, dict) or key < len(container):
            container[key] = chance.choice((*ODD_VALUES, chance.choice(places)[0]))
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:  # a document within itself, or a number too large
        return spoil_bytes(body, chance)


def spoil_bytes(body: bytes, chance: random.Random) -> bytes:
    """Flip, drop, repeat or invent some bytes."""
    spoiled = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(spoiled))
        end = min(len(spoiled), start + chance.choice((0, 1, 1, 4, 60)))
        spoiled[start:end] = chance.choice((b"", spoiled[start:end] * 2, chance.randbytes(max(1, end - start))))
    return bytes(spoiled)
