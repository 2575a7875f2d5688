"""Rows of other integrations in the entity registry, and a site to move them to."""

from collections.abc import Collection, Mapping
from typing import Final

from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import RegistryEntryWithDefaults

from custom_components.enphase_iq_gateway.history.takeover.counterparts import ENVOY_DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.plan import Left, Possible, make_plan

SERIAL: Final = "122300000001"
INVERTER: Final = "482300000001"
BATTERY: Final = "122400000001"
CONTROLLER: Final = "122500000001"


def row(
    key: str,
    changes: Mapping[str, object] | None = None,
    *,
    serial: str = SERIAL,
    platform: str = ENVOY_DOMAIN,
    domain: str = "sensor",
) -> er.RegistryEntry:
    """Return a row of core's integration, with changes."""
    unique_id = f"{serial}_{key}" if key else serial
    attributes = {"entity_id": f"{domain}.x_{unique_id}", "has_entity_name": True, **(changes or {})}
    made: er.RegistryEntry = RegistryEntryWithDefaults(unique_id=unique_id, platform=platform, **attributes)
    return made


def site(*unique_ids: str, domain: str = "sensor", phases: int = 1, with_storage: bool = False) -> Possible:
    """Return a site that can have entities with these unique ids."""
    return Possible(
        serial=SERIAL,
        unique_ids=frozenset((domain, unique_id) for unique_id in unique_ids),
        phases=dict.fromkeys(("production", "total_consumption", "net_consumption"), phases),
        with_storage=with_storage,
    )


def planned(
    rows: list[er.RegistryEntry],
    possible: Possible,
    *,
    in_dashboard: Collection[str] = (),
) -> tuple[dict[str, str], dict[str, Left]]:
    """Return the new unique ids of what moves, and why the others stay behind, by the old unique id."""
    plan = make_plan(rows, possible, in_dashboard=in_dashboard)
    return {each.row.unique_id: each.unique_id for each in plan.moves}, {each.unique_id: why for each, why in plan.left}
