"""`/home`: the network of the gateway and its connection to the cloud (G§11)."""

from typing import Final

from ..json_types import Json
from ..models import GatewayHealth
from .values import array_in, epoch, load_object, object_in, text

HOME_PATH: Final = "/home"

_INTERFACES: Final = frozenset({"ethernet", "wifi", "cellular"})


def parse_home(body: bytes) -> GatewayHealth:
    """Return the network and the cloud connection of the gateway, without addresses.

    Raises:
        GatewayResponseError: the document is not an object.
    """
    document = load_object(body, HOME_PATH)
    network = object_in(document.get("network"))
    connected, alerts = network.get("web_comm"), document.get("alerts")
    return GatewayHealth(
        reaches_cloud=connected if isinstance(connected, bool) else None,
        last_cloud_report=epoch(network.get("last_enlighten_report_time")),
        network=_kind_of_interface(network.get("interfaces"), network.get("primary_interface")),
        alerts=len(alerts) if isinstance(alerts, list) else None,
    )


def _kind_of_interface(interfaces: Json, name: Json) -> str | None:
    """Return the kind of the interface with a name, None for an unknown kind."""
    for interface in map(object_in, array_in(interfaces)):
        if name is not None and interface.get("interface") == name:
            kind = text(interface.get("type"))
            return kind if kind in _INTERFACES else None
    return None
