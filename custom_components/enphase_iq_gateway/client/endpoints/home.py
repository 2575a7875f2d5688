"""`/home`: the network of the gateway and its connection to the cloud (G§11)."""

import re
from typing import Final

from ..json_types import Json, JsonObject
from ..models import GatewayHealth
from .values import array_in, epoch, load_object, object_in, text

HOME_PATH: Final = "/home"

_INTERFACES: Final = frozenset({"ethernet", "wifi", "cellular"})
_MAC: Final = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")


def parse_home(body: bytes) -> GatewayHealth:
    """Return the network and the cloud connection of the gateway, without its IP addresses.

    Raises:
        GatewayResponseError: the document is not an object.
    """
    document = load_object(body, HOME_PATH)
    network = object_in(document.get("network"))
    connected, alerts = network.get("web_comm"), document.get("alerts")
    interface = _interface(network.get("interfaces"), network.get("primary_interface"))
    kind, mac = text(interface.get("type")), text(interface.get("mac"))
    return GatewayHealth(
        reaches_cloud=connected if isinstance(connected, bool) else None,
        last_cloud_report=epoch(network.get("last_enlighten_report_time")),
        network=kind if kind in _INTERFACES else None,
        mac=mac.lower() if mac is not None and _MAC.fullmatch(mac) else None,
        alerts=len(alerts) if isinstance(alerts, list) else None,
    )


def _interface(interfaces: Json, name: Json) -> JsonObject:
    """Return the interface with a name, an empty one where it is not listed."""
    for interface in map(object_in, array_in(interfaces)):
        if name is not None and interface.get("interface") == name:
            return interface
    return {}
