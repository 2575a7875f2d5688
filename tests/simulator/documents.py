"""Read documents of the simulated gateway."""

from tests.simulator.gateway_client import GatewayClient, Json

REPORT = "/production.json?details=1"
INVENTORY = "/ivp/ensemble/inventory"
WRAP_WH = 2**32 / 3600
"""Where a counter of 32 bits in joules wraps (G§6.6)."""


def entry(document: Json, kind: str) -> Json:
    """Return the entry of a measurement type in production.json."""
    entries = document["production"] + document.get("consumption", [])
    return next(each for each in entries if each.get("measurementType") == kind)


async def batteries(client: GatewayClient) -> list[Json]:
    """Return the IQ Batteries of the inventory."""
    return next(each["devices"] for each in await client.json(INVENTORY) if each["type"] == "ENCHARGE")


def places(document: Json, place: str = "") -> set[tuple[str, str]]:
    """Return every place in a document with the type of its value; the items of a list share one place."""
    if isinstance(document, dict):
        found = {(place, "object")}
        for key, value in document.items():
            found |= places(value, f"{place}/{'*' if key.isdigit() else key}")
        return found
    if isinstance(document, list):
        return {(place, "array")}.union(*(places(each, f"{place}/*") for each in document))
    return {(place, "text" if isinstance(document, str) else "flag" if isinstance(document, bool) else "number")}
