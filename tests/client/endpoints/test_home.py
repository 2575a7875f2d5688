"""`/home`: what the gateway reports about its network and the cloud, never an IP address."""

from typing import Any

import orjson
import pytest

from custom_components.enphase_iq_gateway.client.endpoints.home import parse_home
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.models import GatewayHealth

ETHERNET = {"type": "ethernet", "interface": "eth0", "ip": "192.0.2.10", "mac": "00:1D:C0:00:00:01"}
WIFI = {"type": "wifi", "interface": "wlan0", "ip": None, "mac": "00:1D:C0:00:00:02"}
NOTHING = GatewayHealth(reaches_cloud=None, last_cloud_report=None, network=None, mac=None, alerts=None)


def parse(**network: object) -> GatewayHealth:
    """Parse a document with this network."""
    return parse_home(orjson.dumps({"network": network}))


def test_the_interface_in_use_and_the_last_report_are_read() -> None:
    health = parse(
        web_comm=True,
        last_enlighten_report_time=1_745_499_043,
        primary_interface="wlan0",
        interfaces=[ETHERNET, WIFI],
    )

    assert health == GatewayHealth(
        reaches_cloud=True,
        last_cloud_report=1_745_499_043,
        network="wifi",
        mac="00:1d:c0:00:00:02",
        alerts=None,
    )


def test_alerts_are_counted() -> None:
    assert parse_home(b'{"alerts": [{}, {}]}').alerts == 2
    assert parse_home(b'{"alerts": []}').alerts == 0


@pytest.mark.parametrize(
    "network",
    [
        {},
        {"web_comm": 1, "last_enlighten_report_time": 0},
        {"primary_interface": "eth1", "interfaces": [ETHERNET]},
        {"primary_interface": None, "interfaces": [{"type": "ethernet"}]},
        {"primary_interface": "eth0", "interfaces": {"eth0": ETHERNET}},
        {"primary_interface": "eth0", "interfaces": ["eth0", {"interface": "eth0", "type": "Smith family"}]},
        {"primary_interface": "eth0", "interfaces": [{"interface": "eth0", "mac": "at the Smith family's"}]},
    ],
)
def test_values_of_another_form_are_left_out(network: dict[str, Any]) -> None:
    assert parse(**network) == NOTHING


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>"])
def test_another_document_is_an_error(body: bytes) -> None:
    with pytest.raises(GatewayResponseError):
        parse_home(body)
