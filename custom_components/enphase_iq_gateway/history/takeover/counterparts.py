"""Find the entity of this integration with the value of an entity of another one, by its row in the entity registry."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from homeassistant.helpers import entity_registry as er

from .core_entities import DEVICE, GATEWAY, ON_THE_GATEWAY, RELAY, Keys
from .forks import (
    BRIAN_GATEWAY,
    BRIAN_INVERTER,
    HOFFMANN_GATEWAY,
    HOFFMANN_INVERTER,
    VINCENT_GATEWAY,
    VINCENT_INVERTER,
)

ENVOY_DOMAIN: Final = "enphase_envoy"
HOFFMANN_DOMAIN: Final = "enphase_gateway"
DOMAINS: Final = (ENVOY_DOMAIN, HOFFMANN_DOMAIN)
"""The integrations whose entities can be moved here."""

_RELAY: Final = "relay"
_OF_BRIAN: Final = ("_pf", "_consumption_Current", "_production_Current", "_active_inverter_count")


class Maker(StrEnum):
    """The code that has registered an entity; several share a domain."""

    CORE = "core"
    VINCENT = "vincentwolsink"
    BRIAN = "briancmpbll"
    HOFFMANN = "Hoffmann77"


_TABLES: Final[dict[Maker, tuple[Keys, Keys]]] = {
    Maker.CORE: (GATEWAY, DEVICE),
    Maker.VINCENT: (VINCENT_GATEWAY, VINCENT_INVERTER),
    Maker.BRIAN: (BRIAN_GATEWAY, BRIAN_INVERTER),
    Maker.HOFFMANN: (HOFFMANN_GATEWAY, HOFFMANN_INVERTER),
}


def maker_of_forks(rows: Iterable[er.RegistryEntry]) -> Maker:
    """Return which fork of `enphase_envoy` has registered the rows without a name of their own."""
    brian = any(not row.has_entity_name and row.unique_id.endswith(_OF_BRIAN) for row in rows)
    return Maker.BRIAN if brian else Maker.VINCENT


def maker_of(row: er.RegistryEntry, fork: Maker) -> Maker:
    """Return which code has registered a row: the installed one may be another by now."""
    if row.platform == HOFFMANN_DOMAIN:
        return Maker.HOFFMANN
    if row.has_entity_name:
        return Maker.CORE
    if row.unique_id.endswith("_lifetime_net_consumption"):
        # vincentwolsink's counts import - export, which may fall.
        return Maker.VINCENT if (row.capabilities or {}).get("state_class") == "total" else Maker.BRIAN
    # An inverter's own serial is the unique id of core and briancmpbll.
    return Maker.BRIAN if "_" not in row.unique_id else fork


def counterpart(row: er.RegistryEntry, serial: str, maker: Maker) -> str | None:
    """Return the unique id of the entity with the same value here, None where there is none.

    `serial` is the gateway's.
    """
    of_gateway, of_devices = _TABLES[maker]
    device, _, key = row.unique_id.partition("_")
    if device == serial:
        ours = of_gateway.get((row.domain, key))
        return ours and f"{serial}_{ours}"
    if maker is Maker.CORE and (on_gateway := ON_THE_GATEWAY.get((row.domain, key))):
        return f"{serial}_{on_gateway}"
    kind, _, rest = key.partition("_")
    if maker is Maker.CORE and kind == _RELAY:
        contact, _, key = rest.partition("_")
        ours = RELAY.get((row.domain, key))
        return ours and f"{device}_{contact}_{ours}"
    ours = of_devices.get((row.domain, key))
    return ours and f"{device}_{ours}"
