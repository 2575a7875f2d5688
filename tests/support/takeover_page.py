"""The tables of docs/coming-from-another-integration.md, made from core's entities and the tables of the takeover.

Print them with `python -m tests.support.takeover_page`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
import sys
from types import ModuleType
from typing import Any, Final, cast

from homeassistant.components import sensor as sensor_domain
from homeassistant.components.enphase_envoy import sensor
from homeassistant.helpers.entity import EntityDescription
import orjson

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.history.takeover.core_entities import (
    DEVICE,
    GATEWAY,
    ON_THE_GATEWAY,
    PHASES,
    RELAY,
)

from .envoy import PLATFORMS

COUNTERPARTS: Final = {**RELAY, **ON_THE_GATEWAY, **DEVICE, **GATEWAY}
"""By platform and key; an entity of the gateway comes before one of a device with the same key."""
POWER_OF_INVERTER: Final = ("sensor", "")
_CONTACT: Final = ("switch", "relay_status")
_INVERTERS_KEY: Final = ("sensor", "inverters")

type Texts = Mapping[str, Any]


def _texts(module: ModuleType, file: str) -> Texts:
    texts: Texts = orjson.loads((Path(str(module.__file__)).parent / file).read_bytes())
    return texts


def _descriptions(value: object) -> Iterator[EntityDescription]:
    """Yield the descriptions in a value, however deep.

    Home Assistant makes those of a plain `SelectEntityDescription` of another class, which only has its fields.
    """
    if isinstance(value, EntityDescription) or type(value).__qualname__.endswith("EntityDescription"):
        yield cast("EntityDescription", value)
    elif isinstance(value, dict):
        yield from _descriptions(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _descriptions(each)


def core_entities() -> dict[tuple[str, str], str]:
    """Return the English name of every entity that core's integration can have, by platform and key."""
    theirs = _texts(sensor, "translations/en.json")["entity"]
    by_class = _texts(sensor_domain, "translations/en.json")["entity_component"]
    names: dict[tuple[str, str], str] = {}
    for platform, module in PLATFORMS.items():
        for description in _descriptions(list(vars(module).values())):
            key = description.translation_key
            named = theirs.get(platform, {}).get(key, {}).get("name") if key else None
            of_class = by_class.get(str(description.device_class), {}).get("name")
            names[platform, description.key] = named or of_class or description.key
    del names[_INVERTERS_KEY]
    return {**names, POWER_OF_INVERTER: "Power of an inverter", _CONTACT: "Dry contact"}


def _own_name(platform: str, old: str, ours: str) -> str | None:
    """Return the name of an entity here, None while there is none."""
    texts = _texts(integration, "translations/en.json")["entity"]
    # The main entity of an inverter has its name, and the temperature that of its device class.
    other = {"": "Power of an inverter", "temperature": "Temperature"}.get(old)
    of_contact = "contact" if ours == "relay" else f"contact_{ours}"
    named: str | None = texts.get(platform, {}).get(ours, texts.get(platform, {}).get(of_contact, {})).get("name")
    return named.replace("{contact}", "NC1") if named else other


def tables() -> tuple[list[tuple[str, str]], list[str]]:
    """Return the names of the entities that move with those they become, and the names of those that never do."""
    moves: dict[str, str] = {}
    left: list[str] = []
    for (platform, key), name in sorted(core_entities().items(), key=lambda item: item[1]):
        if key.endswith(tuple(f"_{phase}" for phase in PHASES)):
            continue
        ours = COUNTERPARTS.get((platform, key))
        here = None if ours is None else _own_name(platform, key, ours)
        if here is None:
            left.append(name)
        else:
            moves[name] = here
    return sorted(moves.items()), sorted(set(left) - moves.keys())


if __name__ == "__main__":
    moving, staying = tables()
    sys.stdout.write("\n".join(f"| {old} | {new} |" for old, new in moving) + "\n\n")
    sys.stdout.write(", ".join(staying) + "\n")
